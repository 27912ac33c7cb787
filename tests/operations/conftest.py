"""The sandbox's Docker Hub, listening, and a client of it that is logged in as the bot's account, an owner of acme."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.hub import BearerCredential, Credential, Hub
from sandbox.hub.content.seed import SCIM_TOKEN
from sandbox.world import BOT_ACCOUNT, BOT_TOKEN
from tests.operations.judged import JudgedHub


@pytest.fixture
async def hub_sandbox() -> AsyncIterator[JudgedHub]:
    """A Docker Hub of this test's own, on a real socket, every exchange kept."""
    sandbox = JudgedHub()
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def hub(hub_sandbox: JudgedHub) -> AsyncIterator[Hub]:
    """The real client."""
    client = Hub(url=hub_sandbox.url, credential=Credential(BOT_ACCOUNT, SecretStr(BOT_TOKEN)))
    yield client
    await client.close()


@pytest.fixture
async def provisioned(hub_sandbox: JudgedHub) -> AsyncIterator[Hub]:
    """The real client, with the SCIM token beside the bot's own."""
    scim = Hub(url=hub_sandbox.url, credential=BearerCredential(SecretStr(SCIM_TOKEN)))
    client = Hub(url=hub_sandbox.url, credential=Credential(BOT_ACCOUNT, SecretStr(BOT_TOKEN)), scim=scim)
    yield client
    await client.close()
