"""Homes that people have open: shown when they are opened, and brought up to date while somebody may be looking."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from bot import outbox
from bot.db import homes, hub_events, limit_snapshots, messages, requests, trail
from bot.db.session import Session
from bot.governance.context import Context
from bot.governance.people import DirectoryUnavailable
from bot.governance.requests.deciding import named
from bot.governance.requests.overview import is_low, log_seen
from bot.governance.requests.queries import views_in
from bot.governance.views import RequestView
from bot.outbox.destination import slack_home
from bot.outbox.kinds import ALERT, HOME

# Whoever has not come back for so long sees what is new when they do.
LATELY = timedelta(hours=24)
MOST_HOMES = 300
# Facts that are looked at one by one; after more of them, everybody's home is brought up to date.
MOST_FACTS = 500


def home_key(user: str) -> str:
    """How somebody's home is found again: in use, so it stays as it is."""
    return f"home:{user}"


async def home_opened(context: Context, user: str) -> None:
    """Show the person their home as it is now, and keep it up to date for a while."""
    async with context.acting() as session:
        # The machine's time, as all that decides what is sent when.
        await homes.opened(session, user, context.clock.real())
        wanted = await outbox.want(
            session, home_key(user), kind=HOME, destination=slack_home(user), clock=context.clock
        )
        if not wanted:
            await outbox.touch(session, home_key(user), clock=context.clock)
    context.wake()


async def refresh_home(context: Context, user: str) -> None:
    """Bring somebody's home up to date at once; nothing where they never opened it."""
    async with context.database.begin() as session:
        await outbox.touch(session, home_key(user), clock=context.clock)
    context.wake()


async def shown_digest(context: Context, user: str) -> str | None:
    """The digest of what the person's home shows; None where that is not known."""
    async with context.database.reading() as session:
        return await homes.digest_of(session, user)


async def note_shown(context: Context, user: str, digest: str | None) -> None:
    """Note what the person's home shows now."""
    async with context.database.begin() as session:
        await homes.shown(session, user, digest)


@dataclass(frozen=True, slots=True)
class Seen:
    """What every home goes by: the last fact and alert, and how it is with Docker Hub's limits and logs."""

    fact: int
    alert: int
    is_limited: bool
    unread: frozenset[str]


@dataclass(slots=True)
class HomeWatch:
    """Brings the homes up to date that were opened lately, whoever's show something else by now.

    It goes by what has been written since its last round, so many changes at once are one: what decides a request
    waits for no home, and of two transactions none waits for the other's homes. `stale_after` is as in `home_facts`.
    """

    context: Context
    stale_after: timedelta
    _seen: Seen | None = field(default=None, init=False)

    async def check(self) -> int:
        """Have the homes shown anew that may have changed since the last round; answers how many."""
        context, before = self.context, self._seen
        async with context.database.reading() as session:
            now = await self._look(session)
            if now == before:
                return 0
            lately = await homes.since(session, context.clock.real() - LATELY, limit=MOST_HOMES)
            changed = await self._changed(session, before, now)
        people = lately if changed is None else await self._concerned(lately, changed)
        async with context.database.begin() as session:
            # Sorted, so that two replicas cannot wait for each other.
            for user in sorted(people):
                await outbox.touch(session, home_key(user), clock=context.clock)
        self._seen = now
        if people:
            context.wake()
        return len(people)

    async def _look(self, session: Session) -> Seen:
        context, now = self.context, self.context.clock.now()
        alerts = await messages.newest_of(session, ALERT.name, 1)
        limits = await limit_snapshots.current(session, now)
        polled = await hub_events.polled(session, context.organizations)
        logs = [log_seen(context, name, polled, self.stale_after) for name in context.organizations]
        return Seen(
            fact=await trail.newest(session),
            alert=alerts[0].id if alerts else 0,
            is_limited=any(map(is_low, limits)),
            unread=frozenset(log.organization for log in logs if not log.is_fresh),
        )

    async def _changed(self, session: Session, before: Seen | None, now: Seen) -> tuple[RequestView, ...] | None:
        """The requests that something has become of; None where more has changed than that, or nobody knows what."""
        if before is None or (before.alert, before.is_limited, before.unread) != (
            now.alert,
            now.is_limited,
            now.unread,
        ):
            return None
        facts = await trail.after(session, before.fact, MOST_FACTS)
        if len(facts) == MOST_FACTS:
            return None
        numbers = {fact.request_id for fact in facts if fact.request_id is not None}
        rows = [row for number in sorted(numbers) if (row := await requests.get(session, number)) is not None]
        return await views_in(session, rows)

    async def _concerned(self, people: Iterable[str], changed: Iterable[RequestView]) -> set[str]:
        """Those of the people on whose homes one of the requests stands, or stood."""
        concerned: set[str] = set()
        for view in changed:
            concerned |= {view.requester, *(ballot.voter for ballot in view.ballots)}
            try:
                concerned |= await named(self.context, view.requirements)
            except DirectoryUnavailable:
                return set(people)
        return concerned.intersection(people)
