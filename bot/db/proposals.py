"""Queries on forms that are filled in and wait behind a button."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.batches import BATCH
from bot.db.dialect import changed
from bot.db.surfaces import Proposal


def add(session: AsyncSession, proposal: Proposal) -> None:
    """Keep it."""
    session.add(proposal)


async def get(session: AsyncSession, token: str) -> Proposal | None:
    """The one with this token."""
    return await session.get(Proposal, token)


async def sweep_some(session: AsyncSession, before: datetime) -> int:
    """Delete some of what was made at that moment or before; answers how many, and 0 once there is none."""
    old = select(Proposal.token).where(Proposal.created_at <= before).limit(BATCH)
    return changed(await session.execute(delete(Proposal).where(Proposal.token.in_(old))))
