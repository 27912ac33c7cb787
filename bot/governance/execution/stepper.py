"""Doing a request on several things, one by one: each item is checkpointed, and a finished one is never repeated."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.clock import Clock
from bot.db import claims, hub_events, items
from bot.db.models import OperationRequest, RequestItem
from bot.db.session import Database
from bot.errors import UserError
from bot.governance.execution.patience import LIMITED, PATIENCE, passes, reason
from bot.governance.execution.verdict import Interrupted, PutOff, Verdict
from bot.governance.hub_errors import text_of
from bot.governance.ledger.execution_facts import Expected
from bot.governance.ledger.lifecycle import Status
from bot.governance.ledger.subscribers import expect, refresh_card
from bot.hub import Hub, HubError, HubUnavailable
from bot.operations.kit.base import ItemResult, Outcome, Params, Step, Write
from bot.operations.kit.capabilities import Capabilities
from bot.operations.kit.text import count

PROGRESS = timedelta(seconds=3)
FOUND_DONE = "done; found by reading back"
NO_ROOM = "Docker Hub's rate limit left no room for it"


class PassingError(Exception):
    """An item was surely not done, because of something that passes."""

    def __init__(self, error: HubError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepper:
    """Does the items of one request. `confirm` raises where another executor has taken the request over."""

    database: Database
    hub: Hub
    request: OperationRequest
    operation: Write
    params: Params
    clock: Clock
    wake: Callable[[], None]
    confirm: Callable[[], Awaitable[None]]
    capabilities: Capabilities
    is_stopping: Callable[[], bool] = lambda: False

    async def run(self) -> Verdict:
        """Begin, or go on where it was left; raises what planning raises, and `PutOff` in the middle."""
        known = await self._items()
        if not known:
            known = await self._plan()
        elif any(item.state == items.RUNNING for item in known):
            known = await self._look_after_a_crash(known)
        told, postponed = self.clock.real(), self.request.postponements
        for item in known:
            if item.state != items.WAITING:
                continue
            if self.is_stopping():
                raise Interrupted
            await self._do(item, postponed=postponed)
            postponed = 0
            if self.clock.real() - told >= PROGRESS:
                await self._tell()
                told = self.clock.real()
        return verdict_of(await self._items())

    async def give_up(self, why: str) -> Verdict:
        """Leave it unknown, with what came of the items so far."""
        known = await self._items()
        results = tuple(ItemResult(item.subject, item.state == items.DONE, said_of(item)) for item in known)
        return Verdict(Status.UNKNOWN, Outcome(summary_of(results), results), error=why)

    async def conclude(self, why: str) -> Verdict:
        """End it because of `why`: what was done stays, what was not begun never is.

        An item that was being done is looked for; where Docker Hub does not say, it is unknown.
        """
        known = await self._items()
        if any(item.state == items.RUNNING for item in known):
            try:
                known = await self._look_after_a_crash(known)
            except (HubError, UserError) as error:
                return await self.give_up(f"{why} {text_of(error)}")
        if not known:
            return Verdict(Status.FAILED, error=f"Nothing was written. {why}")
        verdict = await self.give_up(why)
        return verdict if any(item.state == items.UNKNOWN for item in known) else replace(verdict, status=Status.FAILED)

    async def has_begun(self) -> bool:
        """Whether there are items already."""
        return bool(await self._items())

    async def _items(self) -> Sequence[RequestItem]:
        return await items.of_request(self.database.begin, self.request.id)

    async def _plan(self) -> Sequence[RequestItem]:
        rows = [
            RequestItem(
                request_id=self.request.id,
                key=step.key,
                position=position,
                subject=step.subject,
                data=dump_step(step),
                state=items.WAITING,
                text="",
            )
            for position, step in enumerate(await self._left())
        ]
        await items.plan(self.database.begin, self.request.id, rows)
        return await self._items()

    async def _left(self) -> Sequence[Step]:
        if self.operation.steps is None:
            raise TypeError(f"{self.operation.name} is not done in steps")
        return await self.operation.steps(self.hub, self.params)

    async def _look_after_a_crash(self, known: Sequence[RequestItem]) -> Sequence[RequestItem]:
        """An item that was being done when the executor died: done if it is no longer left to do."""
        left = {step.key for step in await self._left()}
        for item in known:
            if item.state == items.RUNNING:
                found = (items.WAITING, "") if item.key in left else (items.DONE, FOUND_DONE)
                await self._mark(item.key, *found)
        return await self._items()

    async def _do(self, item: RequestItem, *, postponed: int) -> None:
        """Do one item; raises `PutOff` where it has to wait, `postponed` times in a row so far."""
        step = load_step(item)
        await self.confirm()
        await self._begin(step)
        try:
            result = await self._run_step(step)
        except PassingError as passing:
            await self._withdraw(step)
            if postponed + 1 < PATIENCE:
                has_begun = any(each.state in items.SETTLED for each in await self._items())
                raise PutOff(passing.error, times=postponed + 1, has_begun=has_begun) from passing.error
            result = (items.FAILED, NO_ROOM if reason(passing.error) == LIMITED else text_of(passing.error))
        await self._settle(item.key, *result, is_progress=postponed > 0)

    async def _begin(self, step: Step) -> None:
        async with self.database.begin() as session:
            await items.mark(session, self.request.id, step.key, state=items.RUNNING)
            if action := step.hub_action or self.operation.hub_action:
                subjects = step.subjects or (step.subject,)
                expect(session, self.request, Expected(action=action, subjects=tuple(subjects)), self.clock.now())

    async def _withdraw(self, step: Step) -> None:
        """It was surely not done: it waits again, and Docker's log will not show it yet."""
        async with self.database.begin() as session:
            await items.mark(session, self.request.id, step.key, state=items.WAITING)
            if step.hub_action or self.operation.hub_action:
                await hub_events.expect_last_no_more(session, self.request.id)

    async def _settle(self, key: str, state: str, text: str, *, is_progress: bool) -> None:
        async with self.database.begin() as session:
            await items.mark(session, self.request.id, key, state=state, text=text)
            if is_progress:
                await claims.made_progress(session, self.request.id)

    async def _run_step(self, step: Step) -> tuple[str, str]:
        if self.operation.run_step is None:
            raise TypeError(f"{self.operation.name} is not done in steps")
        hub = self.hub.hurried()
        try:
            with self.capabilities.watching(self.operation, self.params.organization):
                result = await self.operation.run_step(hub, self.params, step)
        except (HubError, UserError) as error:
            if isinstance(error, HubError) and passes(error) and not hub.has_written:
                raise PassingError(error) from error
            if isinstance(error, HubError) and error.unclear:
                return await self._read_back(step, error)
            return items.FAILED, text_of(error)
        return (items.DONE if result.done else items.FAILED), result.text

    async def _read_back(self, step: Step, error: HubError) -> tuple[str, str]:
        try:
            left = {other.key for other in await self._left()}
        except (HubError, UserError) as second:
            return items.UNKNOWN, f"{text_of(error)} Reading back failed too: {text_of(second)}"
        if step.key not in left:
            return items.DONE, FOUND_DONE
        # Only an answer says that Docker Hub has stopped working on it; after a time-out it may still act.
        if isinstance(error, HubUnavailable):
            return items.FAILED, f"{text_of(error)} Reading back shows that it was not done."
        return items.UNKNOWN, f"{text_of(error)} Whether it was done cannot be told from reading."

    async def _mark(self, key: str, state: str, text: str) -> None:
        async with self.database.begin() as session:
            await items.mark(session, self.request.id, key, state=state, text=text)

    async def _tell(self) -> None:
        async with self.database.begin() as session:
            await refresh_card(session, self.request.id)
        self.wake()


