"""Reading: at once or not at all, and written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import RequestRefused
from bot.governance.approval.requirement import load_requirement
from bot.governance.context import Context
from bot.governance.hub_errors import translated
from bot.governance.ledger.facts import Read as ReadFact
from bot.governance.ledger.record import note
from bot.governance.people import DirectoryUnavailable
from bot.governance.policy import Allowed, names_exactly
from bot.governance.requests.approvers import admitting
from bot.governance.requests.authority import authorize, described
from bot.operations.kit.base import Answer, Intent, Read, Viewer


async def read(context: Context, intent: Intent, requester: str) -> Answer:
    """What a `Read` finds; raises `RequestRefused` where the policy does not allow it at once."""
    operation = intent.operation
    if not isinstance(operation, Read):
        raise TypeError(f"{operation.name} is no read")
    decision = await authorize(context, intent, requester)
    if not isinstance(decision, Allowed):
        raise RequestRefused(
            f"The rule “{decision.rule}” wants approvals for {operation.name}, and a read cannot wait."
        )
    answer = await _ask(context, operation, intent, Look(requester, decision.rule))
    fact = ReadFact(actor=requester, at=context.clock.now(), rule=decision.rule, described=described(context, intent))
    async with context.database.begin() as session:
        await note(session, fact)
    return answer


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody who may read, and the rule that lets them."""

    requester: str
    rule: str


async def _ask(context: Context, operation: Read, intent: Intent, look: Look) -> Answer:
    """Docker Hub, or our own tables."""
    if operation.look is not None:
        return await operation.look(context.database, _viewer(context, operation, look), intent.params)
    if operation.run is None:
        raise TypeError(f"{operation.name} asks nobody")
    with translated(), context.capabilities.watching(operation, intent.params.organization):
        return await operation.run(context.hub, intent.params)


def _viewer(context: Context, operation: Read, look: Look) -> Viewer:
    """They see what concerns them: a policy that opens `*` to everybody must not open others' reasons."""

    async def may_decide(requirement: Mapping[str, Any]) -> bool:
        person = await context.directory.person(look.requester)
        try:
            return bool(await admitting(load_requirement(requirement), person, context.directory))
        except (DirectoryUnavailable, LookupError):
            # Whether they are asked cannot be told now, so for now they are not.
            return False

    sees_everything = names_exactly(context.policy, look.rule, operation)
    return Viewer(look.requester, sees_everything, may_decide)
