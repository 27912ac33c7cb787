"""The seeded workspace: the people, channels and user groups of `sandbox.world`, and the app's bot."""

from collections.abc import Callable

from sandbox import world
from sandbox.slack.workspace.manifest import App
from sandbox.slack.workspace.state import Channel, Team, User, UserGroup, Workspace

COLORS = ("9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "db3150", "5b89d5")


def build_workspace(now: Callable[[], float], app: App) -> Workspace:
    """The workspace as it is at the start: all in every channel, guests in #general alone, the bot in all."""
    workspace = Workspace(now, Team())
    for person, color in zip(world.PEOPLE, COLORS, strict=False):
        workspace.add_user(_user(person, color))
    workspace.add_user(User(app.bot_user_id, app.bot_name, app.bot_name, is_bot=True, color="2d3a4b"))
    for channel_id, name, topic in world.CHANNELS:
        workspace.add_channel(Channel(channel_id, name, topic=topic, members=_members(name, app), creator="U0OMAR"))
    for group_id, handle, users in (world.LEADS_GROUP, world.SECURITY_GROUP):
        title = handle.replace("-", " ").capitalize()
        stamp = workspace.seconds()
        workspace.usergroups[group_id] = UserGroup(group_id, handle, title, list(users), stamp, stamp)
    return workspace


def _user(person: world.Person, color: str) -> User:
    return User(
        person.slack_id,
        person.email.partition("@")[0],
        person.name,
        email=person.email,
        title=person.title,
        timezone=person.timezone,
        color=color,
        is_admin=person.slack_id == "U0OMAR",
        is_restricted=person.restricted,
        deleted=person.deactivated,
    )


def _members(channel: str, app: App) -> list[str]:
    people = [one for one in world.PEOPLE if not one.deactivated and (channel == "general" or not one.restricted)]
    return [*(one.slack_id for one in people), app.bot_user_id]
