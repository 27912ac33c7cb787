"""A running house for every story."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.flows.house import House

OpenHouse = Callable[..., Awaitable[House]]


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    """The bot and both sandboxes, on SQLite."""
    house = House(sqlite_url)
    await house.start()
    yield house
    await house.stop()


@pytest.fixture
async def open_house(sqlite_url: str) -> AsyncIterator[OpenHouse]:
    """Opens a house with a policy and settings of the story's own, changed by `before` ahead of its start."""
    async with AsyncExitStack() as stack:

        async def open_one(before: Callable[[House], object] = lambda _: None, **settings: Any) -> House:
            house = House(sqlite_url, **settings)
            before(house)
            await house.start()
            stack.push_async_callback(house.stop)
            return house

        yield open_one
