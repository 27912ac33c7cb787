"""The sandbox's clock as another process follows it."""

import asyncio
import json
import math
import time

import aiohttp
import pytest

from sandbox.clock import Clock
from sandbox.slack import SlackSandbox


async def offset_in(stream: aiohttp.StreamReader) -> float:
    """The next offset that is told."""
    async with asyncio.timeout(5):
        async for line in stream:
            if line.startswith(b"data:"):
                return float(json.loads(line.removeprefix(b"data:"))["offset"])
    raise AssertionError("the stream has ended")


async def test_a_move_is_told_at_once_to_everybody_who_follows(slack: SlackSandbox, clock: Clock) -> None:
    clock.advance(5)
    async with (
        aiohttp.ClientSession() as session,
        session.get(slack.clock_url) as one,
        session.get(slack.clock_url) as two,
    ):
        assert one.content_type == "text/event-stream"
        assert [await offset_in(one.content), await offset_in(two.content)] == [5, 5]
        before = time.monotonic()
        clock.advance(3600)
        assert [await offset_in(one.content), await offset_in(two.content)] == [3605, 3605]
        assert time.monotonic() - before < 0.5


async def test_two_moves_in_one_breath_are_told_as_where_they_lead(slack: SlackSandbox, clock: Clock) -> None:
    async with aiohttp.ClientSession() as session, session.get(slack.clock_url) as answer:
        assert await offset_in(answer.content) == 0
        clock.advance(60)
        clock.advance(60)
        assert await offset_in(answer.content) == 120


async def test_the_offset_is_repeated_while_nothing_moves(slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.clock.REPEAT_SECONDS", 0.01)
    async with aiohttp.ClientSession() as session, session.get(slack.clock_url) as answer:
        assert [await offset_in(answer.content) for _ in range(3)] == [0, 0, 0]


async def test_a_stop_does_not_wait_for_those_who_follow(clock: Clock, slack: SlackSandbox) -> None:
    async with aiohttp.ClientSession() as session, session.get(slack.clock_url) as answer:
        assert await offset_in(answer.content) == 0
        async with asyncio.timeout(2):
            await slack.stop()


@pytest.mark.parametrize("seconds", [-1, math.inf, math.nan])
def test_time_moves_forward_only_and_by_a_number(seconds: float) -> None:
    with pytest.raises(ValueError, match="forward"):
        Clock().advance(seconds)
