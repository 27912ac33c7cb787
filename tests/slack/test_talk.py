"""Direct messages: answered with help, and only those of people."""

from typing import Any

import pytest

from sandbox.slack.transport.envelopes import Acked
from tests.slack.conftest import Desk


async def deliver(desk: Desk, **event: Any) -> None:
    """Hand over an event as Slack does, and let what follows from it come to its end."""
    body = {"type": "event_callback", "team_id": "T0ACME", "event": event}
    assert isinstance(await desk.slack.sockets.deliver("events_api", body), Acked)
    await desk.settled()


async def test_a_direct_message_is_answered_with_help(desk: Desk) -> None:
    desk.ann.say("hello?")
    answer = await desk.told(desk.ann, "/hub team member add")
    assert answer.only_for is None
    assert desk.slack.violations == []


@pytest.mark.parametrize(
    "more",
    [{"channel_type": "channel"}, {"subtype": "message_changed"}, {"bot_id": "B0OTHER"}],
    ids=["in a channel", "a change", "from a bot"],
)
async def test_other_messages_are_left_alone(desk: Desk, more: dict[str, str]) -> None:
    event = {"type": "message", "channel_type": "im", "user": "U0ANN", "text": "hello?", **more}
    await deliver(desk, **event)
    assert desk.ann.messages(desk.ann.direct_channel) == []
