"""What a conversation is named by: ids, and names that are never taken for one."""

import pytest

from bot.slack.conversations import is_channel_id, is_conversation_id, is_direct


@pytest.mark.parametrize(
    ("named", "channel", "conversation", "direct"),
    [
        ("C0GENERAL", True, True, False),
        ("G0PRIVATE", True, True, False),
        ("D0ANN", False, True, True),
        ("U0ANN", False, False, True),
        ("W0ANN", False, False, True),
        ("general", False, False, False),
        ("#general", False, False, False),
        ("c0general", False, False, False),
        ("C", False, False, False),
        ("C-LEVEL", False, False, False),
        ("S0LEADS", False, False, False),
        ("", False, False, False),
    ],
)
def test_a_conversation_is_known_by_how_it_is_written(
    named: str, channel: bool, conversation: bool, direct: bool
) -> None:
    assert (is_channel_id(named), is_conversation_id(named), is_direct(named)) == (channel, conversation, direct)
