"""What SQLite and PostgreSQL spell differently, and what both answer alike."""

from typing import Any

from sqlalchemy import CursorResult, Result, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

POSTGRESQL = "postgresql"


def dialect_of(session: AsyncSession) -> str:
    """The name of the database at hand."""
    return session.get_bind().dialect.name


def is_postgresql(session: AsyncSession) -> bool:
    """Whether the database at hand is PostgreSQL; else it is SQLite."""
    return dialect_of(session) == POSTGRESQL


def insert_into(session: AsyncSession, model: type[Any]) -> Any:
    """`INSERT` with the `ON CONFLICT` of the database at hand."""
    return insertion_of(model, dialect_of(session))


def insertion_of(model: type[Any] | Table, dialect: str) -> Any:
    """The same for a dialect by its name."""
    return (postgresql if dialect == POSTGRESQL else sqlite).insert(model)


def insert_ignoring_conflicts(session: AsyncSession, model: type[Any]) -> Any:
    """`INSERT … ON CONFLICT DO NOTHING` for the database at hand."""
    return insert_into(session, model).on_conflict_do_nothing()


async def queue_up(session: AsyncSession, lock: int) -> None:
    """Let one transaction after another go on from here; each number is a queue of its own.

    SQLite has one writer at a time. On PostgreSQL the lock is let go after the commit, so every statement after this
    one sees what whoever came before has committed.
    """
    if is_postgresql(session):
        await session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": lock})


def changed(result: Result[Any]) -> int:
    """How many rows an `INSERT`, `UPDATE` or `DELETE` was about."""
    return result.rowcount if isinstance(result, CursorResult) else 0
