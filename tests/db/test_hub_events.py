"""The cursor of Docker Hub's audit log: forward only, and its row lets one poller on."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.db import hub_events
from bot.db.models import Cursor
from bot.db.session import Database
from tests.db.rows import NOW

LATER = NOW + timedelta(minutes=1)


async def moved(database: Database, *, position: datetime = LATER, now: datetime = LATER) -> Cursor:
    """The cursor after a move, as another transaction sees it."""
    async with database.begin() as session:
        await hub_events.advance_cursor(session, "acme", position=position, now=now)
    async with database.begin() as session:
        cursor = await hub_events.cursor(session, "acme")
    assert cursor is not None
    return cursor


@pytest.fixture
async def started(database: Database) -> Database:
    """A database with a cursor at NOW."""
    async with database.begin() as session:
        await hub_events.start_cursor(session, "acme", NOW)
    return database


async def test_a_cursor_starts_once_and_has_polled_never(started: Database) -> None:
    async with started.begin() as session:
        await hub_events.start_cursor(session, "acme", LATER)
        cursor = await hub_events.cursor(session, "acme")
    assert cursor is not None
    assert (cursor.position, cursor.polled_at) == (NOW, hub_events.NEVER)


async def test_a_cursor_moves_forward(started: Database) -> None:
    cursor = await moved(started)
    assert (cursor.position, cursor.polled_at) == (LATER, LATER)


async def test_a_poll_that_finds_nothing_to_move_has_polled_all_the_same(started: Database) -> None:
    cursor = await moved(started, position=NOW, now=LATER)
    assert (cursor.position, cursor.polled_at) == (NOW, LATER)


async def test_a_cursor_never_moves_back(started: Database) -> None:
    await moved(started)
    cursor = await moved(started, position=NOW, now=NOW)
    assert (cursor.position, cursor.polled_at) == (LATER, LATER)


async def test_even_a_poller_that_comes_late_waits_for_the_one_before_it(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    async with database.begin() as session:
        await hub_events.start_cursor(session, "acme", LATER)
    async with database.begin() as session:
        await hub_events.advance_cursor(session, "acme", position=NOW, now=NOW)  # behind: it moves nothing
        other = asyncio.create_task(moved(database))
        done, _ = await asyncio.wait([other], timeout=0.3)
        assert not done
    await other
    await database.close()


async def test_an_empty_batch_stores_nothing(database: Database) -> None:
    async with database.begin() as session:
        assert await hub_events.add_new(session, []) == {}
        assert await hub_events.stored_keys(session, "acme", []) == set()
