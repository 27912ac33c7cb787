"""Threads: what a message with replies says of them. Only a message that is no reply itself has any."""

from sandbox.slack.errors import ApiError
from sandbox.slack.workspace.state import Channel, Json, Message

# What the first message of a thread has, and loses with its last reply.
COUNTS = ("thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply", "subscribed", "is_locked")


def find_parent(channel: Channel, thread_ts: str) -> Message:
    """The message that a reply to `thread_ts` goes below: that one, or its own parent. Raises `thread_not_found`."""
    named = channel.messages.get(thread_ts)
    if named is None or named.only_for is not None:
        raise ApiError("thread_not_found")
    parent = channel.messages.get(named.body.get("thread_ts", named.ts))
    if parent is None:
        raise ApiError("thread_not_found")
    return parent


def is_reply(message: Message) -> bool:
    """Whether it stands in a thread, below another."""
    return bool(message.body.get("thread_ts", message.ts) != message.ts)


def is_in_channel(message: Message) -> bool:
    """Whether the channel shows it: no reply, or one that was sent there too."""
    return not is_reply(message) or message.body.get("subtype") == "thread_broadcast"


def replies_to(channel: Channel, parent: Message) -> list[Message]:
    """The replies, oldest first; those for one person alone are none."""
    below = (one for one in channel.messages.values() if one.body.get("thread_ts") == parent.ts and one is not parent)
    return [one for one in below if one.only_for is None]


def count_reply(parent: Message, ts: str, user_id: str) -> None:
    """Note one more reply."""
    repliers = parent.body.get("reply_users", [])
    repliers = [*repliers, *([] if user_id in repliers else [user_id])]
    count = parent.body.get("reply_count", 0) + 1
    _note(parent, count=count, repliers=repliers, latest=ts)


def count_again(channel: Channel, parent: Message) -> None:
    """Count the replies that are left."""
    left = replies_to(channel, parent)
    if left:
        repliers = list(dict.fromkeys(str(one.body["user"]) for one in left))
        _note(parent, count=len(left), repliers=repliers, latest=left[-1].ts)
        return
    for key in COUNTS:
        parent.body.pop(key, None)


def show_root(parent: Message) -> Json:
    """The first message of a thread, as a reply that was sent to the channel too has it."""
    shown = ("type", "text", "ts", "bot_id", "thread_ts", "reply_count", "reply_users_count", "latest_reply")
    return {key: parent.body[key] for key in shown if key in parent.body}


def _note(parent: Message, *, count: int, repliers: list[str], latest: str) -> None:
    parent.body |= {"thread_ts": parent.ts, "reply_count": count, "reply_users": repliers}
    parent.body |= {"reply_users_count": len(repliers), "latest_reply": latest}
    parent.body |= {"subscribed": False, "is_locked": False}
