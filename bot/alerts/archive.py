"""The entries of Docker Hub's audit log that we keep: raw, whole, and each once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.alerts.entries import Key, NumberedEntry, StoredEntry, storable_text
from bot.db import hub_events
from bot.db.batches import batches
from bot.db.session import Database, Session


@dataclass(frozen=True, slots=True)
class Archive:
    """What is stored already; each question is made of short transactions of its own."""

    database: Database

    async def missing(self, organization: str, entries: Sequence[NumberedEntry]) -> list[NumberedEntry]:
        """Those of an organization's entries that are not stored, in order."""
        stored: set[Key] = set()
        for batch in batches(sorted({each.digest for each in entries})):
            async with self.database.reading() as session:
                stored |= await hub_events.stored_keys(session, organization, batch)
        return [each for each in entries if each.key not in stored]


async def store(session: Session, entries: Sequence[NumberedEntry], *, now: datetime) -> list[StoredEntry]:
    """Keep the entries that are not there yet, and answer exactly those, in order."""
    ids = await hub_events.add_new(session, [row_of(each, now) for each in entries])
    return [StoredEntry(ids[each.key], each.key, each.entry) for each in entries if each.key in ids]


def row_of(numbered: NumberedEntry, now: datetime) -> dict[str, object]:
    """The entry as a row of `hub_events`."""
    entry = numbered.entry
    return {
        "organization": entry.organization,
        "digest": numbered.digest,
        "ordinal": numbered.ordinal,
        "at": entry.at,
        "action": entry.action,
        "name": entry.name,
        "actor": entry.actor,
        "data": dict(entry.data),
        "description": description_of(numbered.raw),
        "raw": raw_text(numbered.raw),
        "seen_at": now,
    }


def raw_text(raw: Any) -> str:
    """What Docker Hub sent as JSON, in the order of its keys; `json.loads` gives back every character."""
    # Escaped, NUL and half a surrogate pair are text like any other; as they are, neither database takes them.
    return json.dumps(raw, ensure_ascii=True, separators=(",", ":"))


def description_of(raw: Any) -> str:
    """Docker's own sentence on what happened, uncut; empty where there is none."""
    return storable_text(raw.get("action_description")) if isinstance(raw, Mapping) else ""
