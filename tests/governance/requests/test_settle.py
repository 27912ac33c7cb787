"""A person looked at Docker Hub and says what became of it."""

import pytest

from bot.errors import AlreadyDecided, NotAnApprover, RequestNotFound
from bot.governance.ledger.events import Event
from bot.governance.ledger.lifecycle import Status
from bot.governance.people import DirectoryUnavailable
from bot.governance.requests.settle import settle
from bot.phrases import Mention
from tests.governance.parts import ANN, AT_ONCE, BOT, GUEST, HOUR, LEADS, LEFT, LENA, OMAR, SAM, START, Desk

NOBODY = "Guests, bots and people who have left decide nothing."
DONE, NOT_DONE = "A person looked at Docker Hub: it was done", "A person looked at Docker Hub: it was not done"


async def unknown_of_nobody(desk: Desk, requester: str = ANN) -> int:
    """A request that nobody had to approve, and of which nobody knows what became of it."""
    desk.policy = AT_ONCE
    number = await desk.ask(requester)
    await desk.change(number, status=Status.UNKNOWN)
    return number


@pytest.mark.parametrize(("done", "status", "said"), [(True, Status.SUCCEEDED, DONE), (False, Status.FAILED, NOT_DONE)])
async def test_an_approver_says_what_became_of_it(any_desk: Desk, done: bool, status: Status, said: str) -> None:
    number = await any_desk.ask_unknown()
    any_desk.times.let_pass(HOUR)
    wakes = any_desk.wakes
    view = await settle(any_desk.context, number, OMAR, done=done)
    assert (view.status, view.summary, view.settled_by, view.error) == (status, said, OMAR, None)
    row = await any_desk.row(number)
    assert (row.finished_at, row.decided_by) == (START + HOUR, OMAR)
    last = (await any_desk.trail())[-1]
    assert (last.event, last.actor, last.details) == (Event.SETTLED, OMAR, {"status": status})
    assert any_desk.wakes == wakes + 1


async def test_what_is_known_of_single_items_stays(desk: Desk) -> None:
    number = await desk.ask_unknown()
    items = [{"subject": "A", "done": True, "text": "is there"}]
    await desk.change(number, outcome={"summary": "1 of 2", "items": items})
    view = await settle(desk.context, number, OMAR, done=True)
    assert [(item.subject, item.done, item.text) for item in view.items] == [("A", True, "is there")]
    assert view.summary == DONE


async def test_the_requester_may_not_who_is_an_approver_too(desk: Desk) -> None:
    number = await desk.ask_unknown()
    desk.people.groups[LEADS] |= {ANN}
    with pytest.raises(NotAnApprover, match="You asked for request 1 yourself: somebody else has to settle it"):
        await settle(desk.context, number, ANN, done=True)


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (ANN, "You asked for request 1 yourself: somebody else has to settle it."),
        (SAM, "You are not among the approvers that the rule “one agrees” names for request 1."),
        (GUEST, NOBODY),
        (LEFT, NOBODY),
        (BOT, NOBODY),
    ],
)
async def test_nobody_else_may_and_the_trail_knows(desk: Desk, who: str, why: str) -> None:
    number = await desk.ask_unknown()
    before = await desk.everything()
    with pytest.raises(NotAnApprover) as refusal:
        await settle(desk.context, number, who, done=True)
    assert refusal.value.text == why
    assert await desk.everything() == before
    last = (await desk.trail())[-1]
    assert (last.event, last.actor, last.details) == (Event.VOTE_REFUSED, who, {"verb": "settle", "why": why})


async def test_where_nobody_had_to_agree_whoever_asked_settles_it(desk: Desk) -> None:
    number = await unknown_of_nobody(desk)
    with pytest.raises(NotAnApprover) as refusal:
        await settle(desk.context, number, OMAR, done=True)
    assert refusal.value.said == ("Only ", Mention(ANN), ", who asked for it, can settle request 1.")
    assert (await desk.trail())[-1].details["why"] == "Only @U0ANN, who asked for it, can settle request 1."
    assert (await settle(desk.context, number, ANN, done=False)).status is Status.FAILED


async def test_where_a_terminal_asked_anybody_may_settle_it_but_a_guest(desk: Desk) -> None:
    number = await unknown_of_nobody(desk, "terminal:root")
    with pytest.raises(NotAnApprover, match="Guests"):
        await settle(desk.context, number, GUEST, done=True)
    assert (await settle(desk.context, number, SAM, done=True)).settled_by == SAM


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.UNKNOWN])
async def test_only_what_is_unknown_is_settled(desk: Desk, status: Status) -> None:
    number = await desk.ask_unknown()
    await desk.change(number, status=status)
    before, told, wakes = await desk.everything(), len(await desk.trail()), desk.wakes
    with pytest.raises(AlreadyDecided, match="Too late: request 1"):
        await settle(desk.context, number, OMAR, done=True)
    assert await desk.everything() == before
    assert len(await desk.trail()) == told
    assert desk.wakes == wakes


async def test_of_two_who_settle_it_the_first_is_believed(desk: Desk) -> None:
    number = await desk.ask_unknown()
    await settle(desk.context, number, OMAR, done=True)
    with pytest.raises(AlreadyDecided, match="Too late: request 1 is done\\."):
        await settle(desk.context, number, LENA, done=False)
    assert (await desk.row(number)).settled_by == OMAR


async def test_while_slack_does_not_answer_nobody_of_a_group_settles_anything(desk: Desk) -> None:
    number = await desk.ask_unknown()
    desk.people.silent = {LEADS}
    with pytest.raises(DirectoryUnavailable):
        await settle(desk.context, number, LENA, done=True)
    assert await desk.status(number) == "unknown"


async def test_there_is_no_request_of_that_number(desk: Desk) -> None:
    with pytest.raises(RequestNotFound, match="no request 7"):
        await settle(desk.context, 7, OMAR, done=True)
