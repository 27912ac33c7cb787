"""An open database of each kind."""

from collections.abc import AsyncIterator

import pytest

from bot.db.session import Database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database of this test's own."""
    database = Database(database_url)
    yield database
    await database.close()
