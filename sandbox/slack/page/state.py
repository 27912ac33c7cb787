"""The workspace as one person's page sees it at the start."""

from sandbox.slack.parts import Parts
from sandbox.slack.workspace.state import Channel, Json, User


def describe_state(parts: Parts, user_id: str) -> Json:
    """Team, people, user groups, the person's channels, and what the app offers."""
    workspace, app = parts.workspace, parts.app
    workspace.direct_channel(user_id, app.bot_user_id)
    team = workspace.team
    return {
        "team": {"id": team.id, "name": team.name, "domain": team.domain},
        "me": _user(workspace.users[user_id], team.id),
        "users": [_user(one, team.id) for one in workspace.users.values()],
        "usergroups": [
            {"id": one.id, "handle": one.handle, "name": one.name, "users": one.users}
            for one in workspace.usergroups.values()
        ],
        "channels": [_channel(one, app.bot_user_id) for one in workspace.channels_of(user_id)],
        "commands": [
            {"command": one.command, "description": one.description, "usage_hint": one.usage_hint}
            for one in app.commands
        ],
        "shortcuts": [
            {"name": one.name, "callback_id": one.callback_id, "description": one.description, "type": one.type}
            for one in app.shortcuts
        ],
        "bot": {
            "user_id": app.bot_user_id,
            "name": app.bot_name,
            "connected": parts.sockets.connected,
            "home_tab": app.home_tab,
        },
        "now": parts.clock.now(),
    }


def _user(user: User, home: str) -> Json:
    return {
        "id": user.id,
        "name": user.handle,
        "real_name": user.real_name,
        "title": user.title,
        "tz": user.timezone,
        "is_bot": user.is_bot,
        "deleted": user.deleted,
        "is_restricted": user.is_restricted,
        "is_stranger": bool(user.team) and user.team != home,
        "color": user.color,
    }


def _channel(channel: Channel, bot_user_id: str) -> Json:
    shown: Json = {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "topic": channel.topic,
        "is_private": channel.is_private,
        "members": list(channel.members),
    }
    return shown | ({"user": bot_user_id} if channel.kind == "im" else {})
