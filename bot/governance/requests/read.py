"""Reading: at once or not at all, and written down."""

from bot.errors import RequestRefused
from bot.governance.context import Context
from bot.governance.hub_errors import translated
from bot.governance.ledger.facts import Read as ReadFact
from bot.governance.ledger.record import note
from bot.governance.policy import Allowed
from bot.governance.requests.authority import authorize, described
from bot.operations.kit.base import Answer, Intent, Read


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
    with translated(), context.capabilities.watching(operation, intent.params.organization):
        answer = await operation.run(context.hub, intent.params)
    fact = ReadFact(actor=requester, at=context.clock.now(), rule=decision.rule, described=described(context, intent))
    async with context.database.begin() as session:
        await note(session, fact)
    return answer
