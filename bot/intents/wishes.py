"""What somebody can want: help, a choice, a form, an intent, a word on a request; and what can be wanted at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from bot.operations.kit.base import Intent, Operation


@dataclass(frozen=True, slots=True)
class Help:
    """Somebody wants to know what there is; `topic` narrows it to operations that begin so."""

    topic: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """Somebody wants to choose from everything."""


@dataclass(frozen=True, slots=True)
class Form:
    """Something is missing: a form asks for it, with what was typed already."""

    operation: Operation
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


Act: TypeAlias = Literal["approve", "deny", "cancel"]


@dataclass(frozen=True, slots=True)
class Decide:
    """Somebody decides the request with this number; `reason` is that of a denial, and empty where they gave none."""

    act: Act
    number: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody wants to see the request with this number."""

    number: int


@dataclass(frozen=True, slots=True)
class Doctor:
    """Somebody wants to know whether everything is in order."""


@dataclass(frozen=True, slots=True)
class Small:
    """Somebody said what was not understood, where that is no mistake: a few lines and buttons are the answer."""


Wish: TypeAlias = Help | Pick | Form | Intent | Decide | Look | Doctor | Small


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What can be wanted, and in which organization unless the words name another.

    `command` is what a surface wants typed before the words, such as `/hub`; sentences that quote a command have it.
    """

    operations: Sequence[Operation]
    organization: str
    command: str = ""

    def line(self, words: str) -> str:
        """The words as they are typed on this surface."""
        return f"{self.command} {words}".strip()
