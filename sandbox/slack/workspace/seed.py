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
    workspace = Workspace(now, Team(slack_id("T", world.organization), name, world.organization))
    for (user_id, person), color in zip(world.in_slack, cycle(COLORS), strict=False):
        workspace.add_user(_user(user_id, person, color=color))
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


def _user(user_id: str, person: Person, *, color: str) -> User:
    return User(
        user_id,
        person.handle,
        person.name,
        email=person.email,
        title=person.title,
        timezone=person.timezone,
        color=color,
        is_admin=person.admin,
        is_restricted=person.guest,
        deleted=person.deactivated,
    )


def _members(world: World, channel: GivenChannel) -> list[str]:
    """Who was named; where nobody was, all, with guests in the first channel alone."""
    active = [(user_id, person) for user_id, person in world.in_slack if not person.deactivated]
    if channel.members is not None:
        return [user_id for user_id, person in active if person.handle in channel.members]
    return [user_id for user_id, person in active if not person.guest or channel == world.channels[0]]
