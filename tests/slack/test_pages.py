"""The pages of a long answer: the same question for its reader alone, for a day, and recorded once."""

import csv
import io
from collections.abc import Sequence

import pytest

from bot.db import trail
from bot.db.models import TrailRecord
from bot.governance.ledger.events import Event
from bot.governance.policy import load_policy
from bot.operations import OPERATIONS
from sandbox.hub.content import seed
from sandbox.hub.wire.faults import Respond
from sandbox.slack import Message, words_of
from sandbox.slack.interactions.payloads import response_address
from sandbox.slack.transport.envelopes import Acked
from tests.slack.conftest import Desk

NOBODY = load_policy("version: 1\nrules: [{name: none, operations: [limits], approvals: 0}]", OPERATIONS, source="t")


async def long_answer(desk: Desk, line: str = "/hub member list --type member") -> Message:
    """The first of the pages of an answer."""
    await desk.ann.command(line)
    return await desk.ann.wait_for_ephemeral("1 to 20 shown")


async def records(desk: Desk) -> Sequence[TrailRecord]:
    """Everything that the trail holds."""
    async with desk.context.database.begin() as session:
        return await trail.after(session, 0, 100)


async def press(desk: Desk, value: str, *, user: str = "U0ANN", action: str = "more_more") -> str:
    """Hand over a press of a page's button with this value; answers what the person reads."""
    person = desk.person(user)
    url = response_address(desk.slack.parts, "actions", person.user, "C0GENERAL")
    pressed = {"type": "button", "action_id": action, "block_id": "b", "value": value}
    body = {
        "type": "block_actions",
        "user": {"id": user, "team_id": "T0ACME"},
        "channel": {"id": "C0GENERAL"},
        "response_url": url,
        "trigger_id": desk.slack.parts.triggers.mint(user),
        "actions": [pressed],
    }
    before = len(person.ephemerals())
    assert isinstance(await desk.slack.sockets.deliver("interactive", body), Acked)
    await person.wait_until(lambda: len(person.ephemerals()) > before)
    return words_of(person.ephemerals()[-1])


def values(message: Message) -> list[str]:
    """What the buttons of a page carry."""
    return [
        button["value"]
        for block in message.body["blocks"]
        if block["type"] == "actions"
        for button in block["elements"]
    ]


async def test_pages_are_turned_in_place_both_ways(desk: Desk) -> None:
    first = await long_answer(desk)
    await desk.ann.click(first, "Show more")
    second = await desk.ann.wait_for_ephemeral("21 to 40 shown")
    await desk.ann.click(second, "Show earlier")
    again = await desk.ann.wait_for_ephemeral("1 to 20 shown")
    assert again.ts == first.ts
    assert len(desk.ann.ephemerals()) == 1
    assert desk.slack.violations == []


async def test_a_button_carries_no_words_of_the_question(desk: Desk) -> None:
    first = await long_answer(desk, "/hub member list --search 'e' --type member")
    assert all("search" not in value and len(value) < 40 for value in values(first))


async def test_every_page_asks_the_same_question(desk: Desk) -> None:
    for number in range(30):
        account = seed.account(desk.hub.state, f"obrien{number}", full_name=f"o'brien-{number}")
        seed.add_member(desk.hub.state, account)
    first = await long_answer(desk, """/hub member list --search "o'brien" """)
    await desk.ann.click(first, "Show more")
    shown = words_of(await desk.ann.wait_for_ephemeral("30 in all, 21 to 30 shown"))
    assert "obrien" in shown


async def test_a_read_is_recorded_once_however_many_pages_are_turned(desk: Desk) -> None:
    first = await long_answer(desk)
    await desk.ann.click(first, "Show more")
    second = await desk.ann.wait_for_ephemeral("21 to 40 shown")
    await desk.ann.click(second, "As a file")
    await desk.ann.wait_for_ephemeral("The file is in your messages with Hubwarden.")
    assert [record.event for record in await records(desk)] == [Event.READ]


async def test_all_of_an_answer_comes_as_a_file(desk: Desk) -> None:
    first = await long_answer(desk)
    await desk.ann.click(first, "As a file")
    (shown,) = [one for one in await desk_files(desk) if one["name"] == "member.list.csv"]
    content = desk.slack.workspace.files[shown["id"]].content
    rows = list(csv.reader(io.StringIO((content or b"").decode())))
    assert len(rows) == 1 + len(desk.hub.state.organizations["acme"].members)


async def desk_files(desk: Desk) -> list[dict[str, str]]:
    """The files in Ann's direct messages, as soon as there are some."""
    message = await desk.ann.wait_for_message(desk.ann.direct_channel, lambda one: bool(one.body.get("files")))
    files: list[dict[str, str]] = message.body["files"]
    return files


async def test_whoever_is_not_its_reader_gets_a_sentence_and_no_page(desk: Desk) -> None:
    (value, *_) = values(await long_answer(desk))
    asked = len(desk.hub.requests)
    assert "Somebody else asked for this answer: please ask for it yourself." in await press(desk, value, user="U0OMAR")
    assert len(desk.hub.requests) == asked


async def test_after_a_day_the_person_is_asked_to_ask_again(desk: Desk) -> None:
    (value, *_) = values(await long_answer(desk))
    desk.slack.parts.clock.advance(24 * 3600)
    assert "This answer is too old to be paged through" in await press(desk, value)


@pytest.mark.parametrize(
    "value", ['[["member", "list"], 20]', '[["member", "list", "--search=x"], -1]', "", "nonsense", "unknown:20"]
)
async def test_a_button_of_an_older_version_answers_to_ask_again(desk: Desk, value: str) -> None:
    said = await press(desk, value)
    assert "was given by an older version: please ask again." in said
    assert desk.hub.requests == []


async def test_who_may_no_longer_read_turns_no_page_and_that_is_recorded(desk: Desk) -> None:
    (value, *_) = values(await long_answer(desk))
    object.__setattr__(desk.context, "policy", NOBODY)
    assert "No rule" in await press(desk, value)
    assert [record.event for record in await records(desk)] == [Event.READ, Event.REFUSED]


async def test_who_has_left_turns_no_page(desk: Desk) -> None:
    (value, *_) = values(await long_answer(desk))
    desk.slack.deactivate_user("U0ANN")
    desk.surface.directory.forget_person("U0ANN")
    assert "Guests, bots and people who have left cannot ask" in await press(desk, value)


async def test_where_docker_hub_refuses_the_page_that_stands_stays(desk: Desk) -> None:
    first = await long_answer(desk)
    desk.hub.faults.add("GET", "/v2/orgs/acme/members", Respond(403, {"detail": "not now"}))
    assert "not now" in await press(desk, values(first)[0])
    assert "1 to 20 shown" in words_of(desk.ann.ephemerals()[0])
