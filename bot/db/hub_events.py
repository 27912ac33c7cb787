"""Queries on Docker Hub's audit log as far as we have read it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import CursorResult, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.dialect import insert_ignoring_conflicts
from bot.db.models import Cursor, ExpectedEvent, HubEvent, OperationRequest

BATCH = 100
# `Cursor.polled_at` until the first poll has succeeded.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
Item = TypeVar("Item")


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


async def start_cursor(session: AsyncSession, organization: str, now: datetime) -> None:
    """Begin to read now, unless somebody has begun before; until a poll succeeds, `polled_at` is `NEVER`."""
    row = {"organization": organization, "position": now, "polled_at": NEVER}
    await session.execute(insert_ignoring_conflicts(session, Cursor).values(row))


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
    """Digest and ordinal of every entry that is stored with one of the digests."""
    keys: set[tuple[str, int]] = set()
    for batch in batches(sorted(digests)):
        statement = select(HubEvent.digest, HubEvent.ordinal).where(
            HubEvent.organization == organization, HubEvent.digest.in_(batch)
        )
        keys.update((digest, ordinal) for digest, ordinal in await session.execute(statement))
    return keys


async def earliest(
    session: AsyncSession, organization: str, *, action: str, key: str, wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], datetime]:
    """When the action first happened to a name with a value of `data[key]`, for each that is wanted and was stored."""
    value = HubEvent.data[key].as_string().label("value")
    first: dict[tuple[str, str], datetime] = {}
    for batch in batches(sorted(set(wanted))):
        statement = (
            # By its label: PostgreSQL takes two expressions with parameters of their own for two things.
            select(HubEvent.name, value, func.min(HubEvent.at, type_=HubEvent.at.type))
            .where(
                HubEvent.organization == organization,
                HubEvent.action == action,
                HubEvent.name.in_({name for name, _ in batch}),
                value.in_({wanted_value for _, wanted_value in batch}),
            )
            .group_by(HubEvent.name, "value")
        )
        found = {(name, text): at for name, text, at in await session.execute(statement)}
        first.update((pair, found[pair]) for pair in batch if pair in found)
    return first


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Few enough at a time for a statement's parameters."""
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def expect(session: AsyncSession, expected: ExpectedEvent) -> None:
    """Note that the log will show something that the bot is about to do."""
    session.add(expected)


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
    return isinstance(result, CursorResult) and result.rowcount == 1
