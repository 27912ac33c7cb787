"""One poll of Docker Hub's audit log: what is new is stored and matched, and what matters is put into the outbox."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.alerts.archive import Archive, store
from bot.alerts.entries import AuditLogEntry, Key, NumberedEntry, StoredEntry
from bot.alerts.facts import Sources, find_facts
from bot.alerts.matching import candidates, match_batch
from bot.alerts.reading import AuditLog
from bot.alerts.rules import AlertRule, Rules, render
from bot.db import hub_events, messages
from bot.db.models import Cursor
from bot.db.session import Database
from bot.hub import Hub, HubError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

ALERT = "alert"
# Timestamps are whole seconds, and the contract does not say whether `from` and `to` are inclusive.
SHORTEST_OVERLAP = timedelta(seconds=2)
CLOCK_SKEW = timedelta(minutes=2)
BLIND_FOR = timedelta(minutes=15)

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one pass over an organization's log found, before any of it is stored."""

    cursor: Cursor
    until: datetime
    entries: Sequence[NumberedEntry]
    facts: Mapping[str, Collection[Key]]

    @property
    def is_first(self) -> bool:
        """Whether no poll has succeeded before: then what happened up to the cursor is no news."""
        return self.cursor.polled_at == hub_events.NEVER

    def is_news(self, at: datetime) -> bool:
        """Whether an entry of that moment is to be told."""
        return not self.is_first or at > self.cursor.position