def dump_step(step: Step) -> dict[str, object]:
    """What of a step its row holds besides its key and subject."""
    return {"data": dict(step.data), "hub_action": step.hub_action, "subjects": list(step.subjects)}


def load_step(item: RequestItem) -> Step:
    """The step of a row."""
    data = item.data
    return Step(item.key, item.subject, data["data"], hub_action=data["hub_action"], subjects=tuple(data["subjects"]))


def said_of(item: RequestItem) -> str:
    """What there is to say of an item that nobody goes on with."""
    unsettled = {items.WAITING: "was not begun", items.RUNNING: "was being done; nobody looked since"}
    return unsettled.get(item.state, item.text)


def summary_of(results: Sequence[ItemResult]) -> str:
    """How many of how many were done."""
    return f"{sum(result.done for result in results):,} of {count(len(results), 'item')} done"


def verdict_of_one(result: ItemResult) -> Verdict:
    """What a single item comes to: no counting."""
    text = f"{result.subject} {result.text}"
    if result.done:
        return Verdict(Status.SUCCEEDED, Outcome(text))
    return Verdict(Status.FAILED, error=f"{text.removesuffix('.')}.")


def verdict_of(known: Sequence[RequestItem]) -> Verdict:
    """What the items come to: unknown where one is, failed where none was done."""
    results = tuple(ItemResult(item.subject, item.state == items.DONE, item.text) for item in known)
    done = sum(result.done for result in results)
    outcome = Outcome(summary_of(results), results)
    if len(results) == 1 and known[0].state != items.UNKNOWN:
        return verdict_of_one(results[0])
    unclear = sum(item.state == items.UNKNOWN for item in known)
    if unclear:
        return Verdict(Status.UNKNOWN, outcome, error=f"What became of {count(unclear, 'item')} is not known.")
    if results and not done:
        return Verdict(Status.FAILED, outcome, error="Nothing of it could be done.")
    return Verdict(Status.SUCCEEDED, outcome)
