"""Everything the bot can do; an operation added to a noun's tuple is added everywhere."""

from bot.operations import (
    admin,
    audit_log,
    immutable_tags,
    invites,
    members,
    offboarding,
    organization_settings,
    organization_tokens,
    personal_tokens,
    registry_access,
    repositories,
    repository_changes,
    repository_teams,
    scim,
    scim_changes,
    scim_users,
    tags,
    team_clone,
    team_repositories,
    teams,
)
from bot.operations.base import Operation

OPERATIONS: tuple[Operation, ...] = (
    *members.OPERATIONS,
    *offboarding.OPERATIONS,
    *invites.OPERATIONS,
    *teams.OPERATIONS,
    *team_repositories.OPERATIONS,
    *team_clone.OPERATIONS,
    *repositories.OPERATIONS,
    *repository_changes.OPERATIONS,
    *immutable_tags.OPERATIONS,
    *repository_teams.OPERATIONS,
    *tags.OPERATIONS,
    *organization_tokens.OPERATIONS,
    *personal_tokens.OPERATIONS,
    *organization_settings.OPERATIONS,
    *registry_access.OPERATIONS,
    *scim.OPERATIONS,
    *scim_users.OPERATIONS,
    *scim_changes.OPERATIONS,
    *audit_log.OPERATIONS,
    *admin.OPERATIONS,
)

BY_NAME = {operation.name: operation for operation in OPERATIONS}
