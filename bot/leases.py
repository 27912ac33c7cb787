"""Keeping this process's share of what only one replica may do at a time."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from bot.db import leases
from bot.db.session import DATABASE_AWAY, Database, Session
from bot.heartbeats import Heartbeats
from bot.worker import Worker

log = structlog.stdlib.get_logger(__name__)

# A replica that was killed is replaced after the one and the other at the latest.
LIFE = timedelta(seconds=6)
ROUND_SECONDS = 2.0


class Leases:
    """Claims what is free of `names`, renews what is ours, and lets go at the end.

    `gained` hears each name once it is ours. What is held is believed for `life` by this machine's steady clock, which
    goes on while the process is frozen; the transaction that counts asks the database (`begin`).
    """

    def __init__(
        self,
        database: Database,
        *,
        holder: str,
        names: Sequence[str],
        gained: Callable[[str], None],
        life: timedelta = LIFE,
        round_seconds: float = ROUND_SECONDS,
    ) -> None:
        self._database = database
        self._holder = holder
        self._names = frozenset(names)
        self._gained = gained
        self._life = life
        self._round_seconds = round_seconds
        self._held_until: dict[str, float] = {}
        self._is_failing = False
        self._worker = Worker("leases", self._round, rest_seconds=round_seconds)

    def watch(self, heartbeats: Heartbeats) -> None:
        """Have the loop watched that renews."""
        heartbeats.add(self._worker.heartbeat)

    def holds(self, name: str) -> bool:
        """Whether it is ours, as far as this process can tell without asking."""
        return self._held_until.get(name, 0.0) > time.monotonic()

    @asynccontextmanager
    async def begin(self, name: str) -> AsyncIterator[Session]:
        """A transaction during which nobody else can take the lease; raises `LeaseLost` where somebody has."""
        async with self._database.begin() as session:
            await leases.confirm(session, name, holder=self._holder)
            yield session

    async def start(self, *, alone: bool) -> None:
        """Claim for the first time, and go on; `alone`: nobody else uses the database, so what is held is nobody's."""
        if alone:
            async with self._database.begin() as session:
                await leases.release_all(session)
        await self._round()
        self._worker.start()

    async def stop(self) -> None:
        """Let go of everything; where the database is away, it runs out by itself."""
        await self._worker.stop()
        self._held_until.clear()
        try:
            async with self._database.begin() as session:
                await leases.release(session, holder=self._holder)
        except DATABASE_AWAY as error:
            log.warning("leases.not_released", error=type(error).__name__)

    async def _round(self) -> float:
        """Renew what is ours and claim what is free; answers how long to rest."""
        try:
            await self._renew()
            await self._claim()
        except DATABASE_AWAY as error:
            if not self._is_failing:
                log.warning("leases.not_renewed", error=type(error).__name__)
            self._is_failing = True
        else:
            self._is_failing = False
        return self._round_seconds

    async def _renew(self) -> None:
        if not self._held_until:
            return
        asked_at = time.monotonic()
        async with self._database.begin() as session:
            kept = await leases.renew(session, holder=self._holder, life=self._life)
        for name in self._held_until.keys() - kept:
            log.warning("lease.lost", lease=name)
        lapsed = {name for name in kept if not self.holds(name)}
        self._held_until = {}
        self._hold(kept, asked_at, gained=lapsed)

    async def _claim(self) -> None:
        wanted = self._names - self._held_until.keys()
        if not wanted:
            return
        asked_at = time.monotonic()
        async with self._database.begin() as session:
            taken = await leases.claim(session, wanted, holder=self._holder, life=self._life)
        self._hold(taken, asked_at, gained=taken)

    def _hold(self, names: set[str], asked_at: float, *, gained: set[str]) -> None:
        self._held_until |= dict.fromkeys(names, asked_at + self._life.total_seconds())
        for name in sorted(gained):
            log.info("lease.gained", lease=name)
            self._gained(name)
