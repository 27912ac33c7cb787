"""What SQLite and PostgreSQL spell differently."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

POSTGRESQL = "postgresql"


def is_postgresql(session: AsyncSession) -> bool:
    """Whether the database at hand is PostgreSQL; else it is SQLite."""
    return session.get_bind().dialect.name == POSTGRESQL


def insert_into(session: AsyncSession, model: type[Any]) -> Any:
    """`INSERT` with the `ON CONFLICT` of the database at hand."""
    return insertion_of(model, session.get_bind().dialect.name)


def insertion_of(model: type[Any], dialect: str) -> Any:
    """The same for a dialect by its name."""
    return (postgresql if dialect == POSTGRESQL else sqlite).insert(model)


def insert_ignoring_conflicts(session: AsyncSession, model: type[Any]) -> Any:
    """`INSERT … ON CONFLICT DO NOTHING` for the database at hand."""
    return insert_into(session, model).on_conflict_do_nothing()
