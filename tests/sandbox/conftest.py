"""The sandbox's Slack, for its tests."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.slack import Person, SlackSandbox
from tests.sandbox.slack_support import manifest, web_client


@pytest.fixture
def clock() -> Clock:
    """The time that the sandbox goes by."""
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[SlackSandbox]:
    """A workspace, listening."""
    sandbox = SlackSandbox(clock=clock, manifest=manifest())
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def client(slack: SlackSandbox) -> AsyncIterator[AsyncWebClient]:
    """Slack's own client with the bot's token."""
    async with web_client(slack) as found:
        yield found


@pytest.fixture
def ann(slack: SlackSandbox) -> Person:
    """Ann, who asks."""
    return slack.person("U0ANN")


@pytest.fixture
def omar(slack: SlackSandbox) -> Person:
    """Omar, who approves."""
    return slack.person("U0OMAR")
