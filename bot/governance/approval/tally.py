"""Whether the ballots meet the requirement: pure, and nobody counts in two stages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.requirement import Requirement, Stage


@dataclass(frozen=True, slots=True)
class Waiting:
    """`stage` (from 0) is the first that lacks somebody; `given` approvals count so far, in all stages together."""

    stage: int
    given: int


@dataclass(frozen=True, slots=True)
class Met:
    """Everybody who was needed has agreed."""

    given: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """Somebody who may has said no."""

    by: str


Tally: TypeAlias = Waiting | Met | Blocked


def tally(requirement: Requirement, ballots: Iterable[Ballot], now: datetime) -> Tally:
    """Where the request stands at `now`; ballots given later do not count yet, so any moment can be looked at again."""
    counting = standing(ballot for ballot in ballots if ballot.at <= now)
    refusal = next((ballot for ballot in counting if ballot.choice is Choice.DENY), None)
    if refusal is not None:
        return Blocked(refusal.voter)
    by_voter = {ballot.voter: ballot for ballot in reversed(counting)}
    seats = [stage for stage, each in enumerate(requirement.stages) for _ in range(each.need)]
    seated = seat(seats, requirement.stages, by_voter)
    empty = next((stage for number, stage in enumerate(seats) if number not in seated), None)
    return Met(len(seated)) if empty is None else Waiting(empty, len(seated))


def standing(ballots: Iterable[Ballot]) -> Sequence[Ballot]:
    """The ballots that count, in order: none that another one has voided, and none that only voids."""
    given = list(ballots)
    void = {number for ballot in given for number in ballot.voids}
    return [b for b in given if b.choice is not Choice.VOID and (b.id is None or b.id not in void)]


def seat(seats: Sequence[int], stages: Sequence[Stage], ballots: Mapping[str, Ballot]) -> Mapping[int, str]:
    """Who sits where: seat's number to voter, as many as can, earlier stages first.

    Each seat in turn looks for somebody, and whoever sits elsewhere moves where that lets another one in (augmenting
    paths, as Kuhn has them). Which seats are filled is then the same for every order in which people voted.
    """
    taken: dict[int, str] = {}
    place: dict[str, int] = {}

    def fill(number: int, tried: set[str]) -> bool:
        of = set(stages[seats[number]].of)
        for voter, ballot in ballots.items():
            if voter in tried or of.isdisjoint(ballot.admitted_by):
                continue
            tried.add(voter)
            if voter not in place or fill(place[voter], tried):
                taken[number], place[voter] = voter, number
                return True
        return False

    for number in range(len(seats)):
        fill(number, set())
    return taken
