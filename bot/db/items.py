"""Queries on the items of requests that are done one by one."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.batches import BATCH, Begin, batches, until_none_is_left
from bot.db.dialect import changed
from bot.db.models import RequestItem

WAITING = "waiting"
RUNNING = "running"
DONE = "done"
FAILED = "failed"
UNKNOWN = "unknown"
SETTLED = (DONE, FAILED, UNKNOWN)


async def plan(begin: Begin, request_id: int, items: Sequence[RequestItem]) -> None:
    """Store what a request consists of, in place of a plan that was cut off, a few items in each transaction.

    Positions count from 0. The first item is stored last: where it is missing, so may others be.
    """
    await until_none_is_left(begin, partial(clear_some, request_id=request_id))
    for batch in reversed(list(batches(items))):
        async with begin() as session:
            await add(session, batch)


async def add(session: AsyncSession, items: Sequence[RequestItem]) -> None:
    """Store some items."""
    columns = ("request_id", "key", "position", "subject", "data", "state", "text")
    await session.execute(insert(RequestItem), [{name: getattr(item, name) for name in columns} for item in items])


async def clear_some(session: AsyncSession, request_id: int) -> int:
    """Delete some of a request's items; answers how many, and 0 once there are none."""
    mine = RequestItem.request_id == request_id
    some = select(RequestItem.key).where(mine).limit(BATCH)
    result = await session.execute(delete(RequestItem).where(mine, RequestItem.key.in_(some)))
    return changed(result)


async def of_request(begin: Begin, request_id: int) -> Sequence[RequestItem]:
    """A request's items, in order, read a few at a time; none where storing them was cut off."""
    found: list[RequestItem] = []
    while True:
        async with begin() as session:
            page = await page_of(session, request_id, after=found[-1].key if found else None)
        found += page
        if len(page) < BATCH:
            break
    found.sort(key=lambda item: item.position)
    return found if found and found[0].position == 0 else []


async def page_of(session: AsyncSession, request_id: int, *, after: str | None) -> Sequence[RequestItem]:
    """The next of a request's items, by their keys; the first where `after` is None."""
    mine = select(RequestItem).where(RequestItem.request_id == request_id)
    if after is not None:
        mine = mine.where(RequestItem.key > after)
    return (await session.scalars(mine.order_by(RequestItem.key).limit(BATCH))).all()


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