class AuditLogPoller:
    """Polls the log of each organization. Several may run at once, in as many processes: nothing is told twice.

    `now` answers an aware datetime; `wake` rouses the delivery after a commit; `own_actor` is the bot's Docker ID, or
    the organization's name where it has an organization's token; entries may arrive as late as `overlap`.
    """

    def __init__(
        self,
        database: Database,
        hub: Hub,
        *,
        organizations: Sequence[str],
        rules: Sequence[AlertRule],
        alerts_channel: str,
        admin_channel: str,
        now: Callable[[], datetime],
        wake: Callable[[], None],
        own_actor: str,
        overlap: timedelta,
    ) -> None:
        self._database, self._hub = database, hub
        self._organizations = tuple(organizations)
        self._rules = Rules(rules)
        self._channel = alerts_channel
        self._admin_channel = admin_channel
        self._failed_since: dict[str, datetime] = {}
        self._now, self._wake = now, wake
        self._own_actor = own_actor.casefold()
        self._overlap = max(overlap, SHORTEST_OVERLAP)
        self._succeeded: dict[str, datetime] = {}
        self._failure: dict[str, str] = {}

    @property
    def last_success(self) -> datetime | None:
        """Since when at the latest every organization's log has been read; None until each has been once."""
        if len(self._succeeded) < len(self._organizations):
            return None
        return min(self._succeeded.values(), default=None)

    async def poll(self) -> int:
        """Read every organization's log once; answers how many entries were news.

        Where Docker Hub fails nothing is changed, and the next poll reads from the same place.
        """
        return sum([await self._poll_safely(organization) for organization in self._organizations])

    async def _poll_safely(self, organization: str) -> int:
        try:
            news = await self._poll(organization)
        except HubError as error:
            await self._note_failure(organization, error)
            return 0
        self._succeeded[organization] = self._now()
        self._failed_since.pop(organization, None)
        if self._failure.pop(organization, None):
            log.info("alerts.poll_recovered", organization=organization)
        return news

    async def _note_failure(self, organization: str, error: HubError) -> None:
        """Log a change of what is wrong; where it lasts, tell the administrators, once a day."""
        kind = type(error).__name__
        if self._failure.get(organization) != kind:
            self._failure[organization] = kind
            log.warning("alerts.poll_failed", organization=organization, error=str(error))
        now = self._now()
        if now - self._failed_since.setdefault(organization, now) < BLIND_FOR:
            return
        text = f"Docker Hub's audit log of {organization} cannot be read, so no alert can come: {error.text}"
        key = f"notice:audit-log:{organization}:{now:%Y-%m-%d}"
        async with self._database.begin() as session:
            wanted = await messages.want(
                session, key, kind="notice", channel=self._admin_channel, now=now, payload={"text": text}
            )
        if wanted:
            self._wake()

    async def _poll(self, organization: str) -> int:
        reading = await self._read(organization)
        news, alerts = await self._store(organization, reading)
        if alerts:
            self._wake()
        return news

    async def _read(self, organization: str) -> Reading:
        until = whole_second(self._now())
        cursor = await self._cursor(organization, until)
        since = min(until, whole_second(cursor.position - self._overlap))
        entries = await AuditLog(self._hub).window(organization, since=since, until=until)
        reading = Reading(cursor, until, entries, {})
        return replace(reading, facts=await self._facts(organization, reading))

    async def _facts(self, organization: str, reading: Reading) -> Mapping[str, Collection[Key]]:
        archive = Archive(self._database)
        missing = await archive.missing(organization, reading.entries)
        asked = candidates(self._rules, (each for each in missing if reading.is_news(each.entry.at)))
        sources = Sources(archive, AuditLog(self._hub))
        return await find_facts(organization, asked, window=reading.entries, sources=sources)

    async def _cursor(self, organization: str, start: datetime) -> Cursor:
        async with self._database.begin() as session:
            cursor = await hub_events.cursor(session, organization)
            if cursor is None:
                await hub_events.start_cursor(session, organization, start)
                cursor = await hub_events.cursor(session, organization)
        if cursor is None:
            raise LookupError(f"the cursor of {organization} is gone as soon as it was stored")
        return cursor

    async def _store(self, organization: str, reading: Reading) -> tuple[int, int]:
        """Everything in one transaction; answers how many entries were news, and how many alerts came of them."""
        now = self._now()
        news = alerts = 0
        async with self._database.begin() as session:
            # First, since its row lets only one poller of the organization on.
            await hub_events.advance_cursor(session, organization, position=reading.until, now=now)
            for stored in await store(session, reading.entries, now=now):
                ours = await self._is_ours(session, stored)
                if reading.is_news(stored.entry.at):
                    news += 1
                    found = match_batch(self._rules, [stored], reading.facts)
                    alerts += 0 if ours else await self._tell(session, stored, [each.rule for each in found])
        return news, alerts

    async def _is_ours(self, session: "AsyncSession", stored: StoredEntry) -> bool:
        """Whether the bot did it: by its account, on what it was about to change, and once for each execution."""
        entry = stored.entry
        if not is_by(self._own_actor, entry.actor):
            return False
        names = names_in(entry)
        for expected in await hub_events.open_expectations(session, entry, skew=CLOCK_SKEW):
            is_subject = not names.isdisjoint(subject.casefold() for subject in expected.subjects)
            if is_subject and await hub_events.meet_expectation(session, expected.id, stored.id):
                return True
        return False

    async def _tell(self, session: "AsyncSession", stored: StoredEntry, rules: Sequence[AlertRule]) -> int:
        entry = stored.entry
        for rule in rules:
            await messages.want(
                session,
                f"alert:{stored.id}:{rule.name}",
                kind=ALERT,
                channel=self._channel,
                now=self._now(),
                payload={
                    "rule": rule.name,
                    "title": rule.title,
                    "severity": rule.severity,
                    "text": render(rule, entry),
                    "organization": entry.organization,
                    "action": entry.action,
                    "name": entry.name,
                    "actor": entry.actor,
                    "at": entry.at.isoformat(),
                    "data": dict(entry.data),
                },
            )
        return len(rules)


def is_by(account: str, actor: str) -> bool:
    """Whether the actor is the account (in lower case), with or without an access token."""
    actor = actor.casefold()
    return actor == account or actor.startswith(f"{account} - access token")


def names_in(entry: AuditLogEntry) -> set[str]:
    """What the entry names, in lower case: its name, with and without the organization, and all values of `data`."""
    bare = entry.name.removeprefix(f"{entry.organization}/")
    return {text.casefold() for text in (entry.name, bare, *(value for _, value in entry.facts_of_data()))}


def whole_second(moment: datetime) -> datetime:
    """The second that the moment is in."""
    return moment.replace(microsecond=0)
