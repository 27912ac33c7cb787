"""What is urgent: prepared once, one transaction for all steps, a connection that is opened again when it is lost."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import bindparam, exc, insert, select, text

from bot.db import inbox
from bot.db.models import StoredArrival
from bot.db.session import Database
from bot.db.urgent import Step, UrgentPostgreSQL
from tests.db.rows import NOW
from tests.db.test_inbox import row

OTHERS = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")


@pytest.fixture
async def on_postgresql(postgresql_url: str) -> AsyncIterator[Database]:
    """A database on the server, open."""
    database = Database(postgresql_url)
    yield database
    await database.close()


async def test_each_row_is_answered_in_its_order(database: Database) -> None:
    wanted = Step(select(bindparam("one", type_=StoredArrival.key.type)), [{"one": "a"}, {"one": "b"}])
    assert await database.urgently([wanted, Step(text("SELECT 3"), [{}])]) == [["a", "b"], [3]]


async def test_values_are_written_as_the_session_reads_them(database: Database) -> None:
    await database.urgently([inbox.add(database.dialect, [row("1")])])
    async with database.begin() as session:
        stored = await inbox.get(session, "1")
    assert stored is not None
    assert (stored.payload, stored.received_at) == (row("1")["payload"], row("1")["received_at"])


async def test_statements_of_many_steps_stand_together_or_not_at_all(database: Database) -> None:
    twice = Step(insert(StoredArrival), [row("1"), row("1")])
    with pytest.raises(exc.IntegrityError):
        await database.urgently([inbox.finish(["0"], holder="us", now=NOW), twice])
    async with database.begin() as session:
        assert await inbox.get(session, "1") is None


async def test_it_may_be_closed_twice(database: Database) -> None:
    await database.urgently([Step(text("SELECT 1"), [{}])])
    await database.close()
    await database.close()


async def test_a_connection_that_the_server_has_ended_meanwhile_is_opened_anew(on_postgresql: Database) -> None:
    assert await on_postgresql.urgently([inbox.add("postgresql", [row("1")])]) == [["1"]]
    async with on_postgresql.begin() as session:
        await session.execute(OTHERS)
    async with asyncio.timeout(5):
        while not ended(on_postgresql):  # noqa: ASYNC110  the far side's goodbye is on its way
            await asyncio.sleep(0.01)
    assert await on_postgresql.urgently([inbox.add("postgresql", [row("2")])]) == [["2"]]


def ended(database: Database) -> bool:
    """Whether the server has said something that nobody has read: its goodbye."""
    urgent = database._urgent
    assert isinstance(urgent, UrgentPostgreSQL)
    return urgent.has_news


async def test_one_that_breaks_off_in_the_middle_costs_that_transaction_alone(on_postgresql: Database) -> None:
    with pytest.raises(exc.OperationalError):
        await on_postgresql.urgently([Step(text("SELECT pg_terminate_backend(pg_backend_pid())"), [{}])])
    assert await on_postgresql.urgently([inbox.add("postgresql", [row("1")])]) == [["1"]]


async def test_who_comes_at_once_has_one_turn_after_the_other(on_postgresql: Database) -> None:
    steps = ([inbox.add("postgresql", [row(str(number)), row(f"{number}b")])] for number in range(20))
    answers = await asyncio.gather(*map(on_postgresql.urgently, steps))
    assert answers == [[[str(number), f"{number}b"]] for number in range(20)]
