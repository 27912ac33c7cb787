"""Sentences that name people: text and mentions side by side, so that each surface shows a mention in its own way."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Mention:
    """A person, or a user group, by id. Whoever is not of the workspace, as at a terminal, is a person too.

    `name` is what somebody's words call them, where they do: it says nothing of who they are.
    """

    id: str
    kind: Literal["person", "group"] = "person"
    name: str = field(default="", compare=False)


Phrase: TypeAlias = tuple[str | Mention, ...]


def plain(phrase: Iterable[str | Mention]) -> str:
    """The phrase where nothing can be mentioned: `@U0ANN`, or `@ann` where that is what she is called in it."""
    return "".join(part if isinstance(part, str) else f"@{part.name or part.id}" for part in phrase)


def listed(mentions: Iterable[Mention]) -> Phrase:
    """The mentions with commas between them."""
    parts = [part for mention in mentions for part in (", ", mention)]
    return tuple(parts[1:])


def dump_phrase(phrase: Phrase) -> list[str | dict[str, str]]:
    """The phrase as JSON has it."""
    return [part if isinstance(part, str) else {"id": part.id, "kind": part.kind} for part in phrase]


def load_phrase(stored: Iterable[str | dict[str, Any]]) -> Phrase:
    """The phrase of its JSON."""
    return tuple(part if isinstance(part, str) else Mention(part["id"], part["kind"]) for part in stored)
