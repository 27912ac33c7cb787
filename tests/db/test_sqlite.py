"""Statements run where they are asked for; what can wait goes to the thread."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.db.session import create_engine, create_reading_engine
from bot.db.sqlite import BEGIN


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The address of a file."""
    return f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite'}"


@asynccontextmanager
async def opened(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection of an engine that is disposed of at the end."""
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


async def threads_of(connection: AsyncConnection, *, end: str) -> dict[str, int]:
    """In which thread SQLite was given each statement of a transaction."""
    seen: dict[str, int] = {}

    def note(statement: str) -> None:
        seen[statement] = threading.get_ident()

    driver: Any = (await connection.get_raw_connection()).driver_connection
    driver._conn.set_trace_callback(note)
    await connection.execute(text("SELECT 1"))
    await getattr(connection, end.lower())()
    return seen


async def test_a_writer_waits_only_for_the_disk_in_another_thread(url: str) -> None:
    here = threading.get_ident()
    async with opened(create_engine(url)) as connection:
        seen = await threads_of(connection, end="COMMIT")
        assert {statement: thread == here for statement, thread in seen.items()} == {
            BEGIN: True,
            "SELECT 1": True,
            "COMMIT": False,
        }
        seen = await threads_of(connection, end="ROLLBACK")
        assert {statement: thread == here for statement, thread in seen.items()} == {
            BEGIN: True,
            "SELECT 1": True,
            "ROLLBACK": True,
        }


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
async def test_a_reader_waits_for_nothing_and_needs_no_other_thread(url: str, end: str) -> None:
    async with opened(create_engine(url)) as connection:
        await connection.execute(text("CREATE TABLE x (y)"))
        await connection.commit()
    async with opened(create_reading_engine(url)) as connection:
        seen = await threads_of(connection, end=end)
    assert list(seen) == ["BEGIN", "SELECT 1", end]
    assert set(seen.values()) == {threading.get_ident()}


async def test_rows_are_there_after_their_transaction(url: str) -> None:
    async with opened(create_engine(url)) as connection:
        await connection.execute(text("CREATE TABLE x (y)"))
        await connection.execute(text("INSERT INTO x VALUES (:y)"), [{"y": y} for y in range(5)])
        found = await connection.execute(text("SELECT y FROM x ORDER BY y"))
        changed = await connection.execute(text("UPDATE x SET y = y + 10 WHERE y > 2 RETURNING y"))
        await connection.commit()
        assert found.fetchone() == (0,)
        assert found.fetchmany(2) == [(1,), (2,)]
        assert found.scalars().all() == [3, 4]
        assert sorted(changed.scalars()) == [13, 14]
        deleted = await connection.execute(text("DELETE FROM x WHERE y < 2"))
        assert deleted.rowcount == 2
        await connection.rollback()
        assert (await connection.execute(text("SELECT count(*) FROM x"))).scalar_one() == 5


async def test_a_connection_that_is_closed_says_so_and_the_next_one_is_new(url: str) -> None:
    engine = create_engine(url)
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.close()
        with pytest.raises(OperationalError, match="no active connection"):
            await connection.execute(text("SELECT 1"))
    async with opened(engine) as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1


async def test_who_waits_for_the_lock_stops_nobody_else(url: str) -> None:
    async with opened(create_engine(url)) as first, opened(create_engine(url)) as second:
        await first.execute(text("CREATE TABLE x (y)"))
        waiting = asyncio.create_task(second.execute(text("SELECT 1")))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not waiting.done(), "the loop goes on meanwhile"
        await first.commit()
        await asyncio.wait_for(waiting, 5)
        await second.commit()
