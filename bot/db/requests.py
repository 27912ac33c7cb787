"""Queries on requests, one function each."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.batches import BATCH
from bot.db.dialect import dialect_of, insertion_of
from bot.db.models import OperationRequest
from bot.db.workspaces import workspace_of

REQUESTS = cast("Table", OperationRequest.__table__)
COLUMNS = frozenset(REQUESTS.c.keys())
# Made once: it is read with every fact, and looking it up by hand takes half the time of `session.get`.
BY_NUMBER = select(OperationRequest).where(OperationRequest.id == bindparam("number"))


async def add(session: AsyncSession, request: OperationRequest) -> int | None:
    """Store a new request and answer its number; None where its `source_key` is known already."""
    request.workspace = request.workspace or workspace_of(session)
    # What was not given stays so: an explicit None in a column of JSON is stored as `null`.
    given = {name: value for name, value in vars(request).items() if name in COLUMNS}
    number: int | None = await session.scalar(insertion(dialect_of(session)), given)
    return number


@cache
def insertion(dialect: str) -> Any:
    """Made once, and without a savepoint, which would take as long as the row."""
    new = insertion_of(REQUESTS, dialect)
    return new.on_conflict_do_nothing(index_elements=["source_key"]).returning(REQUESTS.c.id)


async def get(session: AsyncSession, request_id: int) -> OperationRequest | None:
    """The request with this number."""
    return await session.scalar(BY_NUMBER, {"number": request_id})


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
    target: str | None = None,
    holder: str | None = None,
    lease_over_by: datetime | None = None,
    due_by: datetime | None = None,
    resumes_by: datetime | None = None,
    is_unclaimed: bool = False,
    version: int | None = None,
    attempts: int = 0,
    **values: Any,
) -> OperationRequest | None:
    """Change the request, and bring it to `target` where one is named, if it is in one of `sources`.

    `holder` has to have its claim, a claim to have run out by `lease_over_by`, the request's time by `due_by`, what it
    waits for to be over by `resumes_by`, and its `version` to be this one, where these are given; `is_unclaimed` wants
    nobody to have its claim. `attempts` is added to those that were made. None where any of it is not so.
    """
    if target is not None:
        values["status"] = target
    if attempts:
        values["attempts"] = OperationRequest.attempts + attempts
    statement = (
        update(OperationRequest)
        .where(OperationRequest.id == request_id, OperationRequest.status.in_(list(sources)))
        .values(version=OperationRequest.version + 1, **values)
        .returning(OperationRequest)
        .execution_options(populate_existing=True)
    )
    if holder is not None:
        statement = statement.where(OperationRequest.claimed_by == holder)
    if lease_over_by is not None:
        statement = statement.where(OperationRequest.lease_until < lease_over_by)
    if due_by is not None:
        statement = statement.where(OperationRequest.expires_at <= due_by)
    if resumes_by is not None:
        statement = statement.where(or_(OperationRequest.resume_at.is_(None), OperationRequest.resume_at <= resumes_by))
    if is_unclaimed:
        statement = statement.where(OperationRequest.claimed_by.is_(None))
    if version is not None:
        statement = statement.where(OperationRequest.version == version)
    return await session.scalar(statement)


async def due(session: AsyncSession, statuses: Iterable[str], now: datetime, *, after: int = 0) -> Sequence[int]:
    """The numbers of requests in these states whose time has run out, in order, at most `BATCH` of those above one."""
    states = OperationRequest.status.in_(list(statuses))
    statement = (
        select(OperationRequest.id)
        .where(states, OperationRequest.expires_at <= now, OperationRequest.id > after)
        .order_by(OperationRequest.id)
        .limit(BATCH)
    )
    return (await session.scalars(statement)).all()


async def count_by_status(session: AsyncSession) -> dict[str, int]:
    """How many requests there are in each state."""
    statement = select(OperationRequest.status, func.count()).group_by(OperationRequest.status)
    return dict((await session.execute(statement)).all())


async def of_requester(session: AsyncSession, requester: str, *, limit: int) -> Sequence[OperationRequest]:
    """What somebody has asked for, newest first."""
    statement = (
        select(OperationRequest)
        .where(OperationRequest.requester == requester)
        .order_by(OperationRequest.id.desc())
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def search(
    session: AsyncSession,
    organization: str,
    *,
    statuses: Iterable[str] = (),
    operation: str | None = None,
    limit: int,
) -> Sequence[OperationRequest]:
    """An organization's requests, newest first; in any state and for anything, where these are left out."""
    statement = select(OperationRequest).where(OperationRequest.organization == organization)
    if wanted := list(statuses):
        statement = statement.where(OperationRequest.status.in_(wanted))
    if operation is not None:
        statement = statement.where(OperationRequest.operation == operation)
    return (await session.scalars(statement.order_by(OperationRequest.id.desc()).limit(limit))).all()


async def in_states(session: AsyncSession, statuses: Iterable[str], *, limit: int) -> Sequence[OperationRequest]:
    """The requests in these states, oldest first."""
    statement = (
        select(OperationRequest)
        .where(OperationRequest.status.in_(list(statuses)))
        .order_by(OperationRequest.id)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()
