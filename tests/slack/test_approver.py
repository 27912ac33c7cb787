"""What approvers are told directly: all that the card says, why it is theirs, and nothing to press once it is not."""

from dataclasses import replace
from typing import Any

import pytest

from bot.governance.ledger.lifecycle import Status
from bot.governance.views import RequestView
from bot.operations import BY_NAME
from bot.operations.kit.consequences import Harm, Risk
from bot.outbox.sender import Place
from bot.slack.approver import Reader, ask_message, reminder_message
from bot.slack.blocks import Content
from bot.slack.links import Links
from bot.slack.spoken import missing_from
from tests.slack.samples import (
    AMPERSANDS,
    approvals_of,
    assert_harmless,
    assert_whole_entities,
    flaws,
    hostile_view,
    longest_view,
    one_stage,
    request_view,
)

INVITE = BY_NAME["invite.send"]
LINKS = Links("https://acme.slack.com/")
OMAR = Reader("U0OMAR", {"call": "half", "as": [{"kind": "group", "id": "S0LEADS"}]})
SAYERS = (ask_message, reminder_message)


def buttons(content: Content) -> set[str]:
    """What can be pressed."""
    return {each["action_id"] for block in content.blocks if block["type"] == "actions" for each in block["elements"]}


@pytest.mark.parametrize("say", SAYERS)
def test_it_can_be_decided_there_and_says_why_it_is_theirs(say: Any) -> None:
    view = request_view(INVITE, card=Place("C0APPROVALS", "1700000000.000100"))
    content = say(view, INVITE, OMAR, LINKS)
    assert buttons(content) == {"approve", "deny", "details", "settings"}
    assert "You can decide it as one of <!subteam^S0LEADS>." in content.text
    assert "<https://acme.slack.com/archives/C0APPROVALS/p1700000000000100|Its card>" in content.text
    assert "Request 7 · acme" in content.text


def test_a_reminder_says_that_it_is_one_and_which() -> None:
    half = reminder_message(request_view(INVITE), INVITE, OMAR, LINKS)
    last = reminder_message(request_view(INVITE), INVITE, replace(OMAR, payload={"call": "last"}), LINKS)
    assert "Half of its time is over" in half.text
    assert "its time is nearly over" in last.text
    assert "still waits" not in ask_message(request_view(INVITE), INVITE, OMAR, LINKS).text


@pytest.mark.parametrize("say", SAYERS)
def test_who_has_agreed_has_nothing_left_to_press(say: Any) -> None:
    view = request_view(INVITE, requirement=one_stage(2, groups=("S0LEADS",)), ballots=approvals_of("U0OMAR"))
    content = say(view, INVITE, OMAR, LINKS)
    assert buttons(content) == {"details", "settings"}
    assert "You have approved it; others still have to." in content.text
    assert "still waits" not in content.text


@pytest.mark.parametrize("say", SAYERS)
@pytest.mark.parametrize("status", [each for each in Status if each is not Status.PENDING])
def test_what_is_decided_says_how_and_asks_for_nothing(say: Any, status: Status) -> None:
    content = say(request_view(INVITE, status, decided_by="U0LENA"), INVITE, OMAR, LINKS)
    assert buttons(content) == {"details", "settings"}
    assert "You can decide" not in content.text
    assert "still waits" not in content.text


def test_what_this_version_does_not_know_is_left_out() -> None:
    reader = Reader("U0OMAR", {"as": [{"kind": "oracle", "id": "x"}]})
    assert "You can decide it" not in ask_message(request_view(INVITE), INVITE, reader, LINKS).text
    assert "its time is nearly over" in reminder_message(request_view(INVITE), INVITE, Reader("U0OMAR"), LINKS).text


def extreme(status: Status, *, evil: bool) -> RequestView:
    """The longest there is, or the most hostile."""
    view = hostile_view(INVITE, status) if evil else longest_view(INVITE, status)
    return replace(view, risks=tuple(Risk(Harm.FINAL, AMPERSANDS) for _ in range(9)))


@pytest.mark.parametrize("say", SAYERS)
@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("evil", [True, False])
def test_the_longest_and_the_most_hostile_fit_are_harmless_and_wholly_in_the_text(
    say: Any, status: Status, evil: bool
) -> None:
    content = say(extreme(status, evil=evil), INVITE, OMAR, LINKS)
    assert flaws(content) == []
    assert len(content.text) <= 4000
    assert missing_from(content.text, content.blocks) == []
    assert_whole_entities(content)
    if evil:
        assert_harmless(content)
