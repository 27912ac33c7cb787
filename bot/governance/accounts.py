"""Whom a mention means in Docker Hub, told to people who may know it."""

from dataclasses import dataclass

from bot.governance.requests import Requests
from bot.operations.kit.base import Operation
from bot.phrases import Mention


@dataclass(frozen=True, slots=True)
class MentionedAccounts:
    """The grammar's `Accounts`, for what this requester says."""

    requests: Requests
    requester: str

    async def account_of(
        self, mention: Mention, operation: Operation, *, organization: str, takes_addresses: bool
    ) -> str:
        """The Docker ID, or the e-mail address where that will do and there is no ID.

        Raises `RequestRefused` where the requester may not ask for the operation at all, `UserError` where nobody or
        several fit, and `DirectoryUnavailable`.
        """
        await self.requests.require_somebody(operation, self.requester)
        return await self.requests.find_account(organization, mention.id, takes_addresses=takes_addresses)
