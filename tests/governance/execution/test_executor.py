"""Claims: one executor at a time, a dead one's heir by the machine's time alone, and nothing that stops the others."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.db.session import Database
from bot.governance.execution import claims as claims_module
from bot.governance.execution import executor as executor_module
from bot.governance.execution.attempt import MAX_ATTEMPTS
from bot.governance.execution.claims import ClaimLost
from bot.governance.execution.executor import BROKEN, NO_LONGER_KNOWN, Executor
from bot.governance.execution.verdict import Interrupted
from bot.governance.ledger.events import HUBWARDEN, Event
from bot.governance.ledger.lifecycle import Status
from bot.governance.requests.expire import expire
from bot.hub import Hub
from bot.operations.kit.base import Change, ItemResult, Outcome, Preview, Step
from tests.governance.bench import Nothing
from tests.governance.parts import AT_ONCE, DAY, HOUR, LEASE, START, Desk

SECOND = timedelta(seconds=1)


async def claimed(desk: Desk, executor: Executor, number: int) -> bool:
    """Whether the executor has got it."""
    return await executor.claims.begin(number) is not None


# Claiming


async def test_of_two_executors_one_gets_the_request(any_desk: Desk) -> None:
    number = await any_desk.ask_approved()
    one, two = any_desk.executor("one"), any_desk.executor("two")
    got = await asyncio.gather(claimed(any_desk, one, number), claimed(any_desk, two, number))
    assert sorted(got) == [False, True]
    row = await any_desk.row(number)
    assert (row.status, row.attempts, row.claimed_at) == ("executing", 1, START)
    assert row.claimed_by == ("one" if got[0] else "two")
    assert [event for event, _ in await any_desk.events(number)].count(Event.EXECUTING) == 1


async def test_what_an_earlier_version_took_it_to_be_about_counts_for_the_claim_as_for_the_queue(desk: Desk) -> None:
    await desk.ask_executing("another")
    number = await desk.ask_approved()
    await desk.change(number, subjects=["acme/something else"])
    assert await claimed(desk, desk.executor(), number), "else it would be looked at again and again"


@pytest.mark.parametrize("round_", range(5))
async def test_of_two_requests_on_one_subject_one_is_claimed_whoever_comes(any_desk: Desk, round_: int) -> None:
    numbers = [await any_desk.ask_approved() for _ in range(4)]
    executors = [any_desk.executor(f"{round_}/{number}") for number in numbers]
    got = await asyncio.gather(
        *(claimed(any_desk, one, number) for one, number in zip(executors, numbers, strict=True))
    )
    assert sum(got) == 1
    assert sorted([await any_desk.status(number) for number in numbers]) == ["approved"] * 3 + ["executing"]


async def test_the_last_of_many_that_wait_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims_module, "BATCH", 2)
    numbers = [await desk.ask_approved() for _ in range(4)]
    for number in numbers[:-1]:
        await desk.change(number, resume_at=START + HOUR, subjects=[f"acme/{number}"])
    queue = await desk.executor().claims.queue()
    assert [row.id for row in queue.rows] == numbers
    assert all(row.subjects for row in queue.rows)
    assert await desk.executor().step() == 0
    assert await desk.status(numbers[-1]) == "succeeded"


async def test_what_another_version_claimed_blocks_its_subject_too(any_desk: Desk) -> None:
    first, second = await any_desk.ask_executing("of old"), await any_desk.ask_approved()
    assert (await any_desk.row(first)).subjects is None
    assert not await claimed(any_desk, any_desk.executor(), second)


async def test_of_two_who_go_on_with_what_was_given_up_one_does(any_desk: Desk) -> None:
    number = await any_desk.ask_executing("dead")
    await any_desk.change(number, claimed_by=None, lease_until=None, resume_at=START)
    executors = [any_desk.executor(name) for name in ("one", "two", "three")]
    got = await asyncio.gather(*(each.claims.resume(number) for each in executors))
    assert sum(row is not None for row in got) == 1
    row = await any_desk.row(number)
    assert (row.attempts, row.lease_until) == (1, START + LEASE)


async def test_workers_of_one_process_do_not_look_at_the_same_request(desk: Desk) -> None:
    desk.lever.writes_stop = True
    first, second = await desk.ask_approved(), await desk.ask_approved()
    await desk.change(second, subjects=["acme/another lever"])
    one = desk.executor()
    two = replace(one, name="two")
    doing = asyncio.create_task(one.step())
    await desk.lever.stopped.wait()
    assert two.looked_at == {first}
    await desk.change(first, status="approved", claimed_by=None)
    assert two.looked_at is one.looked_at
    assert await two.step() == 0
    assert await desk.status(second) in {"succeeded", "failed"}
    assert (await desk.row(first)).claimed_by is None
    desk.lever.go_on.set()
    await doing
    assert one.looked_at == set()


async def test_a_claim_is_of_the_businesss_moment_and_lasts_by_the_machines(desk: Desk) -> None:
    number = await desk.ask_approved()
    desk.times.jump(HOUR)
    assert await claimed(desk, desk.executor("one"), number)
    row = await desk.row(number)
    assert (row.claimed_at, row.lease_until) == (START + HOUR, START + LEASE)
    last = (await desk.trail())[-1]
    assert (last.event, last.actor, last.details) == (Event.EXECUTING, HUBWARDEN, {"executor": "one"})


async def test_the_oldest_approved_request_is_done_first(desk: Desk) -> None:
    desk.lever.springs_back = True
    waiting, first, second = await desk.ask(), await desk.ask_approved(), await desk.ask_approved()
    executor = desk.executor()
    assert await executor.step() == 0
    assert [await desk.status(number) for number in (waiting, first, second)] == ["pending", "succeeded", "approved"]
    assert await executor.step() == 0
    assert await executor.step() == LEASE.total_seconds() / 2, "there is none to do"


async def test_what_nobody_has_to_approve_is_done_too(desk: Desk) -> None:
    desk.policy = AT_ONCE
    number = await desk.ask()
    await desk.executor().step()
    assert await desk.status(number) == "succeeded"


async def test_what_has_expired_is_not_begun(desk: Desk) -> None:
    number = await desk.ask_approved()
    desk.times.jump(DAY)
    assert await desk.executor().step() > 0
    assert (await desk.status(number), desk.lever.written) == ("approved", 0)
    assert await expire(desk.context) == 1


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.APPROVED])
async def test_only_what_is_approved_is_begun(desk: Desk, status: Status) -> None:
    number = await desk.ask()
    await desk.change(number, status=status, claimed_by="another", lease_until=START + HOUR)
    before = await desk.everything()
    assert not await desk.executor().step_request(number)
    assert not await desk.executor().step_request(99)
    assert await desk.everything() == before
    assert desk.lever.written == 0


async def test_one_named_is_done_where_it_is_approved(desk: Desk) -> None:
    first, second = await desk.ask_approved(), await desk.ask_approved()
    await desk.change(second, subjects=["acme/another lever"])
    assert await desk.executor().step_request(second)
    assert [await desk.status(first), await desk.status(second)] == ["approved", "succeeded"]


async def test_the_workers_are_roused_at_the_claim_and_at_the_end(desk: Desk) -> None:
    await desk.ask_approved()
    before = desk.wakes
    await desk.executor().step()
    assert desk.wakes == before + 2


# What Docker's log will show


async def test_a_write_is_expected_in_dockers_log_from_its_claim_on(desk: Desk) -> None:
    desk.operation = replace(desk.operation, hub_action="lever.pull", subjects=lambda params: (params.organization,))
    number = await desk.ask_approved()
    await desk.executor().step()
    assert await desk.expected() == [(number, "lever.pull", ["acme"])]


async def test_what_docker_does_not_log_is_not_expected(desk: Desk) -> None:
    await desk.ask_approved()
    await desk.executor().step()
    assert await desk.expected() == []


async def shelf(desk: Desk) -> None:
    """A write that is done in two steps, which Docker logs."""
    there: list[str] = []

    async def look(_hub: Hub, _params: Nothing) -> Preview:
        return Preview(tuple(Change(key, None, "there") for key in ("a", "b") if key not in there))

    async def steps(_hub: Hub, _params: Nothing) -> Sequence[Step]:
        made = (Step("a", "A"), Step("b", "B", subjects=("B", "acme/b")))
        return [step for step in made if step.key not in there]

    async def put(_hub: Hub, _params: Nothing, step: Step) -> ItemResult:
        there.append(step.key)
        return ItemResult(step.subject, True, "is there")

    desk.operation = replace(
        desk.operation, preview=look, execute=None, steps=steps, run_step=put, hub_action="shelf.put"
    )


async def test_what_is_done_in_steps_is_expected_step_by_step(desk: Desk) -> None:
    await shelf(desk)
    number = await desk.ask_approved()
    await desk.executor().claims.begin(number)
    assert await desk.expected() == []
    desk.times.let_pass(2 * LEASE)
    await desk.executor("two").step()
    assert await desk.expected() == [(number, "shelf.put", ["A"]), (number, "shelf.put", ["B", "acme/b"])]
    assert await desk.status(number) == "succeeded"


# Taking over


async def test_an_hours_jump_of_the_businesss_time_takes_no_claim_away(any_desk: Desk) -> None:
    number = await any_desk.ask_executing("one")
    any_desk.times.jump(HOUR)
    assert await any_desk.executor("two").step() > 0
    assert (await any_desk.row(number)).claimed_by == "one"
    any_desk.times.machine += LEASE + SECOND
    assert await any_desk.executor("two").step() == 0
    row = await any_desk.row(number)
    assert (row.claimed_by, row.status, row.attempts) == ("two", "succeeded", 2)


@pytest.mark.parametrize(("waited", "taken"), [(LEASE, False), (LEASE + timedelta(microseconds=1), True)])
async def test_a_claim_is_taken_over_when_its_lease_is_over_and_not_before(
    desk: Desk, waited: timedelta, taken: bool
) -> None:
    await desk.ask_executing("one")
    desk.times.machine += waited
    assert (await desk.executor("two").step() == 0) is taken


async def test_a_take_over_is_in_the_trail_with_its_number(desk: Desk) -> None:
    number = await desk.ask_executing("one")
    desk.times.let_pass(HOUR)
    row = await desk.executor("two").claims.take_over(number)
    assert row is not None
    assert (row.id, row.attempts, row.lease_until) == (number, 2, START + HOUR + LEASE)
    last = (await desk.trail())[-1]
    assert (last.event, last.at, last.details) == (
        Event.TAKEN_OVER,
        START + HOUR,
        {"executor": "two", "attempt": 2},
    )


async def test_of_two_heirs_one_takes_over(any_desk: Desk) -> None:
    number = await any_desk.ask_executing("dead")
    any_desk.times.let_pass(HOUR)
    heirs = [any_desk.executor(name) for name in ("two", "three", "four")]
    taken = await asyncio.gather(*(heir.claims.take_over(number) for heir in heirs))
    assert sum(row is not None for row in taken) == 1


async def test_whoever_has_lost_the_claim_does_not_write(desk: Desk) -> None:
    number = await desk.ask_executing("one")
    executor = desk.executor("one")
    await executor.claims.confirm(number)
    await desk.change(number, claimed_by="two")
    with pytest.raises(ClaimLost):
        await executor.claims.confirm(number)


async def test_a_claim_that_was_lost_before_the_write_leaves_everything_to_the_other(desk: Desk) -> None:
    number = await desk.ask_approved()

    async def look_and_lose_it(_hub: Hub, _params: Nothing) -> Preview:
        await desk.change(number, claimed_by="two")
        return Preview((Change("lever", "up", "down"),))

    executor = desk.executor("one", operations={"lever.pull": replace(desk.operation, preview=look_and_lose_it)})
    with capture_logs() as logged:
        await executor.step()
    assert [entry["event"] for entry in logged] == ["execution.claim_lost"]
    assert (await desk.status(number), desk.lever.written) == ("executing", 0)


async def test_a_claim_that_was_lost_during_the_write_does_not_record_its_end(desk: Desk) -> None:
    number = await desk.ask_approved()

    async def pull_and_lose_it(_hub: Hub, _params: Nothing) -> Outcome:
        await desk.change(number, claimed_by="two")
        return Outcome("The lever is down")

    executor = desk.executor("one", operations={"lever.pull": replace(desk.operation, execute=pull_and_lose_it)})
    wakes = desk.wakes
    with capture_logs() as logged:
        await executor.step()
    assert [entry["event"] for entry in logged] == ["execution.claim_lost"]
    row = await desk.row(number)
    assert (row.status, row.claimed_by, row.outcome) == ("executing", "two", None)
    assert desk.wakes == wakes + 1, "the claim was told of, and its end was not"


# Keeping the claim


async def test_a_claim_is_kept_while_it_is_being_done(desk: Desk) -> None:
    number = await desk.ask_approved()
    desk.lever.writes_stop = True
    beats: list[None] = []
    executor = replace(desk.executor(), lease=timedelta(seconds=0.06), beat=lambda: beats.append(None))
    doing = asyncio.create_task(executor.step())
    await desk.lever.stopped.wait()
    desk.times.machine += HOUR
    async with asyncio.timeout(5):
        while (await desk.row(number)).lease_until != START + HOUR + executor.lease:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert len(beats) > 1
    desk.lever.go_on.set()
    await doing
    assert await desk.status(number) == "succeeded"


async def test_a_process_that_stops_gives_its_claim_back_at_once(desk: Desk) -> None:
    await shelf(desk)
    number = await desk.ask_approved()
    stopping = replace(desk.executor("one"), is_stopping=lambda: True)
    await stopping.step()
    row = await desk.row(number)
    assert (row.status, row.lease_until) == ("executing", START)
    desk.times.machine += SECOND
    assert await desk.executor("two").step() == 0
    assert await desk.status(number) == "succeeded"


async def test_being_interrupted_is_no_end(desk: Desk) -> None:
    number = await desk.ask_executing("one")

    async def stop(_attempt: object) -> None:
        raise Interrupted

    await desk.executor("one")._run(await desk.row(number), stop)
    assert (await desk.row(number)).finished_at is None


# What must not stop the others


async def test_a_request_for_what_is_no_longer_there_fails_and_the_next_one_is_done(desk: Desk) -> None:
    gone, healthy = await desk.ask_approved(), await desk.ask_approved()
    await desk.change(gone, operation="lever.of.old")
    executor = desk.executor()
    assert (await executor.step(), await executor.step()) == (0, 0)
    row = await desk.row(gone)
    assert (row.status, row.error) == ("failed", NO_LONGER_KNOWN)
    assert (await desk.status(healthy), desk.lever.written) == ("succeeded", 1)


@pytest.mark.parametrize("more", [{"operation": "lever.get"}, {"params": {"organization": "acme", "color": "red"}}])
async def test_what_is_no_write_or_has_other_parameters_now_is_not_done(desk: Desk, more: dict[str, object]) -> None:
    number = await desk.ask_approved()
    await desk.change(number, **more)
    await desk.executor().step()
    assert ((await desk.row(number)).error, desk.lever.written) == (NO_LONGER_KNOWN, 0)
    assert await desk.expected() == []


async def test_a_bug_in_an_operation_ends_as_unknown_and_holds_up_nobody(desk: Desk) -> None:
    number = await desk.ask_approved()
    desk.lever.trouble = KeyError("username")
    desk.lever.go_on.set()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert await desk.status(number) in {"approved", "executing"}
        desk.lever.previews_stop = True
        with capture_logs() as logged:
            await desk.executor().step()
        assert [(entry["event"], entry["attempt"]) for entry in logged if entry["log_level"] == "error"] == [
            ("execution.broken", attempt)
        ]
        desk.times.let_pass(LEASE + SECOND)
    row = await desk.row(number)
    assert (row.status, row.error, desk.lever.written) == ("unknown", BROKEN, 0)


class Away(Database):
    """A database that is away as often as it was told to be, once the work has begun."""

    def __init__(self, database: Database, times: int) -> None:
        self._real = database
        self.times = times
        self.is_gone = False

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[object]:  # type: ignore[override]
        """A transaction, or nothing."""
        if self.is_gone and self.times:
            self.times -= 1
            raise ConnectionRefusedError
        async with self._real.begin() as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[object]:  # type: ignore[override]
        """It is away for whoever looks, too."""
        async with self.begin() as session:
            yield session


@pytest.mark.parametrize("times", [1, 3])
async def test_an_end_is_recorded_as_soon_as_the_database_is_back(
    desk: Desk, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await desk.ask_approved()
    away = Away(desk.database, times)

    async def pull(hub: Hub, params: Nothing) -> Outcome:
        away.is_gone = True
        return await desk.lever.execute(hub, params)

    monkeypatch.setattr(executor_module, "FINISH_PAUSES", (0.0, 0.0, 0.0, 0.0))
    operations = {"lever.pull": replace(desk.operation, execute=pull)}
    with capture_logs() as logged:
        await replace(desk.executor(operations=operations), database=away).step()
    assert [entry["event"] for entry in logged].count("execution.not_recorded_yet") == times
    assert (await desk.status(number), desk.lever.written) == ("succeeded", 1)


async def test_where_the_database_stays_away_the_worker_hears_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await desk.ask_approved()
    away = Away(desk.database, 100)

    async def pull(hub: Hub, params: Nothing) -> Outcome:
        away.is_gone = True
        return await desk.lever.execute(hub, params)

    monkeypatch.setattr(executor_module, "FINISH_PAUSES", (0.0, 0.0))
    operations = {"lever.pull": replace(desk.operation, execute=pull)}
    with capture_logs(), pytest.raises(ConnectionRefusedError):
        await replace(desk.executor(operations=operations), database=away).step()
    assert await desk.status(number) == "executing", "an heir will read back"


async def test_a_database_that_is_away_for_a_while_ends_no_claim(desk: Desk) -> None:
    number = await desk.ask_executing("one")
    away = Away(desk.database, 2)
    away.is_gone = True
    executor = replace(desk.executor("one"), database=away, lease=timedelta(seconds=0.03))
    ended = asyncio.Event()
    with capture_logs() as logged:
        keeper = asyncio.create_task(executor.claims.extend_until(ended, number))
        desk.times.machine += HOUR
        async with asyncio.timeout(5):
            while (await desk.row(number)).lease_until != START + HOUR + executor.lease:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        ended.set()
        await keeper
    assert [entry["event"] for entry in logged] == ["execution.lease_not_extended"] * 2


async def test_a_token_that_cannot_be_shown_for_whatever_reason_is_taken_back(desk: Desk) -> None:
    taken_back = []

    class Broken:
        async def hand_over(self, _user: str, _text: str, _secret: SecretStr) -> bool:
            raise AttributeError("'str' object has no attribute 'get'")

    async def make(_hub: Hub, _params: Nothing) -> Outcome:
        async def take_back() -> None:
            taken_back.append(True)

        return Outcome("A token was made", secret=SecretStr("dckr_oat_made"), take_back=take_back)

    desk.operation = replace(desk.operation, execute=make, makes_secret=True)
    desk.hand = Broken()
    number = await desk.ask_approved()
    with capture_logs():
        await desk.executor().step()
    row = await desk.row(number)
    assert (row.status, taken_back) == ("failed", [True])
    assert "revoked" in str(row.error)
