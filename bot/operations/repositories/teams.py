"""What teams may do on a repository, and what a change of that means for the people in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from bot.hub import Call, ConflictError, Hub, HubProtocolError, ParameterError
from bot.operations.kit.base import Answer, CapabilityMissing, Change, Operation, Outcome, Preview, Read, Write
from bot.operations.kit.beneficiaries import everybody
from bot.operations.kit.consequences import Harm, Prepared, Risk
from bot.operations.kit.fields import TeamName
from bot.operations.kit.menus import Explained
from bot.operations.kit.permissions import Member, Permission, moves, read_members
from bot.operations.kit.refusals import offering
from bot.operations.kit.text import count
from bot.operations.repositories.repositories import (
    OneRepository,
    is_there,
    require_admin,
    require_repository,
)
from bot.operations.teams.teams import TEAM, TEAM_CHOICES, require_team

GROUPS = "/v2/repositories/{organization}/{repository}/groups"
GROUP = "/v2/repositories/{organization}/{repository}/groups/{number}/"
CAPABILITY = "what teams may do on a repository"
NEEDS = "administrators of the repository"

ANYWAY = "a role, another team or the repository being public gives as much"
# https://docs.docker.com/admin/organization/manage/manage-a-team/#permissions-reference
POWERS: dict[str, str] = {
    "read": "pull from it",
    "write": "pull from it and push to it",
    "admin": "pull, push, say which teams may, make it public or private, and delete it",
}


class RepositoryTeam(OneRepository):
    """A team on a repository."""

    team: Annotated[TeamName, TEAM_CHOICES]


class RepositoryTeamSet(RepositoryTeam):
    """What the team may do."""

    permission: Annotated[Permission, Explained(POWERS)] = Field(
        title="Permission", description="What the team may do; each includes the lesser"
    )


@dataclass(frozen=True, slots=True)
class TeamGrant:
    """What a team may do; `number` is how Docker Hub's address names the team."""

    team: str
    number: int
    permission: str


async def read_grants(hub: Hub, params: OneRepository) -> list[TeamGrant]:
    """The teams of a repository; raises `CapabilityMissing` where Docker Hub does not tell."""
    async with offering(CAPABILITY, exists=lambda: is_there(hub, params)):
        pages = await hub.pages(GROUPS, organization=params.organization, repository=params.repository)
    grants = []
    for row in pages.data:
        match row:
            case {"group_name": str(team), "group_id": int(number), "permission": "read" | "write" | "admin" as level}:
                grants.append(TeamGrant(team, number, level))
            case _:
                raise HubProtocolError(Call("GET", GROUPS, GROUPS), detail="no team, number and permission")
    return grants


def by_team(grants: Sequence[TeamGrant]) -> dict[str, str]:
    """Each team's permission."""
    return {grant.team: grant.permission for grant in grants}


def people_changes(
    members: Sequence[Member], before: Mapping[str, str], after: Mapping[str, str], *, public: tuple[bool, bool]
) -> tuple[Change, ...]:
    """A change for each group of people who gain or lose the same; `public` is before and after, too."""
    return tuple(
        Change(count(len(people), "person", "people"), old or None, new or None, items=people)
        for (old, new), people in moves(members, before, after, public=public).items()
    )


async def list_teams(hub: Hub, params: OneRepository) -> Answer:
    """Every team that may do something on the repository."""
    await require_repository(hub, params)
    grants = await read_grants(hub, params)
    rows = tuple((grant.team, grant.permission, POWERS[grant.permission]) for grant in grants)
    title = f"Teams of {params.organization}/{params.repository}"
    note = "The organization's owners and editors may do everything besides."
    return Answer(title, ("Team", "Permission", "May"), rows, len(rows), note)


async def preview_permission(hub: Hub, params: RepositoryTeam, *, after: str | None) -> Preview:
    """The team's permission before and after, and who may do more or less then; a no-op where it is so already."""
    repository = await require_repository(hub, params)
    team = await require_team(hub, params.organization, params.team)
    grants = by_team(await read_grants(hub, params))
    before = grants.get(params.team)
    subject = f"Team {params.team} on {params.organization}/{params.repository}"
    if before == after:
        return Preview((), notes=(f"{subject}: {after or 'no permission'}, and so it is already.",))
    require_admin(repository, params)
    left = {name: level for name, level in grants.items() if name != params.team}
    left |= {params.team: after} if after else {}
    is_public = not repository.get("is_private")
    members = await read_members(hub, params.organization)
    people = people_changes(members, grants, left, public=(is_public, is_public))
    notes = [f"A team with {after} may {POWERS[after]}."] if after else []
    notes += [] if people else [f"Nobody {'gains' if after else 'loses'} anything by it: {ANYWAY}."]
    basis = {"team": team.get("id"), "before": before, "after": after}
    about = everybody(*(person for change in people for person in change.items))
    return Preview((Change(subject, before, after), *people), notes=tuple(notes), basis=basis, about=about)


