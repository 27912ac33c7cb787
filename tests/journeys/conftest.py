"""A house, and somebody in front of it, with each pair of hands and at each width."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.flows.conftest import house  # noqa: F401  a fixture
from tests.flows.house import House
from tests.journeys.desk import SIZES, Desk, sit_down
from tests.journeys.hands import HANDS


@pytest.fixture(params=[(way, size) for way in HANDS for size in SIZES], ids="-".join)
async def desk(request: pytest.FixtureRequest, browser: Browser, house: House) -> AsyncIterator[Desk]:  # noqa: F811
    """Somebody; no script of the page may fail, and the bot may break no rule of Slack's."""
    way, size = request.param
    desk = await sit_down(browser, house, way=way, size=size)
    yield desk
    assert desk.errors == []
    assert house.slack.violations == []
