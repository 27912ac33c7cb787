"""Approving and denying: each a ballot, and what the ballots then come to."""

from dataclasses import dataclass
from typing import assert_never

from bot.clock import Clock
from bot.db.session import Session
from bot.errors import AlreadyDecided, AlreadyVoted
from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.reconsideration import Reconsideration
from bot.governance.context import Context
from bot.governance.ledger.facts import Balloted, Moved, Reconsidered
from bot.governance.ledger.lifecycle import Status
from bot.governance.ledger.record import record
from bot.governance.requests.approvers import require_approver
from bot.governance.requests.expire import expire_in
from bot.governance.requests.hearing import Hearing
from bot.governance.requests.queries import by_number, too_late, view_in
from bot.governance.requests.reconsider import (
    Enough,
    Lacking,
    Overruled,
    Overtaken,
    lock_as_heard,
    overrule,
    void,
    weigh,
)
from bot.governance.views import RequestView
from bot.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Press:
    """What somebody says, and why where they say no."""

    voter: str
    choice: Choice
    reason: str | None = None


async def approve(context: Context, request_id: int, voter: str) -> RequestView:
    """Count this person's approval; the last one that is needed approves the request.

    Raises `NotAnApprover`, `AlreadyVoted`, `AlreadyDecided`, `RequestNotFound`, `DirectoryUnavailable`.
    """
    return await _give(context, request_id, Press(voter, Choice.APPROVE))


async def deny(context: Context, request_id: int, voter: str, reason: str) -> RequestView:
    """End the request with a reason; raises as `approve` does."""
    return await _give(context, request_id, Press(voter, Choice.DENY, reason))


async def _give(context: Context, request_id: int, press: Press) -> RequestView:
    """Hear and decide, again as long as somebody else has decided something in between."""
    while True:
        view = await by_number(context, request_id)
        # A denial ends it whoever has agreed.
        others = view.approvals if press.choice is Choice.APPROVE else ()
        hearing = await require_approver(context, view, press.voter, verb=press.choice, others=others)
        try:
            async with context.acting() as session:
                late = await _decide(session, view, hearing, press=press, clock=context.clock)
                view = await view_in(session, request_id)
        except Overtaken:
            continue
        context.wake()
        if late:
            raise AlreadyDecided(*late)
        return view


async def _decide(session: Session, view: RequestView, hearing: Hearing, *, press: Press, clock: Clock) -> Phrase:
    """Do what the press leads to; answers why it comes too late, where it does."""
    # First of all: of two who click together, a ballot that is counted before the row is locked can be missed.
    request = await lock_as_heard(session, view, hearing) if view.status is Status.PENDING else None
    if request is None:
        raise await too_late(session, view.id)
    now = clock.now()
    if request.expires_at <= now:
        await expire_in(session, view.id, now)
        return (f"Request {view.id} has expired.",)
    admitted = hearing.voters[press.voter].admitted_by
    ballot = Ballot(voter=press.voter, choice=press.choice, at=now, admitted_by=admitted)
    if press.choice is Choice.DENY:
        await record(session, view.id, Balloted(ballot=ballot, given=0, required=view.required))
        denied = Moved(actor=ballot.voter, at=now, status=Status.DENIED, reason=press.reason)
        await record(session, view.id, denied)
        return ()
    return await _count(session, view, hearing, ballot=ballot)


async def _count(session: Session, view: RequestView, hearing: Hearing, *, ballot: Ballot) -> Phrase:
    """Store the approval, and what all of them come to now.

    Whoever presses again adds none, and has them weighed by the policy of now: raises `AlreadyVoted` where they do not
    suffice.
    """
    has_approved = _has_approved(view, hearing, ballot.voter)
    weighed = weigh(hearing, view.ballots if has_approved else (*view.ballots, ballot))
    if isinstance(weighed, Overruled):
        await overrule(session, view.id, weighed, now=ballot.at)
        return (f"The policy of now refuses request {view.id}. ", *weighed.why)
    if not has_approved:
        await record(session, view.id, Balloted(ballot=ballot, given=weighed.given, required=weighed.required))
    elif isinstance(weighed, Lacking):
        raise AlreadyVoted
    await void(session, view, hearing, weighed=weighed, now=ballot.at)
    if (fact := _come_to(view, hearing, weighed, ballot=ballot)) is not None:
        await record(session, view.id, fact)
    return ()


def _has_approved(view: RequestView, hearing: Hearing, user: str) -> bool:
    """Whether an approval of the same person counts already, by whichever of their accounts."""
    heard = [hearing.voters[voter] for voter in view.approvals]
    return any(voter.human == hearing.voters[user].human and not voter.fault for voter in heard)


def _come_to(
    view: RequestView, hearing: Hearing, weighed: Enough | Lacking, *, ballot: Ballot
) -> Moved | Reconsidered | None:
    """What the last approval brought about; None where it only adds to the others."""
    match weighed:
        case Enough():
            # From now on it waits for the executor, not for people.
            until = max(view.expires_at, ballot.at + view.requirement.execute_within)
            found = Reconsideration((), hearing.demand)
            return Moved(actor=ballot.voter, at=ballot.at, status=Status.APPROVED, expires_at=until, found=found)
        case Lacking():
            found = Reconsideration(weighed.news or view.reconsidered.why, hearing.demand)
            return Reconsidered(at=ballot.at, found=found) if found != view.reconsidered else None
        case _:
            assert_never(weighed)
