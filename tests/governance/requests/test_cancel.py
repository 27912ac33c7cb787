"""Taking a request back: by whoever asked, while nobody is doing it."""

import pytest

from bot.errors import AlreadyDecided, NotAnApprover, RequestNotFound
from bot.governance.ledger.events import Event
from bot.governance.ledger.lifecycle import Status
from bot.governance.requests.cancel import cancel
from bot.phrases import Mention
from tests.governance.parts import ANN, LENA, OMAR, SAM, START, Desk


async def test_whoever_asked_takes_it_back(any_desk: Desk) -> None:
    number = await any_desk.ask()
    wakes = any_desk.wakes
    view = await cancel(any_desk.context, number, ANN)
    assert (view.status, view.decided_by) == (Status.CANCELLED, ANN)
    assert (await any_desk.row(number)).decided_at == START
    assert (await any_desk.events(number))[1:] == [(Event.CANCELLED, ANN)]
    assert any_desk.wakes == wakes + 1


async def test_what_is_approved_can_be_taken_back_until_it_is_being_done(desk: Desk) -> None:
    number = await desk.ask_approved()
    assert (await cancel(desk.context, number, ANN)).status is Status.CANCELLED
    assert await desk.executor().step() > 0
    assert desk.lever.written == 0


async def test_the_card_says_so_and_the_requester_need_not_be_told(desk: Desk) -> None:
    number = await desk.ask()
    await cancel(desk.context, number, ANN)
    assert await desk.wanted(number) == (2, 0)


@pytest.mark.parametrize("who", [OMAR, LENA, SAM, "terminal:root", ""])
async def test_nobody_else_can(desk: Desk, who: str) -> None:
    number = await desk.ask()
    before = await desk.everything()
    with pytest.raises(NotAnApprover) as refusal:
        await cancel(desk.context, number, who)
    assert refusal.value.said == ("Only ", Mention(ANN), ", who asked for it, can cancel request 1.")
    assert await desk.everything() == before


@pytest.mark.parametrize("status", [status for status in Status if status not in {Status.PENDING, Status.APPROVED}])
async def test_from_then_on_it_is_too_late(desk: Desk, status: Status) -> None:
    number = await desk.ask()
    await desk.change(number, status=status)
    before, told, wakes = await desk.everything(), len(await desk.trail()), desk.wakes
    with pytest.raises(AlreadyDecided, match="Too late: request 1"):
        await cancel(desk.context, number, ANN)
    assert await desk.everything() == before
    assert len(await desk.trail()) == told
    assert desk.wakes == wakes


async def test_twice_is_once(desk: Desk) -> None:
    number = await desk.ask()
    await cancel(desk.context, number, ANN)
    with pytest.raises(AlreadyDecided, match="was cancelled by @U0ANN"):
        await cancel(desk.context, number, ANN)


async def test_there_is_no_request_of_that_number(desk: Desk) -> None:
    with pytest.raises(RequestNotFound, match="There is no request 7"):
        await cancel(desk.context, 7, ANN)
