"""The cursor of Docker Hub's audit log: forward only, and its row lets one poller on."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.db import hub_events, requests
from bot.db.hub_events import OpenExpectation
from bot.db.models import Cursor, ExpectedEvent
from bot.db.session import Database
from tests.db.rows import NOW, request_row

LATER = NOW + timedelta(minutes=1)
HUB_EVENT = {
    "organization": "acme",
    "digest": "d",
    "ordinal": 0,
    "at": NOW,
    "action": "a",
    "name": "s",
    "actor": "x",
    "data": {},
    "description": "",
    "raw": "{}",
    "seen_at": NOW,
}


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


async def test_only_what_was_under_way_and_has_not_been_met_is_expected(started: Database) -> None:
    async with started.begin() as session:
        ids = [await requests.add(session, request_row(finished_at=at)) for at in (None, NOW, LATER)]
        for request_id, since in ((ids[0], NOW), (ids[0], LATER), (ids[1], NOW), (ids[2], NOW), (ids[2], NOW)):
            expected = ExpectedEvent(
                request_id=request_id, organization="acme", action="a", subjects=["s"], since=since
            )
            hub_events.expect(session, expected)
            await session.flush()
        event = await hub_events.add_new(session, [HUB_EVENT])
        assert await hub_events.meet_expectation(session, 5, event["d", 0])
        assert not await hub_events.meet_expectation(session, 5, event["d", 0])
        found = await hub_events.open_expectations(
            session, "acme", actions={"a"}, begun_by=NOW, under_way_at=NOW + timedelta(seconds=1)
        )
    assert found == [OpenExpectation(1, "a", ("s",), NOW, None), OpenExpectation(4, "a", ("s",), NOW, LATER)]


async def test_an_empty_batch_stores_nothing(database: Database) -> None:
    async with database.begin() as session:
        assert await hub_events.add_new(session, []) == {}
        assert await hub_events.stored_keys(session, "acme", []) == set()
