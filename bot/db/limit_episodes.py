"""Queries on the times during which a rate limit was nearly spent."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.dialect import changed, insert_ignoring_conflicts
from bot.db.models import LimitEpisode


async def open_episodes(session: AsyncSession) -> Sequence[LimitEpisode]:
    """Every route family's episode that is not over, by family."""
    statement = select(LimitEpisode).where(LimitEpisode.open_key.is_not(None)).order_by(LimitEpisode.family)
    return (await session.scalars(statement)).all()


async def begin(
    session: AsyncSession, family: str, *, remaining: int, limit: int, reset_at: datetime, now: datetime
) -> LimitEpisode | None:
    """Begin an episode in the window that ends at `reset_at`; None where one is open."""
    row = {
        "family": family,
        "open_key": family,
        "started_at": now,
        "reset_at": reset_at,
        "remaining": remaining,
        "limit": limit,
    }
    statement = insert_ignoring_conflicts(session, LimitEpisode).values(row).returning(LimitEpisode)
    episode: LimitEpisode | None = await session.scalar(statement)
    return episode


async def prolong(session: AsyncSession, episode_id: int, reset_at: datetime) -> None:
    """The episode goes on in the window that ends then."""
    await session.execute(update(LimitEpisode).where(LimitEpisode.id == episode_id).values(reset_at=reset_at))


async def end(session: AsyncSession, episode_id: int, now: datetime) -> bool:
    """End the episode; False where somebody else has."""
    statement = (
        update(LimitEpisode)
        .where(LimitEpisode.id == episode_id, LimitEpisode.open_key.is_not(None))
        .values(open_key=None, ended_at=now)
    )
    result = await session.execute(statement)
    return changed(result) == 1
