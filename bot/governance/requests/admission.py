"""Whom a requirement admits, as of now, and whether there are enough of them."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass

from bot.governance import humans
from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.principals import Principal
from bot.governance.approval.requirement import Requirement
from bot.governance.approval.tally import Met, tally
from bot.governance.context import Context
from bot.governance.people import Directory, DirectoryUnavailable, Person
from bot.governance.requests.bars import Bar


@dataclass(frozen=True, slots=True)
class Eligible:
    """How many people may approve, whether they are enough, and who is named and barred, and why.

    Where there are enough, no further was counted than to that.
    """

    count: int
    is_enough: bool
    barred: Mapping[str, Bar]


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


async def is_admitted(requirements: Iterable[Requirement], person: Person, directory: Directory) -> bool:
    """Whether any of the requirements admits the person; raises as `admitting` does."""
    for requirement in requirements:
        if await admitting(requirement, person, directory):
            return True
    return False


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


async def count_eligible(context: Context, requirement: Requirement, bars: Mapping[str, Bar]) -> Eligible:
    """How many people may approve, whatever number of accounts they have; raises `DirectoryUnavailable`."""
    now = context.clock.now()
    named = await _named(context, requirement)
    barred = {user: bars[user] for user in sorted(named & bars.keys())}
    ballots: dict[str, Ballot] = {}
    async for person in _deciding(context, named - bars.keys()):
        human = min(await humans.aliases(context, person.id))
        admitted = await admitting(requirement, person, context.directory)
        earlier = ballots[human].admitted_by if human in ballots else ()
        ballots[human] = Ballot(voter=human, choice=Choice.APPROVE, at=now, admitted_by=(*earlier, *admitted))
        if isinstance(tally(requirement, ballots.values(), now), Met):
            return Eligible(len(ballots), True, barred)
    return Eligible(len(ballots), False, barred)


async def _named(context: Context, requirement: Requirement) -> frozenset[str]:
    """Whoever is named, by themselves or by a group."""
    named: frozenset[str] = frozenset()
    for principal in requirement.principals():
        named |= await principal.people(context.directory)
    return named


async def _deciding(context: Context, users: frozenset[str]) -> AsyncIterator[Person]:
    """Those of them who decide anything at all."""
    for user in sorted(users):
        person = await context.directory.person(user)
        if person.may_decide:
            yield person
