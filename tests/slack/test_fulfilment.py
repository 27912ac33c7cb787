"""An intent fulfilled: what was read, or what a request waits for and where."""

from typing import Any

import pytest

from bot.errors import NothingToDo, RequestRefused
from bot.governance.ledger.lifecycle import Status
from bot.governance.policy import load_policy
from bot.governance.requests.read import more, sweep
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Intent
from bot.slack.answers import page_of
from bot.slack.fulfilment import fulfil
from tests.intents.reading import parse
from tests.slack.conftest import Desk

INVITE = BY_NAME["invite.send"]
AT_ONCE = load_policy("version: 1\nrules: [{name: all, operations: ['*'], approvals: 0}]", OPERATIONS, source="test")


def intent(line: str) -> Intent:
    """What the line wants."""
    found = parse(line)
    assert isinstance(found, Intent)
    return found


async def test_a_read_is_answered_with_its_first_page_and_the_way_to_the_next(desk: Desk) -> None:
    content = await fulfil(desk.surface, intent("member list --type member"), "U0ANN")
    (buttons,) = [block["elements"] for block in content.blocks if block["type"] == "actions"]
    token, offset = page_of(buttons[0]["value"])
    assert (bool(token), offset) == (True, 20)
    found = await more(desk.surface.context, token, "U0ANN")
    assert found.answer.title == "Members of acme"


async def test_an_answer_of_one_page_keeps_no_question(desk: Desk) -> None:
    content = await fulfil(desk.surface, intent("team list"), "U0ANN")
    assert [block for block in content.blocks if block["type"] == "actions"] == []
    desk.slack.parts.clock.advance(25 * 3600)
    assert await sweep(desk.surface.context) == 0


async def test_a_moment_is_shown_in_the_readers_own_zone(desk: Desk) -> None:
    async def shown(user: str) -> Any:
        content = await fulfil(desk.surface, intent("tag list api"), user)
        table = next(block for block in content.blocks if block["type"] == "table")
        return [cell["text"] for cell in table["rows"][1]]

    assert await shown("U0ANN") == await shown("U0OMAR") != await shown("U0SAM")


async def test_a_file_that_belongs_to_the_answer_goes_to_the_reader(desk: Desk) -> None:
    await fulfil(desk.surface, intent("member export"), "U0ANN")
    (message,) = [one for one in desk.ann.messages(desk.ann.direct_channel) if one.body.get("files")]
    assert message.body["files"][0]["name"].endswith(".csv")


async def test_a_write_that_nobody_has_to_approve_is_done_at_once(desk: Desk) -> None:
    object.__setattr__(desk.context, "policy", AT_ONCE)
    content = await fulfil(desk.surface, intent("team member add backend samok --reason x"), "U0ANN")
    assert "Needs no approval, and is being done" in content.text
    assert (await desk.view()).status is Status.APPROVED


async def test_what_governance_refuses_is_the_callers_to_say(desk: Desk) -> None:
    with pytest.raises(NothingToDo, match="annberg is in team backend already"):
        await fulfil(desk.surface, intent("team member add backend annberg --reason x"), "U0ANN")
    with pytest.raises(RequestRefused, match="Guests"):
        await fulfil(desk.surface, intent("team list"), "U0GUS")
