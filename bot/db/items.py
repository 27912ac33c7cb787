"""Queries on the items of requests that are done one by one."""

from collections.abc import Sequence

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.models import RequestItem

WAITING = "waiting"
RUNNING = "running"
DONE = "done"
FAILED = "failed"
UNKNOWN = "unknown"
SETTLED = (DONE, FAILED, UNKNOWN)


async def add(session: AsyncSession, items: Sequence[RequestItem]) -> None:
    """Store what a request consists of."""
    columns = ("request_id", "key", "position", "subject", "data", "state", "text")
    if items:
        await session.execute(insert(RequestItem), [{name: getattr(item, name) for name in columns} for item in items])


async def of_request(session: AsyncSession, request_id: int) -> Sequence[RequestItem]:
    """A request's items, in order."""
    statement = select(RequestItem).where(RequestItem.request_id == request_id).order_by(RequestItem.position)
    return (await session.scalars(statement)).all()


async def mark(session: AsyncSession, request_id: int, key: str, *, state: str, text: str = "") -> None:
    """Say how far an item has come."""
    statement = update(RequestItem).where(RequestItem.request_id == request_id, RequestItem.key == key)
    await session.execute(statement.values(state=state, text=text))


async def progress(session: AsyncSession, request_id: int) -> tuple[int, int]:
    """How many of the request's items are settled, and how many there are."""
    statement = (
        select(RequestItem.state, func.count()).where(RequestItem.request_id == request_id).group_by(RequestItem.state)
    )
    counts: dict[str, int] = dict((await session.execute(statement)).all())
    return sum(counts.get(state, 0) for state in SETTLED), sum(counts.values())
