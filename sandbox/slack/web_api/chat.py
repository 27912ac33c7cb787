"""chat.*: what the app says."""

from sandbox.slack.block_kit.limits import UPDATED_TEXT
from sandbox.slack.errors import ApiError, invalid_arguments
from sandbox.slack.parts import Parts
from sandbox.slack.web_api.limits import SPECIAL, TIER_3, TIER_4
from sandbox.slack.web_api.method import Call, Method
from sandbox.slack.workspace.messages import Draft, change, compose, delete, post, post_ephemeral
from sandbox.slack.workspace.objects import show_message, show_updated_message
from sandbox.slack.workspace.state import Channel, Json, Message
from sandbox.slack.workspace.threads import is_reply


def post_message(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postMessage"""
    channel = named_channel(call)
    call.count_message(channel)
    channel = writable_channel(call, channel)
    draft = draft_of(call)
    message = post(call.parts, channel, draft)
    return {"channel": channel.id, "ts": message.ts, "message": show_message(message)}


def update_message(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.update"""
    channel = call.seen_channel(call.arguments.required("channel"))
    message = _own_message(call, channel, "cant_update_message")
    if channel.is_archived:
        raise ApiError("is_inactive")
    if len(call.arguments.text("text")) > UPDATED_TEXT:
        raise ApiError("msg_too_long")
    change(call.parts, message, draft_of(call))
    shown = show_updated_message(message)
    return {"channel": channel.id, "ts": message.ts, "text": message.body["text"], "message": shown}


def delete_message(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.delete"""
    channel = call.seen_channel(call.arguments.required("channel"))
    message = _own_message(call, channel, "cant_delete_message")
    delete(call.parts, message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral_message(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postEphemeral"""
    channel = call.seen_channel(call.arguments.required("channel"))
    user = call.parts.workspace.users.get(call.arguments.required("user"))
    if channel.is_archived:
        raise ApiError("is_archived")
    if call.parts.app.bot_user_id not in channel.members:
        raise ApiError("not_in_channel")
    if user is None or user.deleted or user.id not in channel.members:
        raise ApiError("user_not_in_channel")
    return {"message_ts": post_ephemeral(call.parts, channel, user.id, draft_of(call)).ts}


def get_permalink(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.getPermalink"""
    channel = call.seen_channel(call.arguments.required("channel"))
    message = channel.messages.get(call.arguments.required("message_ts"))
    if message is None or message.only_for is not None:
        raise ApiError("message_not_found")
    return {"channel": channel.id, "permalink": permalink(call.parts, channel, message)}


def permalink(parts: Parts, channel: Channel, message: Message) -> str:
    """The message's address; of a reply, with its thread."""
    address = f"https://{parts.workspace.team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    thread = message.body["thread_ts"] if is_reply(message) else ""
    return f"{address}?thread_ts={thread}&cid={channel.id}" if thread else address


def draft_of(call: Call) -> Draft:
    """What the call says, checked; raises ApiError."""
    arguments = call.arguments
    draft = compose(
        text=arguments.text("text") if arguments.has("text") else None,
        blocks=arguments.structure("blocks", "invalid_blocks_format"),
        attachments=arguments.structure("attachments", "invalid_attachments"),
        markdown=arguments.text("markdown_text") if arguments.has("markdown_text") else None,
        metadata=arguments.structure("metadata", "invalid_metadata_format"),
        thread_ts=arguments.text("thread_ts"),
        broadcast=arguments.flag("reply_broadcast"),
    )
    if draft.is_empty:
        raise ApiError("no_text")
    if draft.derived and not arguments.has("markdown_text"):
        call.warnings.append("missing_text_in_message")
        call.parts.inspector.violation(f"{call.method} without text: screen readers read the text", arguments.values)
    return draft


def named_channel(call: Call) -> Channel:
    """The channel by id, by name, or the direct messages with a person by the person's id."""
    wanted = call.arguments.text("channel")
    if not wanted:
        raise invalid_arguments("missing required field: channel")
    workspace = call.parts.workspace
    if person := workspace.users.get(wanted):
        if person.deleted or person.is_bot:
            raise ApiError("channel_not_found")
        return workspace.direct_channel(person.id, call.parts.app.bot_user_id)
    if wanted not in workspace.channels and (named := workspace.channel_named(wanted.removeprefix("#"))):
        return call.seen_channel(named.id)
    return call.seen_channel(wanted)


def writable_channel(call: Call, channel: Channel) -> Channel:
    """The channel, where the bot may post; without membership that takes `chat:write.public` and a public channel."""
    if channel.is_archived:
        raise ApiError("is_archived")
    if call.parts.app.bot_user_id in channel.members or "chat:write.public" in call.parts.app.scopes:
        return channel
    raise ApiError("not_in_channel")


def _own_message(call: Call, channel: Channel, refusal: str) -> Message:
    message = channel.messages.get(call.arguments.required("ts"))
    if message is None or message.only_for is not None:
        raise ApiError("message_not_found")
    if message.body.get("bot_id") != call.parts.app.bot_id:
        raise ApiError(refusal)
    return message


METHODS = (
    Method("chat.postMessage", post_message, SPECIAL, ("chat:write",)),
    Method("chat.update", update_message, TIER_3, ("chat:write",)),
    Method("chat.delete", delete_message, TIER_3, ("chat:write",)),
    Method("chat.postEphemeral", post_ephemeral_message, TIER_4, ("chat:write",)),
    Method("chat.getPermalink", get_permalink, SPECIAL),
)
