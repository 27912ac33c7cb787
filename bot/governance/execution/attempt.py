"""One attempt at one request, by whoever has its claim: the first time, or from where it was given up or left."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.db.models import OperationRequest
from bot.errors import UserError
from bot.governance.execution.courier import Courier
from bot.governance.execution.handover import hand_over
from bot.governance.execution.patience import PATIENCE, passes
from bot.governance.execution.read_back import read_back, verdict_after_a_death
from bot.governance.execution.stepper import Stepper
from bot.governance.execution.verdict import PutOff, Verdict
from bot.governance.hub_errors import text_of
from bot.governance.ledger.lifecycle import Status
from bot.hub import Hub, HubError
from bot.operations.kit.base import Preview, Write
from bot.operations.kit.capabilities import Capabilities

log = structlog.stdlib.get_logger(__name__)

MAX_ATTEMPTS = 5
STOPPED = "Hubwarden was stopped while doing this."
CHANGED_SINCE = (
    "Docker Hub has changed since this was asked for, so nothing was written. Ask again to see what it would do now."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`confirm` is the last thing before each write, and raises where another executor has the claim.

    `hub` is one that waits for nothing, and knows whether it has written: nobody sleeps in a claim.
    """

    request: OperationRequest
    operation: Write
    params: Any
    hub: Hub
    courier: Courier
    capabilities: Capabilities
    stepper: Stepper
    confirm: Callable[[], Awaitable[None]]

    async def execute(self) -> Verdict:
        """Make the preview anew; where it is what was approved, write.

        Raises `PutOff` where Docker Hub is away or its rate limit spent, as long as nothing was written.
        """
        try:
            preview = await self.operation.preview(self.hub, self.params)
        except (HubError, UserError) as error:
            self._put_off(error, has_begun=False)
            return nothing_written(error)
        if preview.fingerprint != self.request.fingerprint:
            return Verdict(Status.FAILED, error=" ".join((CHANGED_SINCE, *preview.notes)))
        if self.operation.steps is None:
            return await self._write(is_first=True)
        try:
            return await self.stepper.run()
        except (HubError, UserError) as error:
            self._put_off(error, has_begun=False)
            return nothing_written(error)

    async def recover(self) -> Verdict | None:
        """What a dead executor left behind: nothing written, written, or nobody knows; None to try again later.

        It is also how what was given up in the middle goes on; raises `PutOff`, a number of times.
        """
        if self.operation.steps is not None:
            return await self._resume()
        try:
            preview = await self.operation.preview(self.hub, self.params)
        except (HubError, UserError) as error:
            if self._may_try_again(error):
                return None
            return Verdict(Status.UNKNOWN, error=f"{STOPPED} {text_of(error)}")
        is_untouched = self._is_untouched(preview)
        if is_untouched and not preview.is_noop and self.request.attempts < MAX_ATTEMPTS:
            return await self._write(is_first=False)
        return verdict_after_a_death(self.operation, preview)

    async def conclude(self, why: str) -> Verdict | None:
        """End what must not go on, because of `why`: what was done is told, and nothing more is done."""
        if self.operation.steps is not None:
            return await self.stepper.conclude(why)
        try:
            preview = await self.operation.preview(self.hub, self.params)
        except (HubError, UserError) as error:
            if self._may_try_again(error):
                return None
            return Verdict(Status.UNKNOWN, error=f"{why} {STOPPED} {text_of(error)}")
        if self._is_untouched(preview) and not preview.is_noop:
            return Verdict(Status.FAILED, error=f"Nothing was written. {why}")
        verdict = verdict_after_a_death(self.operation, preview)
        return replace(verdict, error=" ".join(filter(None, (why, verdict.error))))

    def _is_untouched(self, preview: Preview) -> bool:
        return self.operation.observable and preview.fingerprint == self.request.fingerprint

    async def _resume(self) -> Verdict | None:
        """Go on with the items that are left; where none had begun, as if for the first time."""
        if not await self.stepper.has_begun():
            return await self.execute()
        try:
            return await self.stepper.run()
        except (HubError, UserError) as error:
            if self._may_try_again(error):
                return None
            return await self.stepper.give_up(f"{STOPPED} {text_of(error)}")

    def _may_try_again(self, error: HubError | UserError) -> bool:
        """Whether an heir tries again after this: put off, as long as there is patience, else in its next attempt."""
        self._put_off(error, has_begun=True)
        if not isinstance(error, HubError) or passes(error) or self.request.attempts >= MAX_ATTEMPTS:
            return False
        log.warning("execution.recovery_postponed", error=text_of(error))
        return True

    def _put_off(self, error: HubError | UserError, *, has_begun: bool) -> None:
        """Raises `PutOff` for an error that passes: once something has begun, no more often than `PATIENCE` says."""
        times = self.request.postponements + 1
        if isinstance(error, HubError) and passes(error) and (times < PATIENCE or not has_begun):
            raise PutOff(error, times=times, has_begun=has_begun) from error

    async def _write(self, *, is_first: bool) -> Verdict:
        await self.confirm()
        operation = self.operation
        if operation.execute is None:
            raise TypeError(f"{operation.name} is done in steps")
        try:
            with self.capabilities.watching(operation, self.params.organization):
                outcome = await operation.execute(self.hub, self.params)
        except UserError as error:
            return Verdict(Status.FAILED, error=text_of(error))
        except HubError as error:
            if not self.hub.has_written:
                self._put_off(error, has_begun=not is_first)
            if not error.unclear:
                return Verdict(Status.FAILED, error=text_of(error))
            return await read_back(self.hub, self.request, operation, self.params, error)
        if outcome.is_failure:
            return Verdict(Status.FAILED, outcome, error="Docker Hub took none of it.")
        if outcome.secret is not None:
            return await hand_over(self.courier, self.request, outcome, outcome.secret)
        return Verdict(Status.SUCCEEDED, outcome)


def nothing_written(error: HubError | UserError) -> Verdict:
    """It ended before anything was changed."""
    return Verdict(Status.FAILED, error=f"Nothing was written. {text_of(error)}")
