"""Sends the outbox's messages to Slack: posts, updates and finds them, with Slack's answers sorted by what to do."""

import contextlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.governance.people import is_slack_user
from bot.outbox.destination import Destination
from bot.outbox.sender import Gone, Outgoing, Place, RateLimited, Refused, Unclear
from bot.slack import conversations
from bot.slack.blocks import Content
from bot.slack.budget import Budget
from bot.slack.client import cursor_after
from bot.slack.refused import RefusedKinds
from bot.slack.rendering import Rendering

EVENT_TYPE = "hubwarden_message"
# https://docs.slack.dev/apis/web-api/rate-limits: a channel takes one message a second.
CHANNEL_SECONDS = 1.0
# Slack dates a message by its own clock, which may be behind ours.
LOOK_BACK = timedelta(minutes=1)
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
REFUSED_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
# What Slack says of somebody's direct messages who has left.
LEFT = frozenset({"channel_not_found", "user_disabled", "user_not_found"})
# What an administrator can mend, and how.
MENDABLE = {
    "channel_not_found": "it does not exist, or it is private and Hubwarden is not in it",
    "not_in_channel": "Hubwarden is not in it: invite it there",
    "is_archived": "it is archived",
    "is_inactive": "it is archived",
    "restricted_action": "the workspace does not let Hubwarden post there",
    "restricted_action_read_only_channel": "it is read-only",
    "missing_scope": "a scope is missing: install the app again from its manifest",
    "invalid_auth": "Slack does not accept the bot's token",
    "account_inactive": "the app has been removed from the workspace",
    "token_revoked": "the bot's token has been revoked",
}


class SlackSender:
    """The `Sender` for Slack. Every message carries its outbox key in its metadata, to be found again after a crash.

    `channel_ids` has the ids of channels that rows may know only as the settings name them, as a terminal does.
    `budget` is what changes are taken from.
    `pause_seconds` is shorter only beside a sandbox whose channels take more.
    """

    title = "Slack"
    pause_seconds: float = CHANNEL_SECONDS

    def __init__(
        self,
        client: AsyncWebClient,
        rendering: Rendering,
        *,
        channel_ids: Mapping[str, str],
        budget: Budget | None = None,
        refused: RefusedKinds | None = None,
        pause_seconds: float = CHANNEL_SECONDS,
    ) -> None:
        self._client = client
        self._rendering = rendering
        self._channel_ids = channel_ids
        self._budget = budget or Budget()
        self._refused = refused or RefusedKinds()
        self.pause_seconds = pause_seconds

    def describe(self, destination: Destination) -> str:
        """The channel, or whose direct messages."""
        address = destination.address
        is_direct = conversations.is_direct(address)
        return f"the direct messages of {address}" if is_direct else f"the channel {address}"

    async def render(self, message: Outgoing) -> Content:
        """The message in blocks and text, as of now."""
        return await self._rendering.content(message)

    async def post(self, message: Outgoing, content: Content) -> Place:
        """Post it; its place is the channel's id and the message's `ts`.

        Whoever has left has no direct messages any more: that is nobody's trouble.
        """
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": message.key}}
        arguments: dict[str, Any] = {"channel": self._channel(message.destination), "metadata": metadata}
        if thread := message.thread_of:
            arguments |= {"channel": thread.address, "thread_ts": thread.id}
        try:
            answer = await self._send("chat.postMessage", content, arguments)
        except Refused as error:
            if error.code in LEFT and is_slack_user(message.destination.address):
                raise Refused(error.code, is_told=False) from None
            raise
        return Place(str(answer["channel"]), str(answer["ts"]))

    async def update(self, place: Place, content: Content) -> None:
        """Change a message of ours in place; raises `RateLimited` where too many were changed within the minute."""
        self._budget.take()
        await self._send("chat.update", content, {"channel": place.address, "ts": place.id})

    async def retire(self, place: Place) -> None:
        """Delete a message of ours that Slack does not let us change any more: its buttons would mislead."""
        with contextlib.suppress(Gone, RateLimited, Refused, Unclear):
            await self._call("chat.delete", {"channel": place.address, "ts": place.id})

    async def find(self, message: Outgoing) -> Place | None:
        """The message that carries this key, looked for from when it was asked for on.

        A channel's history has no replies, so those are looked for in their thread.
        """
        thread = message.thread_of
        channel = thread.address if thread else await self._id_of(self._channel(message.destination))
        method, where = ("conversations.replies", {"ts": thread.id}) if thread else ("conversations.history", {})
        since = message.created_at - LOOK_BACK
        cursor = ""
        while True:
            arguments = {"channel": channel, "oldest": f"{since.timestamp():.6f}", "limit": 200} | where
            arguments |= {"include_all_metadata": True} | ({"cursor": cursor} if cursor else {})
            answer = await self._call(method, arguments)
            for found in answer["messages"]:
                if key_of(found) == message.key:
                    return Place(channel, str(found["ts"]))
            cursor = cursor_after(answer)
            if not cursor:
                return None

    def _channel(self, destination: Destination) -> str:
        return self._channel_ids.get(destination.address, destination.address)

    async def _id_of(self, channel: str) -> str:
        """The id of a conversation that is known by a person's id or by its name: posting takes all three."""
        if is_slack_user(channel):
            return str((await self._call("conversations.open", {"users": channel}))["channel"]["id"])
        if conversations.is_conversation_id(channel):
            return channel
        cursor, name = "", channel.removeprefix("#")
        while True:
            arguments = {"types": "public_channel,private_channel", "exclude_archived": True, "limit": 1000}
            answer = await self._call("conversations.list", arguments | ({"cursor": cursor} if cursor else {}))
            if found := next((one["id"] for one in answer["channels"] if one["name"] == name), None):
                return str(found)
            cursor = cursor_after(answer)
            if not cursor:
                raise refusal("channel_not_found")

    async def _send(self, method: str, content: Content, arguments: dict[str, Any]) -> AsyncSlackResponse:
        body = arguments | {"text": content.text, "unfurl_links": False, "unfurl_media": False}
        if method == "chat.update":
            body = arguments | {"text": content.text}
        *first, last = await self._refused.ways(content)
        for number, blocks in enumerate(first):
            try:
                answer = await self._call(method, body | {"blocks": blocks})
            except Refused as error:
                # A workspace can refuse a kind of block that others take.
                if error.code not in REFUSED_BLOCKS:
                    raise
            else:
                if number:
                    await self._refused.learn(content, blocks)
                return answer
        return await self._call(method, body | {"blocks": last})

    async def _call(self, method: str, arguments: Mapping[str, Any]) -> AsyncSlackResponse:
        return await called(self._client, method, arguments)


