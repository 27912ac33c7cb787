"""reactions.*: what people and apps put below messages."""

from sandbox.slack.errors import ApiError
from sandbox.slack.web_api.chat import permalink
from sandbox.slack.web_api.limits import TIER_2, TIER_3
from sandbox.slack.web_api.method import Call, Method
from sandbox.slack.workspace.reactions import react, take_back
from sandbox.slack.workspace.state import Channel, Json, Message

# What of a message the answer was recorded with.
SHOWN = frozenset({"type", "text", "user", "ts", "team", "bot_id", "app_id", "bot_profile", "blocks", "reactions"})


def add_reaction(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/reactions.add"""
    channel, message = _target(call)
    if channel.is_archived:
        raise ApiError("is_archived")
    react(call.parts, message, call.arguments.required("name").strip(":"), call.parts.app.bot_user_id)
    return {}


def remove_reaction(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/reactions.remove"""
    _, message = _target(call)
    take_back(call.parts, message, call.arguments.required("name").strip(":"), call.parts.app.bot_user_id)
    return {}


def get_reactions(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/reactions.get"""
    channel, message = _target(call)
    shown = {key: value for key, value in message.body.items() if key in SHOWN}
    return {
        "type": "message",
        "channel": channel.id,
        "message": {**shown, "permalink": permalink(call.parts, channel, message)},
    }


def _target(call: Call) -> tuple[Channel, Message]:
    if not (call.arguments.has("channel") and call.arguments.has("timestamp")):
        raise ApiError("no_item_specified")
    channel = call.seen_channel(call.arguments.text("channel"))
    message = channel.messages.get(call.arguments.text("timestamp"))
    if message is None or message.only_for is not None:
        raise ApiError("message_not_found")
    if call.parts.app.bot_user_id not in channel.members:
        raise ApiError("not_in_channel")
    return channel, message


METHODS = (
    Method("reactions.add", add_reaction, TIER_3, ("reactions:write",)),
    Method("reactions.remove", remove_reaction, TIER_2, ("reactions:write",)),
    Method("reactions.get", get_reactions, TIER_3, ("reactions:read",)),
)
