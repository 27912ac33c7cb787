"""The Events API over Socket Mode, and what people do that raises events: https://docs.slack.dev/apis/events-api"""

from typing import Any

from sandbox.slack.interactions.payloads import (
    VERIFICATION_TOKEN,
    active_user,
    common,
    deliver_interaction,
    joined_channel,
)
from sandbox.slack.interactions.seen import NotPossibleError, Seen
from sandbox.slack.parts import Parts
from sandbox.slack.transport.envelopes import Acked
from sandbox.slack.workspace.messages import Draft, post_as
from sandbox.slack.workspace.mrkdwn import escape, expand_mentions
from sandbox.slack.workspace.state import Channel, Json, Message, first, fresh_id
from sandbox.slack.workspace.view_objects import show_view

SHORTCUT_FAILED = "That shortcut did not work: the app did not respond."


def emit(parts: Parts, name: str, event: Json) -> None:
    """Send an event if the app subscribed to it; `name` is the subscription, such as `message.im`."""
    if parts.app.wants(name):
        parts.sockets.spawn(_send(parts, event))


def say_as_person(parts: Parts, user_id: str, *, channel: str, text: str) -> Message:
    """Post what a person typed; raises NotPossibleError."""
    user = active_user(parts, user_id)
    place = joined_channel(parts, user, channel)
    if not text.strip():
        raise NotPossibleError("There is nothing to send.")
    written = expand_mentions(escape(text), parts.workspace, with_names=False)
    message = post_as(parts, place, user.id, Draft(text=written))
    _announce(parts, place, message)
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
    known = first(one for one in parts.app.shortcuts if one.callback_id == callback_id and one.type == "global")
    if known is None or "commands" not in parts.app.scopes:
        raise NotPossibleError(f"There is no shortcut {callback_id}.")
    own = {"callback_id": callback_id, "action_ts": parts.workspace.next_ts()}
    trigger = {"trigger_id": parts.triggers.mint(user.id)}
    outcome = await deliver_interaction(parts, {**common(parts, user, "shortcut"), **own, **trigger})
    if isinstance(outcome, Acked):
        return Seen(ok=True)
    parts.feed.publish({"type": "toast", "level": "error", "text": SHORTCUT_FAILED}, to=[user.id])
    return Seen(ok=False, error=SHORTCUT_FAILED)


async def _send(parts: Parts, event: Json) -> None:
    team, app = parts.workspace.team, parts.app
    authorization: dict[str, Any] = {
        "enterprise_id": team.enterprise or None,
        "team_id": team.id,
        "user_id": app.bot_user_id,
    }
    payload = {
        "token": VERIFICATION_TOKEN,
        "team_id": team.id,
        "api_app_id": app.id,
        "event": event,
        "type": "event_callback",
        "event_id": fresh_id("Ev"),
        "event_time": parts.workspace.seconds(),
        "authorizations": [{**authorization, "is_bot": True, "is_enterprise_install": team.is_org_install}],
        "is_ext_shared_channel": False,
        "event_context": fresh_id("4-", 40),
    }
    await parts.sockets.deliver("events_api", payload)


def _announce(parts: Parts, channel: Channel, message: Message) -> None:
    bot = parts.app.bot_user_id
    if bot not in channel.members:
        return
    event = {**message.body, "channel": channel.id, "event_ts": message.ts}
    kind = {"channels": "channel", "groups": "group", "im": "im"}[channel.scope_prefix]
    emit(parts, f"message.{channel.scope_prefix}", {**event, "channel_type": kind})
    if f"<@{bot}>" in message.body["text"] and channel.kind == "channel":
        emit(parts, "app_mention", {**event, "type": "app_mention"})
