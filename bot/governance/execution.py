"""Doing what was approved, once: claim, check the preview, execute, finish; and finding what got stuck."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import structlog
from pydantic import SecretStr, ValidationError

from bot.db import requests
from bot.db.models import OperationRequest
from bot.db.session import DATABASE_AWAY, Database, Session
from bot.errors import UserError
from bot.governance import audit
from bot.governance.audit import HUBWARDEN, Event
from bot.governance.courier import Courier
from bot.governance.hub_errors import text_of
from bot.governance.lifecycle import Status, sources_of
from bot.governance.recording import announce, expect
from bot.governance.stepping import Interrupted, Stepper, Verdict
from bot.governance.views import dump_outcome
from bot.hub import Hub, HubError, HubUnavailable
from bot.operations.kit.base import Operation, Outcome, Params, Write
from bot.operations.kit.capabilities import Capabilities

log = structlog.stdlib.get_logger(__name__)

MAX_ATTEMPTS = 5
NO_LONGER_KNOWN = "This version of Hubwarden cannot do it any more: what was asked for has changed. Ask again."
BROKEN = "Hubwarden itself failed while doing this, and its log says how. Look in Docker Hub whether it was done."
FINISH_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
CHANGED_MEANWHILE = (
    "Docker Hub has changed since this was asked for, so nothing was written. Ask again to see what it would do now."
)


Work: TypeAlias = Callable[[OperationRequest, Write, Params], "Awaitable[Verdict | None]"]


class ClaimLost(Exception):
    """Another executor has taken the request over; this one must not write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """Takes approved requests one after another; `name` is this process's own, and `lease` how long silence is life."""

    name: str
    database: Database
    hub: Hub
    operations: Mapping[str, Operation]
    courier: Courier
    capabilities: Capabilities
    lease: timedelta
    now: Callable[[], datetime]
    wake: Callable[[], None]
    beat: Callable[[], None] = lambda: None
    is_stopping: Callable[[], bool] = lambda: False

    async def step(self) -> float:
        """Do one request; answers for how many seconds there is none to do."""
        if (request_id := await self._next_id()) is not None:
            await self.step_request(request_id)
            return 0  # where another executor was faster, too: there may be more
        if (request := await self._take_over()) is not None:
            await self._run(request, self._recover)
            return 0
        return self.lease.total_seconds() / 2

    async def step_request(self, request_id: int) -> bool:
        """Do this one, where it is approved; False where it is not, or not any more."""
        request = await self._claim(request_id)
        if request is not None:
            await self._run(request, self._execute)
        return request is not None

    async def _next_id(self) -> int | None:
        async with self.database.begin() as session:
            return await requests.next_id(session, Status.APPROVED, now=self.now())

    async def _claim(self, request_id: int) -> OperationRequest | None:
        now = self.now()
        async with self.database.begin() as session:
            request = await requests.move(
                session,
                request_id,
                sources=sources_of(Status.EXECUTING),
                target=Status.EXECUTING,
                claimed_by=self.name,
                claimed_at=now,
                lease_until=now + self.lease,
                attempts=OperationRequest.attempts + 1,
            )
            if request is not None:
                audit.record(
                    session, Event.EXECUTING, actor=HUBWARDEN, at=now, request_id=request_id, executor=self.name
                )
                self._expect(session, request, now)
                await announce(session, request, now)
        self.wake()
        return request

    def _expect(self, session: Session, request: OperationRequest, now: datetime) -> None:
        if (known := self._known(request)) is None:
            return
        operation, params = known
        if operation.steps is None and operation.hub_action:
            subjects = operation.subjects(params)
            expect(session, request, action=operation.hub_action, subjects=subjects, now=now)

    async def _take_over(self) -> OperationRequest | None:
        now = self.now()
        async with self.database.begin() as session:
            request_id = await requests.next_abandoned(session, Status.EXECUTING, now)
            if request_id is None:
                return None
            request = await requests.take_over(
                session,
                request_id,
                status=Status.EXECUTING,
                executor=self.name,
                now=now,
                lease_until=now + self.lease,
            )
            if request is not None:
                audit.record(
                    session,
                    Event.TAKEN_OVER,
                    actor=HUBWARDEN,
                    at=now,
                    request_id=request_id,
                    executor=self.name,
                    attempt=request.attempts,
                )
        return request

    async def _run(self, request: OperationRequest, work: Work) -> None:
        known = self._known(request)
        if known is None:
            await self._finish_surely(request, Verdict(Status.FAILED, error=NO_LONGER_KNOWN))
            return
        operation, params = known
        with structlog.contextvars.bound_contextvars(request_id=request.id, operation=operation.name):
            async with self._keeping_the_claim(request.id):
                try:
                    verdict = await work(request, operation, params)
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

    async def _execute(self, request: OperationRequest, operation: Write, params: Params) -> Verdict:
        """Make the preview anew; where it is what was approved, write."""
        try:
            preview = await operation.preview(self.hub, params)
        except (HubError, UserError) as error:
            return Verdict(Status.FAILED, error=f"Nothing was written. {text_of(error)}")
        if preview.fingerprint != request.fingerprint:
            return Verdict(Status.FAILED, error=" ".join((CHANGED_MEANWHILE, *preview.notes)))
        if operation.steps is not None:
            return await self._step_through(self._stepper(request, operation, params))
        return await self._write(request, operation, params)

    def _stepper(self, request: OperationRequest, operation: Write, params: Params) -> Stepper:
        async def confirm() -> None:
            await self._confirm_claim(request.id)

        return Stepper(
            database=self.database,
            hub=self.hub,
            request=request,
            operation=operation,
            params=params,
            now=self.now,
            wake=self.wake,
            confirm=confirm,
            capabilities=self.capabilities,
            is_stopping=self.is_stopping,
        )

    async def _step_through(self, stepper: Stepper) -> Verdict:
        try:
            return await stepper.run()
        except (HubError, UserError) as error:
            return Verdict(Status.FAILED, error=f"Nothing was written. {text_of(error)}")

    async def _write(self, request: OperationRequest, operation: Write, params: Params) -> Verdict:
        await self._confirm_claim(request.id)
        if operation.execute is None:
            raise TypeError(f"{operation.name} is done in steps")
        try:
            with self.capabilities.watching(operation, params.organization):
                outcome = await operation.execute(self.hub, params)
        except UserError as error:
            return Verdict(Status.FAILED, error=text_of(error))
        except HubError as error:
            if not error.unclear:
                return Verdict(Status.FAILED, error=text_of(error))
            return await self._read_back(request, operation, params, error)
        if outcome.is_failure:
            return Verdict(Status.FAILED, outcome, error="Docker Hub took none of it.")
        if outcome.secret is not None:
            return await self._hand_over(request, outcome, outcome.secret)
        return Verdict(Status.SUCCEEDED, outcome)

    async def _hand_over(self, request: OperationRequest, outcome: Outcome, secret: SecretStr) -> Verdict:
        """Show the secret to its requester; what nobody can be shown is taken back."""
        text = f"Request {request.id}: {outcome.summary}."
        if await self._is_handed_over(request.requester, text, secret):
            return Verdict(Status.SUCCEEDED, replace(outcome, secret=None))
        if outcome.take_back is None:
            return Verdict(Status.FAILED, error="It was made, but could not be shown to you. Delete it and ask again.")
        try:
            await outcome.take_back()
        except HubError as error:
            lost = "It was made, could not be shown to you, and could not be revoked again: delete it by hand."
            return Verdict(Status.FAILED, error=f"{lost} {text_of(error)}")
        return Verdict(
            Status.FAILED, error="It could not be shown to you, so it was revoked again. Nothing is left of it."
        )

    async def _is_handed_over(self, user: str, text: str, secret: SecretStr) -> bool:
        """Whatever goes wrong here, the secret has not arrived, and must not stay valid unseen."""
        try:
            return await self.courier.hand_over(user, text, secret)
        except Exception:
            log.exception("secret.undeliverable")
            return False

    async def _read_back(self, request: OperationRequest, operation: Write, params: Params, error: HubError) -> Verdict:
        """After a write whose answer was lost: done, not done, or nobody knows."""
        said = text_of(error)
        if operation.observable:
            try:
                preview = await operation.preview(self.hub, params)
            except (HubError, UserError) as second:
                return Verdict(Status.UNKNOWN, error=f"{said} Reading back failed too: {text_of(second)}")
            if preview.is_noop:
                return Verdict(
                    Status.SUCCEEDED, Outcome("Done. Docker Hub's answer was lost; reading back shows the change")
                )
            # Only an answer says that Docker Hub has stopped working on it; after a time-out it may still act.
            if preview.fingerprint == request.fingerprint and isinstance(error, HubUnavailable):
                return Verdict(Status.FAILED, error=f"{said} Reading back shows that nothing was changed.")
        return Verdict(Status.UNKNOWN, error=f"{said} Whether it was done cannot be told from reading.")

    async def _recover(self, request: OperationRequest, operation: Write, params: Params) -> Verdict | None:
        """What an executor that died left behind: nothing written, written, or nobody knows."""
        if operation.steps is not None:
            return await self._resume(request, operation, params)
        try:
            preview = await operation.preview(self.hub, params)
        except (HubError, UserError) as error:
            if request.attempts < MAX_ATTEMPTS and isinstance(error, HubError):
                log.warning("execution.recovery_postponed", error=text_of(error))
                return None
            return Verdict(Status.UNKNOWN, error=f"Hubwarden was stopped while doing this. {text_of(error)}")
        if operation.observable and preview.is_noop:
            summary = "Done. Hubwarden was stopped in the middle; reading back shows the change"
            return Verdict(Status.SUCCEEDED, Outcome(summary))
        if operation.observable and preview.fingerprint == request.fingerprint and request.attempts < MAX_ATTEMPTS:
            return await self._write(request, operation, params)
        return Verdict(
            Status.UNKNOWN,
            error="Hubwarden was stopped while doing this, and reading does not tell whether it was done.",
        )

    async def _resume(self, request: OperationRequest, operation: Write, params: Params) -> Verdict | None:
        """Go on with the items that are left; where none had begun, as if for the first time."""
        stepper = self._stepper(request, operation, params)
        if not await stepper.has_begun():
            return await self._execute(request, operation, params)
        try:
            return await stepper.run()
        except (HubError, UserError) as error:
            if request.attempts < MAX_ATTEMPTS:
                log.warning("execution.recovery_postponed", error=text_of(error))
                return None
            return await stepper.give_up(f"Hubwarden was stopped while doing this. {text_of(error)}")

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
                lease_until=self.now() + (self.lease if lease is None else lease),
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
        now = self.now()
        values: dict[str, Any] = {"finished_at": now, "error": verdict.error, "lease_until": None}
        if verdict.outcome is not None:
            values["outcome"] = dump_outcome(verdict.outcome)
        async with self.database.begin() as session:
            moved = await requests.move(
                session,
                request.id,
                sources=frozenset({Status.EXECUTING}),
                target=verdict.status,
                holder=self.name,
                **values,
            )
            if moved is None:
                log.error("execution.claim_lost", status=verdict.status)
                return
            details = {key: value for key, value in values.items() if key in {"outcome", "error"} and value is not None}
            audit.record(session, FINISHED[verdict.status], actor=HUBWARDEN, at=now, request_id=request.id, **details)
            await announce(session, moved, now)
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


FINISHED = {Status.SUCCEEDED: Event.SUCCEEDED, Status.FAILED: Event.FAILED, Status.UNKNOWN: Event.UNKNOWN}
