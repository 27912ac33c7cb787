"""Teams (Docker's paths say groups) and who is in them."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from bot.errors import UserError, at_fault
from bot.hub import Hub, NotFoundError
from bot.operations.kit.base import Answer, Change, Choices, Lookup, Operation, Outcome, Params, Preview, Read, Write
from bot.operations.kit.consequences import Harm, Logged, Prepared, Risk, account_of, one_of
from bot.operations.kit.fields import Organization, TeamName, Username
from bot.operations.kit.text import count, nearest_hint
from bot.operations.members import MEMBER_CHOICES, POWERS, find_member, missing_member

TEAMS = "/v2/orgs/{organization}/groups"
TEAM = "/v2/orgs/{organization}/groups/{team}"
TEAM_MEMBERS = "/v2/orgs/{organization}/groups/{team}/members"
TEAM_MEMBER = "/v2/orgs/{organization}/groups/{team}/members/{username}"
OWNERS = "owners"


async def choose_teams(hub: Hub, lookup: Lookup) -> Sequence[str]:
    """Team names that match what was typed, for a form's menu."""
    query = {"search": lookup.typed} if lookup.typed else {}
    pages = await hub.pages(TEAMS, query=query, limit=100, organization=lookup.organization)
    return [team["name"] for team in pages.data]


TEAM_CHOICES = Choices(choose_teams)


class TeamList(Params):
    """Which teams to list."""

    organization: Organization
    username: Annotated[Username | None, MEMBER_CHOICES] = Field(
        None, title="Member", description="Only the teams of this member: a Docker ID, or @somebody"
    )


class OneTeam(Params):
    """A team."""

    organization: Organization
    team: Annotated[TeamName, TEAM_CHOICES]


class TeamCreate(Params):
    """A new team."""

    organization: Organization
    team: TeamName
    description: str = Field("", title="Description", description="What the team is for")


class TeamUpdate(OneTeam):
    """What to change about a team; what is not given stays."""

    name: TeamName | None = Field(None, title="New name", description="What the team is called from now on")
    description: str | None = Field(None, title="Description", description="What the team is for")


class TeamMember(Params):
    """A person in a team."""

    organization: Organization
    team: Annotated[TeamName, TEAM_CHOICES]
    username: Annotated[Username, MEMBER_CHOICES]


async def list_teams(hub: Hub, params: TeamList) -> Answer:
    """Every team, or every team of one person, with how many are in it."""
    query = {"username": params.username} if params.username else {}
    teams = (await hub.pages(TEAMS, query=query, organization=params.organization)).data
    if params.username and not teams and await find_member(hub, params.organization, params.username) is None:
        raise at_fault("username", await missing_member(hub, params.organization, params.username))
    whose = f"{params.username} in {params.organization}" if params.username else params.organization
    rows = tuple((t["name"], t.get("description") or "–", f"{int(t.get('member_count') or 0):,}") for t in teams)
    return Answer(f"Teams of {whose}", ("Team", "Description", "Members"), rows, len(rows))


async def show_team(hub: Hub, params: OneTeam) -> Answer:
    """One team: what it is for, how many are in it, and the number that Docker Hub knows it by."""
    team = await require_team(hub, params.organization, params.team)
    rows = (
        ("Description", str(team.get("description") or "–")),
        ("Members", f"{int(team.get('member_count') or 0):,}"),
        ("Number", str(team.get("id") or "–")),
    )
    name = params.team
    note = f"“/hub team member list {name}” shows who is in it, “/hub team repo list {name}” what it reaches."
    return Answer(f"Team {name} of {params.organization}", ("What", "Value"), rows, len(rows), note)


async def find_team(hub: Hub, organization: str, team: str) -> dict[str, Any] | None:
    """The team as Docker Hub has it, or None."""
    try:
        found: dict[str, Any] = (await hub.get(TEAM, organization=organization, team=team)).data
    except NotFoundError:
        return None
    return found


async def missing_team(hub: Hub, organization: str, team: str) -> str:
    """The sentence that there is no such team, with the nearest one that there is."""
    teams = (await hub.pages(TEAMS, organization=organization)).data
    hint = nearest_hint(team, (each["name"] for each in teams))
    return f"There is no team “{team}” in {organization}.{hint} “/hub team list” shows them all."


async def require_team(hub: Hub, organization: str, team: str, *, field: str = "team") -> dict[str, Any]:
    """The team as Docker Hub has it; raises `UserError` where there is none, about the field that names it."""
    found = await find_team(hub, organization, team)
    if found is None:
        raise at_fault(field, await missing_team(hub, organization, team))
    return found


