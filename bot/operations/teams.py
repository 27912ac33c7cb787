"""Teams (Docker's paths say groups) and who is in them."""

from collections.abc import Sequence
from typing import Annotated, Any

from bot.errors import UserError
from bot.hub import Hub, NotFoundError
from bot.operations.base import Answer, Change, Choices, Operation, Outcome, Params, Preview, Read, Write
from bot.operations.fields import Organization, TeamName, Username
from bot.operations.members import choose_members, find_member
from bot.operations.text import count

TEAMS = "/v2/orgs/{organization}/groups"
TEAM = "/v2/orgs/{organization}/groups/{team}"
TEAM_MEMBERS = "/v2/orgs/{organization}/groups/{team}/members"
TEAM_MEMBER = "/v2/orgs/{organization}/groups/{team}/members/{username}"
OWNERS = "owners"


async def choose_teams(hub: Hub, organization: str, typed: str) -> Sequence[str]:
    """Team names that match what was typed, for a form's menu."""
    query = {"search": typed} if typed else {}
    return [team["name"] for team in (await hub.pages(TEAMS, query=query, limit=100, organization=organization)).data]


TEAM_CHOICES = Choices(choose_teams)
MEMBER_CHOICES = Choices(choose_members)


class TeamList(Params):
    """Which teams to list."""

    organization: Organization


class OneTeam(Params):
    """A team."""

    organization: Organization
    team: Annotated[TeamName, TEAM_CHOICES]


class TeamMember(Params):
    """A person in a team."""

    organization: Organization
    team: Annotated[TeamName, TEAM_CHOICES]
    username: Annotated[Username, MEMBER_CHOICES]


async def list_teams(hub: Hub, params: TeamList) -> Answer:
    """Every team, with how many are in it."""
    teams = (await hub.pages(TEAMS, organization=params.organization)).data
    rows = tuple((t["name"], t.get("description") or "–", f"{int(t.get('member_count') or 0):,}") for t in teams)
    return Answer(f"Teams of {params.organization}", ("Team", "Description", "Members"), rows, len(rows))


async def require_team(hub: Hub, organization: str, team: str) -> dict[str, Any]:
    """The team as Docker Hub has it; raises `UserError` where there is none."""
    try:
        found: dict[str, Any] = (await hub.get(TEAM, organization=organization, team=team)).data
    except NotFoundError:
        raise UserError(f"There is no team “{team}” in {organization}. “/hub team list” shows them all.") from None
    return found


async def find_team_member(hub: Hub, params: TeamMember) -> dict[str, Any] | None:
    """The person's entry in the team, or None."""
    query = {"search": params.username}
    pages = await hub.pages(TEAM_MEMBERS, query=query, organization=params.organization, team=params.team)
    return next((m for m in pages.data if str(m.get("username", "")).lower() == params.username), None)


async def list_team_members(hub: Hub, params: OneTeam) -> Answer:
    """Everybody in the team."""
    await require_team(hub, params.organization, params.team)
    members = (await hub.pages(TEAM_MEMBERS, organization=params.organization, team=params.team)).data
    rows = tuple((m.get("username") or "–", m.get("full_name") or "–", m.get("email") or "–") for m in members)
    return Answer(f"Team {params.team} of {params.organization}", ("Username", "Name", "E-mail"), rows, len(rows))


def membership(params: TeamMember, team: dict[str, Any], before: str | None, after: str | None) -> Preview:
    """The preview of somebody joining or leaving a team."""
    size = count(int(team.get("member_count") or 0), "member")
    notes = [f"Team {params.team} has {size} now."]
    if params.team == OWNERS:
        notes.append("Owners may do everything in the organization, billing and other owners included.")
    return Preview(
        (Change(f"{params.username} in team {params.team}", before, after),),
        notes=tuple(notes),
        basis={"team": team.get("id"), "username": params.username, "before": before, "after": after},
    )


async def preview_add(hub: Hub, params: TeamMember) -> Preview:
    """Who would join which team; a no-op where they are in it."""
    team = await require_team(hub, params.organization, params.team)
    if await find_team_member(hub, params):
        return Preview((), notes=(f"{params.username} is in team {params.team} already.",))
    if await find_member(hub, params.organization, params.username) is None:
        raise UserError(
            f"{params.username} is no member of {params.organization}. "
            f"Invite them first: /hub invite send {params.username}"
        )
    return membership(params, team, None, "member")


async def add(hub: Hub, params: TeamMember) -> Outcome:
    """Add the person to the team."""
    body = {"member": params.username}
    await hub.post(TEAM_MEMBERS, json=body, organization=params.organization, team=params.team)
    return Outcome(f"{params.username} is in team {params.team}")


async def preview_remove(hub: Hub, params: TeamMember) -> Preview:
    """Who would leave which team; a no-op where they are not in it."""
    team = await require_team(hub, params.organization, params.team)
    if await find_team_member(hub, params) is None:
        return Preview((), notes=(f"{params.username} is not in team {params.team}.",))
    if params.team == OWNERS and int(team.get("member_count") or 0) == 1:
        raise UserError(f"{params.username} is the last owner of {params.organization}, and Docker Hub keeps one.")
    return membership(params, team, "member", None)


async def remove(hub: Hub, params: TeamMember) -> Outcome:
    """Remove the person from the team."""
    await hub.delete(TEAM_MEMBER, organization=params.organization, team=params.team, username=params.username)
    return Outcome(f"{params.username} is no longer in team {params.team}")


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="team.list",
        title="List teams",
        summary="List the organization's teams",
        params=TeamList,
        run=list_teams,
        endpoint="GET /v2/orgs/{org_name}/groups",
        scopes=("scope-group-read",),
    ),
    Read(
        name="team.member.list",
        title="List a team's members",
        summary="List who is in a team",
        params=OneTeam,
        run=list_team_members,
        endpoint="GET /v2/orgs/{org_name}/groups/{group_name}/members",
        scopes=("scope-group-read",),
    ),
    Write(
        name="team.member.add",
        title="Add to team",
        summary="Add a member to a team",
        params=TeamMember,
        preview=preview_add,
        execute=add,
        endpoint="POST /v2/orgs/{org_name}/groups/{group_name}/members",
        hub_action="org.team.member.add",
        subjects=lambda params: (params.team, params.username),
        scopes=("scope-group-edit",),
    ),
    Write(
        name="team.member.remove",
        title="Remove from team",
        summary="Remove a member from a team",
        params=TeamMember,
        preview=preview_remove,
        execute=remove,
        endpoint="DELETE /v2/orgs/{org_name}/groups/{group_name}/members/{username}",
        hub_action="org.team.member.remove",
        subjects=lambda params: (params.team, params.username),
        scopes=("scope-group-edit",),
        destructive=True,
    ),
)
