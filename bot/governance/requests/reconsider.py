"""Judging a request again, by what is known now: at the vote that would decide it, and when it is about to be done.

Both what was required when it was asked for and what is required now has to be met, by people who may still decide.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias, assert_never

from bot.db import requests
from bot.db.models import OperationRequest
from bot.db.session import Session
from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.reconsideration import Reconsideration
from bot.governance.approval.recount import approvals, recount
from bot.governance.approval.requirement import Requirement
from bot.governance.approval.tally import Blocked, Met, tally
from bot.governance.context import Context
from bot.governance.ledger.events import HUBWARDEN
from bot.governance.ledger.facts import Balloted, Moved, Returned
from bot.governance.ledger.lifecycle import Status
from bot.governance.ledger.record import record
from bot.governance.policy.document import MAX_EXPIRY
from bot.governance.requests.hearing import Hearing, hear
from bot.governance.requests.queries import by_number
from bot.governance.views import RequestView
from bot.phrases import Mention, Phrase, listed, plain

# Every ballot that is stored was given, whatever a replica's clock says of it.
WHENEVER = datetime.max.replace(tzinfo=UTC)
CHANGED = "The policy has changed since this was asked for: what it wanted then and what it wants now have to be met."
NOT_ENOUGH = "The approvals do not suffice any more."


class Overtaken(Exception):
    """The request has changed since the hearing: what was heard is worth nothing, and nothing is decided by it."""


@dataclass(frozen=True, slots=True)
class Enough:
    """Everybody who has to agree does; `given` of `required` approvals count, by whichever requirement wants more."""

    given: int
    required: int


@dataclass(frozen=True, slots=True)
class Lacking:
    """Somebody has to agree yet. `news` are sentences about approvals that were given and do not count as such.

    `why` are sentences on why what was enough once is not any more.
    """

    given: int
    required: int
    news: Phrase
    why: Phrase


@dataclass(frozen=True, slots=True)
class Overruled:
    """It must not be done at all; `why` is a sentence."""

    why: Phrase


Weighed: TypeAlias = Enough | Lacking | Overruled


def weigh(hearing: Hearing, ballots: Iterable[Ballot]) -> Weighed:
    """What the ballots come to, by what was heard."""
    if hearing.refusal:
        return Overruled(hearing.refusal)
    given = approvals(ballots)
    counted = recount(given, hearing.voters)
    results = [tally(requirement, counted, WHENEVER) for requirement in hearing.requirements]
    required, number = max(
        (requirement.required, 0 if isinstance(result, Blocked) else result.given)
        for requirement, result in zip(hearing.requirements, results, strict=True)
    )
    if all(isinstance(result, Met) for result in results):
        return Enough(number, required)
    news = (*void_text(hearing, given), *doubled_text(hearing, given))
    why = (*news, *((CHANGED,) if hearing.demand else ())) or (NOT_ENOUGH,)
    return Lacking(number, required, news, why)


def void_text(hearing: Hearing, given: Iterable[Ballot]) -> Phrase:
    """A sentence for each approval that does not count any more."""
    return tuple(part for ballot in given for part in fault_of(hearing, ballot))


def fault_of(hearing: Hearing, ballot: Ballot) -> Phrase:
    """Why an approval does not count any more; empty where it does."""
    fault = hearing.voters[ballot.voter].fault
    if not fault:
        return ()
    return ("The approval of ", Mention(ballot.voter), ", ", *fault, ", does not count any more. ")


def doubled_text(hearing: Hearing, given: Iterable[Ballot]) -> Phrase:
    """A sentence for each person who approved by several accounts."""
    accounts = defaultdict(list)
    for ballot in given:
        if not hearing.voters[ballot.voter].fault:
            accounts[hearing.voters[ballot.voter].human].append(Mention(ballot.voter))
    several = [listed(each) for each in accounts.values() if len(each) > 1]
    return tuple(part for each in several for part in (*each, " are the same person, who counts once. "))


async def reconsider(context: Context, request_id: int) -> Weighed:
    """Judge a request that is about to be done; an approved one that must not be is moved where it belongs.

    One that is being done stays where it is: its executor ends it. Raises `DirectoryUnavailable`.
    """
    while True:
        view = await by_number(context, request_id)
        hearing = await hear(context, view, view.approvals)
        weighed = weigh(hearing, view.ballots)
        if isinstance(weighed, Enough) or view.status is not Status.APPROVED:
            return weighed
        try:
            async with context.database.begin() as session:
                await _undo(session, view, hearing, weighed=weighed, now=context.clock.now())
        except Overtaken:
            continue
        context.wake()
        return weighed


async def lock_as_heard(session: Session, view: RequestView, hearing: Hearing) -> OperationRequest | None:
    """Take the row, where it is still in the state of the view; raises `Overtaken` where it has changed since."""
    request = await requests.lock(session, view.id, [view.status])
    if request is not None and request.version != hearing.version + 1:
        raise Overtaken
    return request


async def _undo(
    session: Session, view: RequestView, hearing: Hearing, *, weighed: Lacking | Overruled, now: datetime
) -> None:
    if await lock_as_heard(session, view, hearing) is None:
        raise Overtaken
    match weighed:
        case Overruled():
            await overrule(session, view.id, weighed, now=now)
        case Lacking():
            found = Reconsideration(weighed.why, hearing.demand)
            until = new_deadline(view, hearing.requirements, now)
            await record(session, view.id, Returned(at=now, found=found, expires_at=until))
            await void(session, view, hearing, weighed=weighed, now=now)
        case _:
            assert_never(weighed)


async def overrule(session: Session, request_id: int, weighed: Overruled, *, now: datetime) -> None:
    """End the request: the policy of now refuses it."""
    found = Reconsideration(weighed.why)
    await record(session, request_id, Moved(actor=HUBWARDEN, at=now, status=Status.REFUSED, found=found))


async def void(
    session: Session, view: RequestView, hearing: Hearing, *, weighed: Enough | Lacking, now: datetime
) -> None:
    """Void each approval that does not count any more, so that the same person may give another one."""
    for ballot in approvals(view.ballots):
        why = fault_of(hearing, ballot)
        if why and ballot.id is not None:
            voiding = Ballot(voter=HUBWARDEN, choice=Choice.VOID, at=now, voids=(ballot.id,))
            said = plain(why).strip()
            await record(
                session, view.id, Balloted(ballot=voiding, given=weighed.given, required=weighed.required, why=said)
            )


def new_deadline(view: RequestView, requirements: Iterable[Requirement], now: datetime) -> datetime:
    """Until when people may agree once more: as long as any of the requirements gives them.

    However often it comes back, a request does not outlive the longest that a policy can let one live.
    """
    given = max(requirement.deadline for requirement in requirements if requirement.stages)
    return min(now + given, view.created_at + MAX_EXPIRY)
