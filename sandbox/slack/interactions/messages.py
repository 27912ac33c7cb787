"""What people do with messages that are there: change and delete their own, react; and files that they share."""

from sandbox.slack.errors import ApiError
from sandbox.slack.interactions.payloads import active_user, joined_channel
from sandbox.slack.interactions.seen import NotPossibleError
from sandbox.slack.interactions.writing import write
from sandbox.slack.parts import Parts
from sandbox.slack.workspace import reactions
from sandbox.slack.workspace.messages import Draft, change, delete, post_as
from sandbox.slack.workspace.objects import show_file
from sandbox.slack.workspace.state import File, Message, fresh_id


def edit_as_person(parts: Parts, user_id: str, *, channel: str, ts: str, text: str) -> Message:
    """Change what one wrote; raises NotPossibleError."""
    message = _own(parts, user_id, channel, ts)
    if not text.strip():
        raise NotPossibleError("There is nothing to send.")
    change(parts, message, write(text, parts.workspace), by=user_id)
    return message


def delete_as_person(parts: Parts, user_id: str, *, channel: str, ts: str) -> None:
    """Take back what one wrote; raises NotPossibleError."""
    delete(parts, _own(parts, user_id, channel, ts))


def react_as_person(parts: Parts, user_id: str, *, channel: str, ts: str, name: str, remove: bool = False) -> Message:
    """Put a reaction to a message, or take it away; raises NotPossibleError."""
    message = _seen(parts, user_id, channel, ts)
    try:
        (reactions.take_back if remove else reactions.react)(parts, message, name.strip(":"), user_id)
    except ApiError as refusal:
        raise NotPossibleError(f"That reaction is not possible: {refusal.code}.") from refusal
    return message


def share_as_person(parts: Parts, user_id: str, *, channel: str, name: str, content: bytes, text: str = "") -> Message:
    """Share a file with a channel; raises NotPossibleError."""
    user = active_user(parts, user_id)
    place = joined_channel(parts, user, channel)
    file = File(fresh_id("F"), name, len(content), user.id, parts.workspace.seconds(), content=content, completed=True)
    file.channels = [place.id]
    parts.workspace.files[file.id] = file
    draft = write(text, parts.workspace) if text.strip() else Draft(text="")
    return post_as(
        parts, place, user.id, draft, extra={"files": [show_file(file, parts)], "upload": True, "display_as_bot": False}
    )


def _seen(parts: Parts, user_id: str, channel: str, ts: str) -> Message:
    place = joined_channel(parts, active_user(parts, user_id), channel)
    message = place.messages.get(ts)
    if message is None or message.only_for is not None:
        raise NotPossibleError("That message is not there.")
    return message


def _own(parts: Parts, user_id: str, channel: str, ts: str) -> Message:
    message = _seen(parts, user_id, channel, ts)
    if message.body["user"] != user_id:
        raise NotPossibleError("That is somebody else's message.")
    return message
