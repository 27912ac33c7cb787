"""Requests looked at and decided by their number, with the checks that the card's buttons have."""

import pytest

from bot.errors import UserError
from bot.governance.ledger.lifecycle import Status
from bot.inbox.arrivals import Lane
from bot.intents.wishes import Decide, Doctor, Form, Pick
from bot.lights import Light
from bot.operations import BY_NAME
from bot.slack.commands import Typed, lane_of
from bot.slack.doctor_said import doctor_message
from bot.slack.replies import ReplyAddress
from bot.slack.wishes import answer, answer_decided
from sandbox.slack import words_of
from tests.operations.samples import HOSTILE
from tests.slack.conftest import APPROVALS, Desk
from tests.slack.samples import AMPERSANDS, flaws


@pytest.fixture
async def asked(desk: Desk) -> Desk:
    """Ann has asked for request 1."""
    await desk.ask("/hub team member add backend samok")
    return desk


async def status(desk: Desk) -> Status:
    """Where the first request stands."""
    await desk.settled()
    return (await desk.view()).status


async def test_an_approver_approves_by_number(asked: Desk) -> None:
    assert (await asked.omar.command("/hub approve 1")).ok
    await asked.omar.wait_for_ephemeral("Request 1 (Add to team) is approved.")
    assert (await status(asked), (await asked.view()).approvals) == (Status.APPROVED, ("U0OMAR",))
    assert asked.slack.violations == []


async def test_who_asked_cannot_approve_it_by_number_either(asked: Desk) -> None:
    await asked.ann.command("/hub approve 1")
    await asked.ann.wait_for_ephemeral("You asked for request 1 yourself")
    assert await status(asked) is Status.PENDING


async def test_a_second_approval_comes_too_late(asked: Desk) -> None:
    await asked.omar.command("/hub approve 1")
    await asked.settled()
    await asked.person("U0LENA").command("/hub approve 1")
    await asked.person("U0LENA").wait_for_ephemeral("Too late: request 1 is approved by <@U0OMAR>.")


async def test_a_denial_has_its_reason(asked: Desk) -> None:
    await asked.omar.command('/hub deny 1 "not this week"')
    await asked.omar.wait_for_ephemeral("Request 1 (Add to team) was denied.")
    assert await status(asked) is Status.DENIED
    assert (await asked.view()).decision_reason == "not this week"


async def test_a_denial_without_a_reason_is_asked_why(asked: Desk) -> None:
    await asked.omar.command("/hub deny 1")
    form = await asked.omar.wait_for_view("Nothing will be changed.")
    assert await status(asked) is Status.PENDING
    assert (await asked.omar.submit(form, {"reason": "not this week"})).ok
    assert await status(asked) is Status.DENIED


async def test_whoever_asked_takes_it_back_by_number_and_nobody_else_does(asked: Desk) -> None:
    await asked.omar.command("/hub cancel 1")
    await asked.omar.wait_for_ephemeral("Only <@U0ANN>, who asked for it, can cancel request 1.")
    await asked.ann.command("/hub cancel #1")
    await asked.ann.wait_for_ephemeral("Request 1 (Add to team) was cancelled.")
    assert await status(asked) is Status.CANCELLED


async def test_a_request_is_looked_at_with_its_buttons(asked: Desk) -> None:
    await asked.omar.command("/hub request 1")
    shown = await asked.omar.wait_for_ephemeral("Add samok to team backend", channel="C0GENERAL")
    assert (await asked.omar.click(shown, "approve")).ok
    assert await status(asked) is Status.APPROVED


@pytest.mark.parametrize(
    "line", ["request 1", "approve 1", "cancel 1", "deny 1 no", "deny 1", "request 99", "approve 99"]
)
async def test_whom_a_request_does_not_concern_learns_no_more_than_of_a_number_that_nobody_has(
    asked: Desk, line: str
) -> None:
    stranger = asked.person("U0MIRA")
    await stranger.command(f"/hub {line}")
    number = line.split()[1]
    shown = words_of(await stranger.wait_for_ephemeral("that you may see"))
    assert shown.partition("\n")[0] == f"There is no request {number} that you may see."
    assert stranger.view is None
    assert await status(asked) is Status.PENDING


async def test_what_was_decided_before_a_restart_is_told_and_not_decided_again(asked: Desk) -> None:
    await asked.omar.command("/hub approve 1")
    await asked.settled()
    await answer_decided(asked.surface, ReplyAddress("U0OMAR"), Decide("approve", 1))
    await asked.told(asked.omar, "Hubwarden was restarted meanwhile. Request 1 (Add to team) is approved.")


async def test_where_no_form_can_be_opened_there_is_a_button_for_it(desk: Desk) -> None:
    form = Form(BY_NAME["team.member.add"], {"team": "backend"})
    await answer(desk.surface, ReplyAddress("U0ANN"), form, text="team member add backend", trigger=None)
    shown = await desk.told(desk.ann, "Nothing is asked for until you send the form.")
    await desk.ann.click(shown, "again")
    opened = await desk.ann.wait_for_view("Add to team")
    assert opened.values["team"]["choice"]["selected_option"]["value"] == "backend"


async def test_where_no_menu_can_be_opened_there_is_a_button_for_it(desk: Desk) -> None:
    await answer(desk.surface, ReplyAddress("U0ANN"), Pick(), text="", trigger=None)
    await desk.ann.click(await desk.told(desk.ann, "there is a form for that"), "again")
    await desk.ann.wait_for_view("in Docker Hub")


async def test_where_no_reason_can_be_asked_for_there_is_a_button_for_it(asked: Desk) -> None:
    await answer(asked.surface, ReplyAddress("U0OMAR"), Decide("deny", 1), text="deny 1", trigger=None)
    await asked.omar.click(await asked.told(asked.omar, "there is a form for that"), "deny")
    await asked.omar.wait_for_view("Nothing will be changed.")


async def test_the_doctor_shows_no_lights_to_guests(desk: Desk) -> None:
    with pytest.raises(UserError, match="Guests, bots"):
        await answer(desk.surface, ReplyAddress("U0GUS"), Doctor(), text="doctor", trigger=None)


@pytest.mark.parametrize("text", ["It answers.", *HOSTILE, AMPERSANDS])
def test_each_light_has_its_line_and_its_way_out(text: str) -> None:
    content = doctor_message([Light("Database", "green", text), Light("Slack", "red", text, "Install it again.")])
    assert "🟢 *Database* (in order)" in content.text
    assert "Install it again." in content.text
    assert flaws(content) == []
    assert flaws(doctor_message([])) == []


@pytest.mark.parametrize(
    ("text", "lane"),
    [
        ("approve 1", Lane.DECISIONS),
        ("deny", Lane.DECISIONS),
        ("request 1", Lane.READS),
        ("doctor", Lane.READS),
        ("", Lane.COMMANDS),
    ],
)
def test_a_typed_decision_waits_for_no_command(desk: Desk, text: str, lane: Lane) -> None:
    assert lane_of(desk.surface, Typed(text, "t")) is lane


async def test_a_decision_by_number_is_counted_once_however_often_it_is_delivered(asked: Desk) -> None:
    asked.slack.sockets.duplicate(1)
    await asked.omar.command("/hub approve 1")
    await asked.settled()
    assert len(asked.omar.ephemerals()) == 1
    assert asked.omar.messages(APPROVALS) == []
