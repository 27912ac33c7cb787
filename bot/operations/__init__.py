"""Everything the bot can do; an operation added to a noun's tuple is added everywhere."""

from bot.operations import admin, audit_log, invites, members, repositories, tags, teams
from bot.operations.base import Operation

OPERATIONS: tuple[Operation, ...] = (
    *members.OPERATIONS,
    *invites.OPERATIONS,
    *teams.OPERATIONS,
    *repositories.OPERATIONS,
    *tags.OPERATIONS,
    *audit_log.OPERATIONS,
    *admin.OPERATIONS,
)

BY_NAME = {operation.name: operation for operation in OPERATIONS}
