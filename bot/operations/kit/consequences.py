"""What a write means to people: its harm in words, and the request that would undo it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

# What Slack takes as a header: https://docs.slack.dev/reference/block-kit/blocks/header-block
HEADING = 150


class Harm(StrEnum):
    """Why somebody should look twice; its words are in rows."""

    ROUTINE = "routine"
    POWER = "power"
    FINAL = "final"
    PUBLIC = "public"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Risk:
    """One harm, said in a whole sentence, which a confirmation repeats."""

    harm: Harm
    said: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A form filled in: `values` by the names that people know, as JSON has them."""

    operation: str
    values: Mapping[str, Any] = field(default_factory=dict)


class Logged(Protocol):
    """An entry of Docker Hub's audit log, as far as an inverse needs it."""

    @property
    def organization(self) -> str:
        """Whose log it is."""

    @property
    def action(self) -> str:
        """What was done, in Docker's words."""

    @property
    def name(self) -> str:
        """What it was done to."""

    @property
    def actor(self) -> str:
        """Who did it."""

    @property
    def data(self) -> Mapping[str, str]:
        """The rest, flat."""


COMES_NOT_BACK = Risk(Harm.FINAL, "This cannot be taken back.")


def shortened(text: str, length: int = HEADING) -> str:
    """The text, or what fits of it and an ellipsis."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
