"""Time that runs out: to the moment, once, and only where nobody was faster."""

from datetime import timedelta

import pytest

from bot.db import requests
from bot.governance.ledger.events import HUBWARDEN, Event
from bot.governance.ledger.lifecycle import Status
from bot.governance.requests.cancel import cancel
from bot.governance.requests.expire import expire, expire_in
from tests.governance.parts import ANN, DAY, HOUR, START, Desk

SECOND = timedelta(seconds=1)
LIFE = 2 * HOUR


async def test_a_request_ends_when_its_time_has_run_out_and_not_before(any_desk: Desk) -> None:
    number = await any_desk.ask()
    any_desk.times.let_pass(LIFE - timedelta(microseconds=1))
    assert await expire(any_desk.context) == 0
    assert await any_desk.status(number) == "pending"
    any_desk.times.let_pass(timedelta(microseconds=1))
    assert await expire(any_desk.context) == 1
    assert await any_desk.status(number) == "expired"
    assert (await any_desk.events(number))[1:] == [(Event.EXPIRED, HUBWARDEN)]


async def test_only_the_businesss_time_counts(desk: Desk) -> None:
    await desk.ask()
    desk.times.machine += DAY
    assert await expire(desk.context) == 0
    desk.times.jump(DAY)
    assert await expire(desk.context) == 1


async def test_what_was_approved_and_never_done_ends_too(desk: Desk) -> None:
    number = await desk.ask_approved()
    desk.times.let_pass(DAY - SECOND)
    assert await expire(desk.context) == 0
    desk.times.let_pass(SECOND)
    assert await expire(desk.context) == 1
    assert await desk.status(number) == "expired"


@pytest.mark.parametrize("status", [status for status in Status if status not in {Status.PENDING, Status.APPROVED}])
async def test_nothing_else_ends_by_time(desk: Desk, status: Status) -> None:
    number = await desk.ask()
    await desk.change(number, status=status)
    desk.times.let_pass(DAY)
    before, wakes = await desk.everything(), desk.wakes
    assert await expire(desk.context) == 0
    assert await desk.everything() == before
    assert desk.wakes == wakes, "nothing happened: nobody is roused"


async def test_all_that_are_due_end_at_once_and_each_is_told_of(desk: Desk) -> None:
    numbers = [await desk.ask() for _ in range(3)]
    desk.times.let_pass(HOUR)
    young = await desk.ask()
    desk.times.let_pass(HOUR)
    wakes = desk.wakes
    assert await expire(desk.context) == 3
    assert [await desk.status(number) for number in (*numbers, young)] == ["expired"] * 3 + ["pending"]
    assert [await desk.wanted(number) for number in numbers] == [(2, 1)] * 3
    assert desk.wakes == wakes + 1
    assert await expire(desk.context) == 0


async def test_nobody_is_named_as_having_decided(desk: Desk) -> None:
    number = await desk.ask()
    desk.times.let_pass(LIFE)
    await expire(desk.context)
    row = await desk.row(number)
    assert (row.decided_by, row.decided_at, row.decision_reason) == (None, None, None)


async def test_of_two_who_find_it_due_one_ends_it(desk: Desk) -> None:
    number = await desk.ask()
    async with desk.database.begin() as session:
        assert await expire_in(session, number, START + LIFE)
        assert not await expire_in(session, number, START + LIFE)
    assert await desk.events(number) == [(Event.SUBMITTED, ANN), (Event.EXPIRED, HUBWARDEN)]


async def test_what_was_ended_between_the_look_and_the_act_is_not_counted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, left = await desk.ask(), await desk.ask()
    desk.times.let_pass(LIFE)

    async def both(*_: object, after: int) -> list[int]:
        return [number for number in (gone, left) if number > after]

    await cancel(desk.context, gone, ANN)
    monkeypatch.setattr(requests, "due", both)
    assert await expire(desk.context) == 1
    assert [await desk.status(gone), await desk.status(left)] == ["cancelled", "expired"]


async def test_a_request_that_was_taken_back_does_not_expire(desk: Desk) -> None:
    number = await desk.ask()
    await cancel(desk.context, number, ANN)
    async with desk.database.begin() as session:
        assert not await expire_in(session, number, START + DAY)
    assert await desk.status(number) == "cancelled"


async def test_one_whose_time_has_not_run_out_is_not_ended_by_hand_either(desk: Desk) -> None:
    number = await desk.ask()
    async with desk.database.begin() as session:
        assert not await expire_in(session, number, START + LIFE - SECOND)
        assert not await expire_in(session, 99, START + DAY)
    assert await desk.status(number) == "pending"
