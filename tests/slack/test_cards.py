"""Alerts, warnings of a limit and notices: whatever they hold, within Slack's limits, and nobody's loudspeaker."""

from collections.abc import Callable

import pytest

from bot.slack.blocks import Content
from bot.slack.cards import alert_message, limit_begins, limit_ended, notice_message
from tests.operations.samples import HOSTILE
from tests.slack.samples import AMPERSANDS, NOW, assert_harmless, flaws


@pytest.mark.parametrize("evil", HOSTILE)
def test_an_alert_passes_and_is_harmless_whatever_dockers_log_holds(evil: str) -> None:
    payload = {
        "severity": "critical",
        "title": "Someone became an owner",
        "organization": "acme",
        "text": evil,
        "action": evil[:128],
        "rule": evil[:120],
        "at": NOW.isoformat(),
    }
    content = alert_message(payload)
    assert flaws(content) == []
    assert len(content.text) <= 4000
    assert_harmless(content)


@pytest.mark.parametrize("evil", ["x\n*Nothing happened* ✅", "x\r\n~gone~", "x\u2028_y_", "`x`"])
def test_nobody_adds_lines_or_markup_of_their_own_to_an_alert(evil: str) -> None:
    content = alert_message(
        {
            "severity": "critical",
            "title": "Someone became an owner",
            "organization": "acme",
            "text": f"{evil} made jane an owner.",
            "action": "team.member.add",
            "rule": "owners",
            "at": NOW.isoformat(),
        }
    )
    said = content.blocks[1]["text"]
    assert said["type"] == "plain_text"
    assert len(said["text"].splitlines()) == 1
    lines = content.text.splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("`")
    assert lines[1].endswith("`")


@pytest.mark.parametrize(("say", "words"), [(limit_begins, "is nearly spent"), (limit_ended, "has recovered")])
def test_a_rate_limit_message_says_what_is_left(say: Callable[[dict[str, object]], Content], words: str) -> None:
    payload: dict[str, object] = {"family": "orgs", "remaining": 12, "limit": 1200, "reset_at": NOW.isoformat()}
    content = say(payload)
    assert flaws(content) == []
    assert "12 of 1,200 requests" in content.text
    assert words in content.text


@pytest.mark.parametrize("text", [*HOSTILE, AMPERSANDS * 4])
def test_a_notice_passes_whatever_it_says(text: str) -> None:
    content = notice_message({"text": text})
    assert flaws(content) == []
    assert_harmless(content)
