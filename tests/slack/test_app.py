"""The last listeners: whatever no other takes is acknowledged, and a bug before the ack is said."""

import asyncio
from typing import Any

import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.inbox.arrivals import Arrival, Delivery, Stage
from bot.slack.app import listener_failed
from bot.slack.arrivals import SlackDesk
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


async def test_an_acknowledgement_waits_for_no_work(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    order, send, work = list[str](), SocketModeClient.send_message, SlackDesk.work

    async def sent(client: SocketModeClient, message: str) -> None:
        for _ in range(50):
            await asyncio.sleep(0)
        await send(client, message)
        order.append("acknowledged")

    async def worked(slack_desk: SlackDesk, arrival: Arrival, delivery: Delivery, stage: Stage) -> None:
        order.append("begun")
        await work(slack_desk, arrival, delivery, stage)

    monkeypatch.setattr(SocketModeClient, "send_message", sent)
    monkeypatch.setattr(SlackDesk, "work", worked)
    await desk.ann.command("/hub help team")
    await desk.ann.wait_for_ephemeral("/hub")
    assert order == ["acknowledged", "begun"]


async def test_a_menu_of_an_older_version_is_answered_with_no_entries(desk: Desk) -> None:
    body = {"type": "block_suggestion", "user": USER, "action_id": "old", "block_id": "b", "value": ""}
    outcome: Any = await desk.slack.sockets.deliver("interactive", body, accepts_payload=True)
    assert outcome.payload == {"options": []}


async def test_a_bug_before_the_ack_is_acknowledged_all_the_same(desk: Desk) -> None:
    view = {"callback_id": "operation_form", "type": "modal", "private_metadata": "{}", "state": {"values": {}}}
    body = {"type": "view_submission", "user": USER, "view": view}
    assert isinstance(await desk.slack.sockets.deliver("interactive", body), Acked)


@pytest.mark.parametrize(("body", "said"), [({"command": "/hub"}, SORRY), ({"type": "view_submission"}, "")])
async def test_whoever_typed_a_command_reads_of_a_bug_at_once(body: dict[str, Any], said: str) -> None:
    answer = await listener_failed(KeyError("x"), body)
    assert (answer.status, answer.body) == (200, said)
