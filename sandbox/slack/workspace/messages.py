"""Messages: checked, posted, changed, deleted, shown to whoever is in the channel, and told to the app."""

import copy
import uuid
from dataclasses import dataclass
from typing import Any

from sandbox.slack.block_kit.check import (
    Surface,
    check_attachments,
    check_blocks,
    complete_attachments,
    complete_blocks,
    derive_text,
)
from sandbox.slack.block_kit.limits import ATTACHMENTS, MESSAGE_TEXT, limit
from sandbox.slack.block_kit.rules import Violation
from sandbox.slack.errors import ApiError
from sandbox.slack.parts import Parts
from sandbox.slack.workspace.announcing import announce_changed, announce_deleted, announce_posted
from sandbox.slack.workspace.objects import show_bot_profile
from sandbox.slack.workspace.state import Channel, Json, Message
from sandbox.slack.workspace.threads import count_again, count_reply, find_parent, is_reply, replies_to, show_root

METADATA_BYTES = 16_000
# What is left of a message that was deleted and had replies.
TOMBSTONE = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted."}


@dataclass(slots=True)
class Draft:
    """What a message is to say, checked; None is "not given". `broadcast`: the channel sees the reply too."""

    text: str | None = None
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    metadata: Json | None = None
    thread_ts: str = ""
    derived: bool = False
    broadcast: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.text or self.blocks or self.attachments)


def compose(
    *,
    text: Any = None,
    blocks: Any = None,
    attachments: Any = None,
    markdown: Any = None,
    metadata: Any = None,
    thread_ts: str = "",
    broadcast: bool = False,
    surface: Surface = "message",
) -> Draft:
    """Check what was sent and answer the draft; raises what chat.postMessage raises for its contents.

    https://docs.slack.dev/reference/methods/chat.postMessage
    """
    if markdown is not None:
        if text or blocks:
            raise ApiError("markdown_text_conflict")
        if len(markdown) > limit("markdown.text.max_length"):
            raise ApiError("msg_too_long")
        blocks = [{"type": "markdown", "text": markdown}]
    if blocks is not None:
        _refuse(check_blocks(blocks, surface) if isinstance(blocks, list) else None, "invalid_blocks")
    if attachments is not None:
        if isinstance(attachments, list) and len(attachments) > ATTACHMENTS:
            raise ApiError("too_many_attachments")
        _refuse(check_attachments(attachments) if isinstance(attachments, list) else None, "invalid_attachments")
    _check_metadata(metadata)
    complete = None if blocks is None else complete_blocks(blocks)
    hung = None if attachments is None else complete_attachments(attachments)
    said = None if text is None else str(text)[:MESSAGE_TEXT]
    derived = not said and bool(complete)
    return Draft(
        derive_text(complete or []) if derived else said, complete, hung, metadata, thread_ts, derived, broadcast
    )


def post(parts: Parts, channel: Channel, draft: Draft, *, extra: Json | None = None) -> Message:
    """Post as the bot; raises `thread_not_found`."""
    return _add(parts, channel, {**bot_body(parts), **contents_of(draft), **(extra or {})}, draft)


def post_as(parts: Parts, channel: Channel, user_id: str, draft: Draft, *, extra: Json | None = None) -> Message:
    """Post as a person, or as another app's bot."""
    user = parts.workspace.users[user_id]
    written = {"bot_id": other_bot(user.id)} if user.is_bot else {"client_msg_id": str(uuid.uuid4())}
    body: Json = {**written, "type": "message", "user": user_id, "team": user.team or parts.workspace.team.id}
    return _add(parts, channel, {**body, **contents_of(draft), **(extra or {})}, draft)


def post_notice(parts: Parts, channel: Channel, body: Json) -> Message:
    """A line that Slack itself writes into a channel, such as a new topic; the app is told of none."""
    ts = parts.workspace.next_ts()
    message = Message(channel.id, ts, {**body, "ts": ts})
    channel.messages[ts] = message
    parts.feed.publish({"type": "message", "channel": channel.id, "message": message.body}, to=channel.members)
    return message


def post_ephemeral(parts: Parts, channel: Channel, user_id: str, draft: Draft) -> Message:
    """Show the person a message that nobody else sees."""
    body = {**bot_body(parts), **contents_of(draft), "is_ephemeral": True}
    body.pop("metadata", None)
    if draft.thread_ts:
        body["thread_ts"] = find_parent(channel, draft.thread_ts).ts
    ts = parts.workspace.next_ts()
    message = Message(channel.id, ts, {**body, "ts": ts}, only_for=user_id)
    channel.messages[ts] = message
    parts.feed.publish({"type": "message", "channel": channel.id, "message": message.body}, to=[user_id])
    return message


def change(parts: Parts, message: Message, draft: Draft, *, by: str = "") -> None:
    """Change a message in place: text without blocks drops the blocks, blocks alone show no "(edited)".

    `by` is who changes it; the app where nobody is named. https://docs.slack.dev/reference/methods/chat.update
    """
    body, before = message.body, copy.deepcopy(message.body)
    text_given = draft.text is not None and not draft.derived
    if draft.blocks is not None:
        body["blocks"] = draft.blocks
    elif text_given:
        body.pop("blocks", None)
    if draft.attachments is not None:
        body["attachments"] = draft.attachments
    elif text_given:
        body.pop("attachments", None)
    if text_given and draft.text != body["text"]:
        body["text"] = draft.text
        if message.only_for is None:
            body["edited"] = {"user": by or parts.app.bot_id, "ts": parts.workspace.next_ts()}
    if draft.metadata is not None:
        body["metadata"] = draft.metadata
    _changed(parts, message, before)


