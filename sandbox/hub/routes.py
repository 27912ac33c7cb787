"""The route table."""

from sandbox.hub import (
    audit_logs,
    auth,
    immutable_tags,
    invites,
    members,
    organization_tokens,
    personal_tokens,
    profiles,
    repositories,
    scim,
    settings,
    tags,
    team_permissions,
    teams,
)
from sandbox.hub.wire.call import Route

ROUTES: tuple[Route, ...] = (
    *auth.ROUTES,
    *personal_tokens.ROUTES,
    *audit_logs.ROUTES,
    *settings.ROUTES,
    *repositories.ROUTES,
    *tags.ROUTES,
    *immutable_tags.ROUTES,
    *team_permissions.ROUTES,
    *members.ROUTES,
    *invites.ROUTES,
    *teams.ROUTES,
    *scim.ROUTES,
    *organization_tokens.ROUTES,
    *profiles.ROUTES,
)
