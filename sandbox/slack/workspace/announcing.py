"""What the app is told of messages in the places that it is in, its own included; keys as in Slack's recorded events.

https://docs.slack.dev/reference/events/message
"""

from sandbox.slack.parts import Parts
from sandbox.slack.transport.events import emit
from sandbox.slack.workspace.state import Channel, Json, Message

CHANNEL_TYPES = {"channels": "channel", "groups": "group", "im": "im", "mpim": "mpim"}
SAID = ("type", "text", "user", "team", "bot_id", "bot_profile", "blocks", "ts", "thread_ts", "client_msg_id", "edited")
POSTED = frozenset({*SAID, "attachments", "parent_user_id"})
SHARED = frozenset(
    {"type", "text", "user", "blocks", "attachments", "files", "upload", "display_as_bot", "ts", "thread_ts"}
    | {"parent_user_id"}
)
BROADCAST = frozenset(
    {"type", "subtype", "text", "user", "blocks", "attachments", "ts", "thread_ts", "client_msg_id", "root"}
)
MENTIONED = frozenset({*SAID, "app_id"})
COUNTED = ("upload", "display_as_bot", "is_locked", "subscribed", "reply_count", "reply_users_count", "latest_reply")
CHANGED = frozenset({*POSTED, *COUNTED, "subtype"})


def announce_posted(parts: Parts, channel: Channel, message: Message) -> None:
    """A message is there: `message`, and `app_mention` where somebody else names the app."""
    body = message.body
    if body.get("subtype") == "thread_broadcast":
        event = _some(body, BROADCAST)
    elif "files" in body:
        event = {**_some(body, SHARED), "subtype": "file_share"}
    else:
        named = {"metadata": {"event_type": body["metadata"]["event_type"]}} if "metadata" in body else {}
        event = {**_some(body, POSTED), **named}
    _emit(parts, channel, {**event, "event_ts": message.ts})
    is_own = body.get("bot_id") == parts.app.bot_id
    if f"<@{parts.app.bot_user_id}>" in body["text"] and not is_own and channel.kind != "im":
        mention = {**_some(body, MENTIONED), "type": "app_mention", "channel": channel.id, "event_ts": message.ts}
        _emit_there(parts, channel, "app_mention", mention)
    for file in body.get("files", ()):
        _emit_there(parts, channel, "file_shared", _shared(parts, channel, message, file["id"]))


def announce_changed(parts: Parts, channel: Channel, message: Message, before: Json) -> None:
    """It says something else now, or something was hung below it; `before` is its body until then."""
    stamp = parts.workspace.next_ts()
    shown = {"message": _some(message.body, CHANGED), "previous_message": _some(before, CHANGED)}
    event = {"type": "message", "subtype": "message_changed", "hidden": True, **shown}
    _emit(parts, channel, {**event, "ts": stamp, "event_ts": stamp})


def announce_deleted(parts: Parts, channel: Channel, message: Message) -> None:
    """It is there no more."""
    stamp = parts.workspace.next_ts()
    event = {"type": "message", "subtype": "message_deleted", "hidden": True, "deleted_ts": message.ts}
    event["previous_message"] = _some(message.body, CHANGED)
    _emit(parts, channel, {**event, "ts": stamp, "event_ts": stamp})


def announce_reaction(
    parts: Parts, channel: Channel, message: Message, *, name: str, user_id: str, added: bool
) -> None:
    """Somebody put a reaction there, or took it away: https://docs.slack.dev/reference/events/reaction_added"""
    kind = "reaction_added" if added else "reaction_removed"
    item = {"type": "message", "channel": channel.id, "ts": message.ts}
    event: Json = {"type": kind, "user": user_id, "reaction": name, "item": item, "item_user": message.body["user"]}
    _emit_there(parts, channel, kind, {**event, "event_ts": parts.workspace.next_ts()})


def _shared(parts: Parts, channel: Channel, message: Message, file_id: str) -> Json:
    """https://docs.slack.dev/reference/events/file_shared"""
    file = {"file_id": file_id, "file": {"id": file_id}}
    place = {"channel_id": channel.id, "user_id": message.body["user"]}
    return {"type": "file_shared", **file, **place, "event_ts": parts.workspace.next_ts()}


def _emit(parts: Parts, channel: Channel, event: Json) -> None:
    prefix = channel.scope_prefix
    event |= {"channel": channel.id, "channel_type": CHANNEL_TYPES[prefix]}
    _emit_there(parts, channel, f"message.{prefix}", event)


def _emit_there(parts: Parts, channel: Channel, name: str, event: Json) -> None:
    if parts.app.bot_user_id in channel.members:
        emit(parts, name, event, external=channel.external)


def _some(body: Json, keys: frozenset[str]) -> Json:
    return {key: value for key, value in body.items() if key in keys}
