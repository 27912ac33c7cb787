"""Everything the bot can do; an operation added to a noun's tuple is added everywhere."""

from bot.operations import admin, audit_log, invites, members, offboarding, organization_settings, own
from bot.operations.kit.base import Operation
from bot.operations.registry import access as registry_access
from bot.operations.repositories import changes as repository_changes
from bot.operations.repositories import immutable_tags, repositories, tags
from bot.operations.repositories import teams as repository_teams
from bot.operations.scim import changes as scim_changes
from bot.operations.scim import configuration as scim_configuration
from bot.operations.scim import users as scim_users
from bot.operations.teams import clone as team_clone
from bot.operations.teams import repositories as team_repositories
from bot.operations.teams import teams
from bot.operations.tokens import organization as organization_tokens
from bot.operations.tokens import personal as personal_tokens

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
    *scim_configuration.OPERATIONS,
    *scim_users.OPERATIONS,
    *scim_changes.OPERATIONS,
    *audit_log.OPERATIONS,
    *admin.OPERATIONS,
    *own.OPERATIONS,
)

BY_NAME = {operation.name: operation for operation in OPERATIONS}
