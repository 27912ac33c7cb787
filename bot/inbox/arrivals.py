"""What arrives, as the inbox keeps it, and what it wants to know of whoever works on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from bot.errors import UserError


class NotStored(UserError):
    """Hubwarden's database does not take anything at the moment, so nothing was recorded. Please try again."""


class Superseded(Exception):
    """Another process works on this arrival, or has: nothing more is to be done here."""


class Lane(Enum):
    """What shares slots: decisions wait for no command, and neither of them for somebody's reads."""

    DECISIONS = "decisions"
    COMMANDS = "commands"
    READS = "reads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Something that `person` sent. `key` is its own identity; `payload` (JSON) is what working on it needs.

    Never a code or a secret: it is stored until it is done.
    """

    key: str
    kind: str
    person: str
    received_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict, repr=False)


class Stage(Enum):
    """How far an arrival has come: it has just been stored; it was interrupted; what it asked for stands already."""

    FRESH = "fresh"
    INTERRUPTED = "interrupted"
    ACTED = "acted"


@dataclass(frozen=True, slots=True)
class Delivery:
    """An arrival in the hands of `holder`, as the use cases see it: what is done for it is marked with its commit."""

    key: str
    holder: str


class Desk(Protocol):
    """Works on what arrives, for one surface."""

    def lane_of(self, arrival: Arrival) -> Lane:
        """Whose slots it takes."""
        ...

    async def work(self, arrival: Arrival, delivery: Delivery, stage: Stage) -> None:
        """Do what was asked for and answer, as far as that has not happened yet.

        Raises `UserError` for what can be said to the person.
        """
        ...

    async def fail(self, arrival: Arrival, error: Exception) -> None:
        """Tell the person what went wrong; raises nothing."""
        ...
