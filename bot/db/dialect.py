"""What SQLite and PostgreSQL spell differently."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession


def insert_ignoring_conflicts(session: AsyncSession, model: type[Any]) -> Any:
    """`INSERT … ON CONFLICT DO NOTHING` for the database at hand."""
    return insertion_of(model, session.get_bind().dialect.name)


def insertion_of(model: type[Any], dialect: str) -> Any:
    """The same for a dialect by its name."""
    if dialect == "postgresql":
        return postgresql.insert(model).on_conflict_do_nothing()
    return sqlite.insert(model).on_conflict_do_nothing()
