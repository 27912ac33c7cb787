"""Queries on the audit trail: it is added to and read, never changed."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.models import TrailRecord
from bot.db.workspaces import workspace_of


def add(session: AsyncSession, record: TrailRecord) -> None:
    """Store a fact, in the transaction that makes it one."""
    record.workspace = record.workspace or workspace_of(session)
    session.add(record)


async def of_request(session: AsyncSession, request_id: int) -> Sequence[TrailRecord]:
    """A request's history, oldest first."""
    statement = select(TrailRecord).where(TrailRecord.request_id == request_id).order_by(TrailRecord.id)
    return (await session.scalars(statement)).all()


async def after(session: AsyncSession, record_id: int, limit: int) -> Sequence[TrailRecord]:
    """The next `limit` facts after one, oldest first."""
    statement = select(TrailRecord).where(TrailRecord.id > record_id).order_by(TrailRecord.id).limit(limit)
    return (await session.scalars(statement)).all()
