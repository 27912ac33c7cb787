"""Previews, outcomes and whom a request is about, as rows hold them, and back."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.operations.kit.base import Change, ItemResult, Outcome, Preview


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


def dump_preview(preview: Preview) -> dict[str, Any]:
    """A preview as a row holds it."""
    return {"changes": [asdict(change) for change in preview.changes], "notes": list(preview.notes)}


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
