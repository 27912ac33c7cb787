"""What teams may do on repositories, as seen from the team; and so what deleting a team takes from whom."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.errors import at_fault
from bot.hub import Call, Hub, HubProtocolError, NotFoundError
from bot.operations.kit.base import Answer, CapabilityMissing, Change, Operation, Outcome, Preview, Read, Write
from bot.operations.kit.beneficiaries import everybody
from bot.operations.kit.consequences import Harm, Risk
from bot.operations.kit.permissions import LEVELS, Member, moves, read_members
from bot.operations.kit.refusals import offering
from bot.operations.kit.text import count
from bot.operations.teams.teams import OWNERS, TEAM, TEAM_MEMBERS, OneTeam, find_team, missing_team

TEAM_REPOSITORIES = "/v2/orgs/{organization}/groups/{team}/repositories"
CAPABILITY = "the list of a team's repositories"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a team may do on a repository: `read`, `write` or `admin`."""

    repository: str
    permission: str
    private: bool


async def team_repositories(hub: Hub, organization: str, team: str) -> list[Grant]:
    """What the team may do, repository by repository.

    Raises `UserError` where there is no such team, and `CapabilityMissing` where Docker Hub does not tell.
    """
    try:
        async with offering(CAPABILITY, exists=lambda: is_there(hub, organization, team)):
            pages = await hub.pages(TEAM_REPOSITORIES, organization=organization, team=team)
    except NotFoundError:
        raise at_fault("team", await missing_team(hub, organization, team)) from None
    return [read_grant(row) for row in pages.data]


async def is_there(hub: Hub, organization: str, team: str) -> bool:
    """Whether there is such a team."""
    return await find_team(hub, organization, team) is not None


def read_grant(row: Any) -> Grant:
    """One row of the list. Raises `HubProtocolError` where it does not say which repository, and what."""
    if isinstance(row, dict) and row.get("permission") in LEVELS[1:]:
        name = str(row.get("name") or row.get("repository") or "").rpartition("/")[2]
        if name:
            return Grant(name, row["permission"], bool(row.get("is_private", True)))
    raise HubProtocolError(Call("GET", TEAM_REPOSITORIES, TEAM_REPOSITORIES), detail="no repository and permission")


async def list_repositories(hub: Hub, params: OneTeam) -> Answer:
    """Every repository on which the team may do something."""
    grants = await team_repositories(hub, params.organization, params.team)
    rows = tuple((g.repository, g.permission, "private" if g.private else "public") for g in grants)
    columns = ("Repository", "Permission", "Visibility")
    return Answer(f"Repositories of team {params.team} of {params.organization}", columns, rows, len(rows))


async def preview_delete(hub: Hub, params: OneTeam) -> Preview:
    """Who is in the team, and who loses what on which repositories with it; a no-op where there is none."""
    if params.team == OWNERS:
        raise at_fault("team", f"The team “{OWNERS}” is the organization's owners: Docker Hub does not delete it.")
    if await find_team(hub, params.organization, params.team) is None:
        return Preview((), notes=(await missing_team(hub, params.organization, params.team),))
    pages = await hub.pages(TEAM_MEMBERS, organization=params.organization, team=params.team)
    people = tuple(sorted(str(member["username"]) for member in pages.data))
    team = Change(f"Team {params.team}", count(len(people), "member"), None, items=people)
    try:
        losses, note = await find_losses(hub, params, people)
    except CapabilityMissing as error:
        unseen = f"What the team may do on repositories goes too, unseen: {error.text}"
        return Preview((team,), notes=(unseen,), about=everybody(*people))
    return Preview((team, *losses), notes=(note,), about=everybody(*people))


async def find_losses(hub: Hub, params: OneTeam, people: Sequence[str]) -> tuple[tuple[Change, ...], str]:
    """A change for each group of people who lose the same on several repositories; and a sentence that sums it up."""
    grants = await team_repositories(hub, params.organization, params.team)
    members, others = await find_others(hub, params, people) if grants and people else ((), {})
    lost: dict[tuple[tuple[str, ...], str, str], list[str]] = defaultdict(list)
    for grant in grants:
        left = others.get(grant.repository, {})
        now, public = {**left, params.team: grant.permission}, not grant.private
        for (before, after), losers in moves(members, now, left, public=(public, public)).items():
            lost[losers, before, after].append(grant.repository)
    changes = tuple(
        Change(named(losers), f"{before} on {counted(names)}", after or None, items=tuple(names))
        for (losers, before, after), names in lost.items()
    )
    return changes, summary(params.team, grants, lost)


async def find_others(
    hub: Hub, params: OneTeam, people: Sequence[str]
) -> tuple[list[Member], dict[str, dict[str, str]]]:
    """The people in the team, and what their other teams may do, by repository and team."""
    members = [member for member in await read_members(hub, params.organization) if member.username in people]
    teams = sorted({team for m in members if not m.may_everything for team in m.teams} - {params.team, OWNERS})
    lists = await asyncio.gather(*(team_repositories(hub, params.organization, team) for team in teams))
    others: dict[str, dict[str, str]] = defaultdict(dict)
    for team, grants in zip(teams, lists, strict=True):
        for grant in grants:
            others[grant.repository][team] = grant.permission
    return members, others


def counted(repositories: Sequence[Any]) -> str:
    """`3 repositories`."""
    return count(len(repositories), "repository", "repositories")


def named(people: Sequence[str]) -> str:
    """`3 people (ada, ben, cem)`; more than five are only counted."""
    several = count(len(people), "person", "people")
    return f"{several} ({', '.join(people)})" if len(people) <= 5 else several


def summary(team: str, grants: Sequence[Grant], lost: Mapping[tuple[tuple[str, ...], str, str], Sequence[str]]) -> str:
    """How many people lose something on how many repositories."""
    if not grants:
        return f"Team {team} gives nothing on any repository."
    losers = {person for people, _, _ in lost for person in people}
    repositories = {name for names in lost.values() for name in names}
    reached = counted(grants)
    if not losers:
        return f"Team {team} reaches {reached}, and nobody in it loses anything: a role or another team gives as much."
    people = count(len(losers), "person loses", "people lose")
    return f"{people} something on {len(repositories):,} of the {reached} that team {team} reaches."


async def delete(hub: Hub, params: OneTeam) -> Outcome:
    """Delete the team."""
    await hub.delete(TEAM, organization=params.organization, team=params.team)
    return Outcome(f"Team {params.team} is deleted")


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="team.repo.list",
        title="List a team's repos",
        summary="List what a team may do on which repositories",
        also_called=("what a team can reach", "team permissions"),
        params=OneTeam,
        run=list_repositories,
        endpoint="GET /v2/orgs/{org_name}/groups/{group_name}/repositories",
        scopes=("scope-group-read",),
        capability=CAPABILITY,
    ),
    Write(
        name="team.delete",
        title="Delete a team",
        summary="Delete a team",
        also_called=("remove team", "delete group"),
        verb="Ask to delete the team",
        heading=lambda params, would: (
            f"Delete team {params.team}" + "".join(f" ({c.before})" for c in would.changes[:1])
        ),
        risks=lambda *_: (
            Risk(Harm.FINAL, "A deleted team does not come back, nor does what it may do on repositories."),
        ),
        params=OneTeam,
        preview=preview_delete,
        execute=delete,
        endpoint="DELETE /v2/orgs/{org_name}/groups/{group_name}",
        hub_action="org.team.delete",
        subjects=lambda params: (params.team,),
        scopes=("scope-group-read", "scope-group-edit", "scope-member-read"),
        destructive=True,
        needs="owners",
    ),
)
