"""Previews and outcomes as rows hold them, and back."""

from dataclasses import asdict
from typing import Any

from bot.operations.kit.base import Change, ItemResult, Outcome, Preview


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
