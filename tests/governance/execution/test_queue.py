"""What is next: the oldest that can be done, never two of one subject at once, and nobody waits for a stranger."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.db.claims import Row
from bot.governance.execution.queue import EXPECTED_WAIT, NO_SLOT, Queue, Task, overlap, why_blocked
from bot.governance.ledger.lifecycle import Status
from tests.governance.parts import DAY, HOUR, START

SECOND = timedelta(seconds=1)


def row(number: int, status: Status = Status.APPROVED, **more: Any) -> Row:
    """A request that can be done at once; each is about something of its own."""
    values: dict[str, Any] = {
        "id": number,
        "status": status.value,
        "expires_at": START + DAY,
        "ready_at": START,
        "claimed_by": None,
        "lease_until": None,
        "resume_at": None,
        "waits_because": None,
        "subjects": [f"acme/{number}"],
    }
    return Row(**(values | more))


def claimed(number: int, *, lease_until: datetime = START + HOUR, **more: Any) -> Row:
    """One that is being done."""
    return row(number, Status.EXECUTING, claimed_by="one", lease_until=lease_until, **more)


def queue(*rows: Row, now: datetime = START, real_now: datetime = START) -> Queue:
    """As it is at a moment."""
    return Queue(rows, now, real_now)


def test_the_oldest_approved_request_is_next() -> None:
    assert queue(row(2), row(3)).next() == (2, Task.BEGIN)
    assert queue().next() is None


def test_what_somebody_looks_at_already_is_left_to_them() -> None:
    assert queue(row(2), row(3)).next(but={2}) == (3, Task.BEGIN)


def test_what_has_expired_is_not_begun_and_blocks_nobody() -> None:
    expired = row(1, expires_at=START, subjects=["acme/jane"])
    assert queue(expired).next() is None
    assert queue(expired, row(2, subjects=["acme/jane"])).next() == (2, Task.BEGIN)


def test_what_is_put_off_waits_for_its_moment_and_others_go_on() -> None:
    late = row(1, resume_at=START + SECOND)
    assert queue(late, row(2)).next() == (2, Task.BEGIN)
    assert queue(late, row(2), now=START + SECOND).next() == (1, Task.BEGIN)


def test_what_was_given_up_in_the_middle_goes_on_at_its_moment() -> None:
    given_up = row(1, Status.EXECUTING, resume_at=START + SECOND)
    assert queue(given_up).next() is None
    assert queue(given_up, now=START + SECOND).next() == (1, Task.RESUME)


@pytest.mark.parametrize(("over", "task"), [(timedelta(0), None), (timedelta(microseconds=1), Task.TAKE_OVER)])
def test_a_claim_is_taken_over_when_its_lease_is_over_by_the_machines_time(over: timedelta, task: Task | None) -> None:
    found = queue(claimed(1, lease_until=START), now=START + DAY / 2, real_now=START + over).next()
    assert (found[1] if found else None) is task


def test_an_old_one_that_was_left_does_not_wait_for_a_stream_of_new_ones() -> None:
    assert queue(claimed(1, lease_until=START - SECOND), row(2), row(3)).next() == (1, Task.TAKE_OVER)
    assert queue(row(1), claimed(2, lease_until=START - SECOND)).next() == (1, Task.BEGIN)


def test_two_on_one_subject_are_not_done_at_once_and_a_third_is() -> None:
    doing = claimed(1, subjects=["acme/jane", "acme/devs"])
    rows = (doing, row(2, subjects=["acme/devs"]), row(3, subjects=["globex/devs"]))
    assert queue(*rows).next() == (3, Task.BEGIN)


def test_what_was_given_up_in_the_middle_keeps_its_subjects() -> None:
    given_up = row(1, Status.EXECUTING, resume_at=START + HOUR, subjects=["acme/jane"])
    assert queue(given_up, row(2, subjects=["acme/jane"])).next() is None


def test_even_a_younger_one_that_is_being_done_blocks() -> None:
    assert queue(row(1, subjects=["acme/jane"]), claimed(2, subjects=["acme/jane"])).next() is None


def test_on_one_subject_the_older_comes_first_even_while_it_waits() -> None:
    late = row(1, resume_at=START + HOUR, subjects=["acme/jane"])
    assert queue(late, row(2, subjects=["acme/jane"]), row(3)).next() == (3, Task.BEGIN)


def test_what_is_blocked_blocks_in_its_turn_so_that_nobody_is_overtaken_for_ever() -> None:
    rows = (claimed(1, subjects=["a"]), row(2, subjects=["a", "b"]), row(3, subjects=["b"]))
    assert queue(*rows).next() is None
    assert queue(*rows[1:]).next() == (2, Task.BEGIN)


def test_the_rest_ends_when_the_next_one_goes_on() -> None:
    assert queue(row(1)).rest() is None
    rows = (row(1, resume_at=START + HOUR), row(2, Status.EXECUTING, resume_at=START + SECOND), row(3, resume_at=START))
    assert queue(*rows).rest() == SECOND


LATER = START + EXPECTED_WAIT


def test_whoever_waits_longer_than_expected_is_told_for_what() -> None:
    rows = (claimed(1, subjects=["a"]), row(2, subjects=["a"]), row(3), row(4, subjects=["a"]))
    assert queue(*rows, now=LATER).waits() == {2: why_blocked(1), 3: NO_SLOT, 4: why_blocked(1)}
    assert queue(*rows, now=LATER - SECOND).waits() == {}


def test_what_the_row_says_already_is_not_told_again() -> None:
    assert queue(row(1, waits_because=NO_SLOT), now=LATER).waits() == {}
    assert queue(row(1, waits_because=why_blocked(9)), now=LATER).waits() == {1: NO_SLOT}


def test_what_is_put_off_keeps_its_own_reason_until_it_could_go_on() -> None:
    late = row(1, resume_at=LATER + SECOND, waits_because="Docker Hub's rate limit is spent.")
    assert queue(late, now=LATER).waits() == {}
    assert queue(late, now=LATER + SECOND).waits() == {}
    assert queue(late, now=LATER + SECOND + EXPECTED_WAIT).waits() == {1: NO_SLOT}


@pytest.mark.parametrize(("subjects", "found"), [(["a"], True), (["b"], False), ([], False), (["b", "a"], True)])
def test_another_row_on_the_same_overlaps(subjects: list[str], found: bool) -> None:
    assert overlap([row(1, subjects=["a"]), row(2, subjects=["b"])], 2, subjects) is found
