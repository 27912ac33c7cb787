"""What the payloads of interactions have in common: https://docs.slack.dev/reference/interaction-payloads"""

from sandbox.slack.interactions.seen import NotPossibleError
from sandbox.slack.parts import Parts
from sandbox.slack.transport.envelopes import Outcome, Undelivered
from sandbox.slack.transport.events import VERIFICATION_TOKEN
from sandbox.slack.workspace.state import Channel, Json, Message, User
from sandbox.slack.workspace.view_objects import show_view
from sandbox.slack.workspace.views import View


def common(parts: Parts, user: User, kind: str) -> Json:
    """The keys of every interaction."""
    team = parts.workspace.team
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.handle, "name": user.handle, "team_id": user.team or team.id},
        "api_app_id": parts.app.id,
        "token": VERIFICATION_TOKEN,
        "team": {"id": team.id, "domain": team.domain},
        "enterprise": {"id": team.enterprise, "name": team.enterprise} if team.enterprise else None,
        "is_enterprise_install": team.is_org_install,
    }


async def deliver_interaction(parts: Parts, payload: Json, *, accepts_payload: bool = False) -> Outcome:
    """Send an interaction, if the manifest has interactivity on; without it Slack sends none."""
    if not parts.app.interactive:
        parts.inspector.violation("The manifest has interactivity switched off", payload)
        return Undelivered()
    return await parts.sockets.deliver("interactive", payload, accepts_payload=accepts_payload)


def channel_name(channel: Channel) -> str:
    """The name as payloads have it."""
    if channel.kind == "im":
        return "directmessage"
    if channel.kind == "mpim":
        return channel.name
    return "privategroup" if channel.is_private else channel.name


def message_container(message: Message) -> Json:
    """The container of an element in a message."""
    ephemeral = message.only_for is not None
    thread = {"thread_ts": message.body["thread_ts"]} if "thread_ts" in message.body else {}
    return {
        "type": "message",
        "message_ts": message.ts,
        **thread,
        "channel_id": message.channel,
        "is_ephemeral": ephemeral,
    }


def around_attachment(parts: Parts, message: Message, attachment: Json) -> Json:
    """As `around_message`, of an element in an attachment; what the app itself hung there is named.

    https://docs.slack.dev/messaging/unfurling-links-in-messages
    """
    around = around_message(parts, message)
    around["container"] |= {"type": "message_attachment", "attachment_id": attachment["id"]}
    if not attachment.get("is_app_unfurl"):
        return around
    around["container"] |= {"is_app_unfurl": True, "app_unfurl_url": attachment["app_unfurl_url"]}
    return {**around, "app_unfurl": attachment}


def around_message(parts: Parts, message: Message) -> Json:
    """Container, channel and message; an ephemeral message itself is left out."""
    channel = parts.workspace.channels[message.channel]
    shown: Json = {} if message.only_for is not None else {"message": dict(message.body)}
    return {
        "container": message_container(message),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        **shown,
    }


def around_view(parts: Parts, view: View) -> Json:
    """Container and view."""
    return {"container": {"type": "view", "view_id": view.id}, "view": show_view(view, parts)}


def response_address(parts: Parts, kind: str, user: User, channel: str, message_ts: str = "") -> str:
    """A response_url; `kind` is its first segment, `commands`, `actions` or `app`."""
    secret = parts.responses.mint(user.id, channel, message_ts=message_ts)
    return f"{parts.base_url}/{kind}/{parts.workspace.team.id}/{secret}"


def active_user(parts: Parts, user_id: str) -> User:
    """The person, who must be able to use Slack; raises NotPossibleError."""
    user = parts.workspace.users.get(user_id)
    if user is None or user.deleted or user.is_bot:
        raise NotPossibleError(f"{user_id} cannot sign in to this workspace.")
    return user


def author(parts: Parts, user_id: str) -> User:
    """Somebody who may write: a person, or another app's bot; raises NotPossibleError."""
    user = parts.workspace.users.get(user_id)
    if user is not None and user.is_bot and not user.deleted and user.id != parts.app.bot_user_id:
        return user
    return active_user(parts, user_id)


def joined_channel(parts: Parts, user: User, channel_id: str) -> Channel:
    """A channel the person is in; raises NotPossibleError."""
    if channel_id == "D" + user.id[1:]:
        return parts.workspace.direct_channel(user.id, parts.app.bot_user_id)
    channel = parts.workspace.channels.get(channel_id)
    if channel is None or user.id not in channel.members:
        raise NotPossibleError(f"{user.real_name} is not in {channel_id}.")
    if channel.is_archived:
        raise NotPossibleError(f"#{channel.name} is archived.")
    return channel
