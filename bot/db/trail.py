"""Queries on the audit trail: it is added to and read, never changed."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.dialect import queue_up
from bot.db.models import TrailRecord
from bot.db.workspaces import workspace_of

# Any number will do that no other lock of ours has.
LOCK = 7_203_512
TRAIL = cast("Table", TrailRecord.__table__)
# Made once: every fact of a request needs it, and making it takes longer than the database does.
APPEND = insert(TRAIL).values(previous_id=select(func.max(TRAIL.c.id)).scalar_subquery())
GIVEN = ("at", "event", "actor", "request_id", "details", "workspace")


async def append(session: AsyncSession, record: TrailRecord) -> None:
    """Add a fact behind the newest one, in the transaction that makes it one.

    Transactions queue up for the end of the trail, so whoever comes next sees this record as its predecessor. Lock the
    request's row before that.
    """
    await queue_up(session, LOCK)
    record.workspace = record.workspace or workspace_of(session)
    await session.execute(APPEND, {name: getattr(record, name) for name in GIVEN})


async def of_request(session: AsyncSession, request_id: int) -> Sequence[TrailRecord]:
    """A request's history, oldest first."""
    statement = select(TrailRecord).where(TrailRecord.request_id == request_id).order_by(TrailRecord.id)
    return (await session.scalars(statement)).all()


async def newest(session: AsyncSession) -> int:
    """The number of the last fact; 0 where there is none."""
    return await session.scalar(select(func.max(TrailRecord.id))) or 0


async def after(session: AsyncSession, record_id: int, limit: int) -> Sequence[TrailRecord]:
    """The next `limit` facts after one, oldest first."""
    statement = select(TrailRecord).where(TrailRecord.id > record_id).order_by(TrailRecord.id).limit(limit)
    return (await session.scalars(statement)).all()
