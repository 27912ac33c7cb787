"""Telling why a request waits that nothing puts off: for another on the same subject, or for a free slot."""

from bot.governance.execution.claims import Claims
from bot.governance.ledger.execution_facts import Deferred
from bot.governance.ledger.lifecycle import Status


async def tell_who_waits(claims: Claims) -> int:
    """Have the cards say what their requests wait for, where that takes longer than expected; answers how many."""
    queue = await claims.queue()
    waits = queue.waits()
    for request_id, why in waits.items():
        fact = Deferred(at=queue.now, status=Status.APPROVED, why=why, until=None, since=queue.ready_at(request_id))
        await claims.end(request_id, fact)
    return len(waits)
