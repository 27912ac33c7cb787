"""One team after another's likeness: its members, and what it may do on repositories."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from bot.errors import at_fault
from bot.hub import Hub
from bot.operations.kit.base import CapabilityMissing, Change, ItemResult, Operation, Params, Preview, Step, Write
from bot.operations.kit.beneficiaries import everybody
from bot.operations.kit.fields import Organization, TeamName
from bot.operations.kit.permissions import LEVELS, is_less
from bot.operations.kit.text import count
from bot.operations.repositories.teams import GROUPS
from bot.operations.teams.repositories import Grant, counted, team_repositories
from bot.operations.teams.teams import (
    OWNERS,
    TEAM_CHOICES,
    TEAM_MEMBERS,
    find_team,
    post_member,
    post_team,
    require_team,
)

TEAM_STEP, MEMBER_STEP, REPOSITORY_STEP = "team", "member", "repository"


class TeamClone(Params):
    """Which team to clone, and to what."""

    organization: Organization
    from_: Annotated[TeamName, TEAM_CHOICES] = Field(alias="from", title="From", description="The team that is cloned")
    to: TeamName = Field(title="To", description="The team that gets the same: a new one, or one that is there")


@dataclass(frozen=True, slots=True)
class Gap:
    """What the second team lacks: itself (None), members, permissions; `blind` says why no permission is seen."""

    source: dict[str, Any]
    target: dict[str, Any] | None
    members: tuple[str, ...]
    grants: tuple[Grant, ...]
    blind: str = ""

    @property
    def closed(self) -> bool:
        """Whether nothing is left to do."""
        return self.target is not None and not self.members and not self.grants


async def find_gap(hub: Hub, params: TeamClone) -> Gap:
    """What is left to clone. Raises `UserError` for two teams that cannot be cloned so."""
    if params.from_ == params.to:
        raise at_fault("to", f"“{params.to}” is the same team twice: name another one to clone it to.")
    if params.to == OWNERS:
        raise at_fault("to", f"Nobody becomes an owner by a clone: add them one by one, /hub team member add {OWNERS}.")
    source, target = await asyncio.gather(
        require_team(hub, params.organization, params.from_, field="from"),
        find_team(hub, params.organization, params.to),
    )
    wanted = await members_of(hub, params.organization, params.from_)
    there = frozenset(await members_of(hub, params.organization, params.to)) if target else frozenset[str]()
    try:
        grants, blind = await missing_grants(hub, params, target), ""
    except CapabilityMissing as error:
        grants, blind = (), error.text
    return Gap(source, target, tuple(name for name in wanted if name not in there), grants, blind)


async def members_of(hub: Hub, organization: str, team: str) -> list[str]:
    """The usernames in a team, in order."""
    pages = await hub.pages(TEAM_MEMBERS, organization=organization, team=team)
    return sorted(str(member["username"]) for member in pages.data)


async def missing_grants(hub: Hub, params: TeamClone, target: dict[str, Any] | None) -> tuple[Grant, ...]:
    """What the first team may do and the second may not; where the second may do more, it keeps that."""
    wanted = await team_repositories(hub, params.organization, params.from_)
    held = await team_repositories(hub, params.organization, params.to) if target else ()
    there = {grant.repository: grant.permission for grant in held}
    return tuple(grant for grant in wanted if is_less(there.get(grant.repository, ""), grant.permission))


async def preview_clone(hub: Hub, params: TeamClone) -> Preview:
    """The team, the members and the permissions that would come."""
    gap = await find_gap(hub, params)
    notes = [f"Permissions on repositories are not cloned, only members: {gap.blind}"] if gap.blind else []
    if params.from_ == OWNERS:
        notes.append("Owners reach every repository by their role; the role is not cloned, a team gives none.")
    if gap.closed:
        return Preview((), notes=(f"Team {params.to} has all that team {params.from_} has.", *notes))
    changes = [] if gap.target else [Change(f"Team {params.to}", None, f"a new team, like {params.from_}")]
    if gap.members:
        subject = f"{count(len(gap.members), 'person', 'people')} in team {params.to}"
        changes.append(Change(subject, None, "member", items=gap.members))
    for level in LEVELS[1:]:
        names = tuple(grant.repository for grant in gap.grants if grant.permission == level)
        if names:
            changes.append(Change(f"Team {params.to} on {counted(names)}", None, level, items=names))
    return Preview(tuple(changes), notes=tuple(notes), about=everybody(*gap.members))


async def steps_left(hub: Hub, params: TeamClone) -> list[Step]:
    """The team first, where it is missing; then each member, then each repository."""
    gap = await find_gap(hub, params)
    steps = []
    if gap.target is None:
        data = {"description": gap.source.get("description") or ""}
        subject, action = f"Team {params.to}", "org.team.create"
        steps.append(Step(f"{TEAM_STEP}:{params.to}", subject, data, hub_action=action, subjects=(params.to,)))
    for username in gap.members:
        key, subjects = f"{MEMBER_STEP}:{username}", (params.to, username)
        data = {"username": username}
        steps.append(Step(key, username, data, hub_action="org.team.member.add", subjects=subjects))
    for grant in gap.grants:
        data = {"repository": grant.repository, "permission": grant.permission}
        steps.append(Step(f"{REPOSITORY_STEP}:{grant.repository}", grant.repository, data))
    return steps


async def run_step(hub: Hub, params: TeamClone, step: Step) -> ItemResult:
    """Make the team, add one member, or give one permission."""
    match step.key.partition(":")[0]:
        case kind if kind == TEAM_STEP:
            await post_team(hub, params.organization, params.to, description=step.data["description"])
            return ItemResult(step.subject, True, "created")
        case kind if kind == MEMBER_STEP:
            await post_member(hub, params.organization, params.to, username=step.data["username"])
            return ItemResult(step.subject, True, f"is in team {params.to}")
        case _:
            return await give_permission(hub, params, step)


async def give_permission(hub: Hub, params: TeamClone, step: Step) -> ItemResult:
    """Give the team a permission on one repository, by the number that the team has now."""
    number = (await require_team(hub, params.organization, params.to))["id"]
    repository, permission = step.data["repository"], step.data["permission"]
    body = {"group_id": number, "permission": permission}
    await hub.post(GROUPS, json=body, organization=params.organization, repository=repository)
    return ItemResult(step.subject, True, f"team {params.to} may {permission}")


OPERATIONS: tuple[Operation, ...] = (
    Write(
        name="team.clone",
        title="Clone a team",
        summary="Give a team the members and repositories of another",
        also_called=("copy team", "same access as"),
        verb="Ask to clone the team",
        heading=lambda params, _: f"Clone team {params.from_} to {params.to}",
        params=TeamClone,
        preview=preview_clone,
        steps=steps_left,
        run_step=run_step,
        endpoint="POST /v2/repositories/{namespace}/{repository}/groups",
        hub_action=None,
        subjects=lambda params: (params.to,),
        alone_with=lambda params: (params.from_, params.to),
        scopes=("scope-group-read", "scope-group-edit", "scope-repo-group-edit"),
        needs="owners; permissions by a personal access token",
    ),
)
