"""Requests as others may see them: by number, somebody's own, and those that wait for somebody."""

from collections import defaultdict
from collections.abc import Sequence

from bot.db import ballots, items, messages, requests
from bot.db.models import OperationRequest, StoredBallot
from bot.db.session import Session
from bot.errors import AlreadyDecided, RequestNotFound
from bot.governance import humans
from bot.governance.context import Context
from bot.governance.ledger.lifecycle import STATES, Status
from bot.governance.ledger.subscribers import card_key
from bot.governance.requests.admission import is_admitted
from bot.governance.requests.hearing import not_barred
from bot.governance.views import RequestView, view_of
from bot.outbox.sender import Place
from bot.phrases import Mention, Phrase

# More than anybody reads; a page shows fewer.
MOST = 1000


async def by_number(context: Context, request_id: int) -> RequestView:
    """The request as it stands; raises `RequestNotFound`."""
    async with context.database.reading() as session:
        return await view_in(session, request_id)


async def by_source(context: Context, source_key: str) -> RequestView | None:
    """The request that this command or form has made, where it has made one."""
    async with context.database.reading() as session:
        found = await requests.get_by_source(session, source_key)
        return await view_in(session, found.id) if found is not None else None


async def mine(context: Context, requester: str, *, limit: int = 100) -> tuple[RequestView, ...]:
    """What somebody has asked for, newest first."""
    async with context.database.reading() as session:
        return await views_in(session, await requests.of_requester(session, requester, limit=limit))


async def waiting_for(context: Context, user: str) -> tuple[RequestView, ...]:
    """The pending requests that the person may decide and has said nothing to, by no account of theirs; oldest first.

    Raises `DirectoryUnavailable` where Slack has to be asked who is who and does not answer.
    """
    person = await context.directory.person(user)
    if not person.may_decide:
        return ()
    async with context.database.reading() as session:
        pending = await views_in(session, await requests.in_states(session, [Status.PENDING], limit=MOST))
    accounts = await humans.aliases(context, user)
    others = [view for view in pending if accounts.isdisjoint({view.requester, *view.approvals})]
    theirs = [view for view in others if await is_admitted(view.requirements, person, context.directory)]
    return await not_barred(context, theirs, user)


async def view_in(session: Session, request_id: int) -> RequestView:
    """The request as it stands in a transaction; raises `RequestNotFound`."""
    request = await requests.get(session, request_id)
    if request is None:
        raise RequestNotFound(f"There is no request {request_id}.")
    given = await ballots.of_request(session, request_id)
    place = await messages.place_of(session, card_key(request_id))
    return view_of(
        request, given, progress=await items.progress(session, request_id), card=Place(*place) if place else None
    )


async def views_in(session: Session, rows: Sequence[OperationRequest]) -> tuple[RequestView, ...]:
    """The views of rows, in their order, with their ballots; how far their items are is left out."""
    given: defaultdict[int, list[StoredBallot]] = defaultdict(list)
    for ballot in await ballots.of_requests(session, [row.id for row in rows]):
        given[ballot.request_id].append(ballot)
    return tuple(view_of(row, given[row.id]) for row in rows)


async def too_late(session: Session, request_id: int) -> AlreadyDecided | RequestNotFound:
    """The error for whoever comes when the request is no longer where they need it."""
    request = await requests.get(session, request_id)
    if request is None:
        return RequestNotFound(f"There is no request {request_id}.")
    status = Status(request.status)
    # Whoever agreed is named while that is what happened last: they have not done it, nor let it expire.
    is_theirs = STATES[status].by_decider or status is Status.APPROVED
    by: Phrase = (" by ", Mention(request.decided_by)) if is_theirs and request.decided_by else ()
    return AlreadyDecided(f"Too late: request {request_id} {STATES[status].said}", *by, ".")
