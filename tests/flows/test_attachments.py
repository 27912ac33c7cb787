"""People from a CSV file that is attached to the form, and menus that look at what else the form holds."""

import base64
from typing import Any

import pytest

from bot.operations import OPERATIONS
from bot.operations.kit.base import Choices, marker_of
from bot.operations.kit.parameters import parameters
from sandbox.slack import words_of
from sandbox.slack.workspace.views import View
from tests.flows.house import House
from tests.slack.picking import MENU, pick


def attached(content: str | bytes, name: str = "people.csv") -> list[dict[str, str]]:
    """A file as the client hands it over."""
    octets = content.encode() if isinstance(content, str) else content
    return [{"name": name, "content": base64.b64encode(octets).decode()}]


async def invite_form(house: House, line: str = "/hub invite send") -> View:
    """The form that invites, with its input for a file."""
    await house.ann.command(line)
    form = await house.ann.wait_for_view("Invite people to the organization")
    assert (await house.ann.click(form, "attach_file")).ok
    return await house.ann.wait_for_view("People from a CSV file")


async def submit(house: House, content: str | bytes, **values: Any) -> None:
    """Attach the file and send the form; the answer to that comes at once."""
    form = await invite_form(house)
    filled = {"invitees_file": attached(content), "reason": "joins on Monday", **values}
    assert (await house.ann.submit(form, filled)).ok


async def test_people_from_the_file_and_those_typed_are_one_request(house: House) -> None:
    content = "\ufeffName;Email\nJane;jane@example.com\nJohn;JOHN@example.com\nMary;mary@example.com\n"
    await submit(house, content, invitees="john@example.com typed@example.com", team="platform")
    card = await house.card(1, "jane@example.com", "mary@example.com", "typed@example.com", "into team platform")
    assert words_of(card).lower().count("• *john@example.com*") == 2, "once in the text, once in the blocks"
    told = "people.csv: 3 rows, 2 taken from its column “Email”, 1 left out (line 3: typed already)."
    assert told in words_of(card), "the approver reads it"
    await house.ann.wait_for_view(told)
    assert house.slack.violations == []


async def test_a_file_alone_is_enough_and_nothing_at_all_is_not(house: House) -> None:
    form = await invite_form(house)
    seen = await house.ann.submit(form, {"reason": "x"})
    assert seen.errors == {"invitees_file": "Please complete this required field."}
    assert (await house.ann.submit(form, {"invitees_file": attached("jane@example.com"), "reason": "x"})).ok
    await house.card(1, "jane@example.com")


async def test_people_are_required_without_a_file_and_stay_when_one_is_wanted(house: House) -> None:
    await house.ann.command("/hub invite send jane@example.com --role editor")
    form = await house.ann.wait_for_view("Invite people to the organization")
    assert (await house.ann.click(form, "attach_file")).ok
    form = await house.ann.wait_for_view("People from a CSV file")
    assert form.values["invitees"]["value"]["value"] == "jane@example.com"
    assert (await house.ann.click(form, "attach_file")).ok
    form = await house.ann.wait_for_view("From a CSV file…")
    assert (await house.ann.submit(form, {"reason": "x"})).ok
    await house.card(1, "jane@example.com", "editor")
    await house.ann.command("/hub invite send --role editor")
    form = await house.ann.wait_for_view("From a CSV file…")
    assert (await house.ann.submit(form, {"reason": "x"})).errors.keys() == {"invitees"}


async def test_what_is_wrong_beside_the_file_is_said_at_once(house: House) -> None:
    form = await invite_form(house)
    seen = await house.ann.submit(form, {"invitees_file": attached("a@example.com"), "invitees": "not*an*id"})
    assert set(seen.errors) == {"reason"}, "Slack itself asks for it first"
    values = {"invitees_file": attached("a@example.com"), "invitees": "not*an*id", "reason": "x"}
    seen = await house.ann.submit(form, values)
    assert list(seen.errors) == ["invitees"]
    assert house.slack.calls_of("files.info") == []


async def test_people_who_have_no_room_in_the_form_are_not_cut_off(house: House) -> None:
    people = " ".join(f"person{number}@example.com" for number in range(150))
    await house.ann.command(f"/hub invite send {people}")
    await house.ann.wait_for_ephemeral("takes 3,000 characters a field, fewer than were typed for: People.")
    assert house.ann.view is None


