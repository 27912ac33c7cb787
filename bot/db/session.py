"""Opening the database, and one transaction at a time."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import Engine, event, exc, make_url, text
from sqlalchemy import create_engine as create_sync_engine
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool, StaticPool

from bot.database_address import is_file, read_database_address
from bot.db.postgresql import connecting
from bot.db.sqlite import (
    Waiting,
    begin_immediately,
    begin_reading,
    open_reader,
    open_writer,
    prepare_reader,
    prepare_sqlite,
)
from bot.db.turns import Turns
from bot.db.urgent import Returned, Step, Urgent, UrgentPostgreSQL, UrgentSQLite
from bot.visible import flat

Session: TypeAlias = AsyncSession

# What a database raises that is away or has lost us.
DATABASE_AWAY = (exc.DBAPIError, exc.TimeoutError, OSError)
# And what it raises of values that it does not take, however often they come.
VALUES_REFUSED = exc.DataError
# Besides the one for what is urgent.
POSTGRES_CONNECTIONS = 9
SQLITE_READERS = 3
# Every engine of ours: what people said, and where they are answered, stands in no error, or the log would have it.
open_engine = partial(create_async_engine, hide_parameters=True)
open_thread_engine = partial(create_sync_engine, hide_parameters=True)


def cause_of(error: BaseException) -> str:
    """What the database or its driver says, in one line and without a full stop."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    said = str(error.orig if isinstance(error, exc.DBAPIError) and error.orig else error)
    return flat(said.strip()).rstrip(".") or type(error).__name__


class Database:
    """One database and its transactions. `is_file`: it is SQLite's, which one bot at a time uses."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)
        self.is_file = is_file(read_database_address(url))
        self._turns = Turns(1 if self.is_file else POSTGRES_CONNECTIONS)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._readers = create_reading_engine(url) if self.is_file else None
        self._reads = async_sessionmaker(self._readers, expire_on_commit=False)
        self._urgent = create_urgent(url, self.engine)

    def belong_to(self, workspace: str) -> None:
        """From now on rows are written and looked for in this workspace, where they do not name another."""
        for sessions in (self._sessions, self._reads):
            sessions.configure(info={"workspace": workspace})

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Session]:
        """A session inside one transaction: committed at the end, rolled back on an exception.

        No network call but the database's own happens inside.
        """
        async with self._turns.take(), self._sessions.begin() as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """A session for looking at one moment's state: SQLite's one writer is neither waited for nor held up by it."""
        if self._readers is None:
            async with self.begin() as session:
                yield session
            return
        session = self._reads()
        try:
            yield session
        finally:
            # There is nothing to commit, and what never waits needs no shield: that takes a third of a look's time.
            await session.close()

    @property
    def dialect(self) -> str:
        """The name of the database's dialect, for what the two spell differently (`bot.db.dialect`)."""
        return self.engine.dialect.name

    async def urgently(self, steps: Sequence[Step]) -> Returned:
        """Do a few steps in one transaction that somebody waits for with a stop-watch.

        Answers what each step returned. It has SQLite's next turn; PostgreSQL has a connection for it alone.
        """
        if not self.is_file:
            return await self._urgent.run(steps)
        async with self._turns.take(urgent=True):
            return await self._urgent.run(steps)

    async def ping(self) -> None:
        """Raise unless the database answers."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        if self._readers is not None:
            await self._readers.dispose()
        await self._urgent.close()
        await self.engine.dispose()


def create_engine(url: str) -> AsyncEngine:
    """SQLite with one connection, WAL and immediate transactions; PostgreSQL with a pool of nine.

    Raises ValueError where the address is none of a database (`bot.database_address`).
    """
    address = read_database_address(url)
    if not is_file(address):
        return create_postgresql_engine(address, pool_size=POSTGRES_CONNECTIONS, max_overflow=0, pool_pre_ping=True)
    engine = open_engine(address, poolclass=AsyncAdaptedQueuePool, pool_size=1, max_overflow=0)
    event.listen(engine.sync_engine, "do_connect", open_writer)
    event.listen(engine.sync_engine, "connect", prepare_sqlite)
    event.listen(engine.sync_engine, "begin", begin_immediately)
    return engine


def create_urgent(url: str, engine: AsyncEngine) -> Urgent:
    """The way for `Database.urgently`. Raises as `create_engine`."""
    address = read_database_address(url)
    if is_file(address):
        return UrgentSQLite(create_thread_engine(url))
    return UrgentPostgreSQL(connecting(address), engine.dialect)


def create_thread_engine(url: str) -> Engine:
    """As `create_engine` for a file, without asyncio; its transactions are begun by hand."""
    address = make_url(read_database_address(url)).set(drivername="sqlite")
    engine = open_thread_engine(address, poolclass=StaticPool, connect_args={"factory": Waiting})
    event.listen(engine, "connect", prepare_sqlite)
    return engine


def create_reading_engine(url: str) -> AsyncEngine:
    """A few more connections to a SQLite file, which can only read: in WAL, they see it as it was when they began.

    https://www.sqlite.org/wal.html
    """
    address = read_database_address(url)
    engine = open_engine(address, poolclass=AsyncAdaptedQueuePool, pool_size=SQLITE_READERS, max_overflow=0)
    event.listen(engine.sync_engine, "do_connect", open_reader)
    event.listen(engine.sync_engine, "connect", prepare_reader)
    event.listen(engine.sync_engine, "begin", begin_reading)
    return engine


def create_passing_engine(url: str) -> AsyncEngine:
    """For migrations: each connection is new, and transactions are theirs to begin. Raises as `create_engine`."""
    address = read_database_address(url)
    if is_file(address):
        return open_engine(address, poolclass=NullPool)
    return create_postgresql_engine(address, poolclass=NullPool)


def create_postgresql_engine(address: str, **pool: Any) -> AsyncEngine:
    """An engine whose connections libpq opens; what it sends fits a pooler that hands out servers by transaction."""
    return open_engine(
        "postgresql+psycopg://",
        async_creator=connecting(address),
        # Looking for hstore would cost each new connection a question, and no table of ours has one.
        use_native_hstore=False,
        # An INSERT through the ORM returns its keys, and psycopg forgets with them how many rows there were.
        execution_options={"preserve_rowcount": True},
        **pool,
    )
