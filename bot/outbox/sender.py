"""What a destination's protocol has to offer, and in what ways sending can go wrong: one implementation a protocol."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.outbox.destination import Destination

Content = TypeVar("Content")


class RateLimited(Exception):
    """The far side took nothing, and wants us to wait for `seconds`.

    `holds_up`: so does whatever else goes to the same place.
    """

    def __init__(self, seconds: float, *, holds_up: bool = True) -> None:
        super().__init__(f"limited for {seconds:g} s")
        self.seconds = seconds
        self.holds_up = holds_up


class Unclear(Exception):
    """No answer, or one that says nothing: the message may stand there or not."""


class Gone(Exception):
    """The message that was to be changed is no longer there."""


class Refused(Exception):
    """The far side took nothing; `code` is its word for why.

    `trouble` says what somebody can mend there; without it, the same message would never be taken. `is_told`: the
    administrators hear of it, unless nobody can do anything about it, as where somebody has left.
    """

    def __init__(self, code: str, *, trouble: str | None = None, is_told: bool = True) -> None:
        super().__init__(f"refused: {code}")
        self.code = code
        self.trouble = trouble
        self.is_told = is_told


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sent message stands, in the protocol's own words: what `update` needs to find it."""

    address: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message as its sender sees it. `created_at` is business time, as what stands on the far side is dated.

    `thread_of` is where the message stands that this one is a reply to.
    """

    key: str
    kind: str
    destination: Destination
    created_at: datetime
    request_id: int | None
    payload: Mapping[str, Any]
    thread_of: Place | None = None


class Sender(Protocol[Content]):
    """Sends by one protocol. `post`, `update` and `find` raise the errors above and no other.

    `title` is the protocol's name for people, `pause_seconds` how long one address rests after a message.
    """

    title: str
    pause_seconds: float

    def describe(self, destination: Destination) -> str:
        """The destination for people: `the channel C0APPROVALS`."""
        ...

    async def render(self, message: Outgoing) -> Content:
        """What it says now; raises `LookupError`, `TypeError` or `ValueError` where this version cannot say it."""
        ...

    async def post(self, message: Outgoing, content: Content) -> Place:
        """Send it, with its key where `find` will look for that."""
        ...

    async def update(self, place: Place, content: Content) -> None:
        """Change it in place."""
        ...

    async def retire(self, place: Place) -> None:
        """Take away, where it still can be, what can no longer be changed; raises none of the errors above."""
        ...

    async def find(self, message: Outgoing) -> Place | None:
        """Where it stands, if an earlier attempt arrived of which we never heard."""
        ...
