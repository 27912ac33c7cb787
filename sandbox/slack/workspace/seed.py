"""Makes the Slack workspace of a world, with the app's bot in it."""

from collections.abc import Callable
from itertools import cycle

from sandbox.slack.workspace.manifest import App
from sandbox.slack.workspace.state import Channel, Team, User, UserGroup, Workspace
from sandbox.world import World
from sandbox.world.model import Channel as GivenChannel
from sandbox.world.model import Person, slack_id

COLORS = ("9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "db3150", "5b89d5")


def build_workspace(now: Callable[[], float], app: App, world: World) -> Workspace:
    """The workspace as the world has it at the start."""
    name = world.workspace or world.organization.title()
    has_colleagues = any(person.kind == "colleague" for _, person in world.in_slack)
    enterprise = slack_id("E", world.organization) if has_colleagues else ""
    workspace = Workspace(now, Team(slack_id("T", world.organization), name, world.organization, enterprise))
    for (user_id, person), color in zip(world.in_slack, cycle(COLORS), strict=False):
        workspace.add_user(_user(user_id, person, color=color, home=_home(world, person, enterprise)))
    workspace.add_user(User(app.bot_user_id, app.bot_name, app.bot_name, is_bot=True, color="2d3a4b"))
    creator = workspace.administrator.id
    for given in world.channels:
        members = [*_members(world, given), *([app.bot_user_id] if given.with_app else [])]
        made = Channel(given.id, given.name, topic=given.topic, is_private=given.private, members=members)
        made.creator, made.external = creator, given.external
        workspace.add_channel(made)
    ids = {person.handle: user_id for user_id, person in world.in_slack}
    for group in world.user_groups:
        title, stamp = group.name or group.handle.replace("-", " ").capitalize(), workspace.seconds()
        users = [ids[handle] for handle in group.members]
        workspace.usergroups[group.id] = UserGroup(group.id, group.handle, title, users, stamp, stamp)
    return workspace


def _home(world: World, person: Person, enterprise: str) -> tuple[str, str]:
    """The workspace and the organization of somebody's account elsewhere: another company is named by its addresses."""
    match person.kind:
        case "colleague":
            return slack_id("T", f"{world.organization}-sister"), enterprise
        case "external":
            return slack_id("T", person.email.partition("@")[2].partition(".")[0]), ""
        case _:
            return "", ""


def _user(user_id: str, person: Person, *, color: str, home: tuple[str, str]) -> User:
    return User(
        user_id,
        person.handle,
        person.name,
        email="" if person.kind == "bot" else person.email,
        title=person.title,
        timezone=person.timezone,
        locale=person.locale,
        color=color,
        is_bot=person.kind == "bot",
        is_admin=person.admin,
        is_restricted=person.is_guest,
        is_ultra_restricted=person.kind == "single_channel_guest",
        deleted=person.deactivated,
        team=home[0],
        enterprise=home[1],
    )


def _members(world: World, channel: GivenChannel) -> list[str]:
    """Who was named; where nobody was, all of the workspace, with guests in the first channel alone."""
    active = [(user_id, person) for user_id, person in world.in_slack if not person.deactivated]
    if channel.members is not None:
        return [user_id for user_id, person in active if person.handle in channel.members]
    of_here = [(user_id, person) for user_id, person in active if person.kind != "bot" and not person.is_elsewhere]
    return [user_id for user_id, person in of_here if not person.is_guest or channel == world.channels[0]]