async def preview_create(hub: Hub, params: TeamCreate) -> Preview:
    """The team that would come; a no-op where it is there as asked, refused where its name is taken."""
    found = await find_team(hub, params.organization, params.team)
    if found is None:
        what = f"a new team without members{f', “{params.description}”' if params.description else ''}"
        return Preview((Change(f"Team {params.team}", None, what),))
    if params.description not in {"", found.get("description") or ""}:
        raise at_fault(
            "team",
            f"There is a team “{params.team}” in {params.organization} already, described as "
            f"“{found.get('description') or ''}”. “/hub team update {params.team}” changes that.",
        )
    return Preview((), notes=(f"There is a team “{params.team}” in {params.organization} already.",))


async def create(hub: Hub, params: TeamCreate) -> Outcome:
    """Make the team."""
    await post_team(hub, params.organization, params.team, description=params.description)
    return Outcome(f"There is a team {params.team} now")


async def post_team(hub: Hub, organization: str, team: str, *, description: str) -> None:
    """Make a team, without members."""
    body = {"name": team} | ({"description": description} if description else {})
    await hub.post(TEAMS, json=body, organization=organization)


async def preview_update(hub: Hub, params: TeamUpdate) -> Preview:
    """Name and description before and after; refused where the new name is taken."""
    if params.name is None and params.description is None:
        raise UserError("Nothing would be different: give a new name, a new description, or both.")
    team = await find_team(hub, params.organization, params.team)
    if params.name not in {None, params.team}:
        team = await check_rename(hub, params, team)
    if team is None:
        raise at_fault("team", await missing_team(hub, params.organization, params.team))
    changes = tuple(
        Change(subject, team.get(key) or "–", wanted or "–")
        for subject, key, wanted in (("Name", "name", params.name), ("Description", "description", params.description))
        if wanted is not None and wanted != (team.get(key) or "")
    )
    if not changes:
        return Preview((), notes=(f"Team {team['name']} is as asked already.",))
    return Preview(changes, notes=update_notes(params, team), basis={"team": team, "after": body_of(params)})


async def check_rename(hub: Hub, params: TeamUpdate, team: dict[str, Any] | None) -> dict[str, Any] | None:
    """The team to compare with: the one of the new name where the old is gone, since then it is renamed already.

    Raises `UserError` where Docker Hub would not rename it.
    """
    taken = await find_team(hub, params.organization, params.name or "")
    if team is None:
        return taken
    if params.team == OWNERS:
        raise at_fault("name", f"The team “{OWNERS}” is the organization's owners: Docker Hub does not rename it.")
    if taken is not None:
        raise at_fault("name", f"{params.organization} has a team “{params.name}” already: choose another name.")
    return team


def update_notes(params: TeamUpdate, team: dict[str, Any]) -> tuple[str, ...]:
    """What a new name means for the people in the team, and for those who know the old one."""
    if params.name in {None, params.team}:
        return ()
    size = count(int(team.get("member_count") or 0), "member")
    return (
        f"The team's {size} and what it may do on repositories stay.",
        f"Who else knows it as “{params.team}” does not follow: a single sign-on mapping, a policy, a script.",
    )


def body_of(params: TeamUpdate) -> dict[str, str]:
    """What was given, and nothing else."""
    given = {"name": params.name, "description": params.description}
    return {key: value for key, value in given.items() if value is not None}


async def update(hub: Hub, params: TeamUpdate) -> Outcome:
    """Change what was given: a PUT where that is all that a team has, since it empties what it is not sent."""
    body = body_of(params)
    write = hub.put if len(body) == 2 else hub.patch
    await write(TEAM, json=body, organization=params.organization, team=params.team)
    return Outcome(
        f"Team {params.team} is called {params.name}" if "name" in body else f"Team {params.team} is changed"
    )


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
        missing = await missing_member(hub, params.organization, params.username)
        raise at_fault("username", f"{missing} Invite them first: /hub invite send {params.username}")
    return membership(params, team, None, "member")


async def add(hub: Hub, params: TeamMember) -> Outcome:
    """Add the person to the team."""
    await post_member(hub, params.organization, params.team, username=params.username)
    return Outcome(f"{params.username} is in team {params.team}")


async def post_member(hub: Hub, organization: str, team: str, *, username: str) -> None:
    """Add somebody to a team."""
    await hub.post(TEAM_MEMBERS, json={"member": username}, organization=organization, team=team)


