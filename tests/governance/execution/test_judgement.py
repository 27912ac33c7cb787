"""Whether it may still be done is asked before each claim: it goes on, it waits and says so, or it ends."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from structlog.testing import capture_logs

from bot.db.models import OperationRequest
from bot.governance.execution.executor import JUDGED_AGAIN, NOT_JUDGED, Executor
from bot.governance.execution.judgement import Ended, Judgement, Postponed, Stands, always_stands
from bot.governance.ledger.events import Event
from bot.governance.requests.cancel import cancel
from tests.governance.parts import ANN, HOUR, LEASE, START, Desk

ASK_AGAIN = Postponed("Slack cannot be asked who may approve.", START + HOUR)


class Bench:
    """A judge who says one thing after another, and notes what he was asked about."""

    def __init__(self, *judgements: Judgement) -> None:
        self.judgements = list(judgements)
        self.asked: list[tuple[int, str]] = []

    async def judge(self, request: OperationRequest) -> Judgement:
        """The next one; the last for ever."""
        self.asked.append((request.id, request.status))
        return self.judgements.pop(0) if len(self.judgements) > 1 else self.judgements[0]


def executor(desk: Desk, *judgements: Judgement) -> tuple[Executor, Bench]:
    """An executor, and who judges for it."""
    bench = Bench(*judgements)
    return desk.executor(judge=bench.judge), bench


async def test_where_nobody_judges_it_stands(desk: Desk) -> None:
    number = await desk.ask_approved()
    assert await always_stands(await desk.row(number)) == Stands()


async def test_it_is_judged_before_it_is_claimed(desk: Desk) -> None:
    number = await desk.ask_approved()
    one, bench = executor(desk, Stands())
    await one.step()
    assert (bench.asked, await desk.status(number)) == ([(number, "approved")], "succeeded")


async def test_what_cannot_be_judged_now_waits_and_says_why_and_the_next_one_is_done(desk: Desk) -> None:
    number = await desk.ask_approved()
    one, bench = executor(desk, ASK_AGAIN, Stands())
    await one.step()
    row = await desk.row(number)
    assert (row.status, row.resume_at, row.waits_because, row.waits_since, row.attempts, row.claimed_by) == (
        "approved",
        START + HOUR,
        ASK_AGAIN.why,
        START,
        0,
        None,
    )
    assert (await desk.trail())[-1].event == Event.DEFERRED
    assert await one.step() > 0
    assert len(bench.asked) == 1
    desk.times.jump(HOUR)
    await one.step()
    assert await desk.status(number) == "succeeded"


async def test_the_wait_is_told_from_its_beginning_on(desk: Desk) -> None:
    number = await desk.ask_approved()
    one, _ = executor(desk, ASK_AGAIN, Postponed(ASK_AGAIN.why, START + 2 * HOUR))
    await one.step()
    desk.times.jump(HOUR)
    await one.step()
    row = await desk.row(number)
    assert (row.resume_at, row.waits_since) == (START + 2 * HOUR, START)


async def test_what_has_ended_is_not_begun_and_the_executor_leaves_it_as_it_was_moved(desk: Desk) -> None:
    number = await desk.ask_approved()

    async def judge(request: OperationRequest) -> Judgement:
        await cancel(desk.context, request.id, ANN)
        return Ended("Nobody may approve it any more.")

    with capture_logs() as logged:
        await desk.executor(judge=judge).step()
    assert [entry["event"] for entry in logged] == ["execution.not_begun"]
    assert (await desk.status(number), desk.lever.written) == ("cancelled", 0)


async def test_what_has_changed_since_it_was_judged_is_not_claimed(desk: Desk) -> None:
    number = await desk.ask_approved()

    async def judge(request: OperationRequest) -> Judgement:
        await desk.change(number, version=request.version + 1)
        return Stands()

    await desk.executor(judge=judge).step()
    assert (await desk.status(number), desk.lever.written) == ("approved", 0)


async def test_a_judge_that_fails_lets_nothing_pass_and_holds_up_nobody(desk: Desk) -> None:
    number = await desk.ask_approved()

    async def judge(_request: OperationRequest) -> Judgement:
        raise KeyError("user")

    with capture_logs() as logged:
        await desk.executor(judge=judge).step()
    assert [entry["event"] for entry in logged] == ["execution.not_judged"]
    row = await desk.row(number)
    assert (row.status, row.waits_because, row.resume_at) == ("approved", NOT_JUDGED, START + JUDGED_AGAIN)


async def test_a_claim_is_kept_while_it_is_judged_again_however_long_that_takes(desk: Desk) -> None:
    number = await desk.ask_executing("dead")
    desk.times.let_pass(2 * LEASE)
    lease = timedelta(seconds=0.03)

    async def judge(request: OperationRequest) -> Judgement:
        desk.times.machine += HOUR
        async with asyncio.timeout(5):
            while (await desk.row(number)).lease_until != desk.times.machine + lease:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return Stands()

    await replace(desk.executor(judge=judge), lease=lease).step()
    assert (await desk.status(number), desk.lever.written) == ("succeeded", 1)


async def test_what_a_dead_executor_left_is_judged_again_and_waits_where_it_cannot_be(desk: Desk) -> None:
    number = await desk.ask_executing("dead")
    desk.times.let_pass(2 * LEASE)
    one, bench = executor(desk, Postponed("why", START + HOUR), Stands())
    await one.step()
    row = await desk.row(number)
    assert (row.status, row.claimed_by, row.lease_until, row.resume_at) == ("executing", None, None, START + HOUR)
    assert row.attempts == 2, "the death counts"
    desk.times.let_pass(HOUR)
    await one.step()
    assert bench.asked == [(number, "executing")] * 2
    assert ((await desk.row(number)).status, (await desk.row(number)).attempts) == ("succeeded", 2)


async def test_what_has_ended_and_was_not_written_yet_has_failed_and_says_why(desk: Desk) -> None:
    number = await desk.ask_executing("dead")
    desk.times.let_pass(2 * LEASE)
    one, _ = executor(desk, Ended("Omar has left."))
    await one.step()
    row = await desk.row(number)
    assert (row.status, row.error, desk.lever.written) == ("failed", "Nothing was written. Omar has left.", 0)


async def test_what_has_ended_after_it_was_written_has_succeeded_all_the_same(desk: Desk) -> None:
    number = await desk.ask_executing("dead")
    desk.lever.is_done = True
    desk.times.let_pass(2 * LEASE)
    one, _ = executor(desk, Ended("Omar has left."))
    await one.step()
    assert (await desk.status(number), desk.lever.written) == ("succeeded", 0)
