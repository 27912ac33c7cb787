"""The only door: a fact changes its row where that is still possible, enters the trail, and is told to followers."""

from bot.db import ballots, requests, trail
from bot.db.models import OperationRequest, TrailRecord
from bot.db.session import Session
from bot.governance.approval.principals import dump_principal
from bot.governance.ledger.facts import Balloted, Fact, Note
from bot.governance.ledger.row_change import RowChange
from bot.governance.ledger.subscribers import SUBSCRIBERS


async def record(session: Session, request_id: int, fact: Fact) -> OperationRequest | None:
    """Make the fact one, with all that follows from it, in the caller's transaction; answers the row as it is now.

    None where it is not possible any more: somebody was faster, and nothing was written. The conditional update comes
    first, so whoever else decides the same request waits here for our commit; what is counted is counted after it.
    """
    request = await _change_row(session, request_id, fact.change)
    if request is None:
        return None
    if isinstance(fact, Balloted):
        await _store_ballot(session, request_id, fact)
    await _write_down(session, fact, request_id)
    for tell in SUBSCRIBERS:
        await tell(session, request, fact)
    return request


async def note(session: Session, fact: Note) -> None:
    """Write down what belongs to no request."""
    await _write_down(session, fact, None)


async def _change_row(session: Session, request_id: int, change: RowChange | None) -> OperationRequest | None:
    if change is None:
        return await requests.get(session, request_id)
    return await requests.move(
        session,
        request_id,
        sources=change.sources,
        target=change.target,
        holder=change.holder,
        lease_over_by=change.lease_over_by,
        due_by=change.due_by,
        resumes_by=change.resumes_by,
        is_unclaimed=change.is_unclaimed,
        version=change.version,
        attempts=change.attempts,
        **change.values,
    )


async def _store_ballot(session: Session, request_id: int, fact: Balloted) -> None:
    ballot = fact.ballot
    await ballots.add(
        session,
        request_id,
        voter=ballot.voter,
        choice=ballot.choice,
        at=ballot.at,
        admitted_by=[dump_principal(principal) for principal in ballot.admitted_by],
        voids=list(ballot.voids),
    )


async def _write_down(session: Session, fact: Fact | Note, request_id: int | None) -> None:
    entry = TrailRecord(
        at=fact.at, event=fact.event, actor=fact.actor, request_id=request_id, details=dict(fact.details)
    )
    await trail.append(session, entry)
