"""Forms filled in behind a button: whoever presses asks, in their own name, and pressing alone asks for nothing."""

import json
from datetime import timedelta
from typing import Any

import pytest

from bot import outbox
from bot.db.models import OperationRequest
from bot.errors import RequestNotFound
from bot.governance.ledger.lifecycle import Status
from bot.governance.requests.proposals import (
    NotRevertible,
    ProposalExpired,
    find_proposed,
    keep_proposal,
    sweep_proposals,
)
from bot.governance.requests.queries import mine
from bot.operations.kit.consequences import Prepared
from bot.outbox.destination import slack_channel
from bot.outbox.kinds import ALERT
from bot.slack.arrivals import Interruption
from bot.slack.blocks import section
from bot.slack.offers import LONGEST_VALUE, alert_reverted, asked_again, inline, propose_button, retried, reverted
from bot.slack.presses import Press
from bot.slack.proposals import PROPOSED
from bot.slack.replies import ReplyAddress
from sandbox.slack import Message, Person, View
from tests.slack.conftest import APPROVALS, Desk

ADD = Prepared("team.member.add", {"team": "backend", "username": "samok"})


async def shown(desk: Desk, value: str) -> Message:
    """A message with the button, in a channel."""
    blocks: list[Any] = [section("here"), {"type": "actions", "elements": [propose_button("Ask again", value)]}]
    await desk.surface.replies.client.chat_postMessage(channel=APPROVALS, text="here", blocks=blocks)
    return desk.omar.messages(APPROVALS)[-1]


async def opened(desk: Desk, value: str, person: Person | None = None) -> View:
    """The form that somebody (Omar) gets by pressing."""
    presser = person or desk.omar
    assert (await presser.click(await shown(desk, value), "propose")).ok
    return await presser.wait_for_view("")


def chosen(form: View, name: str) -> str:
    """What stands in a menu of the form."""
    return str(form.values[name]["choice"]["selected_option"]["value"])


@pytest.mark.parametrize("how", ["inline", "kept"])
async def test_whoever_presses_asks_in_their_own_name_and_only_by_sending(desk: Desk, how: str) -> None:
    value = inline(ADD, "moves teams") if how == "inline" else f"p:{await keep_proposal(desk.context, ADD, 'U0ANN')}"
    assert value is not None
    form = await opened(desk, value)
    assert chosen(form, "team") == "backend"
    await desk.settled()
    assert await mine(desk.context, "U0OMAR") == (), "nothing is recorded by a press"
    assert (await desk.omar.submit(form, {"reason": "he moves"})).ok
    await desk.settled()
    [request] = await mine(desk.context, "U0OMAR")
    assert (request.params["team"], request.params["username"], request.reason) == ("backend", "samok", "he moves")
    assert desk.slack.violations == []


async def test_a_request_is_asked_for_again_with_its_values_and_its_reason(desk: Desk) -> None:
    view = await desk.ask("/hub team member add backend samok")
    form = await opened(desk, asked_again(view.id))
    assert chosen(form, "team") == "backend"
    assert form.values["reason"]["value"]["value"] == "for the release"


async def test_somebody_elses_request_is_no_form_for_whom_it_does_not_concern(desk: Desk) -> None:
    view = await desk.ask("/hub team member add backend samok")
    for value in (asked_again(view.id), retried(view.id), reverted(view.id), asked_again(99)):
        with pytest.raises(RequestNotFound, match="that you may see"):
            await find_proposed(desk.context, value, "U0MIRA")


async def change(desk: Desk, **values: Any) -> None:
    """Write this into the first request's row."""
    async with desk.context.database.begin() as session:
        row = await session.get(OperationRequest, 1)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)


