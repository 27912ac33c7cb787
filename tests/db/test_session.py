"""SQLite's one writer: waited for closely, for as long as it takes, and a commit that survives a power cut."""

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import TextClause, exc, text
from sqlalchemy.engine import make_url

from bot.db.session import DATABASE_AWAY, Database
from bot.db.urgent import Step


@contextmanager
def locked(url: str) -> Iterator[sqlite3.Connection]:
    """Somebody else is in the middle of a transaction."""
    path = make_url(url).database or ""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def once(statement: str) -> Step:
    """A statement, to be executed once."""
    return Step(text(statement), [{}])


async def test_a_commit_survives_a_power_cut(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.begin() as session:
        assert await session.scalar(text("PRAGMA synchronous")) == 2  # FULL
    assert await database.urgently([once("PRAGMA synchronous")]) == [[2]]
    await database.close()


async def test_the_lock_is_waited_for_and_taken_when_it_is_free(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with locked(sqlite_url) as other:
        freed = threading.Timer(0.05, other.execute, ("COMMIT",))
        freed.start()
        async with database.begin() as session:
            await session.execute(text("SELECT 1"))
            assert freed.finished.is_set()
        freed.join()
    await database.close()


async def test_a_lock_that_is_never_freed_is_an_error_in_the_end(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.db.sqlite.BUSY_SECONDS", 0.02)
    monkeypatch.setattr("bot.db.sqlite.CLOSE_SECONDS", 0.01)
    database = Database(sqlite_url)
    with locked(sqlite_url), pytest.raises(exc.OperationalError, match="database is locked"):
        async with database.begin() as session:
            await session.execute(text("SELECT 1"))
    async with database.begin() as session:
        await session.execute(text("SELECT 1"))
    await database.close()


async def test_the_urgent_have_the_next_transaction(sqlite_url: str) -> None:
    database, order = Database(sqlite_url), list[str]()

    async def patient(name: str) -> None:
        async with database.begin():
            order.append(name)

    async def urgent() -> None:
        await database.urgently([once("SELECT 1")])
        order.append("urgent")

    async with database.begin():
        works = [asyncio.create_task(patient("first")), asyncio.create_task(patient("second"))]
        works.append(asyncio.create_task(urgent()))
        await asyncio.sleep(0)
    await asyncio.gather(*works)
    assert order == ["urgent", "first", "second"]
    await database.close()


async def test_who_reads_waits_for_no_writer_and_holds_none_up(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.begin() as writing, database.reading() as reading:
        await writing.execute(text("INSERT INTO cursors VALUES ('acme', '2026-11-25', '2026-11-25', 0)"))
        assert await reading.scalar(text("SELECT count(*) FROM cursors")) == 0
    async with database.reading() as reading:
        assert await reading.scalar(text("SELECT count(*) FROM cursors")) == 1
        async with database.begin() as writing:
            await writing.execute(text("DELETE FROM cursors"))
        assert await reading.scalar(text("SELECT count(*) FROM cursors")) == 1, "one moment's state"
    await database.close()


async def test_who_reads_cannot_write_by_mistake(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with pytest.raises(exc.OperationalError, match="readonly"):
        async with database.reading() as session:
            await session.execute(text("DELETE FROM cursors"))
    await database.close()


async def test_an_urgent_transaction_is_whole_or_not_there(database: Database) -> None:
    insertion = once("INSERT INTO ties VALUES ('kim', 'U0KIM', 'email', '2026-11-25') RETURNING docker_id")
    with pytest.raises(DATABASE_AWAY):
        await database.urgently([insertion, once("DELETE FROM nowhere")])
    assert await database.urgently([insertion]) == [["kim"]]
    async with database.begin() as session:
        assert await session.scalar(text("SELECT count(*) FROM ties")) == 1


async def by_session(database: Database, statement: TextClause) -> None:
    async with database.begin() as session:
        await session.execute(statement)


async def by_reader(database: Database, statement: TextClause) -> None:
    async with database.reading() as session:
        await session.execute(statement)


async def by_errand(database: Database, statement: TextClause) -> None:
    await database.urgently([Step(statement, [{}])])


@pytest.mark.parametrize("way", [by_session, by_reader, by_errand])
async def test_what_a_database_refuses_is_not_repeated_in_its_error(
    database: Database, way: Callable[[Database, TextClause], Awaitable[None]]
) -> None:
    statement = text("SELECT * FROM nowhere WHERE x = :secret").bindparams(secret="hooks.slack.com/secret")
    with pytest.raises(DATABASE_AWAY) as refused:
        await way(database, statement)
    assert "nowhere" in str(refused.value)
    assert "hooks.slack.com" not in str(refused.value)
