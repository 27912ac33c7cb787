"""What is left of Docker Hub's rate limits, as all replicas together have seen it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.dialect import insert_into
from bot.db.models import LimitSnapshot


async def note(session: AsyncSession, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    """Keep of each family's snapshots the one of the latest window, and of one window that with the fewest left.

    Replicas' calls go side by side, and what is left of a window never grows.
    """
    statement = insert_into(session, LimitSnapshot)
    new = statement.excluded
    is_same = and_(LimitSnapshot.reset_at == new.reset_at, LimitSnapshot.remaining > new.remaining)
    statement = statement.on_conflict_do_update(
        index_elements=[LimitSnapshot.family],
        set_={"limit": new.limit, "remaining": new.remaining, "reset_at": new.reset_at},
        where=or_(LimitSnapshot.reset_at < new.reset_at, LimitSnapshot.reset_at <= now, is_same),
    )
    # Sorted, so that two replicas cannot wait for each other.
    await session.execute(statement, sorted(rows, key=lambda row: str(row["family"])))


async def current(session: AsyncSession, now: datetime) -> Sequence[LimitSnapshot]:
    """The snapshot of each family whose window has not ended."""
    return (await session.scalars(select(LimitSnapshot).where(LimitSnapshot.reset_at > now))).all()
