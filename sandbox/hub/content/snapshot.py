"""What the browser's side panel shows of Docker Hub."""

from typing import Any

from sandbox.hub import immutable_tags
from sandbox.hub.content import outside_acts
from sandbox.hub.content.state import Event, Organization, Repository, State, Tag
from sandbox.hub.team_permissions import team_by_number
from sandbox.hub.wire import times
from sandbox.hub.wire.limits import Limits

MOST_REPOSITORIES = 50
MOST_EVENTS = 30


def of(state: State, limits: Limits) -> dict[str, Any]:
    """The whole panel; roles in lower case, as they are."""
    organization = state.organization
    every = sorted(state.repositories.get(organization.name, {}).values(), key=lambda r: (-r.updated_at, r.name))
    events = [e for e in reversed(state.logs.get(organization.name, [])) if e.visible_at <= state.now()]
    return {
        "organization": organization.name,
        "plan": organization.plan.name,
        "members": [_member(state, organization, username=username) for username in organization.members],
        "invites": [_invite(organization, invite_id) for invite_id in organization.invites],
        "teams": [_team(organization, name) for name in organization.teams],
        "repositories": [_repository(state, found) for found in every[:MOST_REPOSITORIES]],
        "repository_count": len(every),
        "log": [_event(event) for event in events[:MOST_EVENTS]],
        "rate_limits": _rate_limits(state, limits),
        "actions": outside_acts.described(state),
    }


def _member(state: State, organization: Organization, *, username: str) -> dict[str, Any]:
    account, member = state.accounts[username], organization.members[username]
    return {"username": username, "name": account.full_name, "email": account.email, "role": member.role}


def _invite(organization: Organization, invite_id: str) -> dict[str, Any]:
    invite = organization.invites[invite_id]
    return {
        "id": invite.id,
        "invitee": invite.invitee,
        "team": invite.team,
        "role": invite.role,
        "inviter": invite.inviter,
        "created_at": times.stamp(invite.created_at),
    }


def _team(organization: Organization, name: str) -> dict[str, Any]:
    team = organization.teams[name]
    members = organization.team_members(team)
    return {"id": team.id, "name": name, "description": team.description, "members": members}


def _repository(state: State, found: Repository) -> dict[str, Any]:
    tags = sorted(found.tags.values(), key=lambda tag: (tag.pushed_at, tag.id), reverse=True)
    return {
        "name": found.name,
        "private": found.private,
        "description": found.description,
        "tags": [_tag(state, found, tag=tag) for tag in tags],
        "immutable": {"enabled": found.immutable, "rules": list(found.rules)},
        "teams": [_permission(state, found, number=number) for number in found.permissions],
    }


def _tag(state: State, found: Repository, *, tag: Tag) -> dict[str, Any]:
    immutable = immutable_tags.is_immutable(state.options, found, tag=tag.name)
    updated = times.stamp(tag.pushed_at)
    return {"name": tag.name, "digest": tag.digest, "last_updated": updated, "immutable": immutable}


def _permission(state: State, found: Repository, *, number: int) -> dict[str, Any]:
    team = team_by_number(state, found.namespace, number=number)
    return {"team": team.name if team else str(number), "permission": found.permissions[number]}


def _event(event: Event) -> dict[str, Any]:
    return {
        "timestamp": times.second(event.at),
        "action": event.action,
        "name": event.name,
        "actor": event.actor,
        "description": event.description.strip(),
    }


def _rate_limits(state: State, limits: Limits) -> list[dict[str, Any]]:
    """The bot's own, as its user or as the organization's token."""
    user, organization = state.world.bot.username, state.world.organization
    readings = limits.readings(f"user:{user}") + limits.readings(f"organization:{organization}")
    return [{"family": r.family, "limit": r.limit, "remaining": r.remaining, "reset": r.reset} for r in readings]
