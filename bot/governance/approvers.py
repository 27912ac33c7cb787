"""Who may decide a request, as of now: from the request's row and Slack's groups, never from a message."""

from dataclasses import dataclass

from bot.errors import RequestRefused
from bot.governance.people import Directory, DirectoryUnavailable, is_slack_user
from bot.governance.policy import NeedsApproval
from bot.governance.views import RequestView
from bot.operations.kit.base import Operation, Write
from bot.phrases import Mention, Phrase

NOBODY = "Guests, bots and people who have left decide nothing."


@dataclass(frozen=True, slots=True)
class Approvers:
    """Asks the directory; raises `DirectoryUnavailable` where only it could tell."""

    directory: Directory

    async def objection(self, view: RequestView, user: str, verb: str) -> Phrase | None:
        """Why the user may not approve, deny or settle the request; None where they may."""
        if not view.required and verb == "settle":
            return await self._objection_to_settling(view, user)
        if user == view.requester and verb != "settle":
            return (f"You asked for request {view.id} yourself: somebody else has to {verb} it.",)
        if not (await self.directory.person(user)).may_decide:
            return (NOBODY,)
        if not await self._is_named(view, user):
            return (f"You are not among the approvers that the rule “{view.rule}” names for request {view.id}.",)
        return None

    async def count(self, decision: NeedsApproval, requester: str) -> int:
        """How many besides the requester may approve; counts no further than are needed."""
        named = frozenset(decision.approvers.users)
        for group in decision.approvers.groups:
            named |= await self.directory.members_of(group)
        eligible = 0
        for user in sorted(named - {requester}):
            eligible += (await self.directory.person(user)).may_decide
            if eligible >= decision.required:
                break
        return eligible

    async def _objection_to_settling(self, view: RequestView, user: str) -> Phrase | None:
        """A request that nobody had to approve is settled by whoever asked; by anybody, where that was a terminal."""
        if not (await self.directory.person(user)).may_decide:
            return (NOBODY,)
        if user == view.requester or not is_slack_user(view.requester):
            return None
        return ("Only ", Mention(view.requester), f", who asked for it, can settle request {view.id}.")

    async def _is_named(self, view: RequestView, user: str) -> bool:
        """Whether the row names them; a group that Slack does not answer for matters only where nothing else does."""
        if user in view.approver_users:
            return True
        unavailable = None
        for group in view.approver_groups:
            try:
                if user in await self.directory.members_of(group):
                    return True
            except DirectoryUnavailable as error:
                unavailable = error
        if unavailable is not None:
            raise unavailable
        return False


def require_a_reader(operation: Operation, requester: str) -> None:
    """A secret that waits for approvals needs somebody in Slack to be shown to; raises `RequestRefused`."""
    if isinstance(operation, Write) and operation.makes_secret and not is_slack_user(requester):
        raise RequestRefused(f"{operation.name} makes a token, and it waits for approvals: ask for it in Slack.")
