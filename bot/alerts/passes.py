"""One pass over an organization's audit log: fetch, find facts, store, match, "was it us?", tell."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.alerts.archive import Archive, store
from bot.alerts.correlate import find_ours
from bot.alerts.entries import Key, NumberedEntry
from bot.alerts.facts import FACTS, Provider, Sources, find_facts
from bot.alerts.matching import candidates, match_batch
from bot.alerts.pushes import Pushes
from bot.alerts.reading import AuditLog
from bot.alerts.rules import Rules
from bot.alerts.tell import tell
from bot.alerts.told import NOTHING_KNOWN, Knowledge
from bot.db import hub_events
from bot.db.batches import BeginFor, batches
from bot.db.models import Cursor
from bot.db.session import Database
from bot.hub import Hub

# How many entries a transaction stores and tells of: SQLite's other writers wait for as long.
TOGETHER = 25


@dataclass(frozen=True, slots=True)
class Span:
    """What a pass reads of an organization's log: whole seconds. What is not younger than `told_until` is no news."""

    organization: str
    since: datetime
    until: datetime
    told_until: datetime | None

    def is_news(self, at: datetime) -> bool:
        """Whether an entry of that moment is to be told."""
        return self.told_until is None or at > self.told_until


@dataclass(frozen=True, slots=True)
class Passed:
    """How many entries were news, and how many alerts came of them."""

    news: int
    told: int


@dataclass(frozen=True, slots=True)
class AuditLogPass:
    """The stages of a pass, each over the batch. `account` is the bot's, in lower case; `now` answers business time.

    Facts are found before anything is stored, not after: finding them asks Docker Hub, which no transaction waits for,
    and what is stored has to be told in the same transaction, or a process that dies in between never tells it. That is
    done a few entries at a time, the oldest first, and the cursor moves last: where a pass ends in the middle, the next
    one reads the same window, and goes on with what is not stored. `begin` begins each transaction that writes.
    """

    database: Database
    begin: BeginFor
    hub: Hub
    rules: Rules
    channel: str
    account: str
    overlap: timedelta
    now: Callable[[], datetime]
    knowledge: Knowledge = NOTHING_KNOWN
    providers: Sequence[Provider] = FACTS

    async def run(self, organization: str) -> Passed:
        """Raises HubError, with no entry stored; the next pass reads from the same place."""
        span = span_of(await self._cursor(organization), now=self.now(), overlap=self.overlap)
        window = await AuditLog(self.hub).window(organization, since=span.since, until=span.until)
        missing = await Archive(self.database).missing(organization, window)
        facts = await self._facts(span, window, missing)
        passed = [await self._store_and_tell(span, batch, facts) for batch in batches(missing, TOGETHER)]
        async with self.begin(organization) as session:
            await hub_events.advance_cursor(session, organization, position=span.until, now=self.now())
        return Passed(sum(each.news for each in passed), sum(each.told for each in passed))

    async def _facts(
        self, span: Span, window: Sequence[NumberedEntry], missing: Sequence[NumberedEntry]
    ) -> Mapping[str, Collection[Key]]:
        asked = candidates(self.rules, (each for each in missing if span.is_news(each.entry.at)))
        return await find_facts(
            span.organization,
            asked,
            window=window,
            since=span.since,
            sources=Sources(Pushes(self.begin, self.now), AuditLog(self.hub)),
            providers=self.providers,
        )

    async def _store_and_tell(
        self, span: Span, batch: Sequence[NumberedEntry], facts: Mapping[str, Collection[Key]]
    ) -> Passed:
        now = self.now()
        async with self.begin(span.organization) as session:
            await hub_events.take_cursor(session, span.organization)
            stored = await store(session, batch, now=now)
            news = [each for each in stored if span.is_news(each.entry.at)]
            alerts = match_batch(self.rules, news, facts)
            # Of everything that is new to us: what is no news has been caused, and is not to be expected any longer.
            ours = await find_ours(session, span.organization, stored, account=self.account)
            unexpected = [alert for alert in alerts if alert.stored.id not in ours]
            told = await tell(session, unexpected, channel=self.channel, now=now, knowledge=self.knowledge)
            return Passed(len(news), told)

    async def _cursor(self, organization: str) -> Cursor:
        async with self.database.begin() as session:
            await hub_events.start_cursor(session, organization, whole_second(self.now()))
            cursor = await hub_events.cursor(session, organization)
        if cursor is None:
            raise LookupError(f"the cursor of {organization} is gone as soon as it was stored")
        return cursor


def span_of(cursor: Cursor, *, now: datetime, overlap: timedelta) -> Span:
    """From some time before the cursor until now. Until a pass has succeeded, what happened up to the cursor is old."""
    until = whole_second(now)
    since = min(until, whole_second(cursor.position - overlap))
    is_first = cursor.polled_at == hub_events.NEVER
    return Span(cursor.organization, since, until, cursor.position if is_first else None)


def whole_second(moment: datetime) -> datetime:
    """The second that the moment is in."""
    return moment.replace(microsecond=0)
