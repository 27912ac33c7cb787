"""Takes approved requests one after another: claims each, keeps the claim while it is done, and records its end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import structlog
from pydantic import ValidationError

from bot.clock import Clock
from bot.db import requests
from bot.db.models import OperationRequest
from bot.db.session import DATABASE_AWAY, Database
from bot.governance.execution.attempt import MAX_ATTEMPTS, Attempt
from bot.governance.execution.courier import Courier
from bot.governance.execution.stepper import Stepper
from bot.governance.execution.verdict import Interrupted, Verdict
from bot.governance.ledger.facts import Claimed, Expected, Finished, TakenOver
from bot.governance.ledger.lifecycle import Status
from bot.governance.ledger.record import record
from bot.hub import Hub
from bot.operations.kit.base import Operation, Params, Write
from bot.operations.kit.capabilities import Capabilities

log = structlog.stdlib.get_logger(__name__)

NO_LONGER_KNOWN = "This version of Hubwarden cannot do it any more: what was asked for has changed. Ask again."
BROKEN = "Hubwarden itself failed while doing this, and its log says how. Look in Docker Hub whether it was done."
# A minute of a database that is away: by then the lease is over, and whoever takes over reads back.
FINISH_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)

Work: TypeAlias = Callable[[Attempt], "Awaitable[Verdict | None]"]


class ClaimLost(Exception):
    """Another executor has taken the request over; this one must not write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """`name` is this process's own. Whoever has not extended a claim for `lease` (machine time) counts as dead.

    `wake` rouses the workers after a commit; `beat` shows that a long execution is alive; `is_stopping` ends a bulk
    between two items.
    """

    name: str
    database: Database
    hub: Hub
    operations: Mapping[str, Operation]
    courier: Courier
    capabilities: Capabilities
    lease: timedelta
    clock: Clock
    wake: Callable[[], None]
    beat: Callable[[], None] = lambda: None
    is_stopping: Callable[[], bool] = lambda: False

    async def step(self) -> float:
        """Do one request; answers for how many seconds there is none to do."""
        if (request_id := await self._next_id()) is not None:
            await self.step_request(request_id)
            return 0  # where another executor was faster, too: there may be more
        if (request := await self._take_over()) is not None:
            await self._run(request, Attempt.recover)
            return 0
        return self.lease.total_seconds() / 2

    async def step_request(self, request_id: int) -> bool:
        """Do this one, where it is approved; False where it is not, or not any more."""
        request = await self._claim(request_id)
        if request is not None:
            await self._run(request, Attempt.execute)
        return request is not None

    async def _next_id(self) -> int | None:
        async with self.database.begin() as session:
            return await requests.next_id(session, Status.APPROVED, self.clock.now())

    async def _claim(self, request_id: int) -> OperationRequest | None:
        async with self.database.begin() as session:
            # Before the row is locked: what was asked for never changes, and the fact says whether it may begin.
            known = await requests.get(session, request_id)
            fact = Claimed(
                at=self.clock.now(),
                executor=self.name,
                lease_until=self.clock.real() + self.lease,
                expected=self._expected(known) if known is not None else (),
            )
            request = await record(session, request_id, fact)
        self.wake()
        return request

    def _expected(self, request: OperationRequest) -> tuple[Expected, ...]:
        """What Docker's log will show of it; what is done in steps says so with each."""
        if (known := self._known(request)) is None:
            return ()
        operation, params = known
        if operation.steps is not None or not operation.hub_action:
            return ()
        return (Expected(action=operation.hub_action, subjects=tuple(operation.subjects(params))),)

    async def _take_over(self) -> OperationRequest | None:
        real_now = self.clock.real()
        async with self.database.begin() as session:
            abandoned = await requests.next_abandoned(session, Status.EXECUTING, real_now)
            if abandoned is None:
                return None
            fact = TakenOver(
                at=self.clock.now(),
                executor=self.name,
                attempt=abandoned.attempts + 1,
                real_now=real_now,
                lease_until=real_now + self.lease,
            )
            return await record(session, abandoned.id, fact)

    async def _run(self, request: OperationRequest, work: Work) -> None:
        known = self._known(request)
        if known is None:
            await self._finish_surely(request, Verdict(Status.FAILED, error=NO_LONGER_KNOWN))
            return
        attempt = self._attempt(request, *known)
        with structlog.contextvars.bound_contextvars(request_id=request.id, operation=request.operation):
            async with self._keeping_the_claim(request.id):
                try:
                    verdict = await work(attempt)
                except ClaimLost:
                    log.warning("execution.claim_lost")
                    return
                except Interrupted:
                    await self._extend(request.id, timedelta(0))
                    return
                except DATABASE_AWAY:
                    raise
                except Exception:
                    # A bug of ours must neither hold up the others nor repeat a write for ever.
                    log.exception("execution.broken", attempt=request.attempts)
                    verdict = None if request.attempts < MAX_ATTEMPTS else Verdict(Status.UNKNOWN, error=BROKEN)
                if verdict is not None:
                    await self._finish_surely(request, verdict)

    def _attempt(self, request: OperationRequest, operation: Write, params: Params) -> Attempt:
        async def confirm() -> None:
            await self._confirm_claim(request.id)

        stepper = Stepper(
            database=self.database,
            hub=self.hub,
            request=request,
            operation=operation,
            params=params,
            clock=self.clock,
            wake=self.wake,
            confirm=confirm,
            capabilities=self.capabilities,
            is_stopping=self.is_stopping,
        )
        return Attempt(
            request=request,
            operation=operation,
            params=params,
            hub=self.hub,
            courier=self.courier,
            capabilities=self.capabilities,
            stepper=stepper,
            confirm=confirm,
        )

    async def _confirm_claim(self, request_id: int) -> None:
        """The last thing before a write: raises `ClaimLost` where another executor has the request."""
        if not await self._extend(request_id):
            raise ClaimLost

    async def _extend(self, request_id: int, lease: timedelta | None = None) -> bool:
        self.beat()
        async with self.database.begin() as session:
            return await requests.extend_lease(
                session,
                request_id,
                status=Status.EXECUTING,
                executor=self.name,
                lease_until=self.clock.real() + (self.lease if lease is None else lease),
            )

    @asynccontextmanager
    async def _keeping_the_claim(self, request_id: int) -> AsyncIterator[None]:
        ended = asyncio.Event()
        keeper = asyncio.create_task(self._extend_until(ended, request_id))
        try:
            yield
        finally:
            # Told, not cancelled: a cancelled statement costs its connection.
            ended.set()
            await keeper

    async def _extend_until(self, ended: asyncio.Event, request_id: int) -> None:
        """Extend the lease now and then; a database that is away for a while ends neither this nor the work."""
        while not ended.is_set():
            try:
                async with asyncio.timeout(self.lease.total_seconds() / 3):
                    await ended.wait()
            except TimeoutError:
                try:
                    await self._extend(request_id)
                except DATABASE_AWAY as error:
                    log.warning("execution.lease_not_extended", error=type(error).__name__)

    async def _finish_surely(self, request: OperationRequest, verdict: Verdict) -> None:
        """Record it, waiting for a database that is away: nobody could find it out again."""
        for pause in FINISH_PAUSES:
            try:
                await self._finish(request, verdict)
            except DATABASE_AWAY as error:
                log.warning("execution.not_recorded_yet", error=type(error).__name__, pause=pause)
                await asyncio.sleep(pause)
            else:
                return
        await self._finish(request, verdict)

    async def _finish(self, request: OperationRequest, verdict: Verdict) -> None:
        fact = Finished(
            at=self.clock.now(),
            status=verdict.status,
            executor=self.name,
            outcome=verdict.outcome,
            error=verdict.error,
        )
        async with self.database.begin() as session:
            moved = await record(session, request.id, fact)
        if moved is None:
            log.error("execution.claim_lost", status=verdict.status)
            return
        log.info("execution.finished", status=verdict.status)
        self.wake()

    def _known(self, request: OperationRequest) -> tuple[Write, Params] | None:
        """What the row asks for; None where this version has no such write, or no such parameters."""
        operation = self.operations.get(request.operation)
        if not isinstance(operation, Write):
            return None
        try:
            return operation, operation.params.model_validate(request.params)
        except ValidationError:
            return None
