"""Queries on who looks after what a message tells."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.dialect import changed, insert_ignoring_conflicts
from bot.db.surfaces import Acknowledgement


async def add(session: AsyncSession, message_key: str, person: str, now: datetime) -> bool:
    """Note that the person looks after it; False where somebody does already, this person or another."""
    row = {"message_key": message_key, "person": person, "at": now}
    return changed(await session.execute(insert_ignoring_conflicts(session, Acknowledgement).values(row))) == 1


async def get(session: AsyncSession, message_key: str) -> Acknowledgement | None:
    """Who looks after it, and since when; None where nobody does."""
    return await session.get(Acknowledgement, message_key)