async def preview_remove(hub: Hub, params: TeamMember) -> Preview:
    """Who would leave which team; a no-op where they are not in it."""
    team = await require_team(hub, params.organization, params.team)
    if await find_team_member(hub, params) is None:
        return Preview((), notes=(f"{params.username} is not in team {params.team}.",))
    if params.team == OWNERS and int(team.get("member_count") or 0) == 1:
        last = f"{params.username} is the last owner of {params.organization}, and Docker Hub keeps one."
        raise at_fault("username", last)
    return membership(params, team, "member", None)


async def remove(hub: Hub, params: TeamMember) -> Outcome:
    """Remove the person from the team."""
    await hub.delete(TEAM_MEMBER, organization=params.organization, team=params.team, username=params.username)
    return Outcome(f"{params.username} is no longer in team {params.team}")


def update_heading(params: TeamUpdate, would: Preview) -> str:
    """A new name, or a new description."""
    if any(change.subject == "Name" for change in would.changes):
        return f"Rename team {params.team} to {params.name}"
    return f"Change the description of team {params.team}"


def membership_of(operation: str, entry: Logged) -> Prepared | None:
    """The request about the team and the member that the log names; None where it names one of them only."""
    named = (value for key, value in entry.facts_of_data() if key in {"team", "team_name", "group", "group_name"})
    team, username = one_of(named, None), account_of(entry)
    if not team or not username:
        return None
    return Prepared(operation, {"organization": entry.organization, "team": team, "username": username})


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="team.list",
        title="List teams",
        summary="List the organization's teams, or those of one person",
        also_called=("groups",),
        params=TeamList,
        run=list_teams,
        endpoint="GET /v2/orgs/{org_name}/groups",
        scopes=("scope-group-read",),
        alias="teams",
    ),
    Read(
        name="team.show",
        title="Show a team",
        summary="Show one team",
        also_called=("group", "what is a team for"),
        params=OneTeam,
        run=show_team,
        endpoint="GET /v2/orgs/{org_name}/groups/{group_name}",
        scopes=("scope-group-read",),
    ),
    Write(
        name="team.create",
        title="Create a team",
        summary="Create a team",
        also_called=("new team", "make team", "add group"),
        verb="Ask to create the team",
        heading=lambda params, _: f"Create team {params.team}",
        params=TeamCreate,
        preview=preview_create,
        execute=create,
        endpoint="POST /v2/orgs/{org_name}/groups",
        hub_action="org.team.create",
        subjects=lambda params: (params.team,),
        scopes=("scope-group-edit",),
        needs="owners",
    ),
    Write(
        name="team.update",
        title="Change a team",
        summary="Change a team's name or description",
        also_called=("rename team", "describe team"),
        verb="Ask to change the team",
        heading=update_heading,
        params=TeamUpdate,
        preview=preview_update,
        execute=update,
        endpoint="PATCH /v2/orgs/{org_name}/groups/{group_name}, or PUT where both are given",
        hub_action="org.team.update",
        subjects=lambda params: (params.team, *((params.name,) if params.name else ())),
        scopes=("scope-group-edit",),
        needs="owners",
    ),
    Read(
        name="team.member.list",
        title="List a team's members",
        summary="List who is in a team",
        also_called=("who is in a team",),
        params=OneTeam,
        run=list_team_members,
        endpoint="GET /v2/orgs/{org_name}/groups/{group_name}/members",
        scopes=("scope-group-read",),
    ),
    Write(
        name="team.member.add",
        title="Add to team",
        summary="Add a member to a team",
        also_called=("add to group", "join team", "put in team"),
        verb="Ask to add",
        heading=lambda params, _: f"Add {params.username} to team {params.team}",
        risks=lambda params, _: (Risk(Harm.POWER, POWERS["owner"]),) if params.team == OWNERS else (),
        inverse=lambda params, _: Prepared("team.member.remove", params.model_dump(mode="json")),
        inverse_of=lambda entry: membership_of("team.member.remove", entry),
        params=TeamMember,
        preview=preview_add,
        execute=add,
        endpoint="POST /v2/orgs/{org_name}/groups/{group_name}/members",
        hub_action="org.team.member.add",
        subjects=lambda params: (params.team, params.username),
        scopes=("scope-group-edit",),
        alias="team add",
    ),
    Write(
        name="team.member.remove",
        title="Remove from team",
        summary="Remove a member from a team",
        also_called=("kick from team", "leave team", "take out of team"),
        verb="Ask to remove",
        heading=lambda params, _: f"Remove {params.username} from team {params.team}",
        risks=lambda *_: (),
        inverse=lambda params, _: Prepared("team.member.add", params.model_dump(mode="json")),
        inverse_of=lambda entry: membership_of("team.member.add", entry),
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
