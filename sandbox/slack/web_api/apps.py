"""auth.test and apps.connections.open: who the token is, and the way into Socket Mode."""

from sandbox.slack.errors import ApiError
from sandbox.slack.web_api.limits import SPECIAL, TIER_3
from sandbox.slack.web_api.method import Call, Method
from sandbox.slack.workspace.state import Json


def test_auth(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/auth.test"""
    app, team = call.parts.app, call.parts.workspace.team
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": app.bot_name,
        "team_id": team.id,
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


def open_connection(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/apps.connections.open"""
    parts = call.parts
    if not parts.app.socket_mode or parts.sockets.disabled:
        raise ApiError("socket_mode_not_enabled")
    base = parts.base_url.replace("http://", "ws://", 1)
    return {"url": f"{base}/link/?ticket={parts.sockets.issue_ticket()}&app_id={parts.app.id}"}


METHODS = (
    Method("auth.test", test_auth, SPECIAL),
    Method("apps.connections.open", open_connection, TIER_3, ("connections:write",), caller="app"),
)
