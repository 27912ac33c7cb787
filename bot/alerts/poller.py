"""One poll of Docker Hub's audit log: what is new is stored and matched, and what matters is put into the outbox."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot import outbox
from bot.alerts.entries import AuditLogEntry
from bot.alerts.reading import (
    TAG_PUSH,
    NumberedEntry,
    read_pushes,
    read_window,
    second_before,
    whole_second,
)
from bot.alerts.rules import AlertRule, Fact, Rules, match, needed_facts, render
from bot.clock import Clock
from bot.db import hub_events
from bot.db.models import Cursor, HubEvent
from bot.db.session import Database
from bot.hub import Hub, HubError
from bot.outbox.destination import slack_channel
from bot.outbox.kinds import ALERT, NOTICE

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

# Timestamps are whole seconds, and the contract does not say whether `from` and `to` are inclusive.
SHORTEST_OVERLAP = timedelta(seconds=2)
CLOCK_SKEW = timedelta(minutes=2)
BLIND_FOR = timedelta(minutes=15)
PUSHED_BEFORE: frozenset[Fact] = frozenset({"pushed_before"})

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one pass over an organization's log found, before any of it is stored."""

    cursor: Cursor
    until: datetime
    entries: Sequence[NumberedEntry]
    pushed_before: Collection[tuple[str, int]]

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
            wanted = await outbox.want(
                session,
                key,
                kind=NOTICE,
                destination=slack_channel(self._admin_channel),
                clock=Clock(now=self._now),
                payload={"text": text},
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
        entries = await read_window(self._hub, organization, since=since, until=until)
        pushed = await self._pushed_before(entries)
        return Reading(cursor, until, entries, pushed)

    async def _cursor(self, organization: str, start: datetime) -> Cursor:
        async with self._database.begin() as session:
            cursor = await hub_events.cursor(session, organization)
            if cursor is None:
                await hub_events.start_cursor(session, organization, start)
                cursor = await hub_events.cursor(session, organization)
        if cursor is None:
            raise LookupError(f"the cursor of {organization} is gone as soon as it was stored")
        return cursor

    async def _pushed_before(self, entries: Sequence[NumberedEntry]) -> set[tuple[str, int]]:
        """Keys of the entries that push a tag which had been pushed before, of those that a rule asks about."""
        asked = [each for each in entries if needed_facts(self._rules, each.entry)]
        if not asked:
            return set()
        found = pushed_again(entries)
        # An entry that is stored already finds itself: Docker Hub is asked of new ones alone.
        async with self._database.begin() as session:
            found |= {each.key for each in asked if each.key not in found and await is_stored(session, each.entry)}
        return found | await self._pushed_long_ago([each for each in asked if each.key not in found])

    async def _pushed_long_ago(self, asked: Sequence[NumberedEntry]) -> set[tuple[str, int]]:
        """As Docker Hub remembers it: one question for each repository."""
        found: set[tuple[str, int]] = set()
        for repository in sorted({each.entry.name for each in asked}):
            mine = [each for each in asked if each.entry.name == repository]
            until = second_before(max(each.entry.at for each in mine))
            history = await read_pushes(self._hub, mine[0].entry.organization, repository, until=until)
            first = {tag_of(entry): entry.at for entry in history}  # newest first, so the oldest stays
            found |= {each.key for each in mine if first.get(tag_of(each.entry), each.entry.at) < each.entry.at}
        return found

    async def _store(self, organization: str, reading: Reading) -> tuple[int, int]:
        """Everything in one transaction; answers how many entries were news, and how many alerts came of them."""
        now = self._now()
        by_key = {each.key: each for each in reading.entries}
        news = alerts = 0
        async with self._database.begin() as session:
            # First, since its row lets only one poller of the organization on.
            await hub_events.advance_cursor(session, organization, position=reading.until, now=now)
            for event in await hub_events.add_new(session, [row_of(each, now) for each in reading.entries]):
                entry = by_key[event.digest, event.ordinal].entry
                ours = await self._is_ours(session, event, entry)
                if reading.is_news(event.at):
                    news += 1
                    facts = PUSHED_BEFORE if (event.digest, event.ordinal) in reading.pushed_before else frozenset()
                    alerts += 0 if ours else await self._tell(session, event, entry, match(self._rules, entry, facts))
        return news, alerts

    async def _is_ours(self, session: "AsyncSession", event: HubEvent, entry: AuditLogEntry) -> bool:
        """Whether the bot did it: by its account, on what it was about to change, and once for each execution."""
        if not is_by(self._own_actor, entry.actor):
            return False
        names = names_in(entry)
        for expected in await hub_events.open_expectations(session, event, skew=CLOCK_SKEW):
            is_subject = not names.isdisjoint(subject.casefold() for subject in expected.subjects)
            if is_subject and await hub_events.meet_expectation(session, expected.id, event.id):
                return True
        return False

    async def _tell(
        self, session: "AsyncSession", event: HubEvent, entry: AuditLogEntry, rules: Sequence[AlertRule]
    ) -> int:
        for rule in rules:
            await outbox.want(
                session,
                f"alert:{event.id}:{rule.name}",
                kind=ALERT,
                destination=slack_channel(self._channel),
                clock=Clock(now=self._now),
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


async def is_stored(session: "AsyncSession", entry: AuditLogEntry) -> bool:
    """Whether an earlier push of the entry's tag has been stored."""
    return await hub_events.was_pushed(
        session,
        entry.organization,
        action=TAG_PUSH,
        repository=entry.name,
        tag=tag_of(entry),
        until=entry.at,
    )


def pushed_again(entries: Iterable[NumberedEntry]) -> set[tuple[str, int]]:
    """Keys of those entries, oldest first, that push a tag which an earlier one of them pushed."""
    again: set[tuple[str, int]] = set()
    pushed: set[tuple[str, str]] = set()
    for each in entries:
        if each.entry.action == TAG_PUSH:
            tag = each.entry.name, tag_of(each.entry)
            again |= {each.key} if tag in pushed else set()
            pushed.add(tag)
    return again


def tag_of(entry: AuditLogEntry) -> str:
    """The tag that was pushed: https://docs.docker.com/reference/api/hub/latest/ has it in its example."""
    return entry.data.get("tag", "")


def is_by(account: str, actor: str) -> bool:
    """Whether the actor is the account (in lower case), with or without an access token."""
    actor = actor.casefold()
    return actor == account or actor.startswith(f"{account} - access token")


def names_in(entry: AuditLogEntry) -> set[str]:
    """What the entry names, in lower case: its name, with and without the organization, and all values of `data`."""
    bare = entry.name.removeprefix(f"{entry.organization}/")
    return {text.casefold() for text in (entry.name, bare, *(value for _, value in entry.facts_of_data()))}


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
        "seen_at": now,
    }
