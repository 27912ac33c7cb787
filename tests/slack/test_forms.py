"""Forms that are sent: errors beside their inputs at once, and what became of it in the form that stands open."""

from typing import Any

import pytest

from bot.slack.forms import beside_inputs
from sandbox.slack import View, words_of
from tests.flows.test_attachments import attached
from tests.slack.conftest import Desk

STATE: dict[str, Any] = {"team": {}, "reason": {}}


async def form_of(desk: Desk, line: str, title: str) -> View:
    """The form that the command opens."""
    await desk.ann.command(line)
    return await desk.ann.wait_for_view(title)


async def form_with_file(desk: Desk) -> View:
    """The form that invites, with its input for a file."""
    form = await form_of(desk, "/hub invite send", "Invite people to the organization")
    assert (await desk.ann.click(form, "attach_file")).ok
    return await desk.ann.wait_for_view("People from a CSV file")


def below(view: View, block_id: str) -> str:
    """What stands right below an input."""
    blocks = view.body["blocks"]
    at = next(number for number, block in enumerate(blocks) if block.get("block_id") == block_id)
    return str(blocks[at + 1]["text"]["text"])


@pytest.mark.parametrize(
    ("errors", "shown"),
    [
        ({"team": "No."}, {"team": "No."}),
        ({"organization": "Not ours."}, {"team": "Not ours."}),
        ({"team": "No.", "organization": "Not ours."}, {"team": "No. Not ours."}),
        ({"reason": "Say why.", "elsewhere": "No."}, {"reason": "Say why.", "team": "No."}),
    ],
)
def test_an_error_of_no_input_stands_beside_the_first(errors: dict[str, str], shown: dict[str, str]) -> None:
    assert beside_inputs(errors, STATE) == shown


async def test_errors_stand_beside_their_inputs_and_nothing_is_asked_for(desk: Desk) -> None:
    form = await form_of(desk, "/hub repo immutable set api", "Set immutable tags")
    seen = await desk.ann.submit(form, {"rules": "v(", "reason": " "})
    assert set(seen.errors) == {"rules", "reason"}
    assert "“v(” is no RE2 expression" in seen.errors["rules"]
    assert desk.hub.requests.made("PATCH", "*") == []


async def test_a_write_says_in_the_form_what_it_waits_for(desk: Desk) -> None:
    form = await form_of(desk, "/hub team member add backend samok", "Add to team")
    assert (await desk.ann.submit(form, {"reason": "moves over"})).ok
    await desk.ann.wait_for_view("Waits for 1 approval")
    assert (await desk.view()).reason == "moves over"


async def test_the_answer_to_a_read_is_in_the_direct_messages(desk: Desk) -> None:
    form = await form_of(desk, "/hub tag list", "List tags")
    assert (await desk.ann.submit(form, {"repository": "api"})).ok
    await desk.ann.wait_for_view("The answer is in your messages with Hubwarden.")
    await desk.told(desk.ann, "Tags of acme/api")


async def test_what_is_in_the_way_stands_in_the_form_with_all_that_was_put_into_it(desk: Desk) -> None:
    form = await form_of(desk, "/hub team member add nobodys samok", "nobodys")
    assert (await desk.ann.submit(form, {"reason": "moves over"})).ok
    again = await desk.ann.wait_for_view("There is no team “nobodys” in acme.")
    assert below(again, "team").startswith("🛑 *There is no team")
    assert again.values["username"]["choice"]["selected_option"]["value"] == "samok"
    assert again.values["reason"]["value"]["value"] == "moves over"
    assert (await desk.ann.submit(again, {"team": "backend"})).ok
    await desk.ann.wait_for_view("Waits for 1 approval")
    assert (await desk.view()).reason == "moves over"
    assert desk.slack.violations == []


async def test_what_nobody_has_is_refused_beside_its_field_and_asks_nobody(desk: Desk) -> None:
    form = await form_of(desk, "/hub invite send unknown-id jane@example.com", "Invite people to the organization")
    assert (await desk.ann.submit(form, {"reason": "new here"})).ok
    again = await desk.ann.wait_for_view("unknown-id is no address or Docker ID that anybody has in Docker Hub.")
    assert below(again, "invitees").startswith("🛑 *unknown-id")
    assert again.values["invitees"]["value"]["value"] == "unknown-id jane@example.com"
    assert (await desk.ann.submit(again, {"invitees": "jane@example.com"})).ok
    await desk.ann.wait_for_view("Waits for 1 approval")
    assert (await desk.view()).params["invitees"] == ["jane@example.com"]


