"""The buttons of a request's card: each decides, asks why, or shows all, for whoever presses it."""

import pytest

from bot.governance.ledger.lifecycle import Status
from sandbox.slack import Message, words_of
from sandbox.slack.transport.envelopes import Acked
from tests.slack.conftest import APPROVALS, Desk


@pytest.fixture
async def card(desk: Desk) -> Message:
    """The card of Ann's first request."""
    return await desk.card(await desk.ask("/hub team member add backend samok"))


async def status(desk: Desk) -> Status:
    """Where the first request stands, once every press has come to its end."""
    await desk.settled()
    return (await desk.view()).status


async def test_an_approver_approves(desk: Desk, card: Message) -> None:
    assert (await desk.omar.click(card, "approve")).ok
    assert await status(desk) is Status.APPROVED
    assert (await desk.view()).approvals == ("U0OMAR",)
    assert desk.omar.ephemerals() == [], "the card says it"


async def test_who_may_not_approve_reads_why_and_where_they_pressed(desk: Desk, card: Message) -> None:
    await desk.ann.click(card, "approve")
    await desk.ann.wait_for_ephemeral("You asked for request 1 yourself", channel=APPROVALS)
    assert await status(desk) is Status.PENDING


async def test_the_requester_takes_it_back_and_nobody_else_does(desk: Desk, card: Message) -> None:
    await desk.omar.click(card, "cancel")
    await desk.omar.wait_for_ephemeral("Only <@U0ANN>, who asked for it, can cancel request 1.")
    assert await status(desk) is Status.PENDING
    await desk.ann.click(card, "cancel")
    assert await status(desk) is Status.CANCELLED


async def test_who_denies_says_why(desk: Desk, card: Message) -> None:
    await desk.omar.click(card, "deny")
    form = await desk.omar.wait_for_view("Nothing will be changed.")
    assert "Deny request 1" in str(form.body["title"])
    seen = await desk.omar.submit(form, {"reason": "  "})
    assert seen.errors == {"reason": "Say why: the requester and the audit trail read it."}
    assert (await desk.omar.submit(form, {"reason": "not this week"})).ok
    assert await status(desk) is Status.DENIED
    assert (await desk.view()).decision_reason == "not this week"


async def test_who_may_not_deny_reads_why_after_the_form(desk: Desk, card: Message) -> None:
    await desk.ann.click(card, "deny")
    await desk.ann.submit(await desk.ann.wait_for_view("Nothing will be changed."), {"reason": "x"})
    await desk.told(desk.ann, "You asked for request 1 yourself: somebody else has to deny it.")
    assert await status(desk) is Status.PENDING


async def test_the_details_show_all_of_it_to_anybody(desk: Desk, card: Message) -> None:
    mira = desk.person("U0MIRA")
    await mira.click(card, "details")
    shown = words_of(await mira.wait_for_view("Request 1"))
    assert "for the release" in shown
    assert "samok in team backend" in shown


async def test_a_press_that_comes_too_late_says_what_became_of_it(desk: Desk, card: Message) -> None:
    await desk.ann.click(card, "cancel")
    assert await status(desk) is Status.CANCELLED
    await desk.omar.click(card, "approve")
    await desk.omar.wait_for_ephemeral("Too late: request 1 was cancelled by <@U0ANN>.")


@pytest.mark.parametrize("action", ["approve", "cancel", "settle_done", "settle_not_done", "deny", "details"])
@pytest.mark.parametrize("value", ["", "abc", "-1", "999", "9" * 40, "²"])
async def test_a_button_that_means_no_request_is_answered(desk: Desk, action: str, value: str) -> None:
    pressed = {"type": "button", "action_id": action, "block_id": "b", "value": value}
    body = {
        "type": "block_actions",
        "user": {"id": "U0OMAR", "team_id": "T0ACME"},
        "channel": {"id": APPROVALS},
        "trigger_id": "1.2.x",
        "actions": [pressed],
    }
    assert isinstance(await desk.slack.sockets.deliver("interactive", body), Acked)
    await desk.told(desk.omar, "There is no ")
