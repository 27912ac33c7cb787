"""Whose a request is: taken in one transaction, kept while it is done, lost to another, or given up."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.db import claims, requests
from bot.db.batches import BATCH
from bot.db.models import OperationRequest
from bot.db.session import DATABASE_AWAY, Database, Session
from bot.governance.execution.queue import AT_WORK, Queue, overlap
from bot.governance.execution.subjects import known, subjects_of
from bot.governance.ledger.execution_facts import Claimed, Expected, Resumed, TakenOver
from bot.governance.ledger.facts import Fact
from bot.governance.ledger.lifecycle import Status
from bot.governance.ledger.record import record
from bot.operations.kit.base import Operation

log = structlog.stdlib.get_logger(__name__)


class ClaimLost(Exception):
    """Another executor has taken the request over; this one must not write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The claims of one worker, whose own `name` they carry.

    Whoever has not extended a claim for `lease` (machine time) counts as dead. `wake` rouses the workers after a
    commit; `beat` shows that a long execution is alive.
    """

    name: str
    database: Database
    operations: Mapping[str, Operation]
    lease: timedelta
    clock: Clock
    wake: Callable[[], None]
    beat: Callable[[], None]

    async def queue(self) -> Queue:
        """What there is to do, as of now; read a few rows at a time, since a claim looks once more all the same."""
        rows: list[claims.Row] = []
        while True:
            page = await self._page(after=rows[-1].id if rows else 0)
            rows += page
            if len(page) < BATCH:
                break
        return Queue(rows, self.clock.now(), self.clock.real())

    async def _page(self, *, after: int) -> Sequence[claims.Row]:
        """A few rows; only where nobody has looked yet what some are about, that has to be written."""
        async with self.database.reading() as session:
            page = await claims.in_states(session, AT_WORK, after=after, limit=BATCH)
        if all(row.subjects is not None for row in page):
            return page
        async with self.database.begin() as session:
            return await self._rows(session, AT_WORK, after=after, limit=BATCH)

    async def begin(self, request_id: int, *, version: int | None = None) -> OperationRequest | None:
        """Claim what is approved; None where it is not any more, or not in the version that was judged.

        None, too, where something about the same is being done: under the lock nobody else claims meanwhile.
        """
        async with self.database.begin() as session:
            await claims.lock(session)
            # What was asked for never changes, so it is read before the row is taken.
            asked = await requests.get(session, request_id)
            busy = await self._rows(session, [Status.EXECUTING])
            if asked is None or overlap(busy, request_id, self._subjects(asked)):
                return None
            fact = Claimed(
                at=self.clock.now(),
                executor=self.name,
                lease_until=self.clock.real() + self.lease,
                expected=self._expected(asked),
                version=version,
            )
            request = await record(session, request_id, fact)
        self.wake()
        return request

    async def resume(self, request_id: int) -> OperationRequest | None:
        """Claim what was given up in the middle; None where somebody was faster."""
        lease_until = self.clock.real() + self.lease
        return await self._record(request_id, Resumed(at=self.clock.now(), executor=self.name, lease_until=lease_until))

    async def take_over(self, request_id: int) -> OperationRequest | None:
        """Claim what another has fallen silent over; None where somebody was faster, or the other is alive again."""
        real_now = self.clock.real()
        async with self.database.begin() as session:
            abandoned = await requests.get(session, request_id)
            if abandoned is None:
                return None
            fact = TakenOver(
                at=self.clock.now(),
                executor=self.name,
                attempt=abandoned.attempts + 1,
                real_now=real_now,
                lease_until=real_now + self.lease,
            )
            return await record(session, request_id, fact)

    async def end(self, request_id: int, fact: Fact) -> bool:
        """Record what ends or gives up a claim of ours; False where it is no longer ours."""
        request = await self._record(request_id, fact)
        if request is not None:
            self.wake()
        return request is not None

    async def confirm(self, request_id: int) -> None:
        """The last thing before a write: raises `ClaimLost` where another executor has the request."""
        if not await self.extend(request_id):
            raise ClaimLost

    async def extend(self, request_id: int, lease: timedelta | None = None) -> bool:
        """Keep it for `lease` from now on; False where it is no longer ours."""
        self.beat()
        async with self.database.begin() as session:
            return await claims.extend(
                session,
                request_id,
                status=Status.EXECUTING,
                holder=self.name,
                lease_until=self.clock.real() + (self.lease if lease is None else lease),
            )

    @asynccontextmanager
    async def keeping(self, request_id: int) -> AsyncIterator[None]:
        """Keep it as long as the block runs."""
        ended = asyncio.Event()
        keeper = asyncio.create_task(self.extend_until(ended, request_id))
        try:
            yield
        finally:
            # Told, not cancelled: a cancelled statement costs its connection.
            ended.set()
            await keeper

    async def extend_until(self, ended: asyncio.Event, request_id: int) -> None:
        """Extend the lease now and then; a database that is away for a while ends neither this nor the work."""
        while not ended.is_set():
            try:
                async with asyncio.timeout(self.lease.total_seconds() / 3):
                    await ended.wait()
            except TimeoutError:
                try:
                    await self.extend(request_id)
                except DATABASE_AWAY as error:
                    log.warning("execution.lease_not_extended", error=type(error).__name__)

    async def _record(self, request_id: int, fact: Fact) -> OperationRequest | None:
        async with self.database.begin() as session:
            return await record(session, request_id, fact)

    async def _rows(
        self, session: Session, statuses: Sequence[str], *, after: int = 0, limit: int | None = None
    ) -> Sequence[claims.Row]:
        """The rows in these states; nobody may have looked yet what some are about, which their parameters say."""
        rows = await claims.in_states(session, statuses, after=after, limit=limit)
        unknown = [row.id for row in rows if row.subjects is None]
        for request_id in unknown:
            if (request := await requests.get(session, request_id)) is not None:
                await claims.remember_subjects(session, request_id, subjects_of(request, self.operations))
        return await claims.in_states(session, statuses, after=after, limit=limit) if unknown else rows

    def _subjects(self, request: OperationRequest) -> Sequence[str]:
        """What it is about, as the queue has it: whoever looked first may have been of another version."""
        return subjects_of(request, self.operations) if request.subjects is None else request.subjects

    def _expected(self, request: OperationRequest) -> tuple[Expected, ...]:
        """What Docker's log will show of it; what is done in steps says so with each."""
        if (found := known(request, self.operations)) is None:
            return ()
        operation, params = found
        if operation.steps is not None or not operation.hub_action:
            return ()
        return (Expected(action=operation.hub_action, subjects=tuple(operation.subjects(params))),)
