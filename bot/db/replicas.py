"""The replicas at work, each with its last sign of life; what they leave behind is swept."""

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.dialect import insert_ignoring_conflicts
from bot.db.models import Replica

KEPT = timedelta(days=1)


async def beat(session: AsyncSession, name: str, now: datetime) -> None:
    """Write that this replica is at work; those that have not been for a day are forgotten."""
    await session.execute(insert_ignoring_conflicts(session, Replica).values(name=name, started_at=now, beat_at=now))
    await session.execute(update(Replica).where(Replica.name == name).values(beat_at=now))
    await session.execute(delete(Replica).where(Replica.beat_at < now - KEPT))