async def test_what_the_policy_refuses_stands_at_the_top_of_the_form(desk: Desk) -> None:
    form = await form_of(desk, "/hub team member add backend annberg", "Add to team")
    assert (await desk.ann.submit(form, {"reason": "x"})).ok
    again = await desk.ann.wait_for_view("Nothing to do.")
    assert "Nothing to do." in again.body["blocks"][1]["text"]["text"]
    assert again.body["submit"]["text"] == "Ask to add"


@pytest.mark.parametrize(("username", "said"), [("samok", "Waits for"), ("annberg", "Nothing to do.")])
async def test_where_the_form_is_closed_meanwhile_it_is_said_in_a_direct_message(
    desk: Desk, username: str, said: str
) -> None:
    form = await form_of(desk, f"/hub team member add backend {username}", "Add to team")
    held = desk.slack.hold("users.info")
    desk.surface.directory.forget_person("U0ANN")
    assert (await desk.ann.submit(form, {"reason": "x"})).ok
    await held.arrived()
    await desk.ann.close(await desk.ann.wait_for_view("Asking Docker Hub"))
    held.release()
    await desk.told(desk.ann, said)


async def test_what_was_put_into_a_closed_form_is_behind_a_button(desk: Desk) -> None:
    form = await form_of(desk, "/hub team member add nobodys samok", "Add to team")
    held = desk.slack.hold("users.info")
    desk.surface.directory.forget_person("U0ANN")
    assert (await desk.ann.submit(form, {"reason": "moves over"})).ok
    await held.arrived()
    await desk.ann.close(await desk.ann.wait_for_view("Asking Docker Hub"))
    held.release()
    told = await desk.told(desk.ann, "There is no team “nobodys” in acme.")
    assert (await desk.ann.click(told, "Open the form")).ok
    again = await desk.ann.wait_for_view("Add to team")
    assert again.values["team"]["choice"]["selected_option"]["value"] == "nobodys"
    assert again.values["reason"]["value"]["value"] == "moves over"


async def test_a_form_sent_twice_is_one_request(desk: Desk) -> None:
    form = await form_of(desk, "/hub team member add backend samok", "Add to team")
    desk.slack.sockets.duplicate(1)
    assert (await desk.ann.submit(form, {"reason": "x"})).ok
    await desk.ann.wait_for_view("Waits for")
    await desk.settled()
    assert (await desk.view()).operation == "team.member.add"
    assert "Request 2" not in str([words_of(shown) for shown in desk.ann.messages(desk.ann.direct_channel)])


async def test_two_forms_of_the_same_are_two_requests(desk: Desk) -> None:
    for number in (1, 2):
        form = await form_of(desk, "/hub team member add backend samok", "Add to team")
        assert (await desk.ann.submit(form, {"reason": "x"})).ok
        await desk.ann.close(await desk.ann.wait_for_view(f"Request {number}"))


async def test_a_form_with_a_file_is_one_request_of_both(desk: Desk) -> None:
    form = await form_with_file(desk)
    values = {"invitees_file": attached("email\njane@example.com\n"), "invitees": "joe@example.com", "reason": "x"}
    assert (await desk.ann.submit(form, values)).ok
    await desk.ann.wait_for_view("Waits for 1 approval")
    assert (await desk.view()).params["invitees"] == ["joe@example.com", "jane@example.com"]


async def test_lines_at_fault_are_named_in_the_form(desk: Desk) -> None:
    form = await form_with_file(desk)
    values = {"invitees_file": attached("email\njane@example.com\nnot*an*id\n<!here>\n"), "reason": "x"}
    assert (await desk.ann.submit(form, values)).ok
    view = await desk.ann.wait_for_view("Nothing was asked for; this is in the way:")
    assert "Line 3: “not*an*id” is no Docker ID" in words_of(view)
    assert "Line 4: “&lt;!here&gt;” is no Docker ID" in words_of(view)


async def test_a_form_of_an_operation_that_is_gone_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    form = await form_of(desk, "/hub team member add backend samok", "Add to team")
    monkeypatch.delitem(desk.context.operations, "team.member.add")
    assert (await desk.ann.submit(form, {"reason": "x"})).ok
    await desk.ann.wait_for_view("does not know “team.member.add” any more")


async def test_a_bug_is_said_and_named_in_the_log_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    form = await form_of(desk, "/hub team member add backend samok", "Add to team")
    monkeypatch.setattr("bot.slack.forms.fulfil", None)
    assert (await desk.ann.submit(form, {"reason": "x"})).ok
    await desk.told(desk.ann, "Something went wrong in Hubwarden")
