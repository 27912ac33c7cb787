"""What teams may do on a repository; none of it is in the audit log."""

from typing import Any

from sandbox.hub.content import access
from sandbox.hub.content.state import PERMISSIONS, Organization, Repository, State, Team
from sandbox.hub.wire import pages
from sandbox.hub.wire.call import Answer, Call, Route
from sandbox.hub.wire.problems import Refusal
from sandbox.world.model import Permission

PAGE = pages.Shape(nullable=True)


def list_permissions(call: Call) -> Answer:
    """The teams of a repository."""
    found = access.repository(call, need="read", scope=None)
    rows = sorted(found.permissions)
    return pages.paged(call, rows, shape=PAGE, render=lambda number: _row(call.state, found, number=number))


def set_permission(call: Call) -> Answer:
    """Give a team, by its number, a permission; one that it has is replaced."""
    found, body = access.repository(call, need="admin", scope=None), call.json()
    number = body.get("group_id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise Refusal(400, "group_id must be a number", fields={"group_id": "A valid integer is required."})
    return _set(call, found, number=number, permission=_permission(body))


def change_permission(call: Call) -> Answer:
    """Change the permission of a team that has one."""
    found = access.repository(call, need="admin", scope=None)
    return _set(call, found, number=_granted(call, found), permission=_permission(call.json()))


def remove_permission(call: Call) -> Answer:
    """Take a team's permission away."""
    found = access.repository(call, need="admin", scope=None)
    del found.permissions[_granted(call, found)]
    call.state.touch()
    return Answer(204)


def list_repositories_of_team(call: Call) -> Answer:
    """The repositories on which a team has a permission."""
    organization = access.organization(call, call.params["org_name"], scope="scope-group-read")
    team = organization.teams.get(call.params["group_name"])
    if team is None:
        raise Refusal(404, f"group {call.params['group_name']} not found in {organization.name}")
    rows = sorted(call.state.repositories_of_team(organization.name, team), key=lambda each: each.name)
    return pages.paged(call, rows, shape=PAGE, render=lambda each: _repository_row(each, team))


def team_by_number(state: State, namespace: str, *, number: int) -> Team | None:
    """The team of a namespace's organization that has this number."""
    organization: Organization | None = state.organizations.get(namespace)
    teams = organization.teams.values() if organization else ()
    return next((team for team in teams if team.id == number), None)


def _set(call: Call, found: Repository, *, number: int, permission: Permission) -> Answer:
    if team_by_number(call.state, found.namespace, number=number) is None:
        raise Refusal(404, f"group {number} not found")
    found.permissions[number] = permission
    call.state.touch()
    return Answer(data=_row(call.state, found, number=number))


def _granted(call: Call, found: Repository) -> int:
    text = call.params["group_id"]
    number = int(text) if text.isdecimal() else 0
    if number not in found.permissions:
        raise Refusal(404, f"group {text} has no permission on {found.full_name}")
    return number


def _permission(body: dict[str, Any]) -> Permission:
    permission = next((each for each in PERMISSIONS if each == body.get("permission")), None)
    if permission is None:
        text = "permission must be read, write or admin"
        raise Refusal(400, text, fields={"permission": text})
    return permission


def _row(state: State, found: Repository, *, number: int) -> dict[str, Any]:
    team = team_by_number(state, found.namespace, number=number)
    return {"group_name": team.name if team else "", "permission": found.permissions[number], "group_id": number}


def _repository_row(found: Repository, team: Team) -> dict[str, Any]:
    return {
        "namespace": found.namespace,
        "name": found.name,
        "repository": found.full_name,
        "is_private": found.private,
        "permission": found.permissions[team.id],
        "group_id": team.id,
        "group_name": team.name,
    }


GROUPS = "/v2/repositories/{namespace}/{repository}/groups"

ROUTES = (
    Route("GET", GROUPS, list_permissions, "repositories"),
    Route("POST", GROUPS, set_permission, "repositories"),
    Route("PATCH", f"{GROUPS}/{{group_id}}/", change_permission, "repositories"),
    Route("DELETE", f"{GROUPS}/{{group_id}}/", remove_permission, "repositories"),
    Route("GET", "/v2/orgs/{org_name}/groups/{group_name}/repositories", list_repositories_of_team, "groups"),
)
