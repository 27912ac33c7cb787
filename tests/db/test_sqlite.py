"""Statements run where they are asked for; what can wait goes to the thread."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import aiosqlite
import pytest

from bot.db.sqlite import BEGIN, Inline, open_reader, open_writer


async def threads_of(connection: Inline, method: str, *arguments: Any) -> set[int]:
    """In which threads the connection does what aiosqlite's method of this name does."""
    seen = set()
    inner = connection._conn

    class Watched:
        def __getattr__(self, name: str) -> Any:
            def call(*given: Any) -> Any:
                seen.add(threading.get_ident())
                return getattr(inner, name)(*given)

            call.__name__ = name
            return call

    connection._connection = Watched()  # type: ignore[assignment]
    await getattr(connection, method)(*arguments)
    connection._connection = inner
    return seen


@pytest.mark.parametrize(
    ("opened", "method", "arguments", "is_here"),
    [
        (open_writer, "execute", ("SELECT 1",), True),
        (open_writer, "execute", (BEGIN,), False),
        (open_writer, "commit", (), False),
        (open_writer, "rollback", (), True),
        (open_reader, "execute", ("SELECT 1",), True),
        (open_reader, "commit", (), True),
        (open_reader, "cursor", (), True),
    ],
)
async def test_what_cannot_wait_runs_in_the_loops_own_thread(
    tmp_path: Path, opened: Any, method: str, arguments: tuple[str, ...], *, is_here: bool
) -> None:
    connection = opened(str(tmp_path / "x.sqlite"), check_same_thread=False, isolation_level=None)
    await connection
    seen = await threads_of(connection, method, *arguments)
    assert (seen == {threading.get_ident()}) is is_here
    assert len(seen) == 1
    await connection.close()


async def test_everything_of_aiosqlite_goes_through_the_one_method(tmp_path: Path) -> None:
    """Where this fails, aiosqlite has changed inside: look whether `Inline` still holds."""
    connection = open_reader(str(tmp_path / "x.sqlite"), check_same_thread=False)
    await connection
    cursor = await connection.execute("SELECT 1 UNION SELECT 2 ORDER BY 1")
    assert isinstance(cursor, aiosqlite.Cursor)
    assert await cursor.fetchone() == (1,)
    assert list(await cursor.fetchall()) == [(2,)]
    await connection.close()
    with pytest.raises(ValueError, match="no active connection"):
        await connection.execute("SELECT 1")


async def test_who_waits_for_the_lock_stops_nobody_else(tmp_path: Path) -> None:
    first, second = (
        open_writer(str(tmp_path / "x.sqlite"), check_same_thread=False, isolation_level=None) for _ in "ab"
    )
    await first
    await second
    for each in (first, second):
        await each.execute("PRAGMA busy_timeout=0")
    # As SQLAlchemy does it: what sqlite3 calls execute on a connection asks for no cursor of ours.
    await (await first.cursor()).execute(BEGIN)
    waiting = asyncio.create_task((await second.cursor()).execute(BEGIN))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not waiting.done(), "the loop goes on meanwhile"
    await first.commit()
    await asyncio.wait_for(waiting, 5)
    await second.commit()
    for each in (first, second):
        await each.close()
