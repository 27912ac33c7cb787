"""Requests as others may see them: by number, one's own, and those that wait for somebody."""

import pytest

from bot.db import messages
from bot.errors import RequestNotFound
from bot.governance import humans
from bot.governance.approval.requirement import Stage
from bot.governance.context import Context
from bot.governance.ledger.lifecycle import Status
from bot.governance.ledger.subscribers import card_key
from bot.governance.people import DirectoryUnavailable
from bot.governance.requests.queries import by_number, mine, too_late, waiting_for
from bot.governance.requests.vote import approve, deny
from bot.operations.kit.base import Beneficiary
from bot.outbox.sender import Place
from tests.db.rows import message_of
from tests.governance.conftest import KnownHumans
from tests.governance.parts import ANN, BOT, GUEST, HOUR, LEADS, LEFT, LENA, MIRA, OMAR, SAM, Desk, group, users


async def waiting(desk: Desk, user: str) -> list[int]:
    """The numbers of what waits for them."""
    return [view.id for view in await waiting_for(desk.context, user)]


async def test_a_request_is_found_by_its_number_with_its_ballots(any_desk: Desk) -> None:
    first, second = await any_desk.ask(), await any_desk.ask()
    await approve(any_desk.context, first, OMAR)
    await approve(any_desk.context, second, LENA)
    view = await by_number(any_desk.context, first)
    assert (view.id, view.approvals, view.progress) == (first, (OMAR,), (0, 0))


async def test_it_knows_where_its_card_stands(desk: Desk) -> None:
    number = await desk.ask()
    assert (await by_number(desk.context, number)).card is None
    async with desk.database.begin() as session:
        card = await message_of(session, card_key(number))
        assert card is not None
        await messages.mark_sent(session, card.id, version=1, address="C0APPROVALS", posted_id="1.2")
    assert (await by_number(desk.context, number)).card == Place("C0APPROVALS", "1.2")


async def test_one_that_is_not_there_is_said_not_to_be(desk: Desk) -> None:
    with pytest.raises(RequestNotFound, match=r"^There is no request 7\.$"):
        await by_number(desk.context, 7)
    async with desk.database.begin() as session:
        assert isinstance(await too_late(session, 7), RequestNotFound)


async def test_mine_are_those_that_i_asked_for_newest_first(any_desk: Desk) -> None:
    first, _, third = await any_desk.ask(), await any_desk.ask(SAM), await any_desk.ask()
    await deny(any_desk.context, first, OMAR, "no")
    assert [(view.id, view.status) for view in await mine(any_desk.context, ANN)] == [
        (third, Status.PENDING),
        (first, Status.DENIED),
    ]
    assert await mine(any_desk.context, LENA) == ()


async def test_mine_are_no_more_than_are_wanted(desk: Desk) -> None:
    numbers = [await desk.ask() for _ in range(3)]
    assert [view.id for view in await mine(desk.context, ANN, limit=2)] == [numbers[2], numbers[1]]


async def test_each_has_its_own_ballots_and_nobody_elses(desk: Desk) -> None:
    first, second, _ = [await desk.ask() for _ in range(3)]
    await approve(desk.context, first, OMAR)
    await approve(desk.context, second, LENA)
    assert [view.approvals for view in await mine(desk.context, ANN)] == [(), (LENA,), (OMAR,)]


async def test_what_waits_for_somebody_is_what_they_may_decide_oldest_first(any_desk: Desk) -> None:
    first, second = await any_desk.ask(), await any_desk.ask(SAM)
    assert await waiting(any_desk, OMAR) == [first, second], "named"
    assert await waiting(any_desk, MIRA) == [first, second], "in the group that is named"
    assert await waiting(any_desk, SAM) == [], "neither"


async def test_ones_own_requests_wait_for_others(desk: Desk) -> None:
    others, own = await desk.ask(), await desk.ask(OMAR)
    assert await waiting(desk, OMAR) == [others]
    assert await waiting(desk, LENA) == [others, own]


async def test_what_somebody_has_agreed_to_waits_for_them_no_more(desk: Desk) -> None:
    number = await desk.ask()
    await approve(desk.context, number, OMAR)
    assert await waiting(desk, OMAR) == []
    assert await waiting(desk, LENA) == [number]


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.PENDING])
async def test_what_is_decided_waits_for_nobody(desk: Desk, status: Status) -> None:
    await desk.change(await desk.ask(), status=status)
    assert await waiting(desk, OMAR) == []


@pytest.mark.parametrize("who", [GUEST, LEFT, BOT])
async def test_nothing_waits_for_who_decides_nothing(desk: Desk, who: str) -> None:
    await desk.ask()
    assert await waiting(desk, who) == []


async def test_what_needs_nobody_waits_for_nobody(desk: Desk) -> None:
    await desk.ask_staged()
    assert await waiting(desk, OMAR) == []


async def test_a_request_waits_for_the_people_of_every_stage(desk: Desk) -> None:
    number = await desk.ask_staged(Stage(1, users(SAM)), Stage(1, (group(),)))
    assert [await waiting(desk, user) for user in (SAM, LENA, OMAR)] == [[number], [number], []]


async def test_where_slack_does_not_answer_it_is_not_guessed(desk: Desk) -> None:
    number = await desk.ask()
    desk.people.silent = {LEADS}
    with pytest.raises(DirectoryUnavailable):
        await waiting_for(desk.context, LENA)
    assert await waiting(desk, OMAR) == [number], "who is named needs no group"


async def test_who_is_silent_about_one_request_is_not_asked_about_the_others(
    desk: Desk, known: KnownHumans, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.behind, asked = {"omar": frozenset({OMAR})}, list[str]()
    for name in ("jane", "omar", "kim"):
        desk.lever.about = (Beneficiary((name,)),)
        await desk.ask()

    async def be_silent(_context: Context, _organization: str, account: str) -> frozenset[str]:
        asked.append(account)
        raise DirectoryUnavailable

    monkeypatch.setattr(humans, "people_behind", be_silent)
    assert await waiting(desk, OMAR) == [1, 3], "of whom the second is about was known when it was asked for"
    assert asked == ["jane"]


async def test_looking_writes_nothing(desk: Desk) -> None:
    await desk.ask()
    before, told, wakes = await desk.everything(), len(await desk.trail()), desk.wakes
    desk.times.let_pass(HOUR)
    await by_number(desk.context, 1)
    await mine(desk.context, ANN)
    await waiting_for(desk.context, OMAR)
    assert await desk.everything() == before
    assert (len(await desk.trail()), desk.wakes) == (told, wakes)
