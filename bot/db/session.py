"""Opening the database, and one transaction at a time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
from sqlalchemy import event, exc, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

Session: TypeAlias = AsyncSession

# What a database raises that is away or has lost us. asyncpg's refusals to connect come through as they are.
DATABASE_AWAY = (exc.DBAPIError, exc.TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Database:
    """One engine and its transactions."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    def belong_to(self, workspace: str) -> None:
        """From now on rows are written for this workspace, where they do not name another."""
        self._sessions.configure(info={"workspace": workspace})

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Session]:
        """A session inside one transaction: committed at the end, rolled back on an exception.

        No network call but the database's own happens inside.
        """
        async with self._sessions.begin() as session:
            yield session

    async def ping(self) -> None:
        """Raise unless the database answers."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def create_engine(url: str) -> AsyncEngine:
    """SQLite with one connection, WAL and immediate transactions; PostgreSQL with a pool of ten."""
    if not url.startswith("sqlite"):
        return create_async_engine(
            url,
            pool_size=10,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"timeout": 10, "command_timeout": 60},
        )
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        connect_args={"timeout": 30},
    )
    event.listen(engine.sync_engine, "connect", prepare_sqlite)
    event.listen(engine.sync_engine, "begin", begin_immediately)
    return engine


def prepare_sqlite(connection: Any, _record: Any) -> None:
    """Transactions are ours to begin (the driver would begin them late), and a commit survives a killed process."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def begin_immediately(connection: Any) -> None:
    """Take the write lock first: a transaction that reads and then writes would fail beside another process."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
