"""What a rule asks for, as a value and as a row holds it."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.governance.approval.principals import User, UserGroup
from bot.governance.approval.requirement import (
    EXECUTE_WITHIN,
    NOBODY,
    Requirement,
    Stage,
    dump_requirement,
    load_requirement,
)
from tests.governance.parts import DAY, HOUR, LEADS, LENA, OMAR

IDS = st.text("ABC123", min_size=1, max_size=5)
OF = st.lists(st.one_of(st.builds(User, IDS), st.builds(UserGroup, IDS)), max_size=3).map(tuple)
TIMES = st.timedeltas(timedelta(seconds=1), timedelta(days=60)).map(lambda time: timedelta(seconds=time.seconds + 1))
REQUIREMENTS = st.builds(
    Requirement, st.lists(st.builds(Stage, st.integers(1, 9), OF), max_size=3).map(tuple), TIMES, TIMES
)
STORED = {
    "stages": [{"need": 2, "of": [{"kind": "user", "id": OMAR}, {"kind": "group", "id": LEADS}]}],
    "deadline": 3600.0,
    "execute_within": 86400.0,
}


@given(REQUIREMENTS)
def test_it_is_the_same_after_a_visit_to_a_row(requirement: Requirement) -> None:
    assert load_requirement(json.loads(json.dumps(dump_requirement(requirement)))) == requirement


def test_rows_that_exist_keep_their_meaning() -> None:
    wanted = Requirement((Stage(2, (User(OMAR), UserGroup(LEADS))),), HOUR, DAY)
    assert load_requirement(STORED) == wanted
    assert dump_requirement(wanted) == {**STORED, "beneficiary": "barred"}


def test_all_stages_together_say_how_many_are_required() -> None:
    assert Requirement((Stage(2, ()), Stage(1, ())), DAY).required == 3
    assert NOBODY.required == 0


def test_everybody_is_named_once_in_the_order_of_the_stages() -> None:
    first, second = Stage(1, (User(OMAR), UserGroup(LEADS))), Stage(1, (User(LENA), User(OMAR)))
    assert list(Requirement((first, second), DAY).principals()) == [User(OMAR), UserGroup(LEADS), User(LENA)]


def test_the_bot_has_a_day_where_nobody_says_otherwise() -> None:
    assert Requirement((), HOUR).execute_within == EXECUTE_WITHIN == timedelta(days=1)


@pytest.mark.parametrize("key", ["stages", "deadline", "execute_within"])
def test_a_row_that_lacks_something_is_not_understood(key: str) -> None:
    with pytest.raises(LookupError):
        load_requirement({name: value for name, value in STORED.items() if name != key})


def test_a_row_with_an_approver_of_a_later_version_is_not_understood() -> None:
    stages = [{"need": 1, "of": [{"kind": "team_owners", "id": "x"}]}]
    with pytest.raises(LookupError):
        load_requirement({**STORED, "stages": stages})
