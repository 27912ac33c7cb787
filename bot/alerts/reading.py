"""Reading Docker Hub's audit log: a window of it, whole, and an older part of one repository's."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from bot.alerts.entries import AuditLogEntry, read_entry
from bot.hub import Hub
from bot.operations.audit_log import AUDIT_LOGS
from bot.operations.kit.base import canonical_json

if TYPE_CHECKING:
    from bot.hub.protocol import Query

PAGE_SIZE = 100
READINGS = 3
TAG_PUSH = "repo.tag.push"
# Ten pages of a rate limit that counts requests a minute.
HISTORY = 1000

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NumberedEntry:
    """An entry with what tells it apart: the digest of its canonical JSON, and its number among identical ones."""

    entry: AuditLogEntry
    digest: str
    ordinal: int

    @property
    def key(self) -> tuple[str, int]:
        """Unique within an organization's log."""
        return self.digest, self.ordinal


async def read_window(hub: Hub, organization: str, *, since: datetime, until: datetime) -> list[NumberedEntry]:
    """Every entry from one whole second to another, oldest first. Raises HubError.

    Identical entries share their timestamp, so a window of whole seconds holds all of them or none, and their
    numbers are the same in every window that holds them.
    """
    query: Query = {"from": since, "to": until, "page_size": PAGE_SIZE}
    readings: list[list[Any]] = []
    while len(readings) < READINGS:
        rows = (await hub.pages(AUDIT_LOGS, query=query, organization=organization)).data
        readings.append(rows)
        if not is_shifted([digest_of(row) for row in rows]):
            readings = [rows]
            break
    numbered = number(readings[-1], fewest(readings), organization, otherwise=until)
    return sorted((each for each in numbered if each.entry.at >= since), key=lambda each: each.entry.at)


async def read_pushes(hub: Hub, organization: str, repository: str, *, until: datetime) -> list[AuditLogEntry]:
    """The repository's pushes up to a moment, newest first, and no more than 1,000. Raises HubError."""
    query: Query = {"action": TAG_PUSH, "name": repository, "to": until, "page_size": PAGE_SIZE}
    pages = await hub.pages(AUDIT_LOGS, query=query, limit=HISTORY, organization=organization)
    if not pages.complete:
        log.warning("alerts.history_cut", organization=organization, repository=repository, read=HISTORY)
    entries = (read_entry(row, organization, otherwise=until) for row in pages.data)
    # A filter that Docker Hub ignored would make any push an earlier one.
    return [entry for entry in entries if (entry.action, entry.name) == (TAG_PUSH, repository)]


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
            numbered.append(NumberedEntry(read_entry(row, organization, otherwise=otherwise), digest, met[digest]))
        met[digest] += 1
    return numbered


def whole_second(moment: datetime) -> datetime:
    """The second that the moment is in."""
    return moment.replace(microsecond=0)


def second_before(moment: datetime) -> datetime:
    """The second before the one that the moment is in."""
    return whole_second(moment) - timedelta(seconds=1)
