"""What waits in the tables that all replicas share, and the episodes in which it waits too long."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.dialect import changed, insert_ignoring_conflicts
from bot.db.messages import DUE
from bot.db.models import Message, OperationRequest, Trouble

APPROVED = "approved"
EXECUTING = "executing"


async def oldest_approved(session: AsyncSession) -> datetime | None:
    """Since when the oldest request waits that is approved and not begun, in business time."""
    since = func.coalesce(OperationRequest.decided_at, OperationRequest.created_at)
    statement = select(since).where(OperationRequest.status == APPROVED).order_by(since).limit(1)
    return await session.scalar(statement)


async def undelivered(session: AsyncSession) -> tuple[int, datetime | None]:
    """How many messages are to be delivered, and since when the oldest is, in business time."""
    statement = select(func.count(), func.min(Message.created_at)).where(Message.state == DUE)
    depth, oldest = (await session.execute(statement)).one()
    return depth, oldest


async def count_waiting(session: AsyncSession, why: str) -> int:
    """How many requests wait, claimed by nobody, for this reason."""
    at_work = OperationRequest.status.in_((APPROVED, EXECUTING))
    statement = select(func.count()).where(
        at_work, OperationRequest.claimed_by.is_(None), OperationRequest.waits_because == why
    )
    return await session.scalar(statement) or 0


async def trouble_since(session: AsyncSession, name: str) -> datetime | None:
    """Since when the episode of it stands; None where none does."""
    return await session.scalar(select(Trouble.began_at).where(Trouble.name == name))


async def begin_trouble(session: AsyncSession, name: str, now: datetime) -> bool:
    """Note that an episode of it has begun; False where one stands already."""
    result = await session.execute(insert_ignoring_conflicts(session, Trouble).values(name=name, began_at=now))
    return changed(result) == 1


async def end_trouble(session: AsyncSession, name: str) -> None:
    """Note that no episode of it stands."""
    await session.execute(delete(Trouble).where(Trouble.name == name))
