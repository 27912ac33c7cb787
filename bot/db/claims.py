"""Queries behind the claims on requests: what there is to do, and the lock under which one is taken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.dialect import changed, queue_up
from bot.db.models import OperationRequest

# Any number will do that no other lock of ours has.
LOCK = 7_203_513


@dataclass(frozen=True, slots=True)
class Row:
    """As much of a request as tells whether it can be done now; `ready_at` is when it could be for the first time."""

    id: int
    status: str
    expires_at: datetime
    ready_at: datetime
    claimed_by: str | None
    lease_until: datetime | None
    resume_at: datetime | None
    waits_because: str | None
    subjects: Sequence[str] | None


REQUESTS = OperationRequest.__table__
# Made once, as every look at the queue needs it, and making it takes longer than looking.
STANDING = (
    select(
        REQUESTS.c.id,
        REQUESTS.c.status,
        REQUESTS.c.expires_at,
        func.coalesce(REQUESTS.c.decided_at, REQUESTS.c.created_at, type_=REQUESTS.c.created_at.type),
        REQUESTS.c.claimed_by,
        REQUESTS.c.lease_until,
        REQUESTS.c.resume_at,
        REQUESTS.c.waits_because,
        REQUESTS.c.subjects,
    )
    .where(REQUESTS.c.status.in_(bindparam("statuses", expanding=True)), REQUESTS.c.id > bindparam("after"))
    .order_by(REQUESTS.c.id)
)
FIRST = STANDING.limit(bindparam("limit"))


async def lock(session: AsyncSession) -> None:
    """Let one transaction after another claim: each sees what the one before has claimed.

    It must be the transaction's first statement: two that ask for different rows of one subject would not see each
    other otherwise.
    """
    await queue_up(session, LOCK)


async def in_states(
    session: AsyncSession, statuses: Iterable[str], *, after: int = 0, limit: int | None = None
) -> Sequence[Row]:
    """What is in these states, oldest first; at most `limit` of those above the number `after`."""
    given = {"statuses": list(statuses), "after": after}
    if limit is None:
        return [Row(*row) for row in await session.execute(STANDING, given)]
    return [Row(*row) for row in await session.execute(FIRST, given | {"limit": limit})]


async def remember_subjects(session: AsyncSession, request_id: int, subjects: Sequence[str]) -> None:
    """Store what a request must not be done beside; it never changes."""
    statement = update(OperationRequest).where(OperationRequest.id == request_id)
    await session.execute(statement.values(subjects=list(subjects)))


async def extend(session: AsyncSession, request_id: int, *, status: str, holder: str, lease_until: datetime) -> bool:
    """Keep a claimed request; False where it is no longer the holder's."""
    request = OperationRequest
    statement = update(request).where(request.id == request_id, request.status == status, request.claimed_by == holder)
    result = await session.execute(statement.values(lease_until=lease_until))
    return changed(result) == 1


async def end_all(session: AsyncSession, *, real_now: datetime) -> None:
    """Nobody has a claim any more, whoever had it: for who knows to be alone with the database."""
    statement = update(OperationRequest).where(OperationRequest.lease_until > real_now)
    await session.execute(statement.values(lease_until=real_now))


async def made_progress(session: AsyncSession, request_id: int) -> None:
    """Something of it was done: what comes now is not put off any more."""
    statement = update(OperationRequest).where(OperationRequest.id == request_id)
    await session.execute(statement.values(postponements=0, waits_because=None, waits_since=None))
