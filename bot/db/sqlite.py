"""SQLite's one writer: how its lock is waited for, and what a connection is told."""

import sqlite3
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Self

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor
from sqlalchemy.util.concurrency import await_

BEGIN = "BEGIN IMMEDIATE"
# How long the write lock is waited for, and how often it is looked at: at first, and later.
BUSY_SECONDS = 30.0
CLOSE_SECONDS = 0.1
CLOSELY_SECONDS = 0.0002
PATIENTLY_SECONDS = 0.002


class Waiting(sqlite3.Connection):
    """A connection that waits for the write lock closely.

    SQLite itself looks at growing distances, up to 100 ms, and can be starved for seconds by somebody who writes
    without a pause: https://www.sqlite.org/c3ref/busy_timeout.html
    """

    def cursor(self, factory: type[sqlite3.Cursor] | None = None) -> sqlite3.Cursor:  # type: ignore[override]
        """A cursor that begins so."""
        return super().cursor(factory or WaitingCursor)


class WaitingCursor(sqlite3.Cursor):
    """Begins transactions as soon as nobody else has one."""

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        """As ever, but for `BEGIN IMMEDIATE`."""
        return super().execute(sql, parameters) if sql != BEGIN else self._begin()

    def begin_now(self) -> bool:
        """Begin; False where somebody else has the lock."""
        try:
            super().execute(BEGIN)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True

    def _begin(self) -> Self:
        started = time.monotonic()
        while not self.begin_now():
            if (waited := time.monotonic() - started) > BUSY_SECONDS:
                return super().execute(BEGIN)
            time.sleep(CLOSELY_SECONDS if waited < CLOSE_SECONDS else PATIENTLY_SECONDS)
        return self


class DirectCursor(AsyncAdapt_aiosqlite_cursor):
    """Runs a statement where it is asked for: to aiosqlite's thread and back takes ten times as long as most do.

    A coroutine of aiosqlite for each of its steps takes four times as long, too. What can wait for the lock still goes
    to the thread. It overrides what is inside of SQLAlchemy; tests/db/test_sqlite.py says so where that changes.
    """

    __slots__ = ()
    _awaitable_cursor_close = False

    def _make_new_cursor(self, connection: Any) -> Any:
        try:
            return connection._conn.cursor()
        except ValueError as error:
            self._adapt_connection._handle_exception(error)

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        cursor: Any = self._cursor
        if operation == BEGIN:
            if not cursor.begin_now():
                await self._adapt_connection._connection._execute(cursor.execute, BEGIN)
            return
        cursor.execute(operation, parameters or ())
        if cursor.description:
            self._rows = deque(cursor.fetchall())

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        self._cursor.executemany(operation, seq_of_parameters)  # type: ignore[unused-coroutine]  # sqlite3's own


class DirectWriter(AsyncAdapt_aiosqlite_connection):
    """A connection whose statements are run so; a commit, which waits for the disk, goes to the thread."""

    __slots__ = ()
    _cursor_cls = DirectCursor

    def rollback(self) -> None:
        """At once."""
        if self._connection._connection:
            self._connection._connection.rollback()


class DirectReader(DirectWriter):
    """The same for who has nothing to write, and never waits."""

    __slots__ = ()

    def commit(self) -> None:
        """At once."""
        if self._connection._connection:
            self._connection._connection.commit()


def open_reader(dialect: Any, _record: Any, given: Sequence[Any], named: Mapping[str, Any]) -> DirectReader:
    """A connection as SQLAlchemy asks for one by its event `do_connect`."""
    return DirectReader(dialect.dbapi, connect(*given, **named))


def open_writer(dialect: Any, _record: Any, given: Sequence[Any], named: Mapping[str, Any]) -> DirectWriter:
    """The same for who writes; no other writer has to be waited for in a statement of its own."""
    return DirectWriter(dialect.dbapi, connect(*given, factory=Waiting, **named))


def connect(*given: Any, **named: Any) -> Any:
    """A connection of aiosqlite, whose thread ends with the process, as that of one that SQLAlchemy opens itself."""
    connection = aiosqlite.connect(*given, **named)
    connection._thread.daemon = True
    return await_(connection)


def prepare_sqlite(connection: Any, _record: Any) -> None:
    """Transactions are ours to begin (the driver would begin them late); a commit survives a power cut (FULL)."""
    # Last, that nobody waits any more: from here on `Waiting` does.
    tell(connection, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=0")


def prepare_reader(connection: Any, _record: Any) -> None:
    """A connection that only looks: a write through it is a mistake of ours, and an error."""
    tell(connection, f"busy_timeout={BUSY_SECONDS * 1000:.0f}", "query_only=ON")


def tell(connection: Any, *pragmas: str) -> None:
    """Take transactions out of the driver's hands, and set these."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def begin_immediately(connection: Any) -> None:
    """Take the write lock first: a transaction that reads and then writes would fail beside another process."""
    connection.exec_driver_sql(BEGIN)


def begin_reading(connection: Any) -> None:
    """All that is read until the end is of one moment, that of the first look."""
    connection.exec_driver_sql("BEGIN")
