"""What a Slack workspace holds: its team, people, channels, messages, user groups and files."""

import secrets
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

Json = dict[str, Any]
T = TypeVar("T")
CAPITALS = string.ascii_uppercase + string.digits


@dataclass(frozen=True, slots=True)
class Team:
    """The workspace itself; `enterprise` is the Grid organization that it is of, empty where it is of none.

    `is_org_install`: the app is installed for the whole organization, and its token is the organization's.
    """

    id: str
    name: str
    domain: str
    enterprise: str = ""
    is_org_install: bool = False


@dataclass(slots=True)
class User:
    """A person or a bot; `handle` is what an @mention says.

    `team` is the workspace of their account, or their organization, where that is not this one; `enterprise` is the
    organization of an account elsewhere.
    """

    id: str
    handle: str
    real_name: str
    email: str = ""
    title: str = ""
    timezone: str = "UTC"
    locale: str = "en-US"
    color: str = "9f69e7"
    is_bot: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    deleted: bool = False
    team: str = ""
    enterprise: str = ""


@dataclass(slots=True)
class Message:
    """One message; `body` is Slack's message object, `only_for` names the one person who sees an ephemeral one.

    `values` is what each person has chosen in its elements, by block and action. `is_forgotten`: it was ephemeral, and
    the screen that showed it was loaded anew.
    """

    channel: str
    ts: str
    body: Json
    only_for: str | None = None
    values: dict[str, dict[str, dict[str, Json]]] = field(default_factory=dict)
    is_forgotten: bool = False


@dataclass(slots=True)
class Channel:
    """A channel, or direct messages: between one person (`user`) and the bot, or of several people and the bot (mpim).

    `external`: it is shared with another company's workspace, over Slack Connect.
    """

    id: str
    name: str
    kind: Literal["channel", "im", "mpim"] = "channel"
    topic: str = ""
    is_private: bool = False
    is_archived: bool = False
    external: bool = False
    members: list[str] = field(default_factory=list)
    user: str = ""
    creator: str = ""
    created: int = 0
    topic_by: str = ""
    topic_at: int = 0
    messages: dict[str, Message] = field(default_factory=dict)

    @property
    def scope_prefix(self) -> str:
        """The first half of the scopes that open it: `channels`, `groups`, `im` or `mpim`."""
        if self.kind != "channel":
            return self.kind
        return "groups" if self.is_private else "channels"


@dataclass(slots=True)
class UserGroup:
    """A user group (`@platform-leads`), called a subteam in events and in mentions."""

    id: str
    handle: str
    name: str
    users: list[str]
    created: int = 0
    updated: int = 0
    disabled_at: int = 0
    team: str = ""


@dataclass(slots=True)
class File:
    """A file from the moment its upload address was given out; `content` is None until the bytes arrived."""

    id: str
    name: str
    length: int
    user: str
    created: int
    title: str = ""
    alt_text: str = ""
    content: bytes | None = None
    completed: bool = False
    channels: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A message that is to be posted at `post_at`, in Unix seconds; `send` posts it."""

    id: str
    channel: str
    text: str
    post_at: int
    created: int
    send: Callable[[], None]


@dataclass(slots=True)
class Composed:
    """What somebody has written and not sent yet; `unfurled` is what the app would hang below it, by address."""

    user: str
    text: str
    unfurled: dict[str, Json] = field(default_factory=dict)


class Workspace:
    """All of it, in memory; it keeps its own rules of identity and time, and leaves permission to the callers."""

    def __init__(self, now: Callable[[], float], team: Team) -> None:
        self.team = team
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, UserGroup] = {}
        self.files: dict[str, File] = {}
        self.scheduled: dict[str, Scheduled] = {}
        self.composed: dict[str, Composed] = {}
        self._now = now
        self._last_tick = 0

    def seconds(self) -> int:
        """The workspace's time in whole Unix seconds."""
        return int(self._now())

    def next_ts(self) -> str:
        """A fresh timestamp, later than every one before: `1767225600.000100`."""
        self._last_tick = max(int(self._now() * 1_000_000), self._last_tick + 1)
        return f"{self._last_tick // 1_000_000}.{self._last_tick % 1_000_000:06d}"

    @property
    def administrator(self) -> User:
        """The first administrator; the first person where there is none."""
        people = [user for user in self.users.values() if not user.is_bot]
        return first(user for user in people if user.is_admin) or people[0]

    def add_user(self, user: User) -> User:
        """Let somebody in."""
        self.users[user.id] = user
        return user

    def add_channel(self, channel: Channel) -> Channel:
        """Make a channel; its members are as given."""
        channel.created = channel.created or self.seconds()
        self.channels[channel.id] = channel
        return channel

    def direct_channel(self, user_id: str, bot_user_id: str) -> Channel:
        """The direct messages between a person and the bot, made at first use."""
        channel_id = "D" + user_id[1:]
        if channel_id not in self.channels:
            self.add_channel(Channel(channel_id, "", "im", members=[user_id, bot_user_id], user=user_id))
        return self.channels[channel_id]

    def group_channel(self, people: Iterable[str], bot_user_id: str) -> Channel:
        """The direct messages of these people and the bot, made at first use."""
        members = [*dict.fromkeys(people), bot_user_id]
        known = first(one for one in self.channels.values() if one.kind == "mpim" and set(one.members) == set(members))
        if known is not None:
            return known
        name = "mpdm-" + "--".join(self.users[one].handle for one in members) + "-1"
        made = Channel(fresh_id("G"), name, "mpim", is_private=True, members=members, creator=bot_user_id)
        return self.add_channel(made)

    def channels_of(self, user_id: str) -> list[Channel]:
        """Every channel and direct message the person is in, archived ones left out."""
        return [one for one in self.channels.values() if user_id in one.members and not one.is_archived]

    def visible_messages(self, channel_id: str, user_id: str) -> list[Message]:
        """What the person sees in a channel, oldest first, with the ephemeral messages meant for them."""
        messages = self.channels[channel_id].messages.values()
        return [one for one in messages if one.only_for in (None, user_id) and not one.is_forgotten]

    def forget_ephemerals(self, user_id: str) -> None:
        """The person's screen is loaded anew: what Slack showed to them alone is gone from it.

        https://docs.slack.dev/reference/methods/chat.postEphemeral
        """
        for channel in self.channels.values():
            for message in channel.messages.values():
                if message.only_for == user_id:
                    message.is_forgotten = True

    def user_named(self, handle: str) -> User | None:
        """The active person or bot with that handle, whatever its case."""
        return first(one for one in self.users.values() if one.handle == handle.lower() and not one.deleted)

    def channel_named(self, name: str) -> Channel | None:
        """The channel with that name, whatever its case; direct messages have none."""
        return first(one for one in self.channels.values() if one.kind == "channel" and one.name == name.lower())


def first(found: Iterable[T]) -> T | None:
    """The first of them, or None."""
    return next(iter(found), None)


def fresh_id(prefix: str, length: int = 10) -> str:
    """An id of Slack's form: the prefix, then capitals and digits."""
    return prefix + "".join(secrets.choice(CAPITALS) for _ in range(length))
