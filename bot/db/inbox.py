"""Queries on the inbox: what was delivered to us, how far it has come, and who works on it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.dialect import changed, insertion_of
from bot.db.models import StoredArrival
from bot.db.urgent import Step

# Nothing has come of it yet; what was asked for is recorded, and whoever asked not told; nothing is left to do.
WAITING = "waiting"
ACTED = "acted"
DONE = "done"
UNFINISHED = (WAITING, ACTED)
# Made once, as each command needs them, and making them takes longer than the database does.
INBOX = cast("Table", StoredArrival.__table__)
ACT = (
    update(INBOX)
    .where(INBOX.c.key == bindparam("acted_key"), INBOX.c.claimed_by == bindparam("holder"), INBOX.c.state == WAITING)
    .values(state=ACTED)
)
FINISH = (
    update(INBOX)
    .where(INBOX.c.key == bindparam("done_key"), INBOX.c.claimed_by == bindparam("holder"), INBOX.c.state != DONE)
    .values(state=DONE, payload={}, done_at=bindparam("now"))
)
HELD = select(INBOX.c.id).where(
    INBOX.c.key == bindparam("held_key"), INBOX.c.claimed_by == bindparam("holder"), INBOX.c.state != DONE
)


def add(dialect: str, rows: Sequence[dict[str, Any]]) -> Step:
    """Keep what was delivered; returns the keys of what was not known before."""
    return Step(insertion(dialect), rows)


@cache
def insertion(dialect: str) -> Any:
    """Made once, as it is prepared once."""
    return insertion_of(StoredArrival, dialect).on_conflict_do_nothing().returning(StoredArrival.key)


async def get(session: AsyncSession, key: str) -> StoredArrival | None:
    """What was delivered under this key."""
    return await session.scalar(select(StoredArrival).where(StoredArrival.key == key))


async def is_held(session: AsyncSession, key: str, *, holder: str) -> bool:
    """Whether `holder` works on it, and something is left to do."""
    return await session.scalar(HELD, {"held_key": key, "holder": holder}) is not None


async def mark_acted(session: AsyncSession, key: str, *, holder: str) -> bool:
    """What was asked for is done with this transaction, and its answer is still to be given.

    False where `holder` no longer works on it, or somebody has done it.
    """
    return changed(await session.execute(ACT, {"acted_key": key, "holder": holder})) == 1


def finish(keys: Collection[str], *, holder: str, now: datetime) -> Step:
    """Nothing is left to do: only the keys stay, so that the same is not taken for news."""
    return Step(FINISH, [{"done_key": key, "holder": holder, "now": now} for key in keys])


async def extend(session: AsyncSession, *, holder: str, due_by: datetime, lease_until: datetime, limit: int) -> int:
    """Keep at most so much of what `holder` works on and whose lease is over by then; answers how much."""
    return await _lease(session, held_by(holder).where(StoredArrival.lease_until < due_by).limit(limit), lease_until)


async def release(session: AsyncSession, *, holder: str, now: datetime, limit: int) -> int:
    """Leave at most so much of what `holder` works on to whoever comes; answers how much."""
    return await _lease(session, held_by(holder).where(StoredArrival.lease_until > now).limit(limit), now)


def held_by(holder: str) -> Select[int]:
    """What it works on."""
    return select(StoredArrival.id).where(StoredArrival.claimed_by == holder, StoredArrival.state.in_(UNFINISHED))


async def _lease(session: AsyncSession, which: Select[int], until: datetime) -> int:
    statement = update(StoredArrival).where(StoredArrival.id.in_(unlocked(which))).values(lease_until=until)
    result = await session.execute(statement)
    return changed(result)


async def take_over(
    session: AsyncSession, *, holder: str, over_by: datetime, lease_until: datetime, limit: int
) -> Sequence[StoredArrival]:
    """Take what others have left: the oldest whose lease was over by then, each for exactly one who asks."""
    left = (
        select(StoredArrival.id)
        .where(
            StoredArrival.state.in_(UNFINISHED),
            StoredArrival.lease_until < over_by,
            StoredArrival.claimed_by != holder,
        )
        .order_by(StoredArrival.id)
        .limit(limit)
    )
    statement = (
        update(StoredArrival)
        .where(StoredArrival.id.in_(unlocked(left)))
        .values(claimed_by=holder, lease_until=lease_until)
        .returning(StoredArrival)
        .execution_options(populate_existing=True)
    )
    return sorted((await session.scalars(statement)).all(), key=lambda each: each.id)


def unlocked(rows: Select[int]) -> Select[int]:
    """Those that no other transaction has in its hands: what waits for several of them would deadlock with another."""
    return rows.with_for_update(skip_locked=True)


async def sweep(session: AsyncSession, before: datetime, *, limit: int) -> int:
    """Forget at most so many keys of what was done by that moment; answers how many."""
    old = select(StoredArrival.id).where(StoredArrival.done_at <= before).limit(limit)
    result = await session.execute(delete(StoredArrival).where(StoredArrival.id.in_(old)))
    return changed(result)


async def depth(session: AsyncSession) -> tuple[int, datetime | None]:
    """How much is not done, and when the oldest of it came."""
    received = func.min(StoredArrival.received_at, type_=StoredArrival.received_at.type)
    statement = select(func.count(), received).where(StoredArrival.state.in_(UNFINISHED))
    number, oldest = (await session.execute(statement)).one()
    return number, oldest
