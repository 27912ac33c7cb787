"""Takes requests one after another: claims each, does it, and records its end, or when and why it goes on later."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

import structlog

from bot.clock import Clock
from bot.db import requests
from bot.db.models import OperationRequest
from bot.db.session import DATABASE_AWAY, Database
from bot.governance.execution.attempt import MAX_ATTEMPTS, Attempt
from bot.governance.execution.claims import ClaimLost, Claims
from bot.governance.execution.courier import Courier
from bot.governance.execution.judgement import Ended, Judge, Judgement, Postponed, Stands, always_stands
from bot.governance.execution.patience import goes_on_at, reason
from bot.governance.execution.queue import Task
from bot.governance.execution.stepper import Stepper
from bot.governance.execution.subjects import known
from bot.governance.execution.verdict import Interrupted, PutOff, Verdict
from bot.governance.ledger.execution_facts import Deferred, Finished
from bot.governance.ledger.lifecycle import Status
from bot.hub import Hub
from bot.operations.kit.base import Operation, Params, Write
from bot.operations.kit.capabilities import Capabilities

log = structlog.stdlib.get_logger(__name__)

NO_LONGER_KNOWN = "This version of Hubwarden cannot do it any more: what was asked for has changed. Ask again."
BROKEN = "Hubwarden itself failed while doing this, and its log says how. Look in Docker Hub whether it was done."
NOT_JUDGED = "Hubwarden itself failed while judging whether it may still be done, and its log says how."
JUDGED_AGAIN = timedelta(minutes=1)
# A minute of a database that is away: by then the lease is over, and whoever takes over reads back.
FINISH_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)

Work: TypeAlias = Callable[[Attempt], "Awaitable[Verdict | None]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """One of those who do requests, each with a `name` of its own; whoever is silent for `lease` counts as dead.

    `judge` says before each claim whether it may still be done. `wake` rouses the workers after a commit; `beat` shows
    that a long execution is alive; `is_stopping` ends a bulk between two items. `looked_at` are the numbers that this
    process's executors look at just now, so that they do not all judge the same one.
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
    judge: Judge = always_stands
    beat: Callable[[], None] = lambda: None
    is_stopping: Callable[[], bool] = lambda: False
    looked_at: set[int] = field(default_factory=set)

    @property
    def claims(self) -> Claims:
        """Its claims, which nobody else has."""
        return Claims(
            name=self.name,
            database=self.database,
            operations=self.operations,
            lease=self.lease,
            clock=self.clock,
            wake=self.wake,
            beat=self.beat,
        )

    async def step(self) -> float:
        """Do one request; answers for how many seconds there is none to do."""
        queue = await self.claims.queue()
        found = queue.next(but=self.looked_at)
        if found is None:
            rest = min(self.lease / 2, queue.rest() or self.lease / 2)
            return rest.total_seconds()
        self.looked_at.add(found[0])
        try:
            await self._do(*found)
        finally:
            self.looked_at.discard(found[0])
        return 0  # where another executor was faster, too: there may be more

    async def step_request(self, request_id: int) -> bool:
        """Do this one, as far as it can be done now; False where it cannot, or others come first."""
        task = (await self.claims.queue()).task_of(request_id)
        if task is not None:
            await self._do(request_id, task)
        return task is not None

    async def _do(self, request_id: int, task: Task) -> None:
        match task:
            case Task.BEGIN:
                await self._begin(request_id)
                return
            case Task.RESUME:
                request = await self.claims.resume(request_id)
            case Task.TAKE_OVER:
                request = await self.claims.take_over(request_id)
            case _:
                assert_never(task)
        if request is not None:
            await self._go_on(request)

    async def _begin(self, request_id: int) -> None:
        async with self.database.reading() as session:
            asked = await requests.get(session, request_id)
        if asked is None or asked.status != Status.APPROVED or not await self._may_begin(asked):
            return
        request = await self.claims.begin(request_id, version=asked.version)
        if request is not None:
            await self._run(request, Attempt.execute)

    async def _may_begin(self, request: OperationRequest) -> bool:
        """Whether it stands; where that cannot be told, it waits, and whoever judged has moved what has ended."""
        match judgement := await self._judged(request):
            case Stands():
                return True
            case Postponed():
                await self.claims.end(request.id, self._postponed(request, judgement, Status.APPROVED))
            case Ended(why):
                log.info("execution.not_begun", request_id=request.id, why=why)
            case _:
                assert_never(judgement)
        return False

    async def _go_on(self, request: OperationRequest) -> None:
        """Go on with what has begun, and is claimed again, as far as it stands."""
        async with self.claims.keeping(request.id):
            judgement = await self._judged(request)
        match judgement:
            case Stands():
                await self._run(request, Attempt.recover)
            case Postponed():
                fact = self._postponed(request, judgement, Status.EXECUTING, executor=self.name)
                await self.claims.end(request.id, fact)
            case Ended(why):
                await self._run(request, lambda attempt: attempt.conclude(why))
            case _:
                assert_never(judgement)

    async def _judged(self, request: OperationRequest) -> Judgement:
        try:
            return await self.judge(request)
        except DATABASE_AWAY:
            raise
        except Exception:
            # A bug of ours must neither let it pass nor hold up the others.
            log.exception("execution.not_judged", request_id=request.id)
            return Postponed(NOT_JUDGED, self.clock.now() + JUDGED_AGAIN)

    def _postponed(
        self, request: OperationRequest, judgement: Postponed, status: Status, *, executor: str | None = None
    ) -> Deferred:
        now = self.clock.now()
        return Deferred(
            at=now,
            status=status,
            why=judgement.why,
            until=judgement.until,
            since=since(request, judgement.why) or now,
            executor=executor,
        )

    async def _run(self, request: OperationRequest, work: Work) -> None:
        found = known(request, self.operations)
        if found is None:
            await self._end_surely(request, self._finished(Verdict(Status.FAILED, error=NO_LONGER_KNOWN)))
            return
        attempt = self._attempt(request, *found)
        with structlog.contextvars.bound_contextvars(request_id=request.id, operation=request.operation):
            async with self.claims.keeping(request.id):
                try:
                    fact = await self._come_to(request, work, attempt)
                except ClaimLost:
                    log.warning("execution.claim_lost")
                    return
                except Interrupted:
                    await self.claims.extend(request.id, timedelta(0))
                    return
                if fact is not None:
                    await self._end_surely(request, fact)

    async def _come_to(self, request: OperationRequest, work: Work, attempt: Attempt) -> Finished | Deferred | None:
        """Its end, or when it goes on; None where it is left to whoever takes it over."""
        try:
            verdict = await work(attempt)
        except PutOff as put_off:
            return self._put_off(request, put_off)
        except (ClaimLost, Interrupted, *DATABASE_AWAY):
            raise
        except Exception:
            # A bug of ours must neither hold up the others nor repeat a write for ever.
            log.exception("execution.broken", attempt=request.attempts)
            verdict = None if request.attempts < MAX_ATTEMPTS else Verdict(Status.UNKNOWN, error=BROKEN)
        return self._finished(verdict) if verdict is not None else None

    def _put_off(self, request: OperationRequest, put_off: PutOff) -> Deferred:
        now, why = self.clock.now(), reason(put_off.error)
        is_again = put_off.times > 1
        return Deferred(
            at=now,
            status=Status.EXECUTING if put_off.has_begun else Status.APPROVED,
            why=why,
            until=goes_on_at(put_off.error, times=put_off.times, now=now),
            since=(since(request, why) if is_again else None) or now,
            times=put_off.times,
            executor=self.name,
        )

    def _finished(self, verdict: Verdict) -> Finished:
        return Finished(
            at=self.clock.now(),
            status=verdict.status,
            executor=self.name,
            outcome=verdict.outcome,
            error=verdict.error,
        )

    def _attempt(self, request: OperationRequest, operation: Write, params: Params) -> Attempt:
        hub = self.hub.hurried()

        async def confirm() -> None:
            await self.claims.confirm(request.id)

        stepper = Stepper(
            database=self.database,
            hub=hub,
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
            hub=hub,
            courier=self.courier,
            capabilities=self.capabilities,
            stepper=stepper,
            confirm=confirm,
        )

    async def _end_surely(self, request: OperationRequest, fact: Finished | Deferred) -> None:
        """Record it, waiting for a database that is away: nobody could find it out again."""
        for pause in FINISH_PAUSES:
            try:
                await self._end(request, fact)
            except DATABASE_AWAY as error:
                log.warning("execution.not_recorded_yet", error=type(error).__name__, pause=pause)
                await asyncio.sleep(pause)
            else:
                return
        await self._end(request, fact)

    async def _end(self, request: OperationRequest, fact: Finished | Deferred) -> None:
        if not await self.claims.end(request.id, fact):
            log.error("execution.claim_lost", status=fact.status)
            return
        match fact:
            case Finished():
                log.info("execution.finished", status=fact.status)
            case Deferred():
                log.info("execution.deferred", status=fact.status, why=fact.why)
            case _:
                assert_never(fact)


def since(request: OperationRequest, why: str) -> datetime | None:
    """Since when it has waited for this, where that is what it waited for last."""
    return request.waits_since if request.waits_because == why else None
