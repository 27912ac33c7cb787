"""What an address or a reference to an image names besides the parameter that it was typed for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError

from bot.intents.usage import usage_error
from bot.operations.kit.base import Operation, Write, is_read, marker_of
from bot.operations.kit.pages import Kind, Names, Place, name_in, read_place
from bot.operations.kit.parameters import parameters

KINDS: tuple[Kind, ...] = ("organization", "repository", "tag")


@dataclass(frozen=True, slots=True)
class Given:
    """All that is known of an operation's parameters, and what the approvers should know of how."""

    values: Mapping[str, Any]
    notes: tuple[str, ...] = ()


def complete(operation: Operation, values: Mapping[str, Any]) -> Given:
    """The values, and what their addresses name of the parameters that nobody gave.

    `acme/api:1.2` where a repository is asked for is a tag, too, and its organization. Raises `UsageError` where it
    names another tag than the one that is given, or where a tag was pasted and the whole repository would go.
    """
    found, notes = dict(values), list[str]()
    names = {parameter.name for parameter in parameters(operation.params)}
    for typed, place in places_in(operation, values):
        for kind in KINDS:
            if kind in names and kind not in found and place.named(kind):
                found[kind] = place.named(kind)
        if "tag" in names:
            require_same_tag(operation, typed, place, given=str(found.get("tag") or ""))
        elif part := place.tag or place.digest:
            notes += whole_repository(operation, typed, place, part=part)
    return Given(found, tuple(notes))


def require_same_tag(operation: Operation, typed: str, place: Place, *, given: str) -> None:
    """Raises `UsageError` where the address names one tag, and another is given beside it."""
    if place.tag and place.tag != name_in(given, "tag"):
        raise usage_error(f"“{typed}” names the tag {place.tag}, and {given} is given: give one of them.", operation)


def places_in(operation: Operation, values: Mapping[str, Any]) -> Iterator[tuple[str, Place]]:
    """What each value names that is an address or a reference; of one that is wrong, its own field will say so."""
    for parameter in parameters(operation.params):
        marker, value = marker_of(parameter.info, Names), values.get(parameter.name)
        if marker is None or not isinstance(value, str):
            continue
        try:
            place = read_place(value, marker.kind)
        except PydanticCustomError:
            continue
        if place is not None:
            yield value, place


def whole_repository(operation: Operation, typed: str, place: Place, *, part: str) -> list[str]:
    """A note that a write is about more than the tag or image that was pasted."""
    if is_read(operation):
        return []
    whole = f"{place.organization}/{place.repository}" if place.organization else place.repository
    if isinstance(operation, Write) and operation.destructive:
        raise usage_error(
            f"“{typed}” names {part}, and this is about all of {whole}: write {whole} if you mean it.", operation
        )
    return [f"{typed} names {part}; this is about all of {whole}."]
