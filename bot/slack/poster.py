"""Posting, updating and finding our own messages, with Slack's answers sorted by what is to be done about them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.governance.people import is_slack_user
from bot.slack.cards import Content, section
from bot.slack.conversations import is_conversation_id
from bot.slack.text import fit

EVENT_TYPE = "hubwarden_message"
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
REFUSED_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})


class SlackRateLimited(Exception):
    """Slack wants us to wait for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Slack limits us for {seconds:g} s")
        self.seconds = seconds


class SlackUnclear(Exception):
    """Slack did not answer, or with an error of its own: the message may stand there or not."""


class SlackGone(Exception):
    """The message that we wanted to change is no longer there."""


class SlackRefused(Exception):
    """Slack will not take it, now or later; `code` is Slack's word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack refuses it: {code}")
        self.code = code


class Poster:
    """Our messages in Slack. Every one carries its outbox key in its metadata, to be found again after a crash."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def post(self, channel: str, content: Content, *, key: str) -> tuple[str, str]:
        """Post it, and answer the channel's id and the message's `ts`."""
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": key}}
        answer = await self._send("chat.postMessage", content, {"channel": channel, "metadata": metadata})
        return str(answer["channel"]), str(answer["ts"])

    async def update(self, channel: str, ts: str, content: Content) -> None:
        """Change a message of ours in place."""
        await self._send("chat.update", content, {"channel": channel, "ts": ts})

    async def find(self, channel: str, *, key: str, since: datetime) -> tuple[str, str] | None:
        """The channel's id and the `ts` of the message with this key, if it stands there."""
        channel = await self._id_of(channel)
        cursor = ""
        while True:
            arguments = {"channel": channel, "oldest": f"{since.timestamp():.6f}", "limit": 200}
            arguments |= {"include_all_metadata": True} | ({"cursor": cursor} if cursor else {})
            answer = await self._call("conversations.history", arguments)
            for message in answer["messages"]:
                if key_of(message) == key:
                    return channel, str(message["ts"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None

    async def _id_of(self, channel: str) -> str:
        """The id of a conversation that is known by a person's id or by its name: posting takes all three."""
        if is_slack_user(channel):
            return str((await self._call("conversations.open", {"users": channel}))["channel"]["id"])
        if is_conversation_id(channel):
            return channel
        cursor, name = "", channel.removeprefix("#")
        while True:
            arguments = {"types": "public_channel,private_channel", "exclude_archived": True, "limit": 1000}
            answer = await self._call("conversations.list", arguments | ({"cursor": cursor} if cursor else {}))
            if found := next((one["id"] for one in answer["channels"] if one["name"] == name), None):
                return str(found)
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                raise SlackRefused("channel_not_found")

    async def _send(self, method: str, content: Content, arguments: dict[str, Any]) -> AsyncSlackResponse:
        body = arguments | {"text": content.text, "unfurl_links": False, "unfurl_media": False}
        if method == "chat.update":
            body = arguments | {"text": content.text}
        try:
            return await self._call(method, body | {"blocks": list(content.blocks)})
        except SlackRefused as error:
            if error.code not in REFUSED_BLOCKS:
                raise
            # A workspace can refuse a kind of block that others take; the text says it all.
            return await self._call(method, body | {"blocks": [section(fit(content.text, 2990))]})

    async def _call(self, method: str, arguments: Mapping[str, Any]) -> AsyncSlackResponse:
        try:
            answer = await self._client.api_call(method, json=dict(arguments))
        except SlackApiError as error:
            raise sorted_error(error.response) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SlackUnclear(f"{method}: {type(error).__name__}") from None
        if not isinstance(answer.data, dict):
            # slack_sdk takes any text that comes with 200 for a success.
            raise SlackUnclear(f"{method}: an answer that is no JSON")
        return answer


def sorted_error(response: Any) -> Exception:
    """Which of our errors Slack's answer is."""
    if not isinstance(response, AsyncSlackResponse):
        # For a body that it cannot read, slack_sdk hands on the bare HTTP response.
        return SlackUnclear("an answer that is no JSON")
    code = str(response.get("error", "")) if isinstance(response.data, dict) else ""
    if response.status_code == 429 or code == "ratelimited":
        return SlackRateLimited(float(response.headers.get("Retry-After") or response.headers.get("retry-after") or 30))
    if response.status_code >= 500 or code in PASSING or not code:
        return SlackUnclear(f"HTTP {response.status_code} {code}".strip())
    return SlackGone(code) if code in GONE else SlackRefused(code)


def key_of(message: Mapping[str, Any]) -> str | None:
    """The outbox key that a message of ours carries."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = (metadata.get("event_payload") or {}).get("key")
    return str(key) if key is not None else None
