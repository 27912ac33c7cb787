"""SQLite's one writer: how its lock is waited for, and what a connection is told."""

import sqlite3
import time
from collections.abc import Callable
from typing import Any, Self

import aiosqlite

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

    def _begin(self) -> Self:
        started = time.monotonic()
        while True:
            try:
                return super().execute(BEGIN)
            except sqlite3.OperationalError as error:
                waited = time.monotonic() - started
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or waited > BUSY_SECONDS:
                    raise
            time.sleep(CLOSELY_SECONDS if waited < CLOSE_SECONDS else PATIENTLY_SECONDS)


class Inline(aiosqlite.Connection):
    """Runs a statement where it is asked for: to its thread and back takes ten times as long as most statements do.

    What can `wait`, for the lock or for the disk, still goes there. It overrides what every method of aiosqlite goes
    through; tests/db/test_sqlite.py says so where that changes.
    """

    waits = frozenset({"close"})

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if args[:1] == (BEGIN,) or fn.__name__ in self.waits:
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        if not self._running or not self._connection:
            raise ValueError("Connection closed")
        return fn(*args, **kwargs)


class InlineWriter(Inline):
    """The same for who writes."""

    waits = frozenset({"commit", "close"})


def open_reader(database: str, **given: Any) -> Inline:
    """A connection to be awaited, as `aiosqlite.connect` has it."""
    return daemonic(Inline(lambda: sqlite3.connect(database, **given), 64))


def open_writer(database: str, **given: Any) -> Inline:
    """The same for who writes; no other writer has to be waited for in a statement of its own."""
    return daemonic(InlineWriter(lambda: sqlite3.connect(database, factory=Waiting, **given), 64))


def daemonic(connection: Inline) -> Inline:
    """Its thread ends with the process, as that of a connection which SQLAlchemy opens itself."""
    connection._thread.daemon = True
    return connection


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
