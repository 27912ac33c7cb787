"""What somebody can want: help, a choice from everything, a form, or an intent; and what can be wanted at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

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


Wish: TypeAlias = Help | Pick | Form | Intent


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
