"""Queries on the questions behind answers that are shown in pages."""

from datetime import datetime

from sqlalchemy import CursorResult, delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.models import AnswerCursor


def add(session: AsyncSession, cursor: AnswerCursor) -> None:
    """Store the question."""
    session.add(cursor)


async def get(session: AsyncSession, token: str) -> AnswerCursor | None:
    """The question with this token."""
    return await session.get(AnswerCursor, token)


async def sweep(session: AsyncSession, before: datetime) -> int:
    """Delete what was asked at that moment or before; answers how many."""
    result = await session.execute(delete(AnswerCursor).where(AnswerCursor.created_at <= before))
    return result.rowcount if isinstance(result, CursorResult) else 0
