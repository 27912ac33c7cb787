"""The rate limits, and as whom the bot is logged in."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.hub import BearerCredential, Credential, Hub, HubError, Registry
from bot.operations import admin
from bot.operations.kit.base import Answer
from sandbox.hub.content.seed import ORGANIZATION_TOKEN, READ_ONLY_TOKEN, SCIM_TOKEN
from sandbox.hub.wire.faults import Respond
from sandbox.world import BOT_ACCOUNT, BOT_PASSWORD, BOT_TOKEN
from tests.operations.judged import JudgedHub

LIMITS = admin.Limits(organization="acme")
WHO = admin.WhoAmI(organization="acme")
FAMILIES = {
    "access-tokens",
    "auditlogs",
    "auditlogs/actions",
    "namespaces/repositories",
    "orgs/access-tokens",
    "orgs/groups",
    "orgs/invites",
    "orgs/members",
    "orgs/settings",
    "scim/ServiceProviderConfig",
    "scim/Users",
}


@pytest.fixture
async def hub(hub_sandbox: JudgedHub) -> AsyncIterator[Hub]:
    """The bot's client with all that can be beside it."""
    client = Hub(
        url=hub_sandbox.url,
        credential=Credential(BOT_ACCOUNT, SecretStr(BOT_TOKEN)),
        scim=Hub(url=hub_sandbox.url, credential=BearerCredential(SecretStr(SCIM_TOKEN))),
        registry=Registry(hub_sandbox.registry_url),
    )
    yield client
    await client.close()


def by_name(answer: Answer) -> dict[str, str]:
    return {str(row[0]): str(row[1]) for row in answer.rows}


async def whoami(sandbox: JudgedHub, name: str, secret: str) -> dict[str, str]:
    client = Hub(url=sandbox.url, credential=Credential(name, SecretStr(secret)))
    try:
        return by_name(await admin.show_identity(client, WHO))
    finally:
        await client.close()


async def test_each_route_family_is_told_and_the_image_pulls_apart(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.registry.used = 24
    answer = await admin.show_limits(hub, LIMITS)
    assert {row[0] for row in answer.rows[:-1]} >= FAMILIES
    assert {row[2] for row in answer.rows[:-1]} == {"600 a minute"} | {r[2] for r in answer.rows if r[0] == "auth"}
    assert answer.rows[-1] == ("image pulls", "76", "100 in 6 h", "–")
    assert "without a log-in" in answer.note
    assert hub_sandbox.registry.used == 24, "asking is no pull"
    hub_sandbox.judge()


async def test_where_the_registry_cannot_be_reached_the_rest_still_stands(hub_sandbox: JudgedHub) -> None:
    credential = Credential(BOT_ACCOUNT, SecretStr(BOT_TOKEN))
    client = Hub(url=hub_sandbox.url, credential=credential, registry=Registry("http://127.0.0.1:1"))
    try:
        answer = await admin.show_limits(client, LIMITS)
    finally:
        await client.close()
    assert {row[0] for row in answer.rows} >= FAMILIES - {"scim/ServiceProviderConfig", "scim/Users"}
    assert "the registry could not be asked" in answer.note
    assert "the registry could not be asked (ClientConnectorError" in answer.note


async def test_a_refusal_tells_a_limit_as_well(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.state.organizations["acme"].plan.settings = False
    answer = await admin.show_limits(hub, LIMITS)
    assert "orgs/settings" in {row[0] for row in answer.rows}


async def test_what_is_spent_is_not_asked_again(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.limits.set("groups", 1)
    await admin.show_limits(hub, LIMITS)
    spent = {limit.family for limit in hub.rate_limits if not limit.remaining}
    asked = len(hub_sandbox.requests)
    answer = await admin.show_limits(hub, LIMITS)
    again = [request.path for request in list(hub_sandbox.requests)[asked:]]
    assert spent == {"orgs/groups"}
    assert "/v2/orgs/acme/groups" not in again
    assert answer.rows[0][:2] == ("orgs/groups", "0")


async def test_where_docker_hub_does_not_answer_at_all_that_is_the_answer(hub_sandbox: JudgedHub) -> None:
    client = Hub(url=hub_sandbox.url, credential=Credential(BOT_ACCOUNT, SecretStr("dckr_pat_wrong")))
    hub_sandbox.faults.add("POST", "/v2/auth/token", Respond(401, {"detail": "no"}), times=None)
    try:
        with pytest.raises(HubError):
            await admin.show_limits(client, LIMITS)
    finally:
        await client.close()


async def test_whoami_says_account_credential_role_and_scim(hub_sandbox: JudgedHub, hub: Hub) -> None:
    rows = by_name(await admin.show_identity(hub, WHO))
    assert rows == {
        "Account": BOT_ACCOUNT,
        "Logged in with": "a personal access token",
        "Organization": "acme",
        "Role": "owner",
        "Teams": "owners",
        "SCIM": "there, and takes the bot's SCIM token",
    }
    hub_sandbox.judge()


async def test_whoami_tells_the_kinds_of_credential_apart(hub_sandbox: JudgedHub) -> None:
    with_password = await whoami(hub_sandbox, BOT_ACCOUNT, BOT_PASSWORD)
    assert (with_password["Logged in with"], with_password["Role"]) == ("a password", "owner")
    whole = await whoami(hub_sandbox, "acme", ORGANIZATION_TOKEN)
    assert whole["Logged in with"] == "an organization access token"
    assert whole["Role"] == "none, but the token's scopes; scope-member-read is among them"
    assert whole["SCIM"] == "not asked: the bot has no SCIM token"
    assert "is among them" in (await whoami(hub_sandbox, "acme", READ_ONLY_TOKEN))["Role"]


async def test_whoami_of_somebody_from_outside_says_so(hub_sandbox: JudgedHub) -> None:
    del hub_sandbox.state.organizations["acme"].members[BOT_ACCOUNT]
    rows = await whoami(hub_sandbox, BOT_ACCOUNT, BOT_TOKEN)
    assert rows["Role"].startswith("none that can be seen (403: ")


async def test_whoami_says_that_scim_is_refused(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.state.organizations["acme"].plan.scim = False
    rows = by_name(await admin.show_identity(hub, WHO))
    assert str(rows["SCIM"]).startswith("refused (403: SCIM is not part")
