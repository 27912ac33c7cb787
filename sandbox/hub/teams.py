"""Teams (Docker's paths say groups) and who is in them; the team `owners` is the role owner."""

import re
from typing import Any

from sandbox.hub import members
from sandbox.hub.content import access, log
from sandbox.hub.content.state import OWNERS, Account, Organization, Team
from sandbox.hub.wire import pages
from sandbox.hub.wire.call import Answer, Call, Route, text_in
from sandbox.hub.wire.callers import Hand
from sandbox.hub.wire.problems import Refusal

READ, EDIT = "scope-group-read", "scope-group-edit"
PAGE = pages.Shape()
NAME = re.compile(r"[a-z0-9_.-]{2,255}")


def list_teams(call: Call) -> Answer:
    """Teams by number, those with a member or with a part of a name where asked for."""
    organization = _organization(call, change=False)
    username, search = call.query.get("username", ""), call.query.get("search", "").casefold()
    of_user = set(organization.teams_of(username)) if username else set(organization.teams)
    rows = [t for t in organization.teams.values() if t.name in of_user and search in t.name.casefold()]
    return pages.paged(call, rows, shape=PAGE, render=lambda team: as_json(organization, team))


def create_team(call: Call) -> Answer:
    """A new team without members."""
    organization = _organization(call, change=True)
    body = call.json()
    name, description = _name(body), text_in(body, "description", default="")
    team = create(call.hand, organization, name=name, description=description)
    return Answer(201, as_json(organization, team))


def get_team(call: Call) -> Answer:
    """One team."""
    organization = _organization(call, change=False)
    return Answer(data=as_json(organization, _team(call, organization)))


def replace_team(call: Call) -> Answer:
    """PUT: a description that is not sent is emptied."""
    organization = _organization(call, change=True)
    body = call.json()
    name, description = _name(body), text_in(body, "description", default="")
    return _update(call, organization, name=name, description=description)


def change_team(call: Call) -> Answer:
    """PATCH: what is not sent stays."""
    organization = _organization(call, change=True)
    team, body = _team(call, organization), call.json()
    name = _name(body) if "name" in body else team.name
    return _update(call, organization, name=name, description=text_in(body, "description", default=team.description))


def delete_team(call: Call) -> Answer:
    """Delete a team, and its permissions on repositories."""
    organization = _organization(call, change=True)
    delete(call.hand, organization, team=_team(call, organization))
    return Answer(204)


def list_team_members(call: Call) -> Answer:
    """The members of a team; who owns the organization sees and searches addresses too."""
    organization = _organization(call, change=False)
    usernames = organization.team_members(_team(call, organization))
    owner = call.caller.kind == "organization" or call.caller.name in organization.owners()
    search = call.query.get("search", "").casefold()
    accounts = [call.state.accounts[username] for username in usernames]
    rows = [account for account in accounts if search in _searched(account, owner=owner)]
    return pages.paged(
        call, rows, shape=PAGE, render=lambda a: members.user_row(a) | ({"email": a.email} if owner else {})
    )


def add_team_member(call: Call) -> Answer:
    """Add a member of the organization; 200 without a body, also for one who is in the team already."""
    organization = _organization(call, change=True)
    team, username = _team(call, organization), text_in(call.json(), "member")
    add_member(call.hand, organization, team=team, username=username)
    return Answer(200)


def remove_team_member(call: Call) -> Answer:
    """Take somebody out of a team."""
    organization = _organization(call, change=True)
    team, username = _team(call, organization), call.params["username"]
    remove_member(call.hand, organization, team=team, username=username)
    return Answer(204)


def create(hand: Hand, organization: Organization, *, name: str, description: str) -> Team:
    """Make a team. Raises Refusal 400 where the name is taken."""
    if name in organization.teams:
        raise Refusal(400, f"team {name} already exists", fields={"name": "already exists"})
    team = organization.teams[name] = Team(hand.state.number(), name, description)
    _log(hand, organization, verb="create", team=name, text=f"created the team {name}")
    return team


def delete(hand: Hand, organization: Organization, *, team: Team) -> None:
    """Delete a team. Raises Refusal 403 for `owners`."""
    if team.name == OWNERS:
        raise Refusal(403, "the team owners cannot be deleted")
    for repository in hand.state.repositories_of_team(organization.name, team):
        del repository.permissions[team.id]
    del organization.teams[team.name]
    _log(hand, organization, verb="delete", team=team.name, text=f"deleted the team {team.name}")