async def test_of_a_request_of_which_some_has_failed_that_is_tried_again(desk: Desk) -> None:
    await desk.ask("/hub invite send jane@example.com kim@example.com")
    done = {"subject": "jane@example.com", "text": "invited", "done": True}
    failed = {"subject": "kim@example.com", "text": "refused", "done": False}
    await change(desk, status=Status.FAILED, outcome={"summary": "s", "items": [done, failed]})
    found = await find_proposed(desk.context, retried(1), "U0ANN")
    assert "kim@example.com" in str(found.prepared.values)
    assert "jane@example.com" not in str(found.prepared.values)
    everything = await find_proposed(desk.context, asked_again(1), "U0ANN")
    assert "jane@example.com" in str(everything.prepared.values)


async def test_a_request_is_taken_back_by_its_exact_inverse_or_not_at_all(desk: Desk) -> None:
    view = await desk.ask("/hub team member add backend samok")
    assert view.inverse is not None
    found = await find_proposed(desk.context, reverted(1), "U0ANN")
    assert found.prepared == view.inverse
    assert found.reason == "", "why it is taken back is another reason"
    await change(desk, preview={"changes": [], "notes": []})
    with pytest.raises(NotRevertible):
        await find_proposed(desk.context, reverted(1), "U0ANN")


async def test_what_an_alert_tells_of_is_taken_back_as_its_message_says(desk: Desk) -> None:
    context, revert = desk.context, {"operation": ADD.operation, "values": dict(ADD.values)}
    async with context.database.begin() as session:
        for key, payload in (("alert:1:r", {"revert": revert}), ("alert:2:r", {})):
            to = slack_channel("C0ALERTS")
            await outbox.want(session, key, kind=ALERT, destination=to, clock=context.clock, payload=payload)
    assert (await find_proposed(context, alert_reverted("alert:1:r"), "U0OMAR")).prepared == ADD
    for key in ("alert:2:r", "alert:3:r"):
        with pytest.raises(NotRevertible):
            await find_proposed(context, alert_reverted(key), "U0OMAR")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "p:",
        "p:nonsense",
        "request:",
        "request:-1",
        "request:²",
        "sonnet:7",
        "{",
        "{}",
        '{"operation":"x","values":7}',
    ],
)
async def test_what_nobody_knows_is_to_be_asked_for_anew(desk: Desk, value: str) -> None:
    with pytest.raises(ProposalExpired):
        await find_proposed(desk.context, value, "U0OMAR")


async def test_an_operation_of_another_version_is_said_to_be_gone(desk: Desk) -> None:
    value = inline(Prepared("sonnet.write", {}))
    assert value is not None
    await desk.omar.click(await shown(desk, value), "propose")
    await desk.omar.wait_for_ephemeral("does not know “sonnet.write” any more")


async def test_what_is_kept_lasts_a_week(desk: Desk) -> None:
    context = desk.context
    token = await keep_proposal(context, ADD, "U0ANN", "why")
    assert await sweep_proposals(context) == 0
    assert (await find_proposed(context, f"p:{token}", "U0OMAR")).reason == "why"
    desk.slack.parts.clock.advance(timedelta(days=7).total_seconds())
    with pytest.raises(ProposalExpired):
        await find_proposed(context, f"p:{token}", "U0OMAR")
    assert await sweep_proposals(context) == 1
    assert await sweep_proposals(context) == 0


async def test_a_restart_leaves_the_same_button(desk: Desk) -> None:
    value = inline(ADD) or ""
    press = Press(value=value, trigger="t")
    interruption = Interruption(desk.context.clock.real(), has_acted=False)
    await PROPOSED.resume(desk.surface, ReplyAddress("U0OMAR"), press, interruption)
    offered = await desk.told(desk.omar, "Hubwarden was restarted before it could open the form.")
    assert (await desk.omar.click(offered, "propose")).ok
    assert chosen(await desk.omar.wait_for_view("Add to team"), "team") == "backend"


def test_what_no_button_holds_has_to_be_kept() -> None:
    assert inline(Prepared("repo.create", {"description": "x" * LONGEST_VALUE})) is None
    held = inline(Prepared("repo.create", {"description": "ü“</>"}), "weil")
    assert held is not None
    assert json.loads(held) == {"operation": "repo.create", "values": {"description": "ü“</>"}, "reason": "weil"}
