"""What an operation may ask of our own tables, for somebody: governance answers it, and decides what they may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias

from bot.operations.kit.base import Change

Whose: TypeAlias = Literal["all", "mine", "waiting"]


class SeenRequest(Protocol):
    """A request as a list shows it."""

    @property
    def id(self) -> int:
        """Its number."""
        ...

    @property
    def created_at(self) -> datetime:
        """When it was asked for."""
        ...

    @property
    def status(self) -> str:
        """Where it stands."""
        ...

    @property
    def operation(self) -> str:
        """What it asks for."""
        ...

    @property
    def params(self) -> Mapping[str, Any]:
        """With which parameters, by the names that people know."""
        ...

    @property
    def changes(self) -> tuple[Change, ...]:
        """What would be different."""
        ...

    @property
    def requester(self) -> str:
        """Who asked."""
        ...

    @property
    def reason(self) -> str:
        """Why."""
        ...


@dataclass(frozen=True, slots=True)
class SeenStep:
    """One record of the trail: when, what, and who did it; None where it was the bot."""

    at: datetime
    event: str
    actor: str | None
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests a list is for; what is left out stands for all.

    `person` asked for it, said something to it, or is whom it is about: by their id, or by their name in Docker Hub.
    `repository` is one that it is about; `since` and `until` are when it was asked for, both included.
    """

    organization: str
    whose: Whose
    states: tuple[str, ...] = ()
    operation: str | None = None
    person: str | None = None
    repository: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeenRequests:
    """What was found, newest first. `is_all`: no older ones were left out; `sees_everything`: no others, too."""

    requests: Sequence[SeenRequest]
    is_all: bool
    sees_everything: bool


class OwnTables(Protocol):
    """Our own tables as one person may see them: what concerns them; everything, where a rule names the operation."""

    async def requests(self, wanted: Wanted) -> SeenRequests:
        """The requests that they may see; raises `UserError` for an operation that there is not."""
        ...

    async def history(self, organization: str, request_id: int) -> Sequence[SeenStep]:
        """What happened to a request, oldest first; raises `RequestNotFound` also where it does not concern them."""
        ...
