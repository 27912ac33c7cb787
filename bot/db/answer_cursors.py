"""Queries on the questions behind answers that are shown in pages."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.batches import BATCH
from bot.db.dialect import changed
from bot.db.models import AnswerCursor


def add(session: AsyncSession, cursor: AnswerCursor) -> None:
    """Store the question."""
    session.add(cursor)


async def get(session: AsyncSession, token: str) -> AnswerCursor | None:
    """The question with this token."""
    return await session.get(AnswerCursor, token)


async def sweep_some(session: AsyncSession, before: datetime) -> int:
    """Delete some of what was asked at that moment or before; answers how many, and 0 once there is none."""
    old = select(AnswerCursor.token).where(AnswerCursor.created_at <= before).limit(BATCH)
    result = await session.execute(delete(AnswerCursor).where(AnswerCursor.token.in_(old)))
    return changed(result)
