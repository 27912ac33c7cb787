"""users.* and usergroups.*: who is in the workspace."""

from sandbox.slack.errors import ApiError
from sandbox.slack.web_api.limits import TIER_2, TIER_3, TIER_4
from sandbox.slack.web_api.method import Call, Method
from sandbox.slack.web_api.pages import take_page
from sandbox.slack.workspace.objects import show_profile, show_stranger, show_user, show_usergroup
from sandbox.slack.workspace.state import Json, User, first


def user_info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.info"""
    user = call.parts.workspace.users.get(call.arguments.required("user"))
    if user is None:
        raise ApiError("user_not_found")
    stranger = show_stranger(user, call.parts.workspace, call.parts.app.bot_user_id)
    return {"user": {**_shown(call, user, with_locale=call.arguments.flag("include_locale")), **stranger}}


def user_profile(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.profile.get: the token's own where nobody is named."""
    user = call.parts.workspace.users.get(call.arguments.text("user") or call.parts.app.bot_user_id)
    if user is None:
        raise ApiError("user_not_found")
    with_email = "users:read.email" in call.parts.app.scopes
    return {"profile": show_profile(user, call.parts.workspace, with_email=with_email)}


def list_users(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.list"""
    call.need_team()
    page, cursor = take_page(list(call.parts.workspace.users.values()), call.arguments, lambda one: one.id)
    with_locale = call.arguments.flag("include_locale")
    return {
        "members": [_shown(call, one, with_locale=with_locale) for one in page],
        "cache_ts": call.parts.workspace.seconds(),
        "response_metadata": {"next_cursor": cursor},
    }


def look_up_by_email(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.lookupByEmail: only active people are found."""
    email = call.arguments.required("email").lower()
    people = call.parts.workspace.users.values()
    user = first(one for one in people if one.email.lower() == email and not one.deleted)
    if user is None:
        raise ApiError("users_not_found")
    return {"user": _shown(call, user)}


def list_usergroups(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/usergroups.list"""
    with_users, with_count = call.arguments.flag("include_users"), call.arguments.flag("include_count")
    with_disabled, team = call.arguments.flag("include_disabled"), call.need_team()
    workspace = call.parts.workspace
    here = [one for one in workspace.usergroups.values() if one.team in {"", team}]
    groups = [one for one in here if with_disabled or not one.disabled_at]
    shown = [show_usergroup(one, workspace, with_users=with_users, with_count=with_count) for one in groups]
    return {"usergroups": shown}


def list_usergroup_users(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/usergroups.users.list"""
    group = call.parts.workspace.usergroups.get(call.arguments.required("usergroup"))
    team = call.need_team()
    if group is None or (group.team and group.team != team):
        raise ApiError("no_such_subteam")
    if group.disabled_at and not call.arguments.flag("include_disabled"):
        raise ApiError("subteam_disabled")
    return {"users": list(group.users)}


def _shown(call: Call, user: User, *, with_locale: bool = False) -> Json:
    with_email = "users:read.email" in call.parts.app.scopes
    return show_user(user, call.parts.workspace, with_email=with_email, with_locale=with_locale)


METHODS = (
    Method("users.info", user_info, TIER_4, ("users:read",)),
    Method("users.profile.get", user_profile, TIER_4, ("users.profile:read",)),
    Method("users.list", list_users, TIER_2, ("users:read",)),
    Method("users.lookupByEmail", look_up_by_email, TIER_3, ("users:read.email",)),
    Method("usergroups.list", list_usergroups, TIER_2, ("usergroups:read",)),
    Method("usergroups.users.list", list_usergroup_users, TIER_2, ("usergroups:read",)),
)
