"""Approving and denying: each a ballot, and what the ballots then come to."""

from datetime import datetime
from typing import assert_never

from bot.db import ballots, requests
from bot.db.models import OperationRequest
from bot.db.session import Session
from bot.errors import AlreadyDecided, AlreadyVoted
from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.requirement import Requirement, load_requirement
from bot.governance.approval.tally import Blocked, Met, Tally, Waiting, standing, tally
from bot.governance.context import Context
from bot.governance.ledger.facts import Balloted, Moved
from bot.governance.ledger.lifecycle import Status
from bot.governance.ledger.record import record
from bot.governance.requests.approvers import require_approver
from bot.governance.requests.expire import expire_in
from bot.governance.requests.queries import by_number, too_late, view_in
from bot.governance.views import RequestView, load_ballots


async def approve(context: Context, request_id: int, voter: str) -> RequestView:
    """Count this person's approval; the last one that is needed approves the request.

    Raises `NotAnApprover`, `AlreadyVoted`, `AlreadyDecided`, `RequestNotFound`, `DirectoryUnavailable`.
    """
    return await _give(context, request_id, voter, Choice.APPROVE)


async def deny(context: Context, request_id: int, voter: str, reason: str) -> RequestView:
    """End the request with a reason; raises as `approve` does."""
    return await _give(context, request_id, voter, Choice.DENY, reason=reason)


async def _give(
    context: Context, request_id: int, voter: str, choice: Choice, *, reason: str | None = None
) -> RequestView:
    admitted = await require_approver(context, await by_number(context, request_id), voter, choice)
    async with context.acting() as session:
        # First of all: of two who click together, a ballot that is counted before the row is locked can be missed.
        request = await requests.lock(session, request_id, [Status.PENDING])
        if request is None:
            raise await too_late(session, request_id)
        now = context.clock.now()
        is_over = request.expires_at <= now
        if is_over:
            await expire_in(session, request_id, now)
        else:
            ballot = Ballot(voter=voter, choice=choice, at=now, admitted_by=admitted)
            await _count(session, request, ballot, reason)
        view = await view_in(session, request_id)
    context.wake()
    if is_over:
        raise AlreadyDecided(f"Request {request_id} has expired.")
    return view


async def _count(session: Session, request: OperationRequest, ballot: Ballot, reason: str | None) -> None:
    """Store the ballot, and decide the request where it decides; raises `AlreadyVoted`."""
    given = load_ballots(await ballots.of_request(session, request.id))
    if ballot.choice is Choice.APPROVE and any(each.voter == ballot.voter for each in standing(given)):
        raise AlreadyVoted
    requirement = load_requirement(request.requirement)
    # Another replica's clock may be ahead of ours: what it has stored has been given, whatever our clock says.
    result = tally(requirement, (*given, ballot), max(each.at for each in (*given, ballot)))
    counted = 0 if isinstance(result, Blocked) else result.given
    await record(session, request.id, Balloted(ballot=ballot, given=counted, required=requirement.required))
    if (fact := _decided_by(ballot, result, requirement, request.expires_at, reason)) is not None:
        await record(session, request.id, fact)


def _decided_by(
    ballot: Ballot, result: Tally, requirement: Requirement, expires_at: datetime, reason: str | None
) -> Moved | None:
    """What the last ballot brought about; None where more are waited for."""
    match result:
        case Met():
            # From now on it waits for the executor, not for people.
            until = max(expires_at, ballot.at + requirement.execute_within)
            return Moved(actor=ballot.voter, at=ballot.at, status=Status.APPROVED, expires_at=until)
        case Blocked():
            return Moved(actor=ballot.voter, at=ballot.at, status=Status.DENIED, reason=reason)
        case Waiting():
            return None
        case _:
            assert_never(result)
