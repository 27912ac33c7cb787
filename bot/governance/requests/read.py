"""Reading: at once or not at all, and written down."""

from bot.errors import RequestRefused
from bot.governance.context import Context
from bot.governance.hub_errors import translated
from bot.governance.ledger.facts import Read as ReadFact
from bot.governance.ledger.record import note
from bot.governance.policy import Allowed, names_exactly
from bot.governance.requests.authority import authorize, described
from bot.governance.requests.own_tables import PersonsTables
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
    answer = await _ask(context, operation, intent, requester=requester, rule=decision.rule)
    fact = ReadFact(actor=requester, at=context.clock.now(), rule=decision.rule, described=described(context, intent))
    async with context.database.begin() as session:
        await note(session, fact)
    return answer


async def _ask(context: Context, operation: Read, intent: Intent, *, requester: str, rule: str) -> Answer:
    """Docker Hub, or our own tables.

    Of these, somebody sees what concerns them, unless a rule names the operation itself: a policy that opens `*.list`
    to everybody was not written with other people's reasons in mind.
    """
    if operation.look is not None:
        sees_everything = names_exactly(context.policy, rule, operation)
        return await operation.look(PersonsTables(context, requester, sees_everything), intent.params)
    if operation.run is None:
        raise TypeError(f"{operation.name} asks nobody")
    with translated(), context.capabilities.watching(operation, intent.params.organization):
        return await operation.run(context.hub, intent.params)
