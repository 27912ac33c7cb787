"""What is remembered, and for how long."""

import asyncio

import pytest
from cachetools import TTLCache

from bot.slack.remembering import remembered


class Question:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails = False

    async def __call__(self) -> int:
        """How often; an error where it fails."""
        await asyncio.sleep(0)
        self.asked += 1
        if self.fails:
            raise ValueError
        return self.asked


class Watch:
    """A clock of the test's own."""

    seconds = 0.0

    def __call__(self) -> float:
        """The seconds so far."""
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def memory(watch: Watch) -> TTLCache[str, int]:
    return TTLCache(2, 60, timer=watch)


async def test_the_same_is_asked_once_until_it_is_too_old(memory: TTLCache[str, int], watch: Watch) -> None:
    ask = Question()
    assert [await remembered(memory, "a", ask) for _ in range(3)] == [1, 1, 1]
    watch.seconds = 59.9
    assert await remembered(memory, "a", ask) == 1
    watch.seconds = 60
    assert await remembered(memory, "a", ask) == 2


async def test_something_else_is_asked_for_itself(memory: TTLCache[str, int]) -> None:
    ask = Question()
    assert [await remembered(memory, key, ask) for key in "abab"] == [1, 2, 1, 2]


async def test_no_more_is_remembered_than_there_is_room_for(memory: TTLCache[str, int]) -> None:
    ask = Question()
    for key in "abc":
        await remembered(memory, key, ask)
    assert len(memory) == 2
    assert await remembered(memory, "a", ask) == 4


async def test_an_error_is_not_remembered(memory: TTLCache[str, int]) -> None:
    ask = Question()
    ask.fails = True
    with pytest.raises(ValueError):
        await remembered(memory, "a", ask)
    ask.fails = False
    assert await remembered(memory, "a", ask) == 2


async def test_who_asks_at_the_same_time_waits_for_nobody(memory: TTLCache[str, int]) -> None:
    ask = Question()
    found = await asyncio.gather(remembered(memory, "a", ask), remembered(memory, "a", ask))
    assert sorted(found) == [1, 2]
    assert ask.asked == 2
