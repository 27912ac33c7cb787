"""A card says why its request waits, once, and no longer than it does."""

from bot.governance.execution.queue import EXPECTED_WAIT, NO_SLOT, why_blocked
from bot.governance.execution.waiting import tell_who_waits
from bot.governance.ledger.events import Event
from bot.governance.requests.queries import by_number
from bot.governance.views import Wait
from tests.governance.parts import START, Desk


async def test_whoever_waits_for_another_on_the_same_is_told_so_once(any_desk: Desk) -> None:
    first, second = await any_desk.ask_executing(), await any_desk.ask_approved()
    any_desk.times.let_pass(EXPECTED_WAIT)
    card, _ = await any_desk.wanted(second)
    claims = any_desk.executor("watching").claims
    assert [await tell_who_waits(claims), await tell_who_waits(claims)] == [1, 0]
    assert (await by_number(any_desk.context, second)).wait == Wait(why_blocked(first), START, None)
    assert (await any_desk.wanted(second))[0] == card + 1
    assert [event for event, _ in await any_desk.events(second)].count(Event.DEFERRED) == 1


async def test_what_waited_for_another_goes_on_when_that_is_over_and_the_reason_is_gone(desk: Desk) -> None:
    desk.lever.springs_back = True
    first, second = await desk.ask_approved(), await desk.ask_approved()
    desk.times.let_pass(EXPECTED_WAIT)
    claims = desk.executor("watching").claims
    assert await tell_who_waits(claims) == 2
    assert (await by_number(desk.context, first)).wait == Wait(NO_SLOT, START, None)
    for _ in range(2):
        await desk.executor().step()
    assert [await desk.status(number) for number in (first, second)] == ["succeeded"] * 2
    assert (await by_number(desk.context, second)).wait is None


async def test_nobody_is_told_anything_before_it_takes_longer_than_expected(desk: Desk) -> None:
    await desk.ask_executing()
    await desk.ask_approved()
    before = await desk.everything()
    assert await tell_who_waits(desk.executor("watching").claims) == 0
    assert await desk.everything() == before


async def test_what_was_put_off_often_is_put_off_as_rarely_after_it_waited_for_a_slot(desk: Desk) -> None:
    number = await desk.ask_approved()
    await desk.change(number, postponements=4, resume_at=START, waits_because="It was away.", waits_since=START)
    desk.times.let_pass(EXPECTED_WAIT)
    await tell_who_waits(desk.executor("watching").claims)
    row = await desk.row(number)
    assert (row.waits_because, row.postponements) == (NO_SLOT, 4)
