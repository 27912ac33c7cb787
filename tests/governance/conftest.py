"""A desk on a database, for every room of governance."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from bot.db.session import Database
from bot.governance import humans
from bot.governance.context import Context
from bot.governance.people import DirectoryUnavailable
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


@dataclass
class KnownHumans:
    """Whose accounts are one person's (`same`), and who in Slack is known for an account of Docker Hub (`behind`)."""

    same: list[frozenset[str]] = field(default_factory=list)
    behind: dict[str, frozenset[str]] = field(default_factory=dict)
    is_silent: bool = False

    async def aliases(self, _context: Context, user: str) -> frozenset[str]:
        """As `humans.aliases` answers."""
        self._answer()
        return frozenset({user}).union(*(each for each in self.same if user in each))

    async def people_behind(self, _context: Context, _organization: str, account: str) -> frozenset[str]:
        """As `humans.people_behind` answers."""
        self._answer()
        return self.behind.get(account, frozenset())

    def _answer(self) -> None:
        if self.is_silent:
            raise DirectoryUnavailable


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> KnownHumans:
    """Who is who, as a test says; how that is found out has tests of its own."""
    answers = KnownHumans()
    monkeypatch.setattr(humans, "aliases", answers.aliases)
    monkeypatch.setattr(humans, "people_behind", answers.people_behind)
    return answers


async def desk_on(url: str) -> AsyncIterator[Desk]:
    """A desk; Docker Hub is never asked anything, and would not be there."""
    hub = Hub(url="http://127.0.0.1:1", credential=Credential("nobody", SecretStr("never-sent")))
    desk = Desk(Database(url), hub)
    yield desk
    await hub.close()
    await desk.database.close()
