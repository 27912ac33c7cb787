"""Who may decide a request, as of now: from its requirement and Slack's groups, never from a message."""

from collections.abc import AsyncIterator

from bot.errors import NotAnApprover
from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.principals import Principal
from bot.governance.approval.requirement import Requirement
from bot.governance.approval.tally import Met, tally
from bot.governance.context import Context
from bot.governance.ledger.facts import Objected
from bot.governance.ledger.record import record
from bot.governance.people import Directory, DirectoryUnavailable, Person, is_slack_user
from bot.governance.views import RequestView
from bot.phrases import Mention, Phrase, plain

MAY_NOT_DECIDE = "Guests, bots and people who have left decide nothing."


async def require_approver(context: Context, view: RequestView, user: str, verb: str) -> tuple[Principal, ...]:
    """By which principals they may approve or deny; raises `NotAnApprover`, which the trail hears of."""
    if user == view.requester:
        why = f"You asked for request {view.id} yourself: somebody else has to {verb} it."
        raise await _refusal(context, view, user, verb, (why,))
    person = await context.directory.person(user)
    if not person.may_decide:
        raise await _refusal(context, view, user, verb, (MAY_NOT_DECIDE,))
    admitted = await admitting(view.requirement, person, context.directory)
    if not admitted:
        raise await _refusal(context, view, user, verb, _not_named(view))
    return admitted


async def require_settler(context: Context, view: RequestView, user: str) -> None:
    """Whoever may approve it may say what became of it; raises as `require_approver` does.

    A request that nobody had to approve is settled by whoever asked; by anybody, where that was a terminal.
    """
    person = await context.directory.person(user)
    if not person.may_decide:
        raise await _refusal(context, view, user, "settle", (MAY_NOT_DECIDE,))
    if not view.requirement.stages:
        if user != view.requester and is_slack_user(view.requester):
            only: Phrase = ("Only ", Mention(view.requester), f", who asked for it, can settle request {view.id}.")
            raise await _refusal(context, view, user, "settle", only)
    elif not await admitting(view.requirement, person, context.directory):
        raise await _refusal(context, view, user, "settle", _not_named(view))


async def admitting(requirement: Requirement, person: Person, directory: Directory) -> tuple[Principal, ...]:
    """The principals that admit the person, all stages together.

    A group that Slack does not answer for matters only where, in its stage, nothing else admits them: then
    `DirectoryUnavailable` is raised.
    """
    admitted: dict[Principal, None] = {}
    unavailable = None
    for stage in requirement.stages:
        found, trouble = await _admitting_in_stage(stage.of, person, directory)
        admitted |= dict.fromkeys(found)
        unavailable = unavailable or (None if found else trouble)
    if unavailable is not None:
        raise unavailable
    return tuple(admitted)


async def _admitting_in_stage(
    principals: tuple[Principal, ...], person: Person, directory: Directory
) -> tuple[list[Principal], DirectoryUnavailable | None]:
    found, trouble = [], None
    for principal in principals:
        try:
            if await principal.admits(person, directory):
                found.append(principal)
        except DirectoryUnavailable as error:
            trouble = error
    return found, trouble


async def count_eligible(context: Context, requirement: Requirement, requester: str) -> tuple[int, bool]:
    """How many besides the requester may approve, and whether these are enough; counts no further than are needed."""
    now = context.clock.now()
    ballots: list[Ballot] = []
    async for person in _everybody(context, requirement, requester):
        admitted = await admitting(requirement, person, context.directory)
        ballots.append(Ballot(voter=person.id, choice=Choice.APPROVE, at=now, admitted_by=admitted))
        if isinstance(tally(requirement, ballots, now), Met):
            return len(ballots), True
    return len(ballots), False


async def _everybody(context: Context, requirement: Requirement, requester: str) -> AsyncIterator[Person]:
    """Whoever may approve, the requester apart."""
    named: frozenset[str] = frozenset()
    for principal in requirement.principals():
        named |= await principal.people(context.directory)
    for user in sorted(named - {requester}):
        person = await context.directory.person(user)
        if person.may_decide:
            yield person


def _not_named(view: RequestView) -> Phrase:
    return (f"You are not among the approvers that the rule “{view.rule}” names for request {view.id}.",)


async def _refusal(context: Context, view: RequestView, user: str, verb: str, why: Phrase) -> NotAnApprover:
    fact = Objected(actor=user, at=context.clock.now(), verb=verb, why=plain(why))
    async with context.database.begin() as session:
        await record(session, view.id, fact)
    return NotAnApprover(*why)
