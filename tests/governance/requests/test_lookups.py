"""What a form or a mention asks Docker Hub: for our organizations only, and told in sentences."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.errors import RequestRefused, UserError
from bot.governance.addresses import Acquaintance
from bot.governance.hub_errors import HubFailed
from bot.governance.people import Person
from bot.governance.policy import Policy, load_policy
from bot.governance.requests import lookups
from bot.governance.requests.lookups import choices, find_account
from bot.hub import Call, Credential, Hub, HubUnavailable
from bot.operations.kit.base import Choices, Lookup
from sandbox.hub import HubSandbox
from sandbox.world import BOT_ACCOUNT, BOT_TOKEN
from tests.governance.parts import ANN, SAM, Desk


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


async def heard(desk: Desk, **emails: str) -> None:
    """Slack has told of these people's addresses."""
    people = [Person(user, user, True, is_guest=False, is_bot=False, email=email) for user, email in emails.items()]
    await Acquaintance(database=desk.database, clock=desk.times.clock).hear_of(people)


def told(desk: Desk, head: str) -> Policy:
    """The policy with this before its rules."""
    return load_policy(f"version: 1\n{head}\n", desk.operations.values(), source="the test")


async def test_a_docker_id_stays_with_whom_it_was_first_found_for(desk: Desk, hub: Hub, sandbox: HubSandbox) -> None:
    await heard(desk, U0ANN="ann@example.com", U0SAM="sam@example.com")
    context = replace(desk.context, hub=hub, directory=Addressed("Ann", "ann@example.com"))
    assert await find_account(context, "acme", ANN, takes_addresses=False) == "annberg"
    # Slack's address changes: hers it stays.
    changed = replace(context, directory=Addressed("Ann", "elsewhere@example.com"))
    assert await find_account(changed, "acme", ANN, takes_addresses=True) == "annberg"
    # Docker Hub's address changes to that of somebody else: it is refused, and the way out is named.
    sandbox.state.accounts["annberg"].email = "sam@example.com"
    sandbox.state.accounts["samok"].email = "else@example.com"
    head = "administrators: {users: [U0OMAR]}"
    others = replace(context, directory=Addressed("Sam", "sam@example.com"), policy=told(desk, head))
    with pytest.raises(RequestRefused) as caught:
        await find_account(others, "acme", SAM, takes_addresses=True)
    assert caught.value.text == (
        "Sam has the address of the Docker ID annberg now, and that is tied to @U0ANN. "
        "Type the Docker ID that you mean. "
        "An administrator (@U0OMAR) can tie it to them with a line in the policy: people: {U0SAM: annberg}."
    )
    moved = replace(others, policy=told(desk, "people: {U0SAM: annberg}"))
    assert await find_account(moved, "acme", SAM, takes_addresses=True) == "annberg"
    with pytest.raises(UserError, match="No member of acme has the address"):
        await find_account(replace(changed, policy=moved.policy), "acme", ANN, takes_addresses=False)


async def test_the_policys_word_needs_no_address_and_asks_nobody(desk: Desk) -> None:
    context = replace(desk.context, directory=Addressed("Ann", None), policy=told(desk, "people: {U0ANN: annberg}"))
    assert await find_account(context, "acme", ANN, takes_addresses=False) == "annberg"
    several = replace(context, policy=told(desk, "people: {U0ANN: [one, two]}"))
    with pytest.raises(UserError, match=r"Ann has 2 accounts: one, two\. Type one of them\."):
        await find_account(several, "acme", ANN, takes_addresses=False)
    other = replace(context, policy=told(desk, "people: {U0SAM: samok}"))
    with pytest.raises(UserError, match="Slack does not tell the e-mail address of Ann"):
        await find_account(other, "acme", ANN, takes_addresses=True)


async def test_the_policys_word_is_for_all_accounts_of_a_human(desk: Desk) -> None:
    await heard(desk, U0ANN="ann@example.com", U0ANN2="ann@example.com")
    context = replace(desk.context, directory=Addressed("Ann", None), policy=told(desk, "people: {U0ANN: annberg}"))
    assert await find_account(context, "acme", "U0ANN2", takes_addresses=False) == "annberg"


async def test_a_mention_is_looked_up_in_our_organizations_only(desk: Desk) -> None:
    with pytest.raises(RequestRefused, match="does not run the organization “initech”"):
        await find_account(desk.context, "initech", ANN, takes_addresses=True)


async def test_where_docker_hub_fails_nobody_is_found_and_the_error_is_a_sentence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def find(*_: object, **__: object) -> str:
        raise HubUnavailable(Call("GET", "/members"), status=503)

    monkeypatch.setattr(lookups, "accounts_with", find)
    with pytest.raises(HubFailed, match="Docker Hub failed with an error of its own"):
        context = replace(desk.context, directory=Addressed("Ann", "ann@example.com"))
        await find_account(context, "acme", ANN, takes_addresses=True)
