"""The count: nobody twice, no order that matters, nothing that was taken back, and a no is a no."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.principals import Principal
from bot.governance.approval.requirement import NOBODY, Requirement, Stage
from bot.governance.approval.tally import Blocked, Met, Tally, Waiting, standing, tally
from tests.governance.parts import DAY, HOUR, LENA, MIRA, OMAR, SAM, START, group, users

SECOND = timedelta(seconds=1)
LEADS, SECURITY, OWNERS = group("S0LEADS"), group("S0SECURITY"), group("S0OWNERS")
LEAD, GUARD, OWNER = Stage(1, (LEADS,)), Stage(1, (SECURITY,)), Stage(1, (OWNERS,))


def wanting(*stages: Stage) -> Requirement:
    """A requirement of these stages."""
    return Requirement(stages, DAY)


def yes(voter: str, *admitted_by: Principal, after: timedelta = timedelta(0), number: int | None = None) -> Ballot:
    """Somebody agrees."""
    return Ballot(voter=voter, choice=Choice.APPROVE, at=START + after, admitted_by=admitted_by, id=number)


def no(voter: str, *, after: timedelta = timedelta(0), number: int | None = None) -> Ballot:
    """Somebody does not."""
    return Ballot(voter=voter, choice=Choice.DENY, at=START + after, id=number)


def counted(requirement: Requirement, *ballots: Ballot) -> Tally:
    """The tally an hour later."""
    return tally(requirement, ballots, START + HOUR)


def test_what_nobody_has_to_agree_to_is_met_at_once() -> None:
    assert counted(NOBODY) == Met(0)
    assert NOBODY.required == 0


def test_without_a_ballot_the_first_stage_is_waited_for() -> None:
    assert counted(wanting(LEAD, GUARD)) == Waiting(0, 0)


def test_one_stage_of_two_wants_two_different_people() -> None:
    two = wanting(Stage(2, users(OMAR, LENA, MIRA)))
    assert counted(two, yes(OMAR, *users(OMAR))) == Waiting(0, 1)
    assert counted(two, yes(OMAR, *users(OMAR)), yes(OMAR, *users(OMAR))) == Waiting(0, 1)
    assert counted(two, yes(OMAR, *users(OMAR)), yes(MIRA, *users(MIRA))) == Met(2)


def test_more_than_are_needed_do_no_harm_and_are_not_counted() -> None:
    one = wanting(Stage(1, users(OMAR, LENA)))
    assert counted(one, yes(OMAR, *users(OMAR)), yes(LENA, *users(LENA))) == Met(1)


def test_whoever_is_admitted_by_nothing_that_is_asked_for_fills_no_seat() -> None:
    assert counted(wanting(LEAD), yes(SAM), yes(OMAR, SECURITY)) == Waiting(0, 0)


def test_one_person_who_could_sit_in_two_stages_sits_in_one() -> None:
    both = wanting(LEAD, GUARD)
    assert counted(both, yes(OMAR, LEADS, SECURITY)) == Waiting(1, 1)
    assert counted(both, yes(OMAR, LEADS, SECURITY), yes(OMAR, LEADS, SECURITY)) == Waiting(1, 1)


@pytest.mark.parametrize("turned", [False, True])
def test_whoever_could_sit_elsewhere_makes_room_for_somebody_who_could_not(turned: bool) -> None:
    ballots = [yes(OMAR, LEADS, SECURITY), yes(LENA, LEADS)]
    assert counted(wanting(LEAD, GUARD), *(reversed(ballots) if turned else ballots)) == Met(2)


@pytest.mark.parametrize("turned", [False, True])
def test_a_chain_of_three_makes_room_too(turned: bool) -> None:
    ballots = [yes(OMAR, LEADS, SECURITY), yes(LENA, SECURITY, OWNERS), yes(MIRA, LEADS)]
    assert counted(wanting(LEAD, GUARD, OWNER), *(reversed(ballots) if turned else ballots)) == Met(3)


@pytest.mark.parametrize("turned", [False, True])
def test_which_stage_is_waited_for_does_not_hang_on_who_came_first(turned: bool) -> None:
    ballots = [yes(OMAR, LEADS, OWNERS), yes(LENA, LEADS, SECURITY)]
    found = counted(wanting(LEAD, GUARD, OWNER), *(reversed(ballots) if turned else ballots))
    assert found == Waiting(2, 2), "earlier stages are filled first"


def test_a_no_of_somebody_who_may_blocks_whatever_the_others_say() -> None:
    one = wanting(Stage(1, users(OMAR)))
    assert counted(one, yes(OMAR, *users(OMAR)), no(LENA)) == Blocked(LENA)
    assert counted(one, no(LENA), yes(OMAR, *users(OMAR))) == Blocked(LENA)


def test_of_two_who_say_no_the_first_is_named() -> None:
    assert counted(wanting(LEAD), no(LENA), no(MIRA)) == Blocked(LENA)


def test_a_ballot_of_later_does_not_count_yet() -> None:
    one = wanting(Stage(1, users(OMAR)))
    later = yes(OMAR, *users(OMAR), after=HOUR)
    assert tally(one, [later], START + HOUR - SECOND) == Waiting(0, 0)
    assert tally(one, [later], START + HOUR) == Met(1)
    assert tally(one, [yes(OMAR, *users(OMAR)), no(LENA, after=HOUR)], START) == Met(1)


def test_what_was_voided_counts_no_more() -> None:
    one = wanting(Stage(1, users(OMAR, LENA)))
    given = yes(OMAR, *users(OMAR), number=1)
    edit = Ballot(voter=LENA, choice=Choice.APPROVE, at=START + SECOND, voids=(1,), id=2)
    assert counted(one, given) == Met(1)
    assert counted(one, given, edit) == Waiting(0, 0)
    assert [ballot.id for ballot in standing([given, edit])] == [2]


def test_a_denial_can_be_voided_too() -> None:
    again = Ballot(voter=OMAR, choice=Choice.APPROVE, at=START, admitted_by=users(OMAR), voids=(1,), id=2)
    assert counted(wanting(Stage(1, users(OMAR))), no(OMAR, number=1), again) == Met(1)


def test_what_is_not_stored_yet_cannot_have_been_voided() -> None:
    fresh = yes(OMAR, *users(OMAR))
    assert fresh in standing([fresh, Ballot(voter=LENA, choice=Choice.DENY, at=START, voids=(1,), id=2)])


def test_a_void_of_later_takes_nothing_back_yet() -> None:
    given = yes(OMAR, *users(OMAR), number=1)
    edit = Ballot(voter=OMAR, choice=Choice.APPROVE, at=START + HOUR, voids=(1,), id=2)
    assert tally(wanting(Stage(1, users(OMAR))), [given, edit], START) == Met(1)


# Against an oracle that tries everything

PRINCIPALS: tuple[Principal, ...] = (LEADS, SECURITY, OWNERS)
STAGES = st.lists(
    st.builds(
        Stage, st.integers(1, 2), st.lists(st.sampled_from(PRINCIPALS), min_size=1, max_size=2, unique=True).map(tuple)
    ),
    min_size=2,
    max_size=3,
)
VOTERS = st.dictionaries(
    st.sampled_from(["U0A", "U0B", "U0C", "U0D"]),
    st.sets(st.sampled_from(PRINCIPALS), min_size=1, max_size=2),
    min_size=2,
    max_size=4,
)


def filled(stages: Sequence[Stage], seating: Sequence[int | None]) -> tuple[bool, ...]:
    """Which seats, in the order of the stages, have somebody in them, where each voter sits in the stage named."""
    return tuple(seating.count(number) > place for number, stage in enumerate(stages) for place in range(stage.need))


def best(stages: Sequence[Stage], voters: dict[str, set[Principal]]) -> tuple[bool, ...]:
    """The most seats that can be filled, earlier ones first: every seating is tried."""
    choices = [
        [None, *(number for number, stage in enumerate(stages) if admitted.intersection(stage.of))]
        for admitted in voters.values()
    ]
    return max((filled(stages, seating) for seating in product(*choices)), key=lambda seats: (sum(seats), seats))


@settings(max_examples=300)
@given(STAGES, VOTERS)
def test_it_finds_what_trying_every_seating_finds_in_whatever_order_people_voted(
    stages: list[Stage], voters: dict[str, set[Principal]]
) -> None:
    ballots = [yes(voter, *admitted) for voter, admitted in voters.items()]
    seats = best(stages, voters)
    owners = [number for number, stage in enumerate(stages) for _ in range(stage.need)]
    lacking = next((owner for owner, is_filled in zip(owners, seats, strict=True) if not is_filled), None)
    expected = Met(sum(seats)) if lacking is None else Waiting(lacking, sum(seats))
    for order in permutations(ballots):
        assert counted(wanting(*stages), *order) == expected


@given(STAGES, VOTERS)
def test_nobody_fills_two_seats(stages: list[Stage], voters: dict[str, set[Principal]]) -> None:
    ballots = [yes(voter, *admitted) for voter, admitted in voters.items() for _ in range(2)]
    found = counted(wanting(*stages), *ballots)
    assert not isinstance(found, Blocked)
    assert found.given <= len(voters)


@given(STAGES, VOTERS, st.sampled_from(["U0A", "U0B", "U0C", "U0D"]))
def test_one_more_approval_never_takes_anything_away(
    stages: list[Stage], voters: dict[str, set[Principal]], newcomer: str
) -> None:
    ballots = [yes(voter, *admitted) for voter, admitted in voters.items()]
    before, after = counted(wanting(*stages), *ballots), counted(wanting(*stages), *ballots, yes(newcomer, *PRINCIPALS))
    assert not isinstance(before, Blocked)
    assert not isinstance(after, Blocked)
    assert after.given >= before.given
    assert isinstance(after, Met) or isinstance(before, Waiting)
