"""conversations.*: channels, direct messages, and what is in them."""

from sandbox.slack.errors import ApiError
from sandbox.slack.web_api.arguments import Arguments
from sandbox.slack.web_api.limits import TIER_2, TIER_3, TIER_4
from sandbox.slack.web_api.method import Call, Method
from sandbox.slack.web_api.pages import take_page
from sandbox.slack.workspace import administration
from sandbox.slack.workspace.objects import show_channel, show_message, show_reply
from sandbox.slack.workspace.state import Channel, Json, Message
from sandbox.slack.workspace.threads import is_in_channel, replies_to

TYPE_SCOPES = {"public_channel": "channels", "private_channel": "groups", "mpim": "mpim", "im": "im"}
HISTORY_LIMIT = 999
# https://docs.slack.dev/reference/methods/conversations.open: eight people beside the bot
MOST_IN_GROUP = 8
# What of a conversation the answer was recorded with.
OPENED = frozenset({"id", "created", "is_archived", "is_im", "is_org_shared", "user", "priority", "context_team_id"})


def open_conversation(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.open"""
    workspace, bot = call.parts.workspace, call.parts.app.bot_user_id
    names = [one for one in call.arguments.names("users") if one != bot]
    if not names and call.arguments.has("channel"):
        channel = call.seen_channel(call.arguments.text("channel"))
        names = [one for one in channel.members if one != bot]
    if not names:
        raise ApiError("users_list_not_supplied")
    if len(names) > MOST_IN_GROUP:
        raise ApiError("too_many_users")
    call.need_scope("im:write" if len(names) == 1 else "mpim:write")
    for name in names:
        _check_addressee(call, name)
    there = len(workspace.channels)
    channel = workspace.direct_channel(names[0], bot) if len(names) == 1 else workspace.group_channel(names, bot)
    known = len(workspace.channels) == there
    if not known:
        call.parts.feed.publish({"type": "channels"})
    shown = {key: value for key, value in show_channel(channel, workspace).items() if key in OPENED}
    shown = shown if call.arguments.flag("return_im") else {"id": channel.id}
    return {"channel": shown, **({"no_op": True, "already_open": True} if known else {})}


def _check_addressee(call: Call, user_id: str) -> None:
    user = call.parts.workspace.users.get(user_id)
    if user is None:
        raise ApiError("user_not_found")
    if user.deleted:
        raise ApiError("user_disabled")
    if user.is_bot:
        raise ApiError("cannot_dm_bot")


def conversation_info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.info"""
    channel = _readable(call, "read")
    shown = show_channel(channel, call.parts.workspace)
    if channel.kind == "im":
        shown = {key: value for key, value in shown.items() if key in ("id", "created", "is_im", "is_org_shared")}
        shown |= {"is_archived": channel.is_archived, "context_team_id": call.parts.workspace.team.id}
        return {"channel": shown}
    if call.arguments.flag("include_locale"):
        shown["locale"] = call.parts.workspace.administrator.locale
    shown["is_member"] = call.parts.app.bot_user_id in channel.members
    if call.arguments.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


def list_conversations(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.list"""
    bot = call.parts.app.bot_user_id
    call.need_team()
    found, cursor = _listed(call, [one for one in call.parts.workspace.channels.values() if _seen_by(one, bot)])
    rows = [_row(call, one) for one in found]
    return {"channels": rows, "response_metadata": {"next_cursor": cursor}}


def user_conversations(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.conversations"""
    workspace, bot = call.parts.workspace, call.parts.app.bot_user_id
    user_id = call.arguments.text("user", bot)
    if user_id not in workspace.users:
        raise ApiError("user_not_found")
    joined = [one for one in workspace.channels.values() if user_id in one.members and _seen_by(one, bot)]
    found, cursor = _listed(call, joined)
    shown = [_listed_channel(call, one) for one in found]
    return {"channels": shown, "response_metadata": {"next_cursor": cursor}}


def list_members(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.members"""
    channel = _readable(call, "read")
    members, cursor = take_page(channel.members, call.arguments, str)
    return {"members": members, "response_metadata": {"next_cursor": cursor}}


def join_conversation(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.join"""
    channel, bot = call.seen_channel(call.arguments.required("channel")), call.parts.app.bot_user_id
    if channel.kind != "channel" or channel.is_private:
        raise ApiError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise ApiError("is_archived")
    already = bot in channel.members
    if already:
        call.warnings.append("already_in_channel")
    else:
        administration.join_channel(call.parts, channel.id, bot)
    return {"channel": {**show_channel(channel, call.parts.workspace), "is_member": True}}


def conversation_history(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.history"""
    channel = _readable(call, "history")
    if call.parts.app.bot_user_id not in channel.members:
        raise ApiError("not_in_channel")
    top = [one for one in channel.messages.values() if one.only_for is None and is_in_channel(one)]
    rows = sorted(_in_window(top, call.arguments), key=lambda one: one.ts, reverse=True)
    page, cursor = take_page(rows, call.arguments, lambda one: one.ts, maximum=HISTORY_LIMIT)
    with_metadata = call.arguments.flag("include_all_metadata")
    shown = [show_message(one, with_metadata=with_metadata) for one in page]
    more: Json = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return {"messages": shown, "has_more": bool(cursor), "pin_count": 0, **more}


def thread_replies(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.replies"""
    channel = _readable(call, "history")
    parent = channel.messages.get(call.arguments.required("ts"))
    if parent is None or parent.only_for is not None:
        raise ApiError("thread_not_found")
    rows = [parent, *_in_window(replies_to(channel, parent), call.arguments)]
    page, cursor = take_page(rows, call.arguments, lambda one: one.ts)
    with_metadata = call.arguments.flag("include_all_metadata")
    shown = [show_reply(one, with_metadata=with_metadata) for one in page]
    more: Json = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return {"messages": shown, "has_more": bool(cursor), **more}


def _readable(call: Call, right: str) -> Channel:
    channel = call.seen_channel(call.arguments.required("channel"))
    call.need_scope(f"{channel.scope_prefix}:{right}")
    return channel


def _seen_by(channel: Channel, user_id: str) -> bool:
    return user_id in channel.members or not (channel.is_private or channel.kind != "channel")


def _listed_channel(call: Call, channel: Channel) -> Json:
    workspace = call.parts.workspace
    shown = show_channel(channel, workspace)
    return shown | ({"is_user_deleted": workspace.users[channel.user].deleted} if channel.kind == "im" else {})


def _row(call: Call, channel: Channel) -> Json:
    shown = _listed_channel(call, channel)
    if channel.kind == "im":
        return shown
    return {**shown, "is_member": call.parts.app.bot_user_id in channel.members, "num_members": len(channel.members)}


def _listed(call: Call, channels: list[Channel]) -> tuple[list[Channel], str]:
    prefixes = []
    for one in call.arguments.names("types") or ["public_channel"]:
        if one not in TYPE_SCOPES:
            raise ApiError("invalid_types")
        call.need_scope(f"{TYPE_SCOPES[one]}:read")
        prefixes.append(TYPE_SCOPES[one])
    hidden = call.arguments.flag("exclude_archived")
    found = [one for one in channels if one.scope_prefix in prefixes and not (hidden and one.is_archived)]
    return take_page(found, call.arguments, lambda one: one.id)


def _in_window(messages: list[Message], arguments: Arguments) -> list[Message]:
    oldest, latest = arguments.text("oldest", "0") or "0", arguments.text("latest") or "9999999999"
    inclusive = arguments.flag("inclusive")
    try:
        low, high = float(oldest), float(latest)
    except ValueError as problem:
        raise ApiError("invalid_ts_oldest" if arguments.has("oldest") else "invalid_ts_latest") from problem
    return [one for one in messages if _between(float(one.ts), low, high, inclusive=inclusive)]


def _between(ts: float, low: float, high: float, *, inclusive: bool) -> bool:
    return low <= ts <= high if inclusive else low < ts < high


METHODS = (
    Method("conversations.open", open_conversation, TIER_3),
    Method("conversations.info", conversation_info, TIER_3),
    Method("conversations.list", list_conversations, TIER_2),
    Method("conversations.members", list_members, TIER_4),
    Method("conversations.join", join_conversation, TIER_3, ("channels:join",)),
    Method("conversations.history", conversation_history, TIER_3),
    Method("conversations.replies", thread_replies, TIER_3),
    Method("users.conversations", user_conversations, TIER_3),
)
