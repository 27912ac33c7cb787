"""What a fact provider is: a name that rules use, and a function that finds it out for a batch."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.alerts.entries import Key, NumberedEntry

if TYPE_CHECKING:
    from bot.alerts.pushes import Pushes
    from bot.alerts.reading import AuditLog


@dataclass(frozen=True, slots=True)
class Question:
    """Of which entries of an organization a fact is wanted, and among which others they were read.

    `candidates` are news on which a rule would fire if the fact were so; `window` is everything that was read with
    them, stored or not. Both are oldest first. Everything from `since` on is in this window or in a later one.
    """

    organization: str
    candidates: Sequence[NumberedEntry]
    window: Sequence[NumberedEntry]
    since: datetime


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a fact can be looked up: in what we have stored, and in Docker Hub's log."""

    pushes: "Pushes"
    log: "AuditLog"


@dataclass(frozen=True, slots=True)
class Provider:
    """One fact. `find` answers the keys of those candidates of which it is so, and raises HubError.

    It is called outside of any transaction, once for each batch that has candidates.
    """

    name: str
    find: Callable[[Question, Sources], Awaitable[set[Key]]]
