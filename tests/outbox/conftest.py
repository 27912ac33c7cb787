"""An outbox on each kind of database, whose far side and whose clocks a test drives."""

import pytest

from bot.db.session import Database
from tests.outbox.rig import Rig


@pytest.fixture
def rig(database: Database) -> Rig:
    """An outbox on either database."""
    return Rig(database)
