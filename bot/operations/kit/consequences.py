"""What a write means to people: its harm in words, and the request that would undo it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
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

    def facts_of_data(self) -> Iterator[tuple[str, str]]:
        """The rest without what tells which token was used."""

    def new_state(self) -> Iterator[tuple[str, str]]:
        """As `facts_of_data`, without what speaks of the state before."""


COMES_NOT_BACK = Risk(Harm.FINAL, "This cannot be taken back.")


def shortened(text: str, length: int = HEADING) -> str:
    """The text on one line, or what fits of it and an ellipsis."""
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def account_of(entry: Logged) -> str:
    """Whom the entry is about: Docker's contract names no keys, and `name` can be the organization's own.

    Empty where that cannot be told.
    """
    if entry.name and entry.name.casefold() != entry.organization.casefold():
        return entry.name.lower()
    return one_of((value for key, value in entry.facts_of_data() if key in {"member", "username", "user"}), None)


def repository_of(entry: Logged) -> str:
    """Which repository of the organization the entry is about; empty where that cannot be told."""
    owner, slash, name = entry.name.rpartition("/")
    return name if not slash or owner.casefold() == entry.organization.casefold() else ""


def state_before(entry: Logged, allowed: Collection[str]) -> str:
    """The one of these values that the entry says was before; empty where it says none, or several."""
    now = set(entry.new_state())
    return one_of((value for key, value in entry.facts_of_data() if (key, value) not in now), allowed)


def state_now(entry: Logged, allowed: Collection[str]) -> str:
    """The one of these values that the entry says is now; empty where it says none, or several."""
    return one_of((value for _, value in entry.new_state()), allowed)


def one_of(values: Iterable[str], allowed: Collection[str] | None) -> str:
    """The one value among these that is allowed, in lower case; empty where there is none, or several."""
    found = {value.lower() for value in values if allowed is None or value.lower() in allowed}
    return found.pop() if len(found) == 1 else ""
