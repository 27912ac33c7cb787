"""Previews, outcomes and whom a request is about, as rows hold them, and back."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.operations.kit.base import Change, ItemResult, Outcome, Params, Preview, Write
from bot.operations.kit.consequences import COMES_NOT_BACK, Harm, Prepared, Risk, shortened


@dataclass(frozen=True, slots=True)
class KnownBeneficiary:
    """Somebody whom a request is about: their names in Docker Hub, and their accounts in Slack.

    `people` is empty where nobody was known for them when it was asked for, None where that could not be asked.
    """

    names: tuple[str, ...]
    people: tuple[str, ...] | None

    @property
    def name(self) -> str:
        """How they are called."""
        return self.names[0]


@dataclass(frozen=True, slots=True)
class Head:
    """What an operation says of one wish: its title, what to look at twice, and what would undo it exactly."""

    title: str = ""
    risks: tuple[Risk, ...] = ()
    inverse: Prepared | None = None


NO_HEAD = Head()


def head_of(operation: Write, params: Params, would: Preview) -> Head:
    """What the operation says of this wish; a destructive one that says nothing of its risks has one."""
    by_default = (COMES_NOT_BACK,) if operation.destructive else ()
    return Head(
        title=shortened(operation.heading(params, would)) if operation.heading else "",
        risks=operation.risks(params, would) if operation.risks else by_default,
        inverse=operation.inverse(params, would) if operation.inverse else None,
    )


def dump_preview(preview: Preview, head: Head = NO_HEAD) -> dict[str, Any]:
    """A preview as a row holds it."""
    return {
        "changes": [asdict(change) for change in preview.changes],
        "notes": list(preview.notes),
        "title": head.title,
        "risks": [asdict(risk) for risk in head.risks],
        "inverse": head.inverse and {"operation": head.inverse.operation, "values": dict(head.inverse.values)},
    }


def load_head(preview: dict[str, Any]) -> Head:
    """What a row's preview says besides its changes; nothing where an earlier version made it."""
    inverse = preview.get("inverse")
    return Head(
        title=preview.get("title", ""),
        risks=tuple(Risk(Harm(risk["harm"]), risk["said"]) for risk in preview.get("risks", ())),
        inverse=Prepared(inverse["operation"], inverse["values"]) if inverse else None,
    )


def load_changes(preview: dict[str, Any]) -> tuple[Change, ...]:
    """The changes of a row's preview."""
    return tuple(Change(c["subject"], c["before"], c["after"], tuple(c["items"])) for c in preview["changes"])


def dump_outcome(outcome: Outcome) -> dict[str, Any]:
    """An outcome as a row holds it: never its secret."""
    return {"summary": outcome.summary, "items": [asdict(item) for item in outcome.items]}


def load_items(outcome: dict[str, Any] | None) -> tuple[ItemResult, ...]:
    """The items of a row's outcome; none where there is no outcome yet."""
    return tuple(ItemResult(**item) for item in (outcome or {}).get("items", ()))


def dump_about(about: Iterable[KnownBeneficiary]) -> list[dict[str, Any]]:
    """Whom it is about, as a row holds it."""
    return [asdict(each) for each in about]


def load_about(stored: Sequence[dict[str, Any]] | None) -> tuple[KnownBeneficiary, ...] | None:
    """Whom a row's request is about; None where an earlier version made it, which did not ask."""
    if stored is None:
        return None
    return tuple(
        KnownBeneficiary(tuple(each["names"]), None if each["people"] is None else tuple(each["people"]))
        for each in stored
    )
