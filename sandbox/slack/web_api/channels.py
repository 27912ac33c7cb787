"""conversations.create, .invite and .setTopic: channels that the app makes and keeps."""

import re

from sandbox.slack.errors import ApiError
from sandbox.slack.web_api.limits import TIER_2, TIER_3
from sandbox.slack.web_api.method import Call, Method
from sandbox.slack.workspace import administration
from sandbox.slack.workspace.messages import bot_body, post_notice
from sandbox.slack.workspace.objects import show_channel
from sandbox.slack.workspace.state import Channel, Json

NAME_LENGTH = 80
TOPIC_LENGTH = 250
MOST_INVITED = 1000
# https://docs.slack.dev/reference/methods/conversations.create#naming
NAME = re.compile(r"[\w-]+")


def create_channel(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.create"""
    is_private, name = call.arguments.flag("is_private"), call.arguments.text("name")
    call.need_scope("groups:write" if is_private else "channels:manage")
    call.need_team()
    _check_name(name)
    if call.parts.workspace.channel_named(name):
        raise ApiError("name_taken")
    bot = call.parts.app.bot_user_id
    made = administration.make_channel(call.parts, name, [bot], is_private=is_private)
    return _answer(call, made)


def invite_to_channel(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.invite: nobody, where one of several cannot be invited."""
    channel, bot = _kept_channel(call), call.parts.app.bot_user_id
    wanted = call.arguments.names("users")
    if not wanted:
        raise ApiError("no_user")
    if len(wanted) > MOST_INVITED:
        raise ApiError("too_many_users")
    refused = [{"ok": False, "error": error, "user": one} for one in wanted if (error := _refusal(call, channel, one))]
    if refused and not (call.arguments.flag("force") and len(refused) < len(wanted)):
        raise ApiError(str(refused[0]["error"]), {"errors": refused})
    for one in wanted:
        if one not in {each["user"] for each in refused}:
            administration.join_channel(call.parts, channel.id, one, inviter=bot)
    return {"channel": show_channel(channel, call.parts.workspace)}


def set_topic(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.setTopic"""
    channel, topic = _kept_channel(call), call.arguments.text("topic")
    if len(topic) > TOPIC_LENGTH:
        raise ApiError("too_long")
    parts = call.parts
    channel.topic, channel.topic_by, channel.topic_at = topic, parts.app.bot_user_id, parts.workspace.seconds()
    said = f"<@{parts.app.bot_user_id}> set the channel topic: {topic}"
    post_notice(parts, channel, {**bot_body(parts), "subtype": "channel_topic", "text": said, "topic": topic})
    parts.feed.publish({"type": "channels"})
    return {"channel": show_channel(channel, parts.workspace)}


def _answer(call: Call, channel: Channel) -> Json:
    return {"channel": {**show_channel(channel, call.parts.workspace), "is_member": True}}


def _check_name(name: str) -> None:
    if not name:
        raise ApiError("invalid_name_required")
    if len(name) > NAME_LENGTH:
        raise ApiError("invalid_name_maxlength")
    if not NAME.fullmatch(name) or name != name.lower():
        raise ApiError("invalid_name_specials")
    if not any(one.isalnum() for one in name):
        raise ApiError("invalid_name_punctuation")


def _kept_channel(call: Call) -> Channel:
    """A channel that the app is in and may change."""
    channel = call.seen_channel(call.arguments.required("channel"))
    if channel.kind != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    call.need_scope("groups:write" if channel.is_private else "channels:manage")
    if channel.is_archived:
        raise ApiError("is_archived")
    if call.parts.app.bot_user_id not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def _refusal(call: Call, channel: Channel, user_id: str) -> str:
    user = call.parts.workspace.users.get(user_id)
    if user_id == call.parts.app.bot_user_id:
        return "cant_invite_self"
    if user is None or user.deleted:
        return "user_not_found"
    return "already_in_channel" if user_id in channel.members else ""


METHODS = (
    Method("conversations.create", create_channel, TIER_2),
    Method("conversations.invite", invite_to_channel, TIER_3),
    Method("conversations.setTopic", set_topic, TIER_2),
)
