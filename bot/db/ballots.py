"""Queries on ballots: they are added to and read, never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.models import StoredBallot


async def add(
    session: AsyncSession,
    request_id: int,
    *,
    voter: str,
    choice: str,
    at: datetime,
    admitted_by: list[Any],
    voids: list[int],
) -> None:
    """Store what somebody said; the request's row is locked by then, so nobody else decides beside us."""
    row = {
        "request_id": request_id,
        "voter": voter,
        "choice": choice,
        "at": at,
        "admitted_by": admitted_by,
        "voids": voids,
    }
    await session.execute(insert(StoredBallot), [row])


async def of_request(session: AsyncSession, request_id: int) -> Sequence[StoredBallot]:
    """A request's ballots, in the order in which they were given."""
    statement = select(StoredBallot).where(StoredBallot.request_id == request_id).order_by(StoredBallot.id)
    return (await session.scalars(statement)).all()


async def of_requests(session: AsyncSession, request_ids: Sequence[int]) -> Sequence[StoredBallot]:
    """The ballots of several requests, in the order in which they were given."""
    statement = select(StoredBallot).where(StoredBallot.request_id.in_(request_ids)).order_by(StoredBallot.id)
    return (await session.scalars(statement)).all()
