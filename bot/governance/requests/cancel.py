"""Taking a request back."""

from bot.errors import NotAnApprover
from bot.governance.context import Context
from bot.governance.ledger.facts import Moved
from bot.governance.ledger.lifecycle import Status
from bot.governance.ledger.record import record
from bot.governance.requests.queries import by_number, too_late, view_in
from bot.governance.views import RequestView
from bot.phrases import Mention


async def cancel(context: Context, request_id: int, requester: str) -> RequestView:
    """Take the request back; only its requester may, and only before it is being done.

    Raises `NotAnApprover`, `AlreadyDecided`, `RequestNotFound`.
    """
    view = await by_number(context, request_id)
    if view.requester != requester:
        asker = Mention(view.requester)
        raise NotAnApprover("Only ", asker, f", who asked for it, can cancel request {request_id}.")
    async with context.acting() as session:
        fact = Moved(actor=requester, at=context.clock.now(), status=Status.CANCELLED)
        if await record(session, request_id, fact) is None:
            raise await too_late(session, request_id)
        view = await view_in(session, request_id)
    context.wake()
    return view
