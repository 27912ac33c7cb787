"""What a form or a mention asks Docker Hub: for our organizations only, and told in sentences."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.errors import RequestRefused, UserError
from bot.governance.hub_errors import HubFailed
from bot.governance.people import Person
from bot.governance.requests import lookups
from bot.governance.requests.lookups import choices, find_account
from bot.hub import Call, Credential, Hub, HubUnavailable
from bot.operations.kit.base import Choices, Lookup
from sandbox.hub import HubSandbox
from sandbox.world import BOT_ACCOUNT, BOT_TOKEN
from tests.governance.parts import ANN, Desk


class Addressed:
    """A directory in which Ann has this name and e-mail address."""

    def __init__(self, name: str, email: str | None) -> None:
        self.name, self.email = name, email

    async def person(self, user: str) -> Person:
        """Her."""
        return Person(user, self.name, is_active=True, is_guest=False, is_bot=False, email=self.email)

    async def members_of(self, _group: str) -> frozenset[str]:
        """Nobody."""
        return frozenset()


@pytest.fixture
async def hub(sandbox: HubSandbox) -> AsyncIterator[Hub]:
    """A client of the sandbox's Docker Hub."""
    client = Hub(url=sandbox.url, credential=Credential(BOT_ACCOUNT, SecretStr(BOT_TOKEN)))
    yield client
    await client.close()


async def levers(_hub: Hub, lookup: Lookup) -> Sequence[str]:
    """What fits what was typed."""
    return [name for name in ("left", "right") if name.startswith(lookup.typed)]


async def fail(_hub: Hub, _lookup: Lookup) -> Sequence[str]:
    """Docker Hub is away."""
    raise HubUnavailable(Call("GET", "/levers"), status=503)


async def test_a_menu_offers_what_docker_hub_knows(desk: Desk) -> None:
    assert await choices(desk.context, Choices(levers), Lookup("acme", "l")) == ["left"]


async def test_of_an_organization_that_is_not_ours_nothing_is_offered_and_nothing_asked(desk: Desk) -> None:
    assert await choices(desk.context, Choices(fail), Lookup("initech")) == ()


async def test_where_docker_hub_fails_the_menu_says_so_in_a_sentence(desk: Desk) -> None:
    with pytest.raises(HubFailed, match="Docker Hub failed with an error of its own"):
        await choices(desk.context, Choices(fail), Lookup("acme"))


async def test_a_mention_is_the_member_with_the_same_address(desk: Desk, hub: Hub) -> None:
    members = await hub.pages("/v2/orgs/{organization}/members", organization="acme")
    known = {member["email"]: member["username"] for member in members.data}
    email, username = next(iter(known.items()))
    context = replace(desk.context, hub=hub, directory=Addressed("Ann", email.upper()))
    assert await find_account(context, "acme", ANN, takes_addresses=False) == username


async def test_a_mention_of_nobody_there_is_an_address_or_an_error_and_never_a_guess(desk: Desk, hub: Hub) -> None:
    context = replace(desk.context, hub=hub, directory=Addressed("Ann", "nobody@nowhere.example"))
    assert await find_account(context, "acme", ANN, takes_addresses=True) == "nobody@nowhere.example"
    with pytest.raises(UserError, match="type the Docker ID"):
        await find_account(context, "acme", ANN, takes_addresses=False)


async def test_a_mention_is_looked_up_in_our_organizations_only(desk: Desk) -> None:
    with pytest.raises(RequestRefused, match="does not run the organization “initech”"):
        await find_account(desk.context, "initech", ANN, takes_addresses=True)


async def test_where_docker_hub_fails_nobody_is_found_and_the_error_is_a_sentence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def find(*_: object, **__: object) -> str:
        raise HubUnavailable(Call("GET", "/members"), status=503)

    monkeypatch.setattr(lookups, "find_in_hub", find)
    with pytest.raises(HubFailed, match="Docker Hub failed with an error of its own"):
        await find_account(desk.context, "acme", ANN, takes_addresses=True)
