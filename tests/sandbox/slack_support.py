"""An app's manifest and the far clients that the tests of the sandbox's Slack use: slack_sdk's and slack_bolt's own."""

import asyncio
import copy
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSandbox

Json = dict[str, Any]

MANIFEST: Json = {
    "display_information": {"name": "Hubwarden"},
    "features": {
        "bot_user": {"display_name": "hubwarden", "always_online": True},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "unfurl_domains": ["hub.docker.com"],
        "slash_commands": [
            {"command": "/hub", "description": "Run Docker Hub", "usage_hint": "help", "should_escape": True},
            {"command": "/plain", "description": "Not escaped"},
        ],
        "shortcuts": [
            {"name": "New request", "callback_id": "new_request", "description": "Ask", "type": "global"},
            {"name": "Ask about this", "callback_id": "ask_about", "description": "Ask", "type": "message"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "commands", "chat:write", "users:read", "users:read.email", "usergroups:read", "im:write",
                "channels:read", "channels:history", "channels:join", "groups:read", "groups:history", "im:read",
                "im:history", "app_mentions:read", "files:read", "files:write", "links:read", "links:write",
                "reactions:read", "reactions:write", "channels:manage", "groups:write", "mpim:read", "mpim:write",
                "mpim:history", "team:read", "users.profile:read",
            ],
            "bot_optional": ["chat:write.public"],
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                "app_home_opened", "app_mention", "channel_archive", "channel_created", "file_shared", "link_shared",
                "member_joined_channel", "member_left_channel", "message.im", "message.mpim", "reaction_added",
                "reaction_removed", "subteam_members_changed", "subteam_updated", "team_join", "user_change",
            ]
        },
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}  # fmt: skip


def manifest() -> Json:
    """A copy to change."""
    return copy.deepcopy(MANIFEST)


def section(text: str, **extra: Any) -> Json:
    """A section block."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **extra}


def button(action_id: str, text: str = "Press", **extra: Any) -> Json:
    """A button."""
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": text}, **extra}


def actions(*elements: Json, block_id: str = "buttons") -> Json:
    """An actions block."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def field(block_id: str, element: Json, **extra: Any) -> Json:
    """An input block whose element has the action_id `value`."""
    label = {"type": "plain_text", "text": block_id.title()}
    return {
        "type": "input",
        "block_id": block_id,
        "label": label,
        "element": {"action_id": "value", **element},
        **extra,
    }


def modal(*blocks: Json, title: str = "A form", **extra: Any) -> Json:
    """A modal with a submit button."""
    words = {name: {"type": "plain_text", "text": text} for name, text in (("title", title), ("submit", "Send"))}
    return {"type": "modal", **words, "blocks": list(blocks) or [section("Hello")], **extra}


@asynccontextmanager
async def web_client(slack: SlackSandbox, token: str = "") -> AsyncIterator[AsyncWebClient]:
    """Slack's own client, with the bot's token and no retries."""
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(
            token or slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[], timeout=5
        )


@asynccontextmanager
async def connected(app: AsyncApp, slack: SlackSandbox, sockets: int = 1) -> AsyncIterator[AsyncSocketModeHandler]:
    """Bolt's app, connected over Socket Mode; leaves nothing running."""
    handlers = [AsyncSocketModeHandler(app, slack.app_token) for _ in range(sockets)]
    for number, handler in enumerate(handlers, start=1):
        await handler.connect_async()
        await slack.wait_connected(number)
    try:
        yield handlers[0]
    finally:
        for handler in handlers:
            await handler.close_async()
        await slack.wait_disconnected()
        await asyncio.sleep(0)


@asynccontextmanager
async def bolt_app(slack: SlackSandbox) -> AsyncIterator[AsyncApp]:
    """An empty Bolt app that speaks to the sandbox."""
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
    async with web_client(slack) as client:
        yield AsyncApp(client=client)


class RawSocket:
    """A Socket Mode client of our own: takes envelopes one by one, acks when it is told to."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def receive(self, timeout: float = 5) -> Json:  # noqa: ASYNC109
        """The next frame."""
        frame: Json = await self.socket.receive_json(timeout=timeout)
        return frame

    async def ack(self, envelope: Json, payload: Json | None = None) -> None:
        """Answer an envelope."""
        answer: Json = {"envelope_id": envelope["envelope_id"]}
        await self.socket.send_json(answer | ({"payload": payload} if payload is not None else {}))

    async def take(self, payload: Json | None = None) -> Json:
        """The next envelope, acked."""
        envelope = await self.receive()
        await self.ack(envelope, payload)
        return envelope


async def socket_address(slack: SlackSandbox, session: aiohttp.ClientSession) -> str:
    """A fresh Socket Mode address."""
    headers = {"Authorization": f"Bearer {slack.app_token}"}
    async with session.post(slack.api_url + "apps.connections.open", headers=headers) as response:
        body = await response.json()
    assert body["ok"], body
    return str(body["url"])


@asynccontextmanager
async def raw_socket(slack: SlackSandbox) -> AsyncIterator[RawSocket]:
    """A connected socket, its hello already read."""
    async with aiohttp.ClientSession() as session, session.ws_connect(await socket_address(slack, session)) as socket:
        raw = RawSocket(socket)
        assert (await raw.receive())["type"] == "hello"
        yield raw
