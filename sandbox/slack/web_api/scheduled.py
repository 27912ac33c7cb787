"""chat.scheduleMessage and its kin: what the app says later, by the sandbox's clock."""

from sandbox.slack.errors import ApiError
from sandbox.slack.parts import Parts
from sandbox.slack.web_api.chat import draft_of, named_channel, writable_channel
from sandbox.slack.web_api.limits import TIER_3
from sandbox.slack.web_api.method import Call, Method
from sandbox.slack.web_api.pages import take_page
from sandbox.slack.workspace.messages import bot_body, contents_of, post
from sandbox.slack.workspace.state import Json, Scheduled, fresh_id

MOST_DAYS = 120
# How short before its time a message can be taken back no more.
TOO_LATE_SECONDS = 60


def schedule_message(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.scheduleMessage"""
    parts, channel = call.parts, writable_channel(call, named_channel(call))
    given, now = call.arguments.required("post_at"), parts.workspace.seconds()
    if not given.isdecimal():
        raise ApiError("invalid_time")
    post_at = int(given)
    if post_at <= now:
        raise ApiError("time_in_past")
    if post_at > now + MOST_DAYS * 86400:
        raise ApiError("time_too_far")
    draft = draft_of(call)

    def send() -> None:
        if not channel.is_archived and parts.app.bot_user_id in channel.members:
            post(parts, channel, draft)

    planned = Scheduled(fresh_id("Q"), channel.id, draft.text or "", post_at, now, send)
    parts.workspace.scheduled[planned.id] = planned
    parts.sockets.spawn(_send_later(parts, planned))
    shown = {**bot_body(parts), **contents_of(draft), "type": "delayed_message"}
    shown.pop("attachments", None)
    return {"channel": channel.id, "scheduled_message_id": planned.id, "post_at": post_at, "message": shown}


def delete_scheduled_message(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.deleteScheduledMessage"""
    channel = call.seen_channel(call.arguments.required("channel"))
    planned = call.parts.workspace.scheduled.get(call.arguments.required("scheduled_message_id"))
    too_late = planned is not None and planned.post_at - call.parts.workspace.seconds() < TOO_LATE_SECONDS
    if planned is None or planned.channel != channel.id or too_late:
        raise ApiError("invalid_scheduled_message_id")
    del call.parts.workspace.scheduled[planned.id]
    return {}


def list_scheduled_messages(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.scheduledMessages.list"""
    wanted = call.arguments.text("channel")
    if wanted:
        call.seen_channel(wanted)
    oldest, latest = call.arguments.text("oldest") or "0", call.arguments.text("latest") or "9999999999"
    try:
        low, high = float(oldest), float(latest)
    except ValueError as problem:
        raise ApiError("invalid_arguments") from problem
    planned = sorted(call.parts.workspace.scheduled.values(), key=lambda one: one.post_at)
    fitting = [one for one in planned if wanted in ("", one.channel) and low <= one.post_at <= high]
    page, cursor = take_page(fitting, call.arguments, lambda one: one.id)
    rows = [
        {
            "id": one.id,
            "channel_id": one.channel,
            "post_at": one.post_at,
            "date_created": one.created,
            "text": one.text,
        }
        for one in page
    ]
    return {"scheduled_messages": rows, "response_metadata": {"next_cursor": cursor}}


async def _send_later(parts: Parts, planned: Scheduled) -> None:
    await parts.clock.sleep(planned.post_at - parts.clock.now())
    if parts.workspace.scheduled.pop(planned.id, None):
        planned.send()


METHODS = (
    Method("chat.scheduleMessage", schedule_message, TIER_3, ("chat:write",)),
    Method("chat.deleteScheduledMessage", delete_scheduled_message, TIER_3, ("chat:write",)),
    Method("chat.scheduledMessages.list", list_scheduled_messages, TIER_3),
)
