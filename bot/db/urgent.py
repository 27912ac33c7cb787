"""Transactions that somebody waits for with a stop-watch: prepared statements, a connection of their own, no session.

SQLAlchemy makes the statements, once; its own way from there to the driver takes longer than the database does.
"""

import asyncio
import select
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from psycopg import AsyncConnection, Error
from sqlalchemy import ClauseElement, Dialect, Engine, PoolProxiedConnection, exc

from bot.db.sqlite import BEGIN

# What the statements of each step returned: the first column of every row.
Returned: TypeAlias = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Step:
    """A statement, and what its parameters are each time that it is executed."""

    statement: ClauseElement
    rows: Sequence[Mapping[str, Any]]


class Urgent(Protocol):
    """Whatever does a few steps in one transaction; raises what SQLAlchemy would."""

    async def run(self, steps: Sequence[Step]) -> Returned:
        """Do them all, or none."""
        ...

    async def close(self) -> None:
        """Close what was opened; may be called twice."""
        ...


class Prepared:
    """A statement as its driver takes it."""

    def __init__(self, statement: ClauseElement, dialect: Dialect, names: Collection[str]) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
        self.text: str = compiled.string
        self._compiled = compiled
        processors = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for bind, name in compiled.bind_names.items()
        }
        self._processors = {name: each for name, each in processors.items() if each is not None}

    def parameters(self, row: Mapping[str, Any]) -> Any:
        """The row as the driver takes it: in a sequence where parameters have places, else by their names."""
        given = self._compiled.construct_params(row)
        for name, process in self._processors.items():
            given[name] = process(given[name])
        places = self._compiled.positiontup
        return given if places is None else [given[name] for name in places]


class Statements:
    """Those of one database, each prepared when it is first wanted."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._prepared: dict[ClauseElement, Prepared] = {}

    def prepare(self, step: Step) -> Prepared:
        """Its statement; every row of it has the same names."""
        prepared = self._prepared.get(step.statement)
        if prepared is None:
            prepared = self._prepared[step.statement] = Prepared(step.statement, self._dialect, step.rows[0])
        return prepared

    @contextmanager
    def translating(self) -> Iterator[None]:
        """An error of the driver is raised as SQLAlchemy's, without the values."""
        driver: Any = self._dialect.loaded_dbapi
        try:
            yield
        except driver.Error as error:
            raise exc.DBAPIError.instance(
                None, None, error, driver.Error, hide_parameters=True, dialect=self._dialect
            ) from error


class UrgentSQLite:
    """One more connection to a SQLite file, in a thread of its own, where a whole transaction is one errand."""

    def __init__(self, engine: Engine) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="urgent")
        self._engine = engine
        self._statements = Statements(engine.dialect)
        self._connection: PoolProxiedConnection | None = None
        self._is_closed = False

    async def run(self, steps: Sequence[Step]) -> Returned:
        """Do them all, or none."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._commit, steps)

    async def close(self) -> None:
        """Close it where it was opened; may be called twice."""
        if not self._is_closed:
            self._is_closed = True
            await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
            self._thread.shutdown()

    def _commit(self, steps: Sequence[Step]) -> Returned:
        with self._statements.translating():
            if self._connection is None:
                self._connection = self._engine.raw_connection()
            connection = self._connection
            cursor = connection.cursor()
            cursor.execute(BEGIN)
            try:
                returned = [self._execute(cursor, step) for step in steps]
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            finally:
                cursor.close()
            return returned

    def _execute(self, cursor: Any, step: Step) -> list[Any]:
        prepared, found = self._statements.prepare(step), list[Any]()
        for row in step.rows:
            cursor.execute(prepared.text, prepared.parameters(row))
            found += [first for first, *_ in cursor.fetchall()]
        return found


class UrgentPostgreSQL:
    """One more connection to a PostgreSQL server, which `connect` opens; one statement is a transaction by itself."""

    def __init__(self, connect: Callable[[], Awaitable[AsyncConnection[Any]]], dialect: Dialect) -> None:
        self._connect = connect
        self._statements = Statements(dialect)
        self._connection: AsyncConnection[Any] | None = None
        self._turn = asyncio.Lock()

    async def run(self, steps: Sequence[Step]) -> Returned:
        """Do them all, or none."""
        with self._statements.translating():
            async with self._turn:
                connection = await self._open()
                if sum(len(step.rows) for step in steps) == 1:
                    return [await self._execute(connection, step) for step in steps]
                async with connection.transaction():
                    return [await self._execute_each(connection, step) for step in steps]

    async def close(self) -> None:
        """Close it; may be called twice."""
        if self._connection is not None:
            await self._connection.close()

    @property
    def has_news(self) -> bool:
        """Whether the server has said something while nobody asked: that is how one hears of a connection's end."""
        if self._connection is None or self._connection.closed:
            return False
        poll = select.poll()
        poll.register(self._connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    async def _open(self) -> AsyncConnection[Any]:
        connection = self._connection
        if connection is None or connection.closed or (self.has_news and not await answers(connection)):
            connection = await self._connect()
            await connection.set_autocommit(True)
            self._connection = connection
        return connection

    async def _execute(self, connection: AsyncConnection[Any], step: Step) -> list[Any]:
        prepared = self._statements.prepare(step)
        cursor = await connection.execute(prepared.text, prepared.parameters(step.rows[0]))
        return await firsts(cursor)

    async def _execute_each(self, connection: AsyncConnection[Any], step: Step) -> list[Any]:
        prepared = self._statements.prepare(step)
        cursor = connection.cursor()
        await cursor.executemany(prepared.text, [prepared.parameters(row) for row in step.rows], returning=True)
        found = await firsts(cursor)
        while cursor.nextset():
            found += await firsts(cursor)
        return found


async def firsts(cursor: Any) -> list[Any]:
    """The first column of each row, where a statement returned any."""
    return [first for first, *_ in await cursor.fetchall()] if cursor.description else []


async def answers(connection: AsyncConnection[Any]) -> bool:
    """Whether it still stands; closed where it does not. Not asked each time, as that is a round trip."""
    try:
        await connection.execute("SELECT 1")
    except Error:
        await connection.close()
        return False
    return True
