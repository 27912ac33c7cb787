"""Whom a mention means in Docker Hub, told to people who may know it."""

from dataclasses import dataclass

from bot.governance.context import Context
from bot.governance.requests.authority import require_somebody
from bot.governance.requests.lookups import find_account
from bot.operations.kit.base import Operation
from bot.phrases import Mention


@dataclass(frozen=True, slots=True)
class MentionedAccounts:
    """An `Accounts`, for what this requester says."""

    context: Context
    requester: str

    async def account_of(
        self, mention: Mention, operation: Operation, *, organization: str, takes_addresses: bool
    ) -> str:
        """The Docker ID, or the e-mail address where that will do and there is no ID.

        Raises `RequestRefused` where the requester may not ask for the operation at all, `UserError` where nobody or
        several fit, and `DirectoryUnavailable`.
        """
        await require_somebody(self.context, operation, self.requester)
        return await find_account(self.context, organization, mention.id, takes_addresses=takes_addresses)
