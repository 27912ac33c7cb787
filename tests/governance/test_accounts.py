"""Whom a mention means, told to those who may ask for the operation, and to nobody else."""

from types import SimpleNamespace
from typing import Any

import pytest

from bot.errors import RequestRefused
from bot.governance.accounts import MentionedAccounts
from bot.operations import BY_NAME
from bot.phrases import Mention

ADD = BY_NAME["team.member.add"]


class Doors:
    """The two use cases behind it; notes who went through which."""

    def __init__(self, *, is_refusing: bool = False) -> None:
        self.is_refusing = is_refusing
        self.asked: list[tuple[Any, ...]] = []

    async def require_somebody(self, _context: Any, operation: Any, requester: str) -> None:
        """Whether this person may know anything."""
        self.asked.append(("may", operation.name, requester))
        if self.is_refusing:
            raise RequestRefused

    async def find_account(self, _context: Any, organization: str, user: str, *, takes_addresses: bool) -> str:
        """Who it is."""
        self.asked.append(("who", organization, user, takes_addresses))
        return "miranovak"


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Doors:
    """In the place of the use cases."""
    doors = Doors()
    monkeypatch.setattr("bot.governance.accounts.require_somebody", doors.require_somebody)
    monkeypatch.setattr("bot.governance.accounts.find_account", doors.find_account)
    return doors


async def ask() -> str:
    """Ann mentions Mira."""
    context: Any = SimpleNamespace()
    accounts = MentionedAccounts(context, "U0ANN")
    return await accounts.account_of(Mention("U0MIRA", name="omar"), ADD, organization="acme", takes_addresses=True)


async def test_it_is_the_id_that_counts_and_not_the_name(doors: Doors) -> None:
    assert await ask() == "miranovak"
    assert doors.asked == [("may", "team.member.add", "U0ANN"), ("who", "acme", "U0MIRA", True)]


async def test_who_may_not_ask_is_told_nothing(doors: Doors) -> None:
    doors.is_refusing = True
    with pytest.raises(RequestRefused):
        await ask()
    assert doors.asked == [("may", "team.member.add", "U0ANN")]
