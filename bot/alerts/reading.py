"""Reading Docker Hub's audit log: a window of it, whole, and an older part of it that is about one thing."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog

from bot.alerts.entries import AuditLogEntry, NumberedEntry, read_entry
from bot.hub import Hub
from bot.operations.audit_log import AUDIT_LOGS
from bot.operations.kit.base import canonical_json

if TYPE_CHECKING:
    from bot.hub.protocol import Query

PAGE_SIZE = 100
READINGS = 3
# Ten pages of a rate limit that counts requests a minute.
HISTORY = 1000

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AuditLog:
    """Docker Hub's audit log, as the account of `hub` sees it. Asking it is a network call: never in a transaction."""

    hub: Hub

    async def window(self, organization: str, *, since: datetime, until: datetime) -> list[NumberedEntry]:
        """Every entry from one whole second to another, oldest first. Raises HubError.

        Identical entries share their timestamp, so a window of whole seconds holds all of them or none, and their
        numbers are the same in every window that holds them.
        """
        readings = await self._read_until_settled(organization, since, until)
        numbered = number(readings[-1], fewest(readings), organization, otherwise=until)
        return sorted((each for each in numbered if each.entry.at >= since), key=lambda each: each.entry.at)

    async def history(self, organization: str, *, action: str, name: str, until: datetime) -> list[AuditLogEntry]:
        """What the action did to `name` up to a moment, newest first, and no more than 1,000. Raises HubError."""
        query: Query = {"action": action, "name": name, "to": until, "page_size": PAGE_SIZE}
        pages = await self.hub.pages(AUDIT_LOGS, query=query, limit=HISTORY, organization=organization)
        if not pages.complete:
            log.warning("alerts.history_cut", organization=organization, action=action, name=name, read=HISTORY)
        entries = (read_entry(row, organization, otherwise=until) for row in pages.data)
        # A filter that Docker Hub ignored would make anything an earlier one.
        return [entry for entry in entries if (entry.action, entry.name) == (action, name)]

    async def _read_until_settled(self, organization: str, since: datetime, until: datetime) -> list[list[Any]]:
        """One reading that nothing shifted; else several, of which `fewest` makes the best."""
        query: Query = {"from": since, "to": until, "page_size": PAGE_SIZE}
        readings: list[list[Any]] = []
        while len(readings) < READINGS:
            rows = (await self.hub.pages(AUDIT_LOGS, query=query, organization=organization)).data
            if not is_shifted([digest_of(row) for row in rows]):
                return [rows]
            readings.append(rows)
        return readings


def digest_of(raw: Any) -> str:
    """SHA-256 of a row's canonical JSON, in hexadecimal."""
    # JSON may hold half a surrogate pair, which UTF-8 does not encode otherwise.
    return hashlib.sha256(canonical_json(raw).encode(errors="surrogatepass")).hexdigest()


def is_shifted(digests: Sequence[str], size: int = PAGE_SIZE) -> bool:
    """Whether an entry may have been read twice, since a late one came in and moved the rest to the next page.

    The first row of a page has then been read already. Two events that are identical look the same.
    """
    seen: set[str] = set()
    for start in range(0, len(digests), size):
        page = digests[start : start + size]
        if page[0] in seen:
            return True
        seen.update(page)
    return False


def fewest(readings: Iterable[Sequence[Any]]) -> Mapping[str, int]:
    """How often each entry is there: the lowest count of the readings that have it.

    A shift repeats other entries each time; identical events are repeated every time.
    """
    lowest: dict[str, int] = {}
    for rows in readings:
        for digest, count in Counter(digest_of(row) for row in rows).items():
            lowest[digest] = min(count, lowest.get(digest, count))
    return lowest


def number(
    rows: Sequence[Any], counts: Mapping[str, int], organization: str, *, otherwise: datetime
) -> list[NumberedEntry]:
    """The rows (newest first) as entries, oldest first, each digest as often as `counts` says."""
    numbered: list[NumberedEntry] = []
    met: Counter[str] = Counter()
    for row in reversed(rows):
        digest = digest_of(row)
        if met[digest] < counts[digest]:
            entry = read_entry(row, organization, otherwise=otherwise)
            numbered.append(NumberedEntry(entry, digest, met[digest], row))
        met[digest] += 1
    return numbered
