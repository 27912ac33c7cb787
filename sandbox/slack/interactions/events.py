"""What people do that raises events, and the shortcuts that they pick: https://docs.slack.dev/apis/events-api"""

from sandbox.slack.errors import ApiError
from sandbox.slack.interactions.links import announce_links
from sandbox.slack.interactions.payloads import (
    active_user,
    author,
    channel_name,
    common,
    deliver_interaction,
    joined_channel,
    response_address,
)
from sandbox.slack.interactions.seen import NotPossibleError, Seen
from sandbox.slack.interactions.writing import write
from sandbox.slack.parts import Parts
from sandbox.slack.transport.envelopes import Acked
from sandbox.slack.transport.events import emit
from sandbox.slack.workspace.manifest import Shortcut
from sandbox.slack.workspace.messages import post_as
from sandbox.slack.workspace.state import Channel, Json, Message, User, first
from sandbox.slack.workspace.view_objects import show_view

SHORTCUT_FAILED = "That shortcut did not work: the app did not respond."


def say_as_person(
    parts: Parts, user_id: str, *, channel: str, text: str, thread_ts: str = "", broadcast: bool = False
) -> Message:
    """Post what a person typed, below a message where `thread_ts` names one; raises NotPossibleError.

    `broadcast`: a reply that the channel sees too. Other apps' bots write as people do.
    """
    user = author(parts, user_id)
    place = joined_channel(parts, user, channel)
    if not text.strip():
        raise NotPossibleError("There is nothing to send.")
    draft = write(text, parts.workspace, thread_ts=thread_ts, broadcast=broadcast)
    try:
        message = post_as(parts, place, user.id, draft)
    except ApiError as refusal:
        raise NotPossibleError("There is no such message to reply to.") from refusal
    announce_links(parts, place, message)
    return message


def open_home(parts: Parts, user_id: str, *, tab: str = "home") -> Json | None:
    """The person opens the app's Home (or its messages); answers the view published so far."""
    user = active_user(parts, user_id)
    channel = parts.workspace.direct_channel(user.id, parts.app.bot_user_id)
    view = parts.views.homes.get(user.id)
    event: Json = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": tab}
    shown: Json = {"view": show_view(view, parts)} if view else {}
    emit(parts, "app_home_opened", {**event, **shown, "event_ts": parts.workspace.next_ts()})
    return shown.get("view")


async def run_shortcut(parts: Parts, user_id: str, callback_id: str) -> Seen:
    """The person picks a global shortcut; raises NotPossibleError."""
    user = active_user(parts, user_id)
    _find_shortcut(parts, callback_id, "global")
    own = {"callback_id": callback_id, "action_ts": parts.workspace.next_ts()}
    trigger = {"trigger_id": parts.triggers.mint(user.id)}
    return await _pick(parts, user, {**common(parts, user, "shortcut"), **own, **trigger})


async def run_message_shortcut(parts: Parts, user_id: str, callback_id: str, *, channel: str, ts: str) -> Seen:
    """The person picks a shortcut in a message's menu; raises NotPossibleError.

    Messages for one person alone offer none. https://docs.slack.dev/interactivity/implementing-shortcuts
    """
    user = active_user(parts, user_id)
    _find_shortcut(parts, callback_id, "message")
    place = joined_channel(parts, user, channel)
    message = place.messages.get(ts)
    if message is None or message.only_for is not None:
        raise NotPossibleError("That message is not there, or has no such menu.")
    return await _pick(parts, user, _message_action(parts, user, callback_id, place, message))


def _message_action(parts: Parts, user: User, callback_id: str, channel: Channel, message: Message) -> Json:
    """As Slack was recorded sending it: without the app's id, and with the person's handle once."""
    payload = common(parts, user, "message_action")
    del payload["api_app_id"], payload["user"]["username"]
    return {
        **payload,
        "callback_id": callback_id,
        "action_ts": parts.workspace.next_ts(),
        "trigger_id": parts.triggers.mint(user.id),
        "response_url": response_address(parts, "app", user, channel.id),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message_ts": message.ts,
        "message": dict(message.body),
    }


def _find_shortcut(parts: Parts, callback_id: str, kind: str) -> Shortcut:
    known = first(one for one in parts.app.shortcuts if one.callback_id == callback_id and one.type == kind)
    if known is None or "commands" not in parts.app.scopes:
        raise NotPossibleError(f"There is no shortcut {callback_id}.")
    return known


async def _pick(parts: Parts, user: User, payload: Json) -> Seen:
    outcome = await deliver_interaction(parts, payload)
    if isinstance(outcome, Acked):
        return Seen(ok=True)
    parts.feed.publish({"type": "toast", "level": "error", "text": SHORTCUT_FAILED}, to=[user.id])
    return Seen(ok=False, error=SHORTCUT_FAILED)