async def preview_set(hub: Hub, params: RepositoryTeamSet) -> Preview:
    """What the team's permission would be; where Docker Hub does not tell what it is, the preview says so.

    It is then about everybody in the team, else about those who may do more or less by it.
    """
    try:
        return await preview_permission(hub, params, after=params.permission)
    except CapabilityMissing as error:
        subject = f"Team {params.team} on {params.organization}/{params.repository}"
        notes = (
            f"A team with {params.permission} may {POWERS[params.permission]}.",
            f"What the team may do now cannot be seen: {error.text}",
        )
        members = await read_members(hub, params.organization)
        people = [each.username for each in members if params.team in each.teams and not each.may_everything]
        return Preview((Change(subject, "not known", params.permission),), notes=notes, about=everybody(*people))


async def preview_remove(hub: Hub, params: RepositoryTeam) -> Preview:
    """What the team's people lose; a no-op where the team has no permission."""
    return await preview_permission(hub, params, after=None)


async def number_of(hub: Hub, params: RepositoryTeam) -> int:
    """The number that Docker Hub's addresses and bodies want for the team; raises `UserError` where there is none."""
    number = (await require_team(hub, params.organization, params.team)).get("id")
    if not isinstance(number, int):
        raise HubProtocolError(Call("GET", TEAM, TEAM), detail="the team has no number")
    return number


async def set_permission(hub: Hub, params: RepositoryTeamSet) -> Outcome:
    """Give the team the permission, in place of the one that it has.

    The contract's POST says nothing of a team that has one already; where it is refused for that, the PATCH of
    Docker's own clients changes it.
    """
    number = await number_of(hub, params)
    body = {"group_id": number, "permission": params.permission}
    try:
        await hub.post(GROUPS, json=body, organization=params.organization, repository=params.repository)
    except (ConflictError, ParameterError):
        if params.team not in by_team(await read_grants(hub, params)):
            raise
        await hub.patch(
            GROUP,
            json={"permission": params.permission},
            organization=params.organization,
            repository=params.repository,
            number=str(number),
        )
    return Outcome(f"Team {params.team} has {params.permission} on {params.organization}/{params.repository}")


async def remove_permission(hub: Hub, params: RepositoryTeam) -> Outcome:
    """Take the team's permission away."""
    number = await number_of(hub, params)

    async def exists() -> bool:
        return params.team in by_team(await read_grants(hub, params))

    async with offering(CAPABILITY, exists=exists):
        await hub.delete(GROUP, organization=params.organization, repository=params.repository, number=str(number))
    return Outcome(f"Team {params.team} has no permission on {params.organization}/{params.repository} any more")


def permission_back(params: RepositoryTeam, would: Preview) -> Prepared | None:
    """The request for the permission that the team has until now; None where that cannot be seen."""
    before = would.changes[0].before
    values = {"organization": params.organization, "repository": params.repository, "team": params.team}
    if before is None:
        return Prepared("repo.team.remove", values)
    return Prepared("repo.team.set", {**values, "permission": before}) if before in POWERS else None


def permission_risks(params: RepositoryTeamSet, _: Preview) -> tuple[Risk, ...]:
    """What administrators of a repository may."""
    is_admin = params.permission == "admin"
    return (Risk(Harm.POWER, f"A team with admin may {POWERS['admin']}."),) if is_admin else ()


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="repo.team.list",
        title="List a repo's teams",
        summary="List which teams may do what on a repository",
        also_called=("who can push", "who can pull", "repository permissions"),
        params=OneRepository,
        run=list_teams,
        endpoint="GET /v2/repositories/{namespace}/{repository}/groups",
        scopes=("scope-repository-read", "scope-repo-group-read"),
        needs=NEEDS,
        capability=CAPABILITY,
    ),
    Write(
        name="repo.team.set",
        title="Give a team a repository",
        summary="Give a team a permission on a repository",
        also_called=("grant", "give access", "let a team push", "let a team pull", "permission"),
        verb="Ask to give it",
        heading=lambda p, _: f"Give team {p.team} {p.permission} on {p.organization}/{p.repository}",
        risks=permission_risks,
        inverse=permission_back,
        params=RepositoryTeamSet,
        preview=preview_set,
        execute=set_permission,
        endpoint="POST /v2/repositories/{namespace}/{repository}/groups",
        hub_action=None,
        subjects=lambda params: (params.repository, params.team),
        scopes=("scope-repo-group-read", "scope-repo-group-edit", "scope-group-read", "scope-member-read"),
        needs=NEEDS,
    ),
    Write(
        name="repo.team.remove",
        title="Take a repo from a team",
        summary="Take a team's permission on a repository away",
        also_called=("revoke access", "take access away"),
        verb="Ask to take it away",
        heading=lambda p, _: f"Take {p.organization}/{p.repository} from team {p.team}",
        risks=lambda *_: (),
        inverse=permission_back,
        params=RepositoryTeam,
        preview=preview_remove,
        execute=remove_permission,
        endpoint="DELETE /v2/repositories/{namespace}/{repository}/groups/{group_id}/",
        hub_action=None,
        subjects=lambda params: (params.repository, params.team),
        scopes=("scope-repo-group-read", "scope-repo-group-admin", "scope-group-read", "scope-member-read"),
        destructive=True,
        needs=NEEDS,
        capability=CAPABILITY,
    ),
)
