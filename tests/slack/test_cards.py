"""Alerts, warnings of a limit and notices: whatever they hold, within Slack's limits, and nobody's loudspeaker."""

from collections.abc import Callable

import pytest

from bot.slack.blocks import Content
from bot.slack.cards import limit_begins, limit_ended, notice_message
from tests.operations.samples import HOSTILE
from tests.slack.samples import AMPERSANDS, NOW, assert_harmless, flaws


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
