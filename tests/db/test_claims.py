"""What there is to do, as rows; what a request is about; and who keeps a claim."""

import asyncio
from datetime import timedelta
from typing import Any

from bot.db import claims, requests
from bot.db.models import OperationRequest
from bot.db.session import Database
from tests.db.rows import NOW, SOON, request_row

APPROVED, EXECUTING = "approved", "executing"


async def stored(database: Database, **more: Any) -> int:
    """A new request's number."""
    async with database.begin() as session:
        number = await requests.add(session, request_row(**more))
    assert number is not None
    return number


async def read(database: Database, number: int) -> OperationRequest:
    """The row as it is."""
    async with database.begin() as session:
        row = await requests.get(session, number)
    assert row is not None
    return row


async def test_the_rows_of_the_states_come_oldest_first(database: Database) -> None:
    first = await stored(database, status=EXECUTING, claimed_by="a", lease_until=SOON)
    await stored(database)
    second = await stored(database, status=APPROVED, resume_at=SOON, waits_because="why", subjects=["acme/jane"])
    async with database.begin() as session:
        found = await claims.in_states(session, [APPROVED, EXECUTING])
        assert await claims.in_states(session, []) == []
    day = NOW + timedelta(days=1)
    assert found == [
        claims.Row(first, EXECUTING, day, NOW, "a", SOON, None, None, None),
        claims.Row(second, APPROVED, day, NOW, None, None, SOON, "why", ["acme/jane"]),
    ]


async def test_a_page_is_of_those_above_a_number_and_no_more_than_asked_for(database: Database) -> None:
    first, second, third = [await stored(database, status=APPROVED) for _ in range(3)]
    async with database.begin() as session:
        assert [row.id for row in await claims.in_states(session, [APPROVED], limit=2)] == [first, second]
        assert [row.id for row in await claims.in_states(session, [APPROVED], after=first, limit=9)] == [second, third]


async def test_it_is_ready_from_the_decision_on_where_there_was_one(database: Database) -> None:
    await stored(database, status=APPROVED, decided_at=SOON)
    async with database.begin() as session:
        [row] = await claims.in_states(session, [APPROVED])
    assert row.ready_at == SOON


async def test_what_a_request_is_about_is_remembered_even_where_it_is_nothing(database: Database) -> None:
    number, other = await stored(database), await stored(database)
    async with database.begin() as session:
        await claims.remember_subjects(session, number, ())
    assert ((await read(database, number)).subjects, (await read(database, other)).subjects) == ([], None)


async def test_a_lease_is_kept_only_by_who_has_it_and_while_it_is_being_done(database: Database) -> None:
    number = await stored(database, status=EXECUTING, lease_until=NOW, claimed_by="a")

    async def keep(holder: str, status: str = EXECUTING) -> bool:
        async with database.begin() as session:
            return await claims.extend(session, number, status=status, holder=holder, lease_until=SOON)

    assert [await keep("b"), await keep("a", APPROVED), await keep("a")] == [False, False, True]
    assert (await read(database, number)).lease_until == SOON


async def test_progress_ends_the_row_of_postponements(database: Database) -> None:
    wait = {"postponements": 3, "waits_because": "why", "waits_since": NOW}
    number, other = await stored(database, **wait), await stored(database, **wait)
    async with database.begin() as session:
        await claims.made_progress(session, number)
    row = await read(database, number)
    assert (row.postponements, row.waits_because, row.waits_since) == (0, None, None)
    assert (await read(database, other)).postponements == 3


async def test_one_transaction_after_another_has_the_lock(database: Database) -> None:
    inside, together = set[int](), list[int]()

    async def enter(number: int) -> None:
        async with database.begin() as session:
            await claims.lock(session)
            await requests.get(session, number)
            inside.add(number)
            await requests.get(session, number)
            together.append(len(inside))
            inside.discard(number)

    await asyncio.gather(*(enter(number) for number in range(5)))
    assert together == [1] * 5
