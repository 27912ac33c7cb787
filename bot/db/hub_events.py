"""Queries on Docker Hub's audit log as far as we have read it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.batches import batches
from bot.db.dialect import changed, insert_ignoring_conflicts
from bot.db.models import Cursor, ExpectedEvent, HubEvent, OperationRequest

# `Cursor.polled_at` until the first poll has succeeded.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OpenExpectation:
    """What the bot may have caused in Docker Hub's log, while its request was under way: from `since` on."""

    id: int
    action: str
    subjects: tuple[str, ...]
    since: datetime
    finished_at: datetime | None


async def cursor(session: AsyncSession, organization: str) -> Cursor | None:
    """Up to when the organization's log has been read."""
    return await session.get(Cursor, organization)


async def polled(session: AsyncSession, organizations: Collection[str]) -> dict[str, datetime]:
    """When each organization's log was last read; what never was is not there."""
    statement = select(Cursor.organization, Cursor.polled_at).where(
        Cursor.organization.in_(organizations), Cursor.polled_at > NEVER
    )
    return dict((await session.execute(statement)).all())


async def start_cursor(session: AsyncSession, organization: str, now: datetime) -> None:
    """Begin to read now, unless somebody has begun before; until a poll succeeds, `polled_at` is `NEVER`."""
    row = {"organization": organization, "position": now, "polled_at": NEVER}
    await session.execute(insert_ignoring_conflicts(session, Cursor).values(row))


async def take_cursor(session: AsyncSession, organization: str) -> None:
    """As a transaction's first statement: its row is ours until the transaction ends, and lets no other poller on."""
    statement = update(Cursor).where(Cursor.organization == organization)
    await session.execute(statement.values(position=Cursor.position))


async def advance_cursor(session: AsyncSession, organization: str, *, position: datetime, now: datetime) -> None:
    """Move the cursor forward, never back; its row is ours until the transaction ends, either way."""
    is_ahead = Cursor.position > position
    statement = update(Cursor).where(Cursor.organization == organization)
    await session.execute(
        statement.values(
            position=case((is_ahead, Cursor.position), else_=position),
            polled_at=case((is_ahead, Cursor.polled_at), else_=now),
        )
    )


async def add_new(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> dict[tuple[str, int], int]:
    """Store the entries that are not there yet; answers exactly those: their digest and ordinal, with the row's id."""
    new = (HubEvent.digest, HubEvent.ordinal, HubEvent.id)
    statement = insert_ignoring_conflicts(session, HubEvent).returning(*new)
    ids: dict[tuple[str, int], int] = {}
    for batch in batches(rows):
        for digest, ordinal, number in await session.execute(statement, list(batch)):
            ids[digest, ordinal] = number
    return ids


async def stored_keys(session: AsyncSession, organization: str, digests: Collection[str]) -> set[tuple[str, int]]:
    """Digest and ordinal of every entry that is stored with one of the digests, at most `BATCH` of them."""
    statement = select(HubEvent.digest, HubEvent.ordinal).where(
        HubEvent.organization == organization, HubEvent.digest.in_(digests)
    )
    return {(digest, ordinal) for digest, ordinal in await session.execute(statement)}


def expect(session: AsyncSession, expected: ExpectedEvent) -> None:
    """Note that the log will show something that the bot is about to do."""
    session.add(expected)


async def expect_no_more(session: AsyncSession, request_id: int) -> None:
    """Forget what the log was to show because of a request, and has not shown: it was not done."""
    unseen = (ExpectedEvent.request_id == request_id, ExpectedEvent.event_id.is_(None))
    await session.execute(delete(ExpectedEvent).where(*unseen))


async def expect_last_no_more(session: AsyncSession, request_id: int) -> None:
    """Forget the last thing that the log was to show because of a request, and has not shown."""
    last = select(func.max(ExpectedEvent.id)).where(ExpectedEvent.request_id == request_id)
    unseen = (ExpectedEvent.id == last.scalar_subquery(), ExpectedEvent.event_id.is_(None))
    await session.execute(delete(ExpectedEvent).where(*unseen))


async def open_expectations(
    session: AsyncSession, organization: str, *, actions: Collection[str], begun_by: datetime, under_way_at: datetime
) -> list[OpenExpectation]:
    """What we may have caused of these actions and have not seen yet, oldest first.

    Left out is what began after `begun_by`, and what had finished before `under_way_at`.
    """
    columns = (ExpectedEvent.id, ExpectedEvent.action, ExpectedEvent.subjects, ExpectedEvent.since)
    statement = (
        select(*columns, OperationRequest.finished_at)
        .join(OperationRequest, OperationRequest.id == ExpectedEvent.request_id)
        .where(
            ExpectedEvent.organization == organization,
            ExpectedEvent.action.in_(actions),
            ExpectedEvent.event_id.is_(None),
            ExpectedEvent.since <= begun_by,
            or_(OperationRequest.finished_at.is_(None), OperationRequest.finished_at >= under_way_at),
        )
        .order_by(ExpectedEvent.id)
    )
    rows = await session.execute(statement)
    return [
        OpenExpectation(number, action, tuple(subjects), since, finished_at)
        for number, action, subjects, since, finished_at in rows
    ]


async def meet_expectation(session: AsyncSession, expected_id: int, event_id: int) -> bool:
    """Tie the entry to what we did; False where another entry was first."""
    statement = (
        update(ExpectedEvent)
        .where(ExpectedEvent.id == expected_id, ExpectedEvent.event_id.is_(None))
        .values(event_id=event_id)
    )
    result = await session.execute(statement)
    return changed(result) == 1
