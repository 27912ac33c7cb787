"""Who may do what: roles in an organization, permissions on a repository, and the scopes of tokens."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from sandbox.hub.content.state import (
    PERMISSIONS,
    Organization,
    OrganizationToken,
    PersonalToken,
    Repository,
    Resource,
)
from sandbox.hub.wire.call import Call
from sandbox.hub.wire.callers import Caller, Hand
from sandbox.hub.wire.problems import Refusal
from sandbox.world.model import Permission, Role

ANYBODY: frozenset[Role] = frozenset({"owner", "editor", "member"})
EDITORS: frozenset[Role] = frozenset({"owner", "editor"})
OWNER: frozenset[Role] = frozenset({"owner"})

PERSONAL_SCOPES = ("repo:public_read", "repo:read", "repo:write", "repo:admin")
_REACH: dict[str, Permission] = {"repo:read": "read", "repo:write": "write", "repo:admin": "admin"}


def organization(
    call: Call, name: str, *, scope: str | None, roles: frozenset[Role] = ANYBODY, feature: str | None = None
) -> Organization:
    """The organization, if this caller may use the route.

    `scope` is what an organization access token needs (None: it is never enough); `feature` names the part of the plan.
    Raises Refusal 403 or 404.
    """
    found = call.state.organizations.get(name)
    if found is None:
        raise Refusal(404, f"organization {name} not found")
    match call.caller.token:
        case OrganizationToken() as token:
            _check_organization_token(token, found, scope=scope)
        case _:
            _check_member(call.caller, found, roles=roles)
    if feature is not None and not getattr(found.plan, feature):
        raise Refusal(403, "this feature is not part of your organization's subscription")
    return found


def repository(call: Call, *, need: Permission, scope: str | None, feature: str | None = None) -> Repository:
    """The repository of the path, if this caller may use the route on it; one they cannot see is answered as missing.

    Raises Refusal 403 or 404.
    """
    namespace, name = call.params["namespace"], call.params["repository"]
    if scope is None and call.caller.kind == "organization":
        raise Refusal(403, "organization access tokens are not supported on this route")
    found = call.state.repository(namespace, name)
    level = permission(call.hand, found, scope=scope) if found else None
    if found is None or level is None:
        raise Refusal(404, "object not found")
    if PERMISSIONS.index(level) < PERMISSIONS.index(need):
        raise Refusal(403, f"you need the permission {need} on {found.full_name}")
    owner = call.state.organizations.get(namespace)
    if feature is not None and owner is not None and not getattr(owner.plan, feature):
        raise Refusal(403, "this feature is not part of your organization's subscription")
    return found


def permission(hand: Hand, found: Repository, *, scope: str | None = None) -> Permission | None:
    """What a caller may do on a repository; None for one that they cannot even see.

    An organization access token that has `scope` for the repository may do what the scope is for.
    """
    caller = hand.caller
    if isinstance(caller.token, OrganizationToken):
        reached = caller.name == found.namespace and scope is not None and has_scope(caller.token, scope, found=found)
        return "admin" if reached else _public(found)
    level = _highest([_own_permission(hand, found), _public(found)])
    return _capped(caller.token, found, level=level) if isinstance(caller.token, PersonalToken) else level


def sees_all(hand: Hand, namespace: str) -> bool:
    """Whether every repository of a namespace can be seen for the asking, by somebody's role."""
    caller, owner = hand.caller, hand.state.organizations.get(namespace)
    member = owner.members.get(caller.name) if owner and caller.kind == "user" else None
    reach = caller.token.scopes if isinstance(caller.token, PersonalToken) else tuple(_REACH)
    return member is not None and member.role in EDITORS and not _REACH.keys().isdisjoint(reach)


def has_scope(token: OrganizationToken, scope: str, *, found: Repository | None = None) -> bool:
    """Whether an organization access token has a scope, for the organization or for one repository."""
    return any(_grants(r.scopes, scope) and _covers(r, token.organization, found=found) for r in token.resources)


def _check_organization_token(token: OrganizationToken, found: Organization, *, scope: str | None) -> None:
    if token.organization != found.name:
        raise Refusal(403, "the access token belongs to another organization")
    if scope is None:
        raise Refusal(403, "organization access tokens are not supported on this route")
    if not has_scope(token, scope):
        raise Refusal(403, f"the access token lacks the scope {scope}")


def _check_member(caller: Caller, found: Organization, *, roles: frozenset[Role]) -> None:
    member = found.members.get(caller.name)
    if member is None:
        raise Refusal(403, f"you are not a member of {found.name}")
    if member.role not in roles:
        raise Refusal(403, f"this needs the role {' or '.join(sorted(roles, reverse=True))} in {found.name}")
    if roles != ANYBODY and isinstance(caller.token, PersonalToken) and "repo:admin" not in caller.token.scopes:
        raise Refusal(403, "access token has insufficient scopes")


def _grants(scopes: Iterable[str], wanted: str) -> bool:
    """A family's `admin` includes its `edit`, and `edit` its `read`."""
    family, _, level = wanted.rpartition("-")
    order = ("read", "edit", "admin")
    enough = order[order.index(level) :] if level in order else (level,)
    return any(f"{family}-{each}" in scopes for each in enough)


def _covers(resource: Resource, organization: str, *, found: Repository | None) -> bool:
    if found is None:
        return resource.path in {organization, f"{organization}/*"}
    if resource.type == "TYPE_ORG":
        return resource.path == organization
    return not found.private if resource.path == "*/*/public" else fnmatchcase(found.full_name, resource.path)


def _public(found: Repository) -> Permission | None:
    return None if found.private else "read"


def _own_permission(hand: Hand, found: Repository) -> Permission | None:
    caller = hand.caller
    if caller.kind != "user":
        return None
    if caller.name == found.namespace:
        return "admin"
    owner = hand.state.organizations.get(found.namespace)
    member = owner.members.get(caller.name) if owner else None
    if owner is None or member is None:
        return None
    if member.role in EDITORS:
        return "admin"
    teams = (team for team in owner.teams.values() if caller.name in team.members)
    return _highest([found.permissions.get(team.id) for team in teams])


def _capped(token: PersonalToken, found: Repository, *, level: Permission | None) -> Permission | None:
    reach = _highest([_REACH.get(scope) for scope in token.scopes]) or _public(found)
    if level is None or reach is None:
        return None
    return min(level, reach, key=PERMISSIONS.index)


def _highest(levels: Iterable[Permission | None]) -> Permission | None:
    return max((level for level in levels if level), key=PERMISSIONS.index, default=None)
