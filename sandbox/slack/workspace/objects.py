"""Slack's objects as answers and events show them; keys and types as in Slack's recorded answers."""

from datetime import UTC, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sandbox.slack.parts import Parts
from sandbox.slack.workspace.manifest import App
from sandbox.slack.workspace.state import Channel, File, Json, Message, User, UserGroup, Workspace

PLACE_KEYS = frozenset(
    {
        "ts",
        "thread_ts",
        "parent_user_id",
        "reply_count",
        "reply_users",
        "reply_users_count",
        "latest_reply",
        "subscribed",
        "is_locked",
        "attachments",
        "reactions",
        "subtype",
        "root",
    }
)


def show_user(user: User, workspace: Workspace, *, with_email: bool, with_locale: bool = False) -> Json:
    """A user object; the address only where the token has `users:read.email`, the locale where it is asked for."""
    zone = datetime.fromtimestamp(workspace.seconds(), UTC).astimezone(ZoneInfo(user.timezone))
    offset = zone.utcoffset()
    return {
        "id": user.id,
        "team_id": user.team or workspace.team.id,
        "name": user.handle,
        "deleted": user.deleted,
        "color": user.color,
        "real_name": user.real_name,
        "tz": user.timezone,
        "tz_label": zone.tzname() or "",
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": _profile(user, workspace, with_email=with_email),
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": workspace.seconds(),
        **({"locale": user.locale} if with_locale else {}),
        **_show_enterprise(user, workspace),
    }


def show_profile(user: User, workspace: Workspace, *, with_email: bool) -> Json:
    """A profile by itself."""
    shown = _profile(user, workspace, with_email=with_email)
    return {key: value for key, value in shown.items() if key != "team"}


def show_stranger(user: User, workspace: Workspace, bot_user_id: str) -> Json:
    """Whether somebody of another company shares no channel with the bot; nothing is said of one's own people.

    https://docs.slack.dev/reference/objects/user-object
    """
    if not user.team or user.enterprise:
        return {}
    shared = [one for one in workspace.channels.values() if one.external and user.id in one.members]
    return {"is_stranger": not any(bot_user_id in one.members for one in shared)}


def _show_enterprise(user: User, workspace: Workspace) -> Json:
    """What is said of somebody in a Grid organization, ours or another: https://docs.slack.dev/reference/objects/user-object"""
    enterprise = user.enterprise if user.team else workspace.team.enterprise
    if not enterprise or user.is_bot:
        return {}
    flags = {"is_admin": False, "is_owner": False, "is_primary_owner": False}
    team = user.team or workspace.team.id
    teams = [team] if team.startswith("T") else []
    at_large = {"id": user.id, "enterprise_id": enterprise, "enterprise_name": enterprise, **flags, "teams": teams}
    return {"enterprise_user": at_large}


def _profile(user: User, workspace: Workspace, *, with_email: bool) -> Json:
    given, _, family = user.real_name.partition(" ")
    profile = {
        "title": user.title,
        "phone": "",
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.handle,
        "display_name_normalized": user.handle,
        "status_text": "",
        "status_emoji": "",
        "first_name": given,
        "last_name": family,
        "team": user.team or workspace.team.id,
    }
    return profile | ({"email": user.email} if with_email and user.email else {})


def show_bot_profile(app: App, workspace: Workspace) -> Json:
    """The `bot_profile` of a message."""
    return {
        "id": app.bot_id,
        "deleted": False,
        "name": app.bot_name,
        "updated": workspace.seconds(),
        "app_id": app.id,
        "team_id": workspace.team.id,
    }


def show_channel(channel: Channel, workspace: Workspace) -> Json:
    """A conversation object: a channel, or direct messages."""
    if channel.kind == "im":
        return {
            "id": channel.id,
            "created": channel.created,
            "is_archived": channel.is_archived,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": workspace.team.id,
            "user": channel.user,
            "priority": 0,
        }
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private and channel.kind == "channel",
        "is_im": False,
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.is_private,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "unlinked": 0,
        "name_normalized": channel.name,
        "is_shared": channel.external,
        "is_org_shared": False,
        "is_ext_shared": channel.external,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "context_team_id": workspace.team.id,
        "creator": channel.creator,
        "previous_names": [],
        "topic": _topic(channel),
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def _topic(channel: Channel) -> Json:
    set_by, set_at = channel.topic_by or channel.creator, channel.topic_at or channel.created
    return {"value": channel.topic, "creator": set_by, "last_set": set_at}


def show_usergroup(group: UserGroup, workspace: Workspace, *, with_users: bool, with_count: bool) -> Json:
    """A user group object."""
    shown: Json = {
        "id": group.id,
        "team_id": group.team or workspace.team.id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": group.created,
        "date_update": group.updated,
        "date_delete": group.disabled_at,
        "auto_provision": False,
        "created_by": workspace.administrator.id,
        "updated_by": workspace.administrator.id,
        "prefs": {"channels": [], "groups": []},
    }
    shown |= {"users": list(group.users)} if with_users else {}
    return shown | ({"user_count": len(group.users)} if with_count else {})


def show_message(message: Message, *, with_metadata: bool = True) -> Json:
    """A message as answers show it; a message's metadata comes only where it is asked for."""
    return {key: value for key, value in message.body.items() if with_metadata or key != "metadata"}


def show_reply(message: Message, *, with_metadata: bool = True) -> Json:
    """A message as conversations.replies was recorded showing it."""
    shown = show_message(message, with_metadata=with_metadata)
    return {key: value for key, value in shown.items() if key not in ("client_msg_id", "subtype", "root")}


def show_updated_message(message: Message) -> Json:
    """A message as chat.update shows it: what it says, without its place in the channel."""
    return {key: value for key, value in message.body.items() if key not in PLACE_KEYS}


def show_file(file: File, parts: Parts) -> Json:
    """A file object: https://docs.slack.dev/reference/objects/file-object ; its bytes are at `url_private`."""
    team_id, name = parts.workspace.team.id, quote(file.name, safe="")
    suffix = file.name.rpartition(".")[2].lower() if "." in file.name else "text"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
        "filetype": suffix,
        "mode": "hosted",
        "size": len(file.content or b""),
        "user": file.user,
        "user_team": team_id,
        "editable": False,
        "is_external": False,
        "is_public": True,
        "url_private": f"{parts.base_url}/files-pri/{team_id}-{file.id}/{name}",
        "url_private_download": f"{parts.base_url}/files-pri/{team_id}-{file.id}/download/{name}",
        "permalink": f"https://{parts.workspace.team.domain}.slack.com/files/{file.user}/{file.id}/{file.name}",
        "channels": list(file.channels),
        "alt_txt": file.alt_text,
    }
