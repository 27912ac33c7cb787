"""An open database of each kind, and an outbox on it whose far side and whose clocks a test drives."""

from collections.abc import AsyncIterator

import pytest

from bot.db.session import Database
from tests.outbox.rig import Rig


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database of this test's own."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def rig(database: Database) -> Rig:
    """An outbox on either database."""
    return Rig(database)
