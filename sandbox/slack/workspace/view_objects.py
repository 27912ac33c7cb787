"""The view object as answers and payloads show it."""

from sandbox.slack.parts import Parts
from sandbox.slack.workspace.state import Json
from sandbox.slack.workspace.views import View


def show_view(view: View, parts: Parts) -> Json:
    """The view with its ids and `state.values`: https://docs.slack.dev/reference/views"""
    team = parts.workspace.team.id
    return {
        **view.body,
        "id": view.id,
        "team_id": team,
        "state": {"values": view.values},
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "app_id": parts.app.id,
        "app_installed_team_id": team,
        "bot_id": parts.app.bot_id,
    }
