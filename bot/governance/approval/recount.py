"""What the ballots come to as of now: by people instead of accounts, and by who these people are now: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.principals import Principal
from bot.governance.approval.tally import standing
from bot.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Voter:
    """Who an account is now. `human` is the same for all accounts of one person, `admitted_by` is what lets them vote.

    `fault` says why they may not, as a clause behind their name; empty where they may.
    """

    human: str
    admitted_by: tuple[Principal, ...] = ()
    fault: Phrase = ()


def recount(ballots: Iterable[Ballot], voters: Mapping[str, Voter]) -> tuple[Ballot, ...]:
    """The approvals that count now, one a person: by whichever of their accounts, and for all that these may.

    Of somebody who is not among the voters, nobody knows who they are now: they do not count.
    """
    counted: dict[str, Ballot] = {}
    for ballot in approvals(ballots):
        voter = voters.get(ballot.voter)
        if voter is None or voter.fault:
            continue
        earlier = counted.get(voter.human)
        admitted = (*(earlier.admitted_by if earlier else ()), *voter.admitted_by)
        first = earlier or replace(ballot, voter=voter.human)
        counted[voter.human] = replace(first, admitted_by=tuple(dict.fromkeys(admitted)))
    return tuple(counted.values())


def approvals(ballots: Iterable[Ballot]) -> tuple[Ballot, ...]:
    """The approvals that nobody has taken back or voided, in order."""
    return tuple(ballot for ballot in standing(ballots) if ballot.choice is Choice.APPROVE)
