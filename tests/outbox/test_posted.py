"""Waiting for a message that is about to be sent, and for none that cannot be soon."""

import asyncio

from bot.outbox.posted import Posted
from bot.outbox.sender import Place

CARD, OTHER, HERE, THERE = "card:1", "card:2", "C0APPROVALS", "C0ALERTS"
STANDS = Place(HERE, "1.5")
LONG = 30.0


async def waiting(posted: Posted, key: str, *, within: float = LONG) -> "asyncio.Task[Place | None]":
    """Somebody who waits for the message, and has begun to."""
    task = asyncio.create_task(posted.place_of(key, HERE, within=within))
    await asyncio.sleep(0)
    return task


async def test_whoever_waits_hears_where_it_stands_and_whoever_comes_later_too() -> None:
    posted = Posted(lambda: 0.0)
    task = await waiting(posted, CARD)
    with posted.sending(CARD, HERE, rest_seconds=LONG * 2):
        assert not task.done()
        posted.note(CARD, STANDS)
    assert await task == STANDS
    assert await posted.place_of(CARD, HERE, within=0) == STANDS


async def test_whoever_waits_for_what_was_not_taken_waits_no_longer() -> None:
    posted = Posted(lambda: 0.0)
    task = await waiting(posted, CARD)
    with posted.sending(CARD, HERE, rest_seconds=1):
        pass
    assert await task is None


async def test_nobody_waits_for_a_place_that_is_busy_for_longer_than_they_would() -> None:
    posted = Posted(lambda: 0.0)
    before = await waiting(posted, OTHER)
    with posted.sending(CARD, HERE, rest_seconds=LONG + 1):
        assert await before is None
    assert await posted.place_of(OTHER, HERE, within=LONG) is None


async def test_a_place_that_rests_for_less_is_waited_for() -> None:
    posted = Posted(lambda: 0.0)
    with posted.sending(CARD, HERE, rest_seconds=1):
        task = await waiting(posted, OTHER)
        posted.note(OTHER, STANDS)
        assert await task == STANDS


async def test_what_does_not_come_in_time_is_not_waited_for_for_ever() -> None:
    assert await Posted().place_of(CARD, HERE, within=0.01) is None
