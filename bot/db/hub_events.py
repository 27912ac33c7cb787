"""Queries on Docker Hub's audit log as far as we have read it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.dialect import insert_ignoring_conflicts
from bot.db.models import Cursor, ExpectedEvent, HubEvent, OperationRequest

BATCH = 100
# `Cursor.polled_at` until the first poll has succeeded.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


async def cursor(session: AsyncSession, organization: str) -> Cursor | None:
    """Up to when the organization's log has been read."""
    return await session.get(Cursor, organization)


async def start_cursor(session: AsyncSession, organization: str, now: datetime) -> None:
    """Begin to read now, unless somebody has begun before; until a poll succeeds, `polled_at` is `NEVER`."""
    row = {"organization": organization, "position": now, "polled_at": NEVER}
    await session.execute(insert_ignoring_conflicts(session, Cursor).values(row))


async def advance_cursor(session: AsyncSession, organization: str, *, position: datetime, now: datetime) -> None:
    """Move the cursor forward, never back."""
    statement = update(Cursor).where(Cursor.organization == organization, Cursor.position <= position)
    await session.execute(statement.values(position=position, polled_at=now))


async def add_new(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> list[HubEvent]:
    """Store the entries that are not there yet, and answer exactly those, oldest first."""
    statement = insert_ignoring_conflicts(session, HubEvent).returning(HubEvent)
    new: list[HubEvent] = []
    for start in range(0, len(rows), BATCH):
        new.extend(await session.scalars(statement, list(rows[start : start + BATCH])))
    return sorted(new, key=lambda event: (event.at, event.id))


async def was_pushed(
    session: AsyncSession, organization: str, *, action: str, repository: str, tag: str, until: datetime
) -> bool:
    """Whether a push of this tag, up to a moment, is stored. `action` is Docker's name for a push."""
    statement = select(HubEvent.id).where(
        HubEvent.organization == organization,
        HubEvent.action == action,
        HubEvent.name == repository,
        HubEvent.at <= until,
        HubEvent.data["tag"].as_string() == tag,
    )
    return await session.scalar(statement.limit(1)) is not None


def expect(session: AsyncSession, expected: ExpectedEvent) -> None:
    """Note that the log will show something that the bot is about to do."""
    session.add(expected)


async def open_expectations(session: AsyncSession, event: HubEvent, *, skew: timedelta) -> Sequence[ExpectedEvent]:
    """What we may have caused of this action by then and have not seen yet, oldest first.

    An execution causes nothing before it starts and after it has finished. `skew` is how far Docker Hub's clock may
    be from ours.
    """
    statement = (
        select(ExpectedEvent)
        .join(OperationRequest, OperationRequest.id == ExpectedEvent.request_id)
        .where(
            ExpectedEvent.organization == event.organization,
            ExpectedEvent.action == event.action,
            ExpectedEvent.event_id.is_(None),
            ExpectedEvent.since <= event.at + skew,
            or_(OperationRequest.finished_at.is_(None), OperationRequest.finished_at >= event.at - skew),
        )
        .order_by(ExpectedEvent.id)
    )
    return (await session.scalars(statement)).all()


async def meet_expectation(session: AsyncSession, expected_id: int, event_id: int) -> bool:
    """Tie the entry to what we did; False where another entry was first."""
    statement = (
        update(ExpectedEvent)
        .where(ExpectedEvent.id == expected_id, ExpectedEvent.event_id.is_(None))
        .values(event_id=event_id)
    )
    result = await session.execute(statement)
    return isinstance(result, CursorResult) and result.rowcount == 1
