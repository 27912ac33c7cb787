"""A desk on a database, for every room of governance."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.db.session import Database
from bot.hub import Credential, Hub
from tests.governance.parts import Desk


@pytest.fixture
async def desk(sqlite_url: str) -> AsyncIterator[Desk]:
    """A desk on SQLite: what the database does is not what is tested."""
    async for desk in desk_on(sqlite_url):
        yield desk


@pytest.fixture
async def any_desk(database_url: str) -> AsyncIterator[Desk]:
    """A desk on each kind of database."""
    async for desk in desk_on(database_url):
        yield desk


async def desk_on(url: str) -> AsyncIterator[Desk]:
    """A desk; Docker Hub is never asked anything, and would not be there."""
    hub = Hub(url="http://127.0.0.1:1", credential=Credential("nobody", SecretStr("never-sent")))
    desk = Desk(Database(url), hub)
    yield desk
    await hub.close()
    await desk.database.close()
