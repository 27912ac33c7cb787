"""Queries on requests and their votes, one function each."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.dialect import insert_ignoring_conflicts
from bot.db.models import OperationRequest, Vote
from bot.db.workspaces import workspace_of


async def add(session: AsyncSession, request: OperationRequest) -> int | None:
    """Store a new request and answer its number; None where its `source_key` is known already."""
    request.workspace = request.workspace or workspace_of(session)
    try:
        async with session.begin_nested():
            session.add(request)
    except IntegrityError:
        return None
    return request.id


async def get(session: AsyncSession, request_id: int) -> OperationRequest | None:
    """The request with this number."""
    return await session.get(OperationRequest, request_id)


async def get_by_source(session: AsyncSession, source_key: str) -> OperationRequest | None:
    """The request that this command or form has made before."""
    return await session.scalar(select(OperationRequest).where(OperationRequest.source_key == source_key))


async def lock(session: AsyncSession, request_id: int, statuses: Iterable[str]) -> OperationRequest | None:
    """Take the row, if it is in one of the states; whoever comes next waits for our commit.

    It must be the transaction's first statement: a vote that is counted before the row is taken can be missed.
    """
    statement = (
        update(OperationRequest)
        .where(OperationRequest.id == request_id, OperationRequest.status.in_(list(statuses)))
        .values(version=OperationRequest.version + 1)
        .returning(OperationRequest)
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement)


async def move(
    session: AsyncSession,
    request_id: int,
    *,
    sources: Iterable[str],
    target: str,
    holder: str | None = None,
    **values: Any,
) -> OperationRequest | None:
    """Bring the request to `target` if it is in one of `sources` and, where one is named, `holder` has its claim.

    None where it is not.
    """
    statement = (
        update(OperationRequest)
        .where(OperationRequest.id == request_id, OperationRequest.status.in_(list(sources)))
        .values(status=target, version=OperationRequest.version + 1, **values)
        .returning(OperationRequest)
        .execution_options(populate_existing=True)
    )
    if holder is not None:
        statement = statement.where(OperationRequest.claimed_by == holder)
    return await session.scalar(statement)


async def add_vote(session: AsyncSession, request_id: int, voter: str, at: datetime) -> bool:
    """Store the vote; False where this person's is there already."""
    row = {"request_id": request_id, "voter": voter, "at": at}
    result = await session.execute(insert_ignoring_conflicts(session, Vote).values(row))
    return isinstance(result, CursorResult) and result.rowcount == 1


async def votes(session: AsyncSession, request_id: int) -> Sequence[Vote]:
    """The votes in the order in which they came."""
    return (
        await session.scalars(select(Vote).where(Vote.request_id == request_id).order_by(Vote.at, Vote.voter))
    ).all()


async def count_votes(session: AsyncSession, request_id: int) -> int:
    """How many people have approved."""
    return await session.scalar(select(func.count()).where(Vote.request_id == request_id)) or 0


async def due(session: AsyncSession, statuses: Iterable[str], now: datetime) -> Sequence[int]:
    """The numbers of requests in these states whose time has run out."""
    statement = (
        select(OperationRequest.id)
        .where(OperationRequest.status.in_(list(statuses)), OperationRequest.expires_at <= now)
        .order_by(OperationRequest.id)
    )
    return (await session.scalars(statement)).all()


async def next_id(session: AsyncSession, status: str, *, now: datetime | None = None) -> int | None:
    """The oldest request in this state; with `now`, the oldest whose time has not run out."""
    statement = select(func.min(OperationRequest.id)).where(OperationRequest.status == status)
    if now is not None:
        statement = statement.where(OperationRequest.expires_at > now)
    return await session.scalar(statement)


async def next_abandoned(session: AsyncSession, status: str, now: datetime) -> int | None:
    """The oldest request in this state whose executor has not been heard of in time."""
    statement = select(func.min(OperationRequest.id)).where(
        OperationRequest.status == status, OperationRequest.lease_until < now
    )
    return await session.scalar(statement)


async def take_over(
    session: AsyncSession, request_id: int, *, status: str, executor: str, now: datetime, lease_until: datetime
) -> OperationRequest | None:
    """Take an abandoned request; None where somebody else has it."""
    statement = (
        update(OperationRequest)
        .where(OperationRequest.id == request_id, OperationRequest.status == status, OperationRequest.lease_until < now)
        .values(claimed_by=executor, lease_until=lease_until, attempts=OperationRequest.attempts + 1)
        .returning(OperationRequest)
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement)


async def extend_lease(
    session: AsyncSession, request_id: int, *, status: str, executor: str, lease_until: datetime
) -> bool:
    """Keep a claimed request; False where it is no longer ours."""
    statement = (
        update(OperationRequest)
        .where(
            OperationRequest.id == request_id,
            OperationRequest.status == status,
            OperationRequest.claimed_by == executor,
        )
        .values(lease_until=lease_until)
    )
    result = await session.execute(statement)
    return isinstance(result, CursorResult) and result.rowcount == 1


async def count_by_status(session: AsyncSession) -> dict[str, int]:
    """How many requests there are in each state."""
    statement = select(OperationRequest.status, func.count()).group_by(OperationRequest.status)
    return dict((await session.execute(statement)).all())
