"""Stores what arrives, and marks what is done: everything that comes together in one transaction."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.db import inbox
from bot.db.session import DATABASE_AWAY, VALUES_REFUSED, Database
from bot.heartbeats import Heartbeat
from bot.inbox.arrivals import Arrival, NotStored

log = structlog.stdlib.get_logger(__name__)

# So many rows take a few milliseconds; whoever comes then has the next transaction.
TOGETHER = 100
# Slack waits three seconds, the way there and back included.
PATIENCE_SECONDS = 2.2
PAUSE_SECONDS = 0.5
# How long work waits for those who wait for an acknowledgement, where these never end.
LONGEST_REST = 1.0


@dataclass(slots=True, eq=False)
class Wanted:
    """An arrival that is to be stored, and whoever waits for that; `taken` once a transaction holds it.

    `stored` answers whether it was not known before.
    """

    arrival: Arrival
    stored: "asyncio.Future[bool]"
    taken: bool = False


@dataclass(slots=True, kw_only=True)
class Committer:
    """One loop that commits for everybody, and tells `on_begun` of each arrival that is to be worked on."""

    database: Database
    name: str
    clock: Clock
    lease: timedelta
    on_begun: Callable[[Arrival], None]
    heartbeat: Heartbeat = field(default_factory=lambda: Heartbeat("inbox-committer"))
    _arrivals: list[Wanted] = field(default_factory=list)
    _done: list[str] = field(default_factory=list)
    _ready: "deque[tuple[Arrival, float]]" = field(default_factory=deque)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _task: "asyncio.Task[None] | None" = None
    _is_stopping: bool = False

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="inbox")
        self.heartbeat.follow(self._task)

    async def stop(self) -> None:
        """Commit what is there, and end."""
        self._is_stopping = True
        self.heartbeat.end()
        self._woken.set()
        if self._task is not None:
            await self._task

    async def store(self, arrival: Arrival) -> bool:
        """Return once it is stored: whether it was not known before, so that somebody is to `begin` it.

        Raises `NotStored` where it is not stored, and will not be. Where whoever waits is cancelled, it begins anyway.
        """
        wanted = Wanted(arrival, asyncio.get_running_loop().create_future())
        self._arrivals.append(wanted)
        self._woken.set()
        try:
            await asyncio.wait((wanted.stored,), timeout=PATIENCE_SECONDS)
            if not wanted.stored.done() and not wanted.taken:
                self._arrivals.remove(wanted)
                raise NotStored
            # Once taken it may be stored any moment: whoever is told that it is not would ask twice.
            return await asyncio.shield(wanted.stored)
        except asyncio.CancelledError:
            wanted.stored.add_done_callback(lambda stored: self._begin_unattended(arrival, stored))
            raise

    def begin(self, arrival: Arrival) -> None:
        """Have what is stored worked on, as soon as nobody waits to have something stored."""
        self._ready.append((arrival, time.monotonic()))
        self._woken.set()

    def mark_done(self, key: str) -> None:
        """With the next transaction: nothing is left to do for it."""
        self._done.append(key)
        self._woken.set()

    async def _run(self) -> None:
        while self._is_busy or not self._is_stopping:
            self.heartbeat.rest()
            await self._woken.wait()
            self._woken.clear()
            while self._is_busy:
                self.heartbeat.beat()
                if not await self._turn() and self._is_stopping:
                    return

    @property
    def _is_busy(self) -> bool:
        return bool(self._arrivals or self._done or self._ready)

    async def _turn(self) -> bool:
        """An acknowledgement that somebody waits for goes before work that is to begin; False where a commit failed.

        Where these never end, one work begins with each commit as soon as it has waited for `LONGEST_REST`.
        """
        if (self._arrivals or not self._ready) and not await self._commit():
            return False
        if self._ready and (not self._arrivals or self._is_overdue):
            self.on_begun(self._ready.popleft()[0])
            await asyncio.sleep(0)
        return True

    @property
    def _is_overdue(self) -> bool:
        return time.monotonic() - self._ready[0][1] > LONGEST_REST

    async def _commit(self) -> bool:
        """One transaction; False where the database took none."""
        wanted, done = self._arrivals[:TOGETHER], self._done[:TOGETHER]
        del self._arrivals[:TOGETHER], self._done[:TOGETHER]
        for each in wanted:
            each.taken = True
        return await self._commit_together(wanted, done)

    async def _commit_together(self, wanted: Sequence[Wanted], done: list[str]) -> bool:
        try:
            new = await self._write([each.arrival for each in wanted], done)
        except Exception as error:
            log.warning("inbox.not_stored", error=type(error).__name__, arrivals=len(wanted))
            is_away = isinstance(error, DATABASE_AWAY) and not isinstance(error, VALUES_REFUSED)
            self._done = done + self._done
            if len(wanted) > 1 and not is_away:
                return await self._commit_singly(wanted)
            if not is_away:
                log.exception("inbox.broken")
            self._refuse(wanted)
            await asyncio.sleep(PAUSE_SECONDS)
            return False
        for each in wanted:
            each.stored.set_result(each.arrival.key in new)
            # Of what came twice at once, one is news.
            new.discard(each.arrival.key)
        return True

    async def _commit_singly(self, wanted: Sequence[Wanted]) -> bool:
        """Each in a transaction of its own: what cannot be stored costs nobody else the promise."""
        return all([await self._commit_together([each], []) for each in wanted])

    async def _write(self, arrivals: Sequence[Arrival], done: Sequence[str]) -> set[str]:
        """The keys of what is new."""
        rows = list({each.key: self._row(each) for each in arrivals}.values())
        steps = [inbox.add(self.database.dialect, rows)] if rows else []
        if done:
            steps.append(inbox.finish(done, holder=self.name, now=self.clock.real()))
        returned = await self.database.urgently(steps)
        return set(returned[0]) if rows else set()

    def _begin_unattended(self, arrival: Arrival, stored: "asyncio.Future[bool]") -> None:
        if stored.exception() is None and stored.result():
            self.begin(arrival)

    def _row(self, arrival: Arrival) -> dict[str, object]:
        return {
            "key": arrival.key,
            "kind": arrival.kind,
            "person": arrival.person,
            "payload": dict(arrival.payload),
            "state": inbox.WAITING,
            "received_at": arrival.received_at,
            "claimed_by": self.name,
            "lease_until": self.clock.real() + self.lease,
        }

    @staticmethod
    def _refuse(wanted: Sequence[Wanted]) -> None:
        for each in wanted:
            each.stored.set_exception(NotStored())
            # Whoever has stopped waiting asks for no exception.
            each.stored.exception()
