"""Saying what became of a request whose outcome nobody knew."""

from bot.db import requests
from bot.governance.context import Context
from bot.governance.ledger.facts import Settled
from bot.governance.ledger.lifecycle import Status
from bot.governance.ledger.record import record
from bot.governance.requests.approvers import require_settler
from bot.governance.requests.queries import by_number, too_late, view_in
from bot.governance.stored import load_items
from bot.governance.views import RequestView
from bot.operations.kit.base import Outcome


async def settle(context: Context, request_id: int, person: str, *, done: bool) -> RequestView:
    """A person looked at Docker Hub and says whether it was done.

    Raises `NotAnApprover`, `AlreadyDecided`, `RequestNotFound`, `DirectoryUnavailable`.
    """
    await require_settler(context, await by_number(context, request_id), person)
    found = f"A person looked at Docker Hub: it was {'' if done else 'not '}done"
    async with context.acting() as session:
        request = await requests.lock(session, request_id, [Status.UNKNOWN])
        if request is None:
            raise await too_late(session, request_id)
        fact = Settled(
            actor=person,
            at=context.clock.now(),
            status=Status.SUCCEEDED if done else Status.FAILED,
            # What is known of single items stays.
            outcome=Outcome(found, load_items(request.outcome)),
        )
        await record(session, request_id, fact)
        view = await view_in(session, request_id)
    context.wake()
    return view