async def called(client: AsyncWebClient, method: str, arguments: Mapping[str, Any]) -> AsyncSlackResponse:
    """Slack's answer; raises the errors of `bot.outbox.sender` and no other."""
    try:
        answer = await client.api_call(method, json=dict(arguments))
    except SlackApiError as error:
        raise sorted_error(error.response) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unclear(f"{method}: {type(error).__name__}") from None
    except AttributeError:
        # slack_sdk asks a plain text, or a JSON list, that comes with 200 for its key "ok".
        raise Unclear(f"{method}: an answer that is no JSON object") from None
    if not isinstance(answer.data, dict):
        # slack_sdk takes any bytes that come with 200 for a success.
        raise Unclear(f"{method}: an answer that is no JSON")
    return answer


def sorted_error(response: Any) -> Exception:
    """Which of our errors Slack's answer is."""
    if not isinstance(response, AsyncSlackResponse):
        # For a body that it cannot read, slack_sdk hands on the bare HTTP response.
        return Unclear("an answer that is no JSON")
    code = str(response.get("error", "")) if isinstance(response.data, dict) else ""
    if response.status_code == 429 or code == "ratelimited":
        return RateLimited(float(response.headers.get("Retry-After") or response.headers.get("retry-after") or 30))
    if response.status_code >= 500 or code in PASSING or not code:
        return Unclear(f"HTTP {response.status_code} {code}".strip())
    return Gone(code) if code in GONE else refusal(code)


def refusal(code: str) -> Refused:
    """The refusal with this word of Slack's, and with what somebody can mend about it."""
    return Refused(code, trouble=MENDABLE.get(code))


def key_of(message: Mapping[str, Any]) -> str | None:
    """The outbox key that a message of ours carries."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = (metadata.get("event_payload") or {}).get("key")
    return str(key) if key is not None else None
