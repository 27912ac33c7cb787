"""Who can still act on a pending request, and as whom: for messages and for Home, which decide nothing."""

from collections.abc import AsyncIterator, Collection, Sequence

from bot.governance import humans
from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.principals import Principal
from bot.governance.approval.requirement import Requirement
from bot.governance.approval.tally import Met, tally
from bot.governance.context import Context
from bot.governance.requests.admission import admitting
from bot.governance.requests.bars import find_bars
from bot.governance.views import RequestView


async def named(context: Context, requirements: Sequence[Requirement]) -> frozenset[str]:
    """Everybody whom any of the requirements names, by themselves or by a group; raises `DirectoryUnavailable`."""
    principals = dict.fromkeys(each for requirement in requirements for each in requirement.principals())
    people = [await principal.people(context.directory) for principal in principals]
    return frozenset[str]().union(*people)


async def able(
    context: Context, view: RequestView, users: Collection[str]
) -> AsyncIterator[tuple[str, tuple[Principal, ...]]]:
    """Those of the people whose approval would still count, and as what, in the order of their ids.

    Whom it is about is as its row has it: Docker Hub is not asked, and a press is judged by what it says then. Raises
    `DirectoryUnavailable`.
    """
    about = view.about or ()
    bars = await find_bars(context, view.requester, about, spares=view.spares_beneficiaries, origin=view.origin)
    voted = [await humans.aliases(context, voter) for voter in view.approvals]
    for user in sorted(set(users).difference(bars, *voted)):
        if of := await may_add(context, view, user):
            yield user, of


async def may_add(context: Context, view: RequestView, user: str) -> tuple[Principal, ...]:
    """As what the person would add an approval that is still lacking; empty where they would add none."""
    person, now = await context.directory.person(user), context.clock.now()
    if not person.may_decide:
        return ()
    found: dict[Principal, None] = {}
    for requirement in view.requirements:
        of = await admitting(requirement, person, context.directory)
        more = Ballot(voter=user, choice=Choice.APPROVE, at=now, admitted_by=of)
        before, after = (tally(requirement, each, now) for each in (view.ballots, (*view.ballots, more)))
        if isinstance(after, Met) or getattr(after, "given", 0) > getattr(before, "given", 0):
            found |= dict.fromkeys(of)
    return tuple(found)
