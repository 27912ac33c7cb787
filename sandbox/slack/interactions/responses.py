"""What the app says through an ack or a response_url: ephemeral unless asked otherwise."""

import json
from typing import Any

from aiohttp import web

from sandbox.slack.errors import ApiError
from sandbox.slack.interactions.tickets import ResponseAddress
from sandbox.slack.parts import Parts, Record
from sandbox.slack.workspace.messages import Draft, change, compose, delete, post, post_ephemeral
from sandbox.slack.workspace.state import Channel, Json, Message


def say(parts: Parts, channel: Channel, user_id: str, body: Json) -> Message | None:
    """Show what an ack or a response_url carries; answers the message, None where it is empty. Raises ApiError."""
    draft = draft_of(body)
    if draft.is_empty:
        return None
    if draft.derived:
        parts.inspector.violation("A response without text: screen readers read the text", body)
    if body.get("response_type") == "in_channel":
        return post(parts, channel, draft)
    return post_ephemeral(parts, channel, user_id, draft)


def draft_of(body: Json) -> Draft:
    """The checked draft in a response's body."""
    metadata = body.get("metadata")
    return compose(
        text=body.get("text"),
        blocks=_loaded(body.get("blocks")),
        attachments=_loaded(body.get("attachments")),
        markdown=body.get("markdown_text"),
        metadata=metadata if isinstance(metadata, dict) and "event_payload" in metadata else None,
        thread_ts=str(body.get("thread_ts") or ""),
        surface="response",
    )


async def receive_response(parts: Parts, request: web.Request) -> web.Response:
    """A POST to a response_url: https://docs.slack.dev/interactivity/handling-user-interaction"""
    body: Json = {}
    try:
        body = await _read(request)
        answer = _follow(parts, parts.responses.take(request.match_info["secret"]), body)
        status = 200
    except ApiError as refusal:
        answer, status = refusal.as_json(), 404 if refusal.code in ("expired_url", "used_url") else 400
    parts.calls.append(Record(parts.clock.now(), "response_url", body, answer, status))
    shown = {"body": body, "answer": answer}
    title = f"response_url: {answer.get('error', 'ok')}"
    parts.inspector.note("api", "in", title, shown, problem=not answer["ok"])
    if not answer["ok"]:
        parts.inspector.violation(f"response_url: {answer['error']}", shown)
    parts.feed.touch()
    return web.json_response(answer, status=status)


def _follow(parts: Parts, address: ResponseAddress, body: Json) -> Json:
    channel = parts.workspace.channels[address.channel]
    original = channel.messages.get(address.message_ts)
    if original is not None and original.body.get("bot_id") != parts.app.bot_id:
        _check_untouched(body)
    if body.get("delete_original"):
        if original is None:
            raise ApiError("message_not_found")
        delete(parts, original)
        return {"ok": True}
    if body.get("replace_original") and original is not None:
        change(parts, original, draft_of(body))
        return {"ok": True}
    if body.get("replace_original"):
        parts.inspector.violation("replace_original, but nothing is there to replace", body)
    if say(parts, channel, address.user, body) is None:
        raise ApiError("no_text")
    return {"ok": True}


def _check_untouched(body: Json) -> None:
    """A person's words, with a preview of the app's below them, are not the app's to change; raises ApiError."""
    for wanted, refusal in (("delete_original", "cant_delete_message"), ("replace_original", "cant_update_message")):
        if body.get(wanted):
            raise ApiError(refusal)


async def _read(request: web.Request) -> Json:
    text = await request.text()
    if request.content_type == "application/x-www-form-urlencoded":
        text = str((await request.post()).get("payload", "{}"))
    try:
        body = json.loads(text)
    except ValueError as problem:
        raise ApiError("invalid_payload") from problem
    if not isinstance(body, dict):
        raise ApiError("invalid_payload")
    return body


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
