"""A running house for every story."""

import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from bot.slack.socket import SocketMode
from tests.contract.slack import argument_breaches
from tests.flows.house import House

OpenHouse = Callable[..., Awaitable[House]]


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    """The bot and both sandboxes, on SQLite; whatever the bot asked of Slack is held against the contract."""
    house = House(sqlite_url)
    await house.start()
    yield house
    await house.stop()
    asked = [(call.method, call.args) for call in house.slack.calls if call.method != "response_url"]
    assert asked
    assert [wrong for method, arguments in asked for wrong in argument_breaches(method, arguments)] == []


@pytest.fixture
def quick_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket that is looked at and pinged more often than in production, so that it comes back sooner."""
    monkeypatch.setattr("bot.app.SocketMode", functools.partial(SocketMode, look_seconds=0.2, ping_seconds=0.5))


@pytest.fixture
def watchful_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket that is looked at often, and so seldom pinged that it does not come back by itself."""
    monkeypatch.setattr("bot.app.SocketMode", functools.partial(SocketMode, look_seconds=0.2, ping_seconds=600))


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