def add_member(hand: Hand, organization: Organization, *, team: Team, username: str) -> None:
    """Add to a team. One event, org.team.member.add, also where the team is `owners` and so the role changes:

    the log says which route was used. Raises Refusal 404 for somebody who is no member of the organization.
    """
    member = members.find(organization, username)
    if username in organization.team_members(team):
        return
    if team.name == OWNERS:
        member.role = "owner"
    else:
        team.members[username] = None
    members.log_team_change(hand, organization, username=username, team=team.name, added=True)


def remove_member(hand: Hand, organization: Organization, *, team: Team, username: str) -> None:
    """Take out of a team. Raises Refusal 404 for somebody who is not in it, 403 for the last owner."""
    if username not in organization.team_members(team):
        raise Refusal(404, f"user {username} is not in the team {team.name}")
    if team.name == OWNERS:
        _unmake_owner(organization, username)
    else:
        del team.members[username]
    members.log_team_change(hand, organization, username=username, team=team.name, added=False)


def as_json(organization: Organization, team: Team) -> dict[str, Any]:
    """A team as the API answers it."""
    return {
        "id": team.id,
        "uuid": team.uuid,
        "name": team.name,
        "description": team.description,
        "member_count": len(organization.team_members(team)),
    }


def _organization(call: Call, *, change: bool) -> Organization:
    scope, roles = (EDIT, access.OWNER) if change else (READ, access.ANYBODY)
    return access.organization(call, call.params["org_name"], scope=scope, roles=roles)


def _team(call: Call, organization: Organization) -> Team:
    team = organization.teams.get(call.params["group_name"])
    if team is None:
        raise Refusal(404, f"group {call.params['group_name']} not found in {organization.name}")
    return team


def _name(body: dict[str, Any]) -> str:
    name = text_in(body, "name")
    if not NAME.fullmatch(name):
        text = "a team's name has 2 or more of a-z, 0-9, dot, dash and underscore"
        raise Refusal(400, text, fields={"name": text})
    return name


def _update(call: Call, organization: Organization, *, name: str, description: str) -> Answer:
    team = _team(call, organization)
    if name != team.name:
        _rename(organization, team, name=name)
    team.description = description
    _log(call.hand, organization, verb="update", team=name, text=f"updated the team {name}")
    return Answer(data=as_json(organization, team))


def _rename(organization: Organization, team: Team, *, name: str) -> None:
    if team.name == OWNERS:
        raise Refusal(403, "the team owners cannot be renamed")
    if name in organization.teams:
        raise Refusal(400, f"team {name} already exists", fields={"name": "already exists"})
    for invite in organization.invites.values():
        invite.team = name if invite.team == team.name else invite.team
    organization.teams = {(name if t is team else t.name): t for t in organization.teams.values()}
    team.name = name


def _unmake_owner(organization: Organization, username: str) -> None:
    if organization.owners() == [username]:
        raise Refusal(403, "the last owner of an organization cannot be removed")
    organization.members[username].role = "member"


def _searched(account: Account, *, owner: bool) -> str:
    return f"{account.username}\n{account.full_name}\n{account.email if owner else ''}".casefold()


def _log(hand: Hand, organization: Organization, *, verb: str, team: str, text: str) -> None:
    name = organization.name
    log.record(hand, f"org.team.{verb}", account=name, name=name, text=text, data={"team": team})


ROUTES = (
    Route("GET", "/v2/orgs/{org_name}/groups", list_teams, "groups"),
    Route("POST", "/v2/orgs/{org_name}/groups", create_team, "groups"),
    Route("GET", "/v2/orgs/{org_name}/groups/{group_name}", get_team, "groups"),
    Route("PUT", "/v2/orgs/{org_name}/groups/{group_name}", replace_team, "groups"),
    Route("PATCH", "/v2/orgs/{org_name}/groups/{group_name}", change_team, "groups"),
    Route("DELETE", "/v2/orgs/{org_name}/groups/{group_name}", delete_team, "groups"),
    Route("GET", "/v2/orgs/{org_name}/groups/{group_name}/members", list_team_members, "groups"),
    Route("POST", "/v2/orgs/{org_name}/groups/{group_name}/members", add_team_member, "groups"),
    Route("DELETE", "/v2/orgs/{org_name}/groups/{group_name}/members/{username}", remove_team_member, "groups"),
)
