"""A house, and somebody in front of it, with each pair of hands and at each width."""

import os
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.flows.conftest import house  # noqa: F401  a fixture
from tests.flows.house import House
from tests.journeys.desk import SIZES, Desk, sit_down
from tests.journeys.hands import HANDS

# Both hands and both widths; with HUBWARDEN_EVERY_WAY (`make journeys`) each hand at each width.
EVERY_WAY = os.environ.get("HUBWARDEN_EVERY_WAY", "0") not in ("", "0")
WAYS = [(way, size) for way in HANDS for size in SIZES] if EVERY_WAY else [("mouse", "1440"), ("keyboard", "390")]


@pytest.fixture(params=WAYS, ids="-".join)
async def desk(request: pytest.FixtureRequest, browser: Browser, house: House) -> AsyncIterator[Desk]:  # noqa: F811
    """Somebody; no script of the page may fail, and the bot may break no rule of Slack's."""
    way, size = request.param
    desk = await sit_down(browser, house, way=way, size=size)
    yield desk
    assert desk.errors == []
    assert house.slack.violations == []
