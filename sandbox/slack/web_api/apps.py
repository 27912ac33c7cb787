"""auth.test and apps.connections.open: who the token is, and the way into Socket Mode."""

from sandbox.slack.errors import ApiError
from sandbox.slack.web_api.limits import SPECIAL, TIER_2, TIER_3, TIER_4
from sandbox.slack.web_api.method import Call, Method
from sandbox.slack.workspace.messages import other_bot
from sandbox.slack.workspace.objects import show_bot_profile
from sandbox.slack.workspace.state import Json, first


def test_auth(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/auth.test"""
    app, team = call.parts.app, call.parts.workspace.team
    # For a whole organization, it stands in the place of the workspace.
    enterprise = {"enterprise_id": team.enterprise} if team.enterprise else {}
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": app.bot_name,
        "team_id": team.enterprise if team.is_org_install else team.id,
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": team.is_org_install,
        **enterprise,
    }


def test_api(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/api.test: says what it was sent, or fails as it was asked to."""
    given = {key: value for key, value in call.arguments.values.items() if key != "token"}
    if error := call.arguments.text("error"):
        raise ApiError(error, {"args": given})
    return {"args": given} if given else {}


def bot_info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/bots.info: a bot of the workspace; without a name, nobody."""
    wanted, app = call.arguments.text("bot"), call.parts.app
    if not wanted:
        return {}
    if wanted == app.bot_id:
        shown = show_bot_profile(app, call.parts.workspace)
        del shown["team_id"]
        return {"bot": {**shown, "user_id": app.bot_user_id}}
    bots = (one for one in call.parts.workspace.users.values() if one.is_bot)
    other = first(one for one in bots if other_bot(one.id) == wanted)
    if other is None:
        raise ApiError("bot_not_found")
    named = {"id": wanted, "user_id": other.id, "app_id": f"A{other.id[1:]}", "name": other.real_name}
    return {"bot": {**named, "deleted": other.deleted, "updated": call.parts.workspace.seconds()}}


def team_info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/team.info"""
    team, wanted = call.parts.workspace.team, call.arguments.text("team") or call.arguments.text("domain")
    if wanted not in ("", team.id, team.domain):
        raise ApiError("team_not_found")
    enterprise = {"enterprise_id": team.enterprise, "enterprise_name": team.enterprise} if team.enterprise else {}
    return {
        "team": {
            "id": team.id,
            "name": team.name,
            "domain": team.domain,
            "url": f"https://{team.domain}.slack.com/",
            "email_domain": "",
            "icon": {"image_default": True},
            "is_verified": False,
            **enterprise,
        }
    }


def list_teams(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/auth.teams.list: the workspaces that the app is in."""
    team = call.parts.workspace.team
    return {"teams": [{"id": team.id, "name": team.name}], "response_metadata": {"next_cursor": ""}}


def open_connection(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/apps.connections.open"""
    parts = call.parts
    if not parts.app.socket_mode or parts.sockets.disabled:
        raise ApiError("socket_mode_not_enabled")
    base = parts.base_url.replace("http://", "ws://", 1)
    return {"url": f"{base}/link/?ticket={parts.sockets.issue_ticket()}&app_id={parts.app.id}"}


METHODS = (
    Method("api.test", test_api, TIER_4, caller="none"),
    Method("bots.info", bot_info, TIER_3, ("users:read",)),
    Method("team.info", team_info, TIER_3, ("team:read",)),
    Method("auth.test", test_auth, SPECIAL),
    Method("auth.teams.list", list_teams, TIER_2),
    Method("apps.connections.open", open_connection, TIER_3, ("connections:write",), caller="app"),
)
