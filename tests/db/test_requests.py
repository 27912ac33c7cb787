"""A state change is one conditional update: who gets the row acts, and nobody else."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.db import requests
from bot.db.batches import BATCH
from bot.db.models import OperationRequest
from bot.db.session import Database
from tests.db.rows import NOW, SOON, request_row

PENDING, APPROVED, EXECUTING = "pending", "approved", "executing"


async def stored(database: Database, **values: object) -> int:
    """The number of a new request."""
    async with database.begin() as session:
        number = await requests.add(session, request_row(**values))
    assert number is not None
    return number


async def read(database: Database, number: int) -> OperationRequest:
    """The request as it stands."""
    async with database.begin() as session:
        row = await requests.get(session, number)
    assert row is not None
    return row


async def test_the_same_source_twice_is_one_request(database: Database) -> None:
    first = await stored(database, source_key="view:V1")
    async with database.begin() as session:
        assert await requests.add(session, request_row(source_key="view:V1", reason="again")) is None
        known = await requests.get_by_source(session, "view:V1")
    assert known is not None
    assert (known.id, known.reason) == (first, "why")


async def test_requests_without_a_source_are_never_the_same(database: Database) -> None:
    assert await stored(database) != await stored(database)


async def test_a_refused_double_leaves_the_transaction_usable(database: Database) -> None:
    await stored(database, source_key="one")
    async with database.begin() as session:
        await requests.add(session, request_row(source_key="one"))
        assert await requests.add(session, request_row(source_key="two")) is not None
    async with database.begin() as session:
        assert await requests.count_by_status(session) == {PENDING: 2}


async def test_a_row_is_locked_only_in_the_states_named(database: Database) -> None:
    number = await stored(database)
    async with database.begin() as session:
        assert await requests.lock(session, number, [APPROVED]) is None
        assert await requests.lock(session, 999, [PENDING]) is None
        locked = await requests.lock(session, number, [PENDING, APPROVED])
    assert locked is not None
    assert locked.version == 2


async def test_a_move_takes_the_row_once(database: Database) -> None:
    number = await stored(database)
    async with database.begin() as session:
        moved = await requests.move(session, number, sources=[PENDING], target="denied", decided_by="U0OMAR")
    assert moved is not None
    assert (moved.status, moved.version, moved.decided_by) == ("denied", 2, "U0OMAR")
    async with database.begin() as session:
        assert await requests.move(session, number, sources=[PENDING], target=APPROVED) is None
    assert (await read(database, number)).status == "denied"


async def test_a_move_from_nowhere_moves_nothing(database: Database) -> None:
    number = await stored(database)
    async with database.begin() as session:
        assert await requests.move(session, number, sources=[], target=APPROVED) is None


async def test_of_many_who_move_at_once_one_wins(database: Database) -> None:
    number = await stored(database)

    async def decide(target: str) -> bool:
        async with database.begin() as session:
            return await requests.move(session, number, sources=[PENDING], target=target) is not None

    won = await asyncio.gather(*(decide(target) for target in ("approved", "denied", "cancelled", "expired") * 3))
    assert sum(won) == 1
    assert (await read(database, number)).version == 2


async def test_what_has_run_out_is_due_to_the_moment_and_only_in_the_states_named(database: Database) -> None:
    old = await stored(database, expires_at=NOW)
    await stored(database, expires_at=NOW + timedelta(microseconds=1))
    await stored(database, expires_at=NOW, status="denied")
    approved = await stored(database, expires_at=NOW - timedelta(days=9), status=APPROVED)
    async with database.begin() as session:
        assert list(await requests.due(session, [PENDING, APPROVED], NOW)) == [old, approved]
        assert list(await requests.due(session, [], NOW)) == []


async def test_one_executor_takes_over_and_the_other_does_not(database: Database) -> None:
    number = await stored(database, status=EXECUTING, lease_until=NOW - timedelta(1), claimed_by="dead", attempts=1)

    async def take(executor: str) -> bool:
        async with database.begin() as session:
            taken = await requests.move(
                session,
                number,
                sources=[EXECUTING],
                lease_over_by=NOW,
                attempts=1,
                claimed_by=executor,
                lease_until=SOON,
            )
            return taken is not None

    assert sum(await asyncio.gather(*(take(f"executor {n}") for n in range(6)))) == 1
    row = await read(database, number)
    assert (row.status, row.attempts, row.lease_until) == (EXECUTING, 2, SOON)


async def test_requests_are_counted_by_state(database: Database) -> None:
    for status in (PENDING, PENDING, APPROVED):
        await stored(database, status=status)
    async with database.begin() as session:
        assert await requests.count_by_status(session) == {PENDING: 2, APPROVED: 1}


async def moved(database: Database, number: int, **conditions: Any) -> bool:
    """Whether an execution that is being done could be moved, under these conditions."""
    async with database.begin() as session:
        return await requests.move(session, number, sources=[EXECUTING], **conditions) is not None


async def test_only_the_holder_moves_what_is_claimed(database: Database) -> None:
    number = await stored(database, status=EXECUTING, claimed_by="a")
    assert not await moved(database, number, holder="b", target="failed")
    assert await moved(database, number, holder="a", target="succeeded")
    assert (await read(database, number)).status == "succeeded"


async def test_nobody_holds_what_is_not_claimed(database: Database) -> None:
    number = await stored(database, status=EXECUTING)
    assert not await moved(database, number, holder="a", target="failed")


async def test_a_lease_has_to_be_over_and_not_only_ending(database: Database) -> None:
    number = await stored(database, status=EXECUTING, lease_until=NOW)
    assert not await moved(database, number, lease_over_by=NOW, claimed_by="b")
    assert await moved(database, number, lease_over_by=NOW + timedelta(microseconds=1), claimed_by="b")
    assert (await read(database, number)).claimed_by == "b"


async def test_a_claim_without_a_lease_is_never_over(database: Database) -> None:
    number = await stored(database, status=EXECUTING, lease_until=None)
    assert not await moved(database, number, lease_over_by=SOON)


async def test_what_has_to_be_due_is_due_to_the_moment(database: Database) -> None:
    number = await stored(database, status=EXECUTING, expires_at=NOW)
    assert not await moved(database, number, due_by=NOW - timedelta(microseconds=1))
    assert await moved(database, number, due_by=NOW)


async def test_all_conditions_have_to_hold_together(database: Database) -> None:
    number = await stored(database, status=EXECUTING, claimed_by="a", lease_until=NOW, expires_at=NOW)
    holding = {"holder": "a", "lease_over_by": SOON, "due_by": SOON}
    for wrong in ({"holder": "b"}, {"lease_over_by": NOW}, {"due_by": NOW - timedelta(1)}):
        assert not await moved(database, number, **holding | wrong)
    assert await moved(database, number, **holding)
    assert (await read(database, number)).version == 2


async def test_without_a_target_the_state_stays_and_only_what_is_asked_for_changes(database: Database) -> None:
    number = await stored(database, status=EXECUTING, attempts=1, claimed_by="a")
    assert await moved(database, number, lease_until=SOON)
    row = await read(database, number)
    assert (row.status, row.attempts, row.claimed_by, row.lease_until) == (EXECUTING, 1, "a", SOON)
    assert await moved(database, number, attempts=1)
    assert (await read(database, number)).attempts == 2


async def test_an_attempt_is_taken_back_too(database: Database) -> None:
    number = await stored(database, status=EXECUTING, attempts=2)
    assert await moved(database, number, attempts=-1)
    assert (await read(database, number)).attempts == 1


@pytest.mark.parametrize(("resume_at", "is_due"), [(None, True), (NOW, True), (SOON, False)])
async def test_what_waits_is_not_moved_before_its_time(
    database: Database, resume_at: datetime | None, is_due: bool
) -> None:
    number = await stored(database, status=EXECUTING, resume_at=resume_at)
    assert await moved(database, number, resumes_by=NOW) is is_due


@pytest.mark.parametrize(("holder", "is_free"), [(None, True), ("a", False)])
async def test_what_somebody_has_is_not_taken_as_if_nobody_had_it(
    database: Database, holder: str | None, is_free: bool
) -> None:
    number = await stored(database, status=EXECUTING, claimed_by=holder)
    assert await moved(database, number, is_unclaimed=True) is is_free


async def test_a_row_that_has_changed_since_it_was_seen_is_not_moved(database: Database) -> None:
    number = await stored(database, status=EXECUTING)
    assert not await moved(database, number, version=2)
    assert await moved(database, number, version=1)
    assert not await moved(database, number, version=1)


async def test_only_one_request_is_moved(database: Database) -> None:
    first, second = await stored(database, status=EXECUTING), await stored(database, status=EXECUTING)
    assert await moved(database, first, target="failed")
    assert (await read(database, second)).status == EXECUTING


async def test_somebodys_own_come_newest_first_and_no_more_than_asked_for(database: Database) -> None:
    first, _, third = await stored(database), await stored(database, requester="U0SAM"), await stored(database)
    async with database.begin() as session:
        assert [row.id for row in await requests.of_requester(session, "U0ANN", limit=9)] == [third, first]
        assert [row.id for row in await requests.of_requester(session, "U0ANN", limit=1)] == [third]


async def test_those_in_a_state_come_oldest_first_and_no_more_than_asked_for(database: Database) -> None:
    first, _, third = await stored(database), await stored(database, status=APPROVED), await stored(database)
    async with database.begin() as session:
        assert [row.id for row in await requests.in_states(session, [PENDING], limit=9)] == [first, third]
        assert [row.id for row in await requests.in_states(session, [PENDING], limit=1)] == [first]
        assert await requests.in_states(session, [], limit=9) == []


async def test_a_move_answers_the_row_as_it_is_then_where_it_was_read_before(database: Database) -> None:
    number = await stored(database, status=EXECUTING, attempts=1)
    async with database.begin() as other:
        assert await requests.get(other, number) is not None
        row = await requests.move(other, number, sources=[EXECUTING], target="failed", attempts=1, error="no")
    assert row is not None
    assert (row.status, row.attempts, row.version, row.error) == ("failed", 2, 2, "no")


async def test_a_move_answers_what_somebody_else_has_changed_since_it_was_read(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    number = await stored(database)
    async with database.begin() as session:
        assert await requests.get(session, number) is not None
        async with database.begin() as other:
            await requests.move(other, number, sources=[PENDING], expires_at=SOON)
        row = await requests.move(session, number, sources=[PENDING], target=APPROVED)
    await database.close()
    assert row is not None
    assert (row.status, row.expires_at, row.version) == (APPROVED, SOON, 3)


async def test_what_is_due_is_answered_a_page_at_a_time(database: Database) -> None:
    async with database.begin() as session:
        session.add_all(request_row(expires_at=NOW) for _ in range(BATCH + 1))
    async with database.begin() as session:
        first = await requests.due(session, [PENDING], NOW)
        assert (len(first), list(first)) == (BATCH, sorted(first))
        [last] = await requests.due(session, [PENDING], NOW, after=first[-1])
        assert last > first[-1]
        assert list(await requests.due(session, [PENDING], NOW, after=last)) == []
