"""The slash command: help, the menu, a form, an answer or a request, and never silence."""

import pytest

from bot.governance.ledger.lifecycle import Status
from bot.governance.requests.queries import mine
from sandbox.slack import words_of
from tests.slack.conftest import APPROVALS, Desk
from tests.slack.picking import MENU


@pytest.mark.parametrize("line", ["/hub help", "/hub HELP", "/hub ?"])
async def test_help_shows_the_topics(desk: Desk, line: str) -> None:
    assert (await desk.ann.command(line)).ok
    shown = words_of(await desk.ann.wait_for_ephemeral("Access tokens"))
    assert "Invite people to the organization" in shown
    assert desk.slack.violations == []


async def test_help_says_what_is_off_at_the_moment(desk: Desk) -> None:
    refused = desk.context.capabilities.refused
    operation = next(one for one in desk.surface.vocabulary.operations if one.capability)
    refused["acme", operation.capability] = (desk.context.clock.now().replace(year=2100), "the plan lacks it")
    await desk.ann.command(f"/hub help {operation.name.replace('.', ' ')}")
    await desk.ann.wait_for_ephemeral("_Off: the plan lacks it_")


async def test_the_command_alone_opens_the_menu(desk: Desk) -> None:
    assert (await desk.ann.command("/hub")).ok
    await desk.ann.wait_for_view(MENU)


async def test_what_is_missing_opens_a_form_with_what_was_typed(desk: Desk) -> None:
    await desk.ann.command("/hub team member add backend --reason because")
    form = await desk.ann.wait_for_view("Add to team")
    assert form.values["team"]["choice"]["selected_option"]["value"] == "backend"
    assert form.values["reason"]["value"]["value"] == "because"


async def test_a_form_that_has_no_room_for_what_was_typed_is_not_opened(desk: Desk) -> None:
    people = " ".join(f"person{number}@example.com" for number in range(150))
    await desk.ann.command(f"/hub invite send {people}")
    shown = words_of(await desk.ann.wait_for_ephemeral("fewer than were typed for: People."))
    assert "`/hub invite send &lt;invitee&gt;… [--team &lt;team&gt;]" in shown
    assert desk.ann.view is None


async def test_a_read_is_answered_where_it_was_asked_for(desk: Desk) -> None:
    await desk.ann.command("/hub team list")
    await desk.ann.wait_for_ephemeral("Teams of acme", channel="C0GENERAL")


async def test_a_write_is_recorded_and_what_it_waits_for_is_said(desk: Desk) -> None:
    view = await desk.ask("/hub team member add backend samok")
    assert (view.status, view.requester, view.reason) == (Status.PENDING, "U0ANN", "for the release")
    await desk.ann.wait_for_ephemeral(
        f"Waits for 1 approval in <#{APPROVALS}>. Hubwarden sends you a message when it is decided."
    )


async def test_the_same_command_delivered_twice_is_one_request(desk: Desk) -> None:
    desk.slack.sockets.duplicate(1)
    view = await desk.ask("/hub team member add backend samok")
    await desk.settled()
    assert len(desk.ann.ephemerals()) == 1
    assert view.id == 1
    assert (await mine(desk.context, "U0ANN"))[0].id == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/hub membr list", "Did you mean “/hub member list”?"),
        ("/hub team list --zzz", "`/hub team list [--username &lt;username&gt;]"),
        ("/hub member list --search “x", "A quotation mark is not closed."),
        ("/hub team member add nobodys samok --reason x", "There is no team “nobodys” in acme."),
        ("/hub team list --organization other", "does not run the organization “other”. It runs: acme."),
    ],
)
async def test_what_is_wrong_is_said_to_the_person_alone(desk: Desk, line: str, said: str) -> None:
    assert (await desk.ann.command(line)).ok
    await desk.ann.wait_for_ephemeral(said)
    assert desk.omar.messages("C0GENERAL") == []
    assert desk.slack.violations == []


async def test_a_mention_is_looked_up_for_those_who_may_ask(desk: Desk) -> None:
    view = await desk.ask("/hub team member add backend @mira")
    assert view.params["username"] == "miranovak"


async def test_a_guest_learns_nothing_of_whom_a_mention_means(desk: Desk) -> None:
    desk.slack.join_channel("C0GENERAL", "U0GUS")
    asked = len(desk.hub.requests)
    await desk.person("U0GUS").command("/hub team member add backend @mira --reason x")
    await desk.person("U0GUS").wait_for_ephemeral("Guests, bots and people who have left cannot ask")
    assert len(desk.hub.requests) == asked


async def test_another_slash_command_is_told_what_we_listen_to(desk: Desk) -> None:
    body = {"command": "/harbor", "text": "", "user_id": "U0ANN", "team_id": "T0ACME"}
    outcome = await desk.slack.sockets.deliver("slash_commands", body, accepts_payload=True)
    assert "Hubwarden listens to /hub. “/hub help” lists everything." in str(outcome)


async def test_what_was_typed_and_is_wrong_is_in_a_form_behind_a_button(desk: Desk) -> None:
    await desk.ann.command('/hub team member add backend "no name" --reason "moves over"')
    told = await desk.ann.wait_for_ephemeral("“no name” is no Docker ID")
    assert (await desk.ann.click(told, "Open the form")).ok
    form = await desk.ann.wait_for_view("Add to team")
    assert form.values["username"]["choice"]["selected_option"]["value"] == "no name"
    assert form.values["reason"]["value"]["value"] == "moves over"
    assert desk.slack.violations == []
