"""Ballots by people instead of accounts, and by who these people are now."""

from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.principals import User, UserGroup
from bot.governance.approval.recount import Voter, approvals, recount
from bot.governance.approval.requirement import Requirement, Stage
from bot.governance.approval.tally import Met, Waiting, tally
from tests.governance.parts import DAY, LEADS, LENA, MIRA, OMAR, START

OMAR_TOO = "U0OMARTOO"
EITHER = Stage(2, (User(OMAR), User(OMAR_TOO), UserGroup(LEADS)))


def yes(number: int, voter: str) -> Ballot:
    """An approval, given by whoever they were then."""
    return Ballot(id=number, voter=voter, choice=Choice.APPROVE, at=START, admitted_by=(User("U0THEN"),))


def test_who_they_are_now_counts_and_not_who_they_were() -> None:
    (counted,) = recount([yes(1, OMAR)], {OMAR: Voter(OMAR, (UserGroup(LEADS),))})
    assert (counted.voter, counted.admitted_by) == (OMAR, (UserGroup(LEADS),))


def test_two_accounts_of_one_person_are_one_ballot_with_all_that_either_may() -> None:
    voters = {OMAR: Voter(OMAR, (User(OMAR),)), OMAR_TOO: Voter(OMAR, (UserGroup(LEADS), User(OMAR)))}
    (counted,) = recount([yes(1, OMAR_TOO), yes(2, OMAR)], voters)
    assert (counted.voter, set(counted.admitted_by)) == (OMAR, {User(OMAR), UserGroup(LEADS)})
    assert tally(Requirement((EITHER,), DAY), (counted,), START) == Waiting(0, 1)


def test_of_two_people_each_counts() -> None:
    voters = {user: Voter(user, (UserGroup(LEADS),)) for user in (LENA, MIRA)}
    counted = recount([yes(1, LENA), yes(2, MIRA)], voters)
    assert tally(Requirement((Stage(2, (UserGroup(LEADS),)),), DAY), counted, START) == Met(2)


def test_who_may_not_any_more_and_who_was_not_asked_about_do_not_count() -> None:
    voters = {OMAR: Voter(OMAR, (User(OMAR),), ("has left",)), LENA: Voter(LENA, (User(LENA),))}
    assert [each.voter for each in recount([yes(1, OMAR), yes(2, LENA), yes(3, MIRA)], voters)] == [LENA]


def test_what_was_voided_and_what_only_voids_is_no_approval() -> None:
    voiding = Ballot(id=3, voter="hubwarden", choice=Choice.VOID, at=START, voids=(1,))
    no = Ballot(id=4, voter=MIRA, choice=Choice.DENY, at=START)
    assert [each.id for each in approvals([yes(1, OMAR), yes(2, LENA), voiding, no])] == [2]


def test_the_moment_of_the_first_account_stays() -> None:
    voters = {OMAR: Voter(OMAR, (User(OMAR),)), OMAR_TOO: Voter(OMAR, (User(OMAR_TOO),))}
    later = Ballot(id=2, voter=OMAR_TOO, choice=Choice.APPROVE, at=START + DAY)
    (counted,) = recount([yes(1, OMAR), later], voters)
    assert (counted.id, counted.at) == (1, START)
