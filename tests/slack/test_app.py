"""The last listeners: whatever no other takes is acknowledged, and a bug before the ack is said."""

from typing import Any

import pytest

from bot.slack.sentences import SORRY
from sandbox.slack.transport.envelopes import Acked
from tests.slack.conftest import Desk

USER = {"id": "U0ANN", "team_id": "T0ACME"}
OLD: dict[str, tuple[str, dict[str, Any]]] = {
    "a button": ("interactive", {"type": "block_actions", "actions": [{"action_id": "from_1998", "block_id": "b"}]}),
    "a form": ("interactive", {"type": "view_submission", "view": {"callback_id": "old", "type": "modal"}}),
    "a closed form": ("interactive", {"type": "view_closed", "view": {"callback_id": "old", "type": "modal"}}),
    "a shortcut": ("interactive", {"type": "shortcut", "callback_id": "old"}),
    "an event": ("events_api", {"type": "event_callback", "team_id": "T0ACME", "event": {"type": "reaction_added"}}),
}


@pytest.mark.parametrize("name", list(OLD))
async def test_what_nobody_listens_to_is_acknowledged(desk: Desk, name: str) -> None:
    kind, body = OLD[name]
    assert isinstance(await desk.slack.sockets.deliver(kind, body | {"user": USER}), Acked)
    assert desk.slack.violations == []


async def test_a_menu_of_an_older_version_is_answered_with_no_entries(desk: Desk) -> None:
    body = {"type": "block_suggestion", "user": USER, "action_id": "old", "block_id": "b", "value": ""}
    outcome: Any = await desk.slack.sockets.deliver("interactive", body, accepts_payload=True)
    assert outcome.payload == {"options": []}


async def test_a_bug_before_the_ack_is_said_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.commands.ReplyAddress", None)
    body = {"command": "/hub", "text": "help", "user_id": "U0ANN", "team_id": "T0ACME", "trigger_id": "1"}
    outcome: Any = await desk.slack.sockets.deliver("slash_commands", body, accepts_payload=True)
    assert SORRY in str(outcome.payload) or outcome.payload is None