def attach(parts: Parts, message: Message, unfurled: list[Json]) -> None:
    """Hang what the app makes of links below a message; a link's earlier attachment is replaced."""
    urls, before = {one["from_url"] for one in unfurled}, copy.deepcopy(message.body)
    kept = [one for one in message.body.get("attachments", []) if one.get("from_url") not in urls]
    message.body["attachments"] = complete_attachments([*kept, *unfurled])
    _changed(parts, message, before)


def show_again(parts: Parts, message: Message) -> None:
    """Bring a message to the screens as it is now."""
    event = {"type": "message_changed", "channel": message.channel, "message": message.body}
    parts.feed.publish(event, to=audience(parts, message))


def delete(parts: Parts, message: Message) -> None:
    """Take a message away; of one with replies, the place stays until the last of them goes."""
    channel = parts.workspace.channels[message.channel]
    if not is_reply(message) and replies_to(channel, message):
        before = dict(message.body)
        counts = {key: value for key, value in before.items() if key.startswith("reply_") or key == "latest_reply"}
        message.body.clear()
        message.body.update({**TOMBSTONE, "ts": message.ts, "thread_ts": message.ts, **counts})
        _changed(parts, message, before)
        return
    channel.messages.pop(message.ts, None)
    event = {"type": "message_deleted", "channel": message.channel, "ts": message.ts}
    parts.feed.publish(event, to=audience(parts, message))
    if message.only_for is not None:
        return
    announce_deleted(parts, channel, message)
    if is_reply(message) and (parent := channel.messages.get(message.body["thread_ts"])):
        count_again(channel, parent)
        if parent.body.get("subtype") == "tombstone" and not replies_to(channel, parent):
            delete(parts, parent)
        else:
            show_again(parts, parent)


def audience(parts: Parts, message: Message) -> list[str]:
    """Whose screens show it."""
    if message.only_for is not None:
        return [message.only_for]
    return parts.workspace.channels[message.channel].members


def bot_body(parts: Parts) -> Json:
    """What every message of the bot's begins with."""
    app = parts.app
    return {
        "type": "message",
        "user": app.bot_user_id,
        "bot_id": app.bot_id,
        "app_id": app.id,
        "team": parts.workspace.team.id,
        "bot_profile": show_bot_profile(app, parts.workspace),
    }


def other_bot(user_id: str) -> str:
    """The id of another app's bot, by its user's."""
    return f"B{user_id[1:]}"


def block_messages(violations: list[Violation]) -> Json:
    """The violations as an answer carries them: in `errors` and in `response_metadata.messages`."""
    texts = [one.as_text() for one in violations]
    return {"errors": texts, "response_metadata": {"messages": [f"[ERROR] {one}" for one in texts]}}


def _refuse(violations: list[Violation] | None, error: str) -> None:
    if violations is None:
        raise ApiError(f"{error}_format" if error == "invalid_blocks" else error)
    if violations:
        raise ApiError(error, block_messages(violations))


def _check_metadata(metadata: Any) -> None:
    if metadata is None:
        return
    formed = isinstance(metadata, dict) and set(metadata) <= {"event_type", "event_payload", "entities"}
    if (
        not formed
        or not isinstance(metadata.get("event_type"), str)
        or not isinstance(metadata.get("event_payload"), dict)
    ):
        raise ApiError("invalid_metadata_format")
    if len(str(metadata)) > METADATA_BYTES:
        raise ApiError("metadata_too_large")


def contents_of(draft: Draft) -> Json:
    """What a message of this draft says."""
    given = {"blocks": draft.blocks, "attachments": draft.attachments, "metadata": draft.metadata}
    return {"text": draft.text or "", **{key: value for key, value in given.items() if value}}


def _changed(parts: Parts, message: Message, before: Json) -> None:
    show_again(parts, message)
    if message.only_for is None:
        announce_changed(parts, parts.workspace.channels[message.channel], message, before)


def _add(parts: Parts, channel: Channel, body: Json, draft: Draft) -> Message:
    parent = find_parent(channel, draft.thread_ts) if draft.thread_ts else None
    ts = parts.workspace.next_ts()
    if parent is not None:
        count_reply(parent, ts, body["user"])
        body |= {"thread_ts": parent.ts, "parent_user_id": parent.body["user"]}
        body |= {"subtype": "thread_broadcast", "root": show_root(parent)} if draft.broadcast else {}
    message = Message(channel.id, ts, {**body, "ts": ts})
    channel.messages[ts] = message
    parts.feed.publish({"type": "message", "channel": channel.id, "message": message.body}, to=channel.members)
    if parent is not None:
        show_again(parts, parent)
    announce_posted(parts, channel, message)
    return message


def file_message(parts: Parts, channel: Channel, files: list[Json], comment: str, thread_ts: str) -> Message:
    """A message of the bot's that shares files."""
    draft = Draft(text=comment, thread_ts=thread_ts)
    return post(parts, channel, draft, extra={"files": files, "upload": True, "display_as_bot": False})