async def test_each_line_at_fault_is_named_in_the_form_and_nobody_is_asked(house: House) -> None:
    await submit(house, "email\njane@example.com\nnot*an*id\nx@y\n")
    view = await house.ann.wait_for_view("Line 3: “not*an*id” is no Docker ID")
    assert "Line 4: “x@y” is no e-mail address." in words_of(view)
    assert house.hub.requests.made("POST", "/v2/invites/bulk") == []


async def test_nicknames_are_invited_by_nobody(house: House) -> None:
    await submit(house, "Nickname,Mail\nkim,kim@example.com\njo,\n")
    card = await house.card(1, "kim@example.com", "people.csv: 2 rows, 1 taken from its column “Mail”")
    assert "line 3: empty" in words_of(card)
    assert not any(f"• *{name}*" in words_of(card) for name in ("kim", "jo"))


async def test_a_file_whose_column_cannot_be_told_is_refused_with_its_headings(house: House) -> None:
    await submit(house, "Nickname,Team\nkim,platform\n")
    await house.ann.wait_for_view("its first line is “Nickname”, “Team”, and no column holds addresses alone")
    assert house.hub.requests.made("POST", "/v2/invites/bulk") == []


async def test_where_the_form_was_closed_the_lines_at_fault_are_a_direct_message(house: House) -> None:
    held = house.slack.faults.hold("files.info")
    await submit(house, "email\nnot*an*id")
    await held.arrived()
    await house.ann.close(await house.ann.wait_for_view("Asking Docker Hub"))
    held.release()
    await house.told(house.ann, "Line 2: “not*an*id” is no Docker ID")


async def test_a_file_that_is_too_large_is_not_even_fetched(house: House) -> None:
    await submit(house, b"a@example.com\n" * 80_000)
    await house.ann.wait_for_view("people.csv has 1,120,000 bytes, and 1,000,000 is the limit")


async def test_without_the_scope_the_sentence_names_it(house: House) -> None:
    house.slack.app.scopes.discard("files:read")
    await submit(house, "jane@example.com")
    await house.ann.wait_for_view("Slack did not hand over the file (missing_scope).")


async def test_slacks_log_in_page_is_no_file(house: House) -> None:
    held = house.slack.faults.hold("download")
    await submit(house, "jane@example.com")
    await held.arrived()
    house.slack.app.scopes.discard("files:read")
    held.release()
    await house.ann.wait_for_view("Slack did not hand over people.csv (HTTP 302): does the app have files:read?")


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 500}, {"error": "file_not_found"}])
async def test_a_file_that_does_not_come_is_a_sentence(house: House, fault: dict[str, Any]) -> None:
    house.slack.faults.add("files.info" if "error" in fault else "download", **fault, times=9)
    await submit(house, "jane@example.com")
    await house.ann.wait_for_view("Slack did not hand over")


async def test_the_menu_of_tags_knows_which_repository_was_chosen(house: House) -> None:
    await house.ann.command("/hub tag show")
    form = await house.ann.wait_for_view("Show a tag")
    assert await house.ann.options(form, "tag") == []
    chosen = {"repository": {"choice": (await house.ann.options(form, "repository", "api"))[0]}}
    shown = [option["value"] for option in await house.ann.options(form, "tag", "v2", state=chosen)]
    assert "v2.3.0-rc.1" in shown
    assert all("v2" in tag for tag in shown)
    assert (await house.ann.submit(form, {"repository": "api", "tag": "latest"})).ok
    await house.told(house.ann, "Tag acme/api:latest")
    assert house.slack.violations == []


async def test_the_menu_of_every_form_answers(house: House) -> None:
    asked = 0
    for operation in OPERATIONS:
        menus = [p.name for p in parameters(operation.params) if marker_of(p.info, Choices) is not None]
        if not menus:
            continue
        await house.ann.command("/hub")
        picker = await house.ann.wait_for_view(MENU)
        await pick(house.ann, picker, operation.name)
        form = await house.ann.wait_for_view(f'"operation": "{operation.name}"'.replace('"', '\\"'))
        for name in menus:
            state = {"repository": {"choice": {"text": {"type": "plain_text", "text": "api"}, "value": "api"}}}
            given = state if name == "tag" else None
            assert await house.ann.options(form, name, state=given), f"{operation.name}: {name}"
            asked += 1
        await house.ann.close(form)
    assert asked > 20
    assert house.slack.violations == []


async def test_a_mention_is_found_where_the_person_may_be_left_out_too(house: House) -> None:
    await house.ann.command("/hub team list --username @omar")
    answer = await house.ann.wait_for_ephemeral("Teams of ")
    assert "<@" not in words_of(answer)
    assert "in acme" in words_of(answer)
