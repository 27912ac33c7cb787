"""Replicas' signs of life: one row each, and none of those that are long gone."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.db import replicas
from bot.db.models import Replica
from bot.db.session import Database

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


async def rows(database: Database) -> dict[str, tuple[datetime, datetime]]:
    """What stands there."""
    async with database.begin() as session:
        return {row.name: (row.started_at, row.beat_at) for row in await session.scalars(select(Replica))}


async def beat(database: Database, name: str, now: datetime) -> None:
    """One replica shows that it is there."""
    async with database.begin() as session:
        await replicas.beat(session, name, now)


async def test_a_replica_has_one_row_however_often_it_beats(database: Database) -> None:
    await beat(database, "a", NOW)
    await beat(database, "b", NOW)
    await beat(database, "a", NOW + timedelta(minutes=1))
    assert await rows(database) == {"a": (NOW, NOW + timedelta(minutes=1)), "b": (NOW, NOW)}


async def test_who_has_not_beaten_for_a_day_is_forgotten(database: Database) -> None:
    await beat(database, "gone", NOW)
    await beat(database, "a", NOW + timedelta(days=1))
    assert [*await rows(database)] == ["gone", "a"]
    await beat(database, "a", NOW + timedelta(days=1, seconds=1))
    assert [*await rows(database)] == ["a"]
