"""The scripted Docker Hub, and clients of it that are closed after the test."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from bot.hub.auth import Credential
from bot.hub.client import Hub
from bot.hub.protocol import ClientOptions

from .server import SECRET, Clock, FakeHub, running

MakeHub = Callable[..., Hub]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def fake() -> AsyncIterator[FakeHub]:
    async with running(FakeHub()) as fake:
        yield fake


@pytest.fixture
async def make_hub(fake: FakeHub, clock: Clock) -> AsyncIterator[MakeHub]:
    """Make a client; time is the test's clock, and chance is always in the middle."""
    made: list[Hub] = []

    def make(url: str | None = None, *, credential: Any = None, **options: Any) -> Hub:
        hub = Hub(
            url=url or fake.url,
            credential=credential or Credential("acme", SecretStr(SECRET)),
            options=ClientOptions(**options),
            now=clock.now,
            monotonic=clock.monotonic,
            sleep=clock.sleep,
            random=lambda: 0.5,
        )
        made.append(hub)
        return hub

    yield make
    for hub in made:
        await hub.close()


@pytest.fixture
def hub(make_hub: MakeHub) -> Hub:
    return make_hub()
