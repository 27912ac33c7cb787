"""SCIM: what it says of itself, and its users."""

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bot.errors import UserError
from bot.hub import Credential, Hub
from bot.operations.kit.base import Answer
from bot.operations.scim import changes as scim_changes
from bot.operations.scim import configuration as scim
from bot.operations.scim import users as scim_users
from bot.operations.scim.changes import UserCreate, UserUpdate
from bot.operations.scim.filter import checked
from bot.operations.scim.users import OneUser, UserList
from sandbox.hub.scim_filter import compile_filter
from sandbox.world import BOT_ACCOUNT, BOT_TOKEN
from tests.operations.judged import JudgedHub

USERS = "/v2/scim/2.0/Users"
SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"


@pytest.fixture
def hub(provisioned: Hub) -> Hub:
    """The bot's client, with the SCIM token beside it."""
    return provisioned


def one(user: str) -> OneUser:
    return OneUser(organization="acme", user=user)


def schema(name: str) -> scim.ScimSchema:
    return scim.ScimSchema.model_validate({"organization": "acme", "schema": name})


def by_name(answer: Answer) -> dict[str, str]:
    return {str(row[0]): str(row[1]) for row in answer.rows}


def listed(**given: Any) -> UserList:
    return UserList(organization="acme", **given)


def changed(user: str, **given: Any) -> UserUpdate:
    return UserUpdate(organization="acme", user=user, **given)


def new(email: str, **given: Any) -> UserCreate:
    return UserCreate(organization="acme", email=email, **given)


def written(sandbox: JudgedHub) -> list[Any]:
    return [request.body for request in sandbox.requests if request.path.startswith(USERS) and request.body]


ORGANIZATION = scim.Scim(organization="acme")


async def test_what_scim_says_of_itself_is_read_by_the_contract(hub_sandbox: JudgedHub, hub: Hub) -> None:
    config = by_name(await scim.show_config(hub, ORGANIZATION))
    assert (config["filter"], config["patch"], config["most results of a filter"]) == ("yes", "no", "99,999")
    assert (await scim.list_types(hub, ORGANIZATION)).rows == (("User", "User", "/Users", SCHEMA),)
    assert (await scim.show_type(hub, scim.ScimType(organization="acme", type="User"))).total == 1
    assert (await scim.list_schemas(hub, ORGANIZATION)).rows == (("User", SCHEMA, "4"),)
    named = await scim.show_schema(hub, schema("user"))
    assert await scim.show_schema(hub, schema(SCHEMA)) == named
    assert ("name.givenName", "string", "no", "no", "readWrite") in named.rows
    assert set(hub_sandbox.judge()) == {
        "GetScimServiceProviderConfig",
        "ListScimResourceTypes",
        "GetScimResourceType",
        "ListScimSchemas",
        "GetScimSchema",
    }


async def test_a_type_and_a_schema_that_are_not_there_have_a_nearest(hub: Hub) -> None:
    with pytest.raises(UserError, match=r"no resource type “Users”\. The nearest is “User”"):
        await scim.show_type(hub, scim.ScimType(organization="acme", type="Users"))
    with pytest.raises(UserError, match=f"no schema “{SCHEMA}s”. The nearest is “{SCHEMA}”"):
        await scim.show_schema(hub, schema(f"{SCHEMA}s"))


@pytest.mark.parametrize("key", ["resources", "Resources"])
async def test_the_list_reads_the_contracts_key_and_the_rfcs(hub_sandbox: JudgedHub, hub: Hub, key: str) -> None:
    hub_sandbox.state.options.scim_list_key = key
    answer = await scim_users.list_users(hub, listed(sort="-userName"))
    emails = [str(row[0]) for row in answer.rows]
    assert len(emails) == len(hub_sandbox.state.organizations["acme"].members)
    assert emails == sorted(emails, key=str.casefold, reverse=True)
    assert (await scim.list_types(hub, ORGANIZATION)).total == 1


async def test_filter_and_attributes_go_to_docker(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = listed(filter="userName eq “ann@example.com”", attributes="userName, name.givenName active")
    answer = await scim_users.list_users(hub, params)
    assert answer.columns == ("userName", "name.givenName", "active")
    query = next(request.query for request in hub_sandbox.requests if request.path == USERS)
    assert query["filter"] == 'userName eq "ann@example.com"'
    assert query["attributes"] == "userName,name.givenName,active"
    assert answer.rows[0][0] == "ann@example.com"
    hub_sandbox.judge()


@pytest.mark.parametrize(
    ("filter_", "said"),
    [
        ('userName gt "a"', '“gt” in “userName gt "a"” is none of Docker\'s operators: eq, ne, co, sw'),
        ('userName eq "a', "quotation mark that is not closed"),
        ('(userName eq "a"', "is no filter"),
        ('userName eq "a" and', "is no filter"),
        ("userName", "is no comparison"),
        ('userName eq "a" userName eq "b"', "is no filter"),
        ("x" * 1001, "1,001 characters, more than 1,000"),
    ],
)
def test_a_filter_that_docker_refuses_is_refused_before(filter_: str, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        listed(filter=filter_)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "filter_",
    [
        'userName eq "jon.snow@docker.com"',
        'USERNAME SW "j" and not (active eq true or name.givenName co "o\\"x")',
        'not userName ne "a" or displayName eq "(and)"',
        '((userName eq "a"))',
    ],
)
def test_a_filter_that_docker_takes_is_taken(filter_: str) -> None:
    compile_filter(filter_)
    assert checked(filter_) == filter_


@pytest.mark.parametrize("given", [{"sort": "user name"}, {"attributes": "userName -name"}, {"attributes": "a/b"}])
def test_attributes_are_names(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=r"is no attribute|only a sort order"):
        listed(**given)


@pytest.mark.parametrize("reference", ["ann@example.com", "ANN@Example.com", "AnnBerg", "id"])
async def test_a_user_is_named_by_address_docker_id_or_id(hub_sandbox: JudgedHub, hub: Hub, reference: str) -> None:
    reference = hub_sandbox.state.accounts["annberg"].id if reference == "id" else reference
    rows = by_name(await scim_users.show_user(hub, one(reference)))
    assert (rows["E-mail"], rows["Name"], rows["State"]) == ("ann@example.com", "Ann Berg", "active")
    hub_sandbox.judge()


@pytest.mark.parametrize(
    ("reference", "near"), [("anna@example.com", "ann@example.com"), ("annbergs", "annberg"), ("0" * 8, "")]
)
async def test_somebody_whom_scim_does_not_know_has_a_nearest(hub: Hub, reference: str, near: str) -> None:
    with pytest.raises(UserError, match=f"has no user “{reference}”") as caught:
        await scim_users.show_user(hub, one(reference))
    assert near in caught.value.text
    with pytest.raises(UserError, match="has no user"):
        await scim_users.show_user(hub, one("0f1e2d3c-1111-2222-3333-444455556666"))


async def test_a_user_is_created_with_what_was_given_alone(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = new("jon.snow@example.com", given_name="Jon", family_name="Snow")
    preview = await scim_changes.preview_create(hub, params)
    assert preview.changes[0].after == "active, as “Jon Snow”"
    assert "joins acme, in the team “company”, and takes a seat" in preview.notes[0]
    outcome = await scim_changes.create(hub, params)
    assert outcome.summary.startswith("SCIM has jon.snow@example.com, whose Docker ID is ")
    assert (await scim_changes.preview_create(hub, params)).is_noop
    await scim_changes.create(hub, new("arya@example.com"))
    assert written(hub_sandbox) == [
        {
            "schemas": [SCHEMA],
            "userName": "jon.snow@example.com",
            "name": {"givenName": "Jon", "familyName": "Snow"},
        },
        {"schemas": [SCHEMA], "userName": "arya@example.com"},
    ]
    assert "CreateScimUser" in hub_sandbox.judge()


async def test_somebody_deactivated_is_not_created_but_activated(hub: Hub) -> None:
    await scim_changes.deactivate(hub, one("ann@example.com"))
    with pytest.raises(UserError, match=r"deactivated\. “/hub scim user activate ann@example\.com”"):
        await scim_changes.preview_create(hub, new("ann@example.com"))


async def test_renaming_sends_the_whole_name_and_leaves_the_user_active(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = changed("ann@example.com", given_name="Anna")
    preview = await scim_changes.preview_update(hub, params)
    assert (preview.changes[0].before, preview.changes[0].after) == ("Ann Berg", "Anna Berg")
    await scim_changes.update(hub, params)
    name = {"givenName": "Anna", "familyName": "Berg"}
    assert written(hub_sandbox) == [{"schemas": [SCHEMA], "enabled": True, "name": name}]
    assert (await scim_changes.preview_update(hub, params)).is_noop
    assert "annberg" in hub_sandbox.state.organizations["acme"].members
    assert "UpdateScimUser" in hub_sandbox.judge()


async def test_renaming_somebody_deactivated_lets_nobody_in(hub_sandbox: JudgedHub, hub: Hub) -> None:
    await scim_changes.deactivate(hub, one("annberg"))
    approved = await scim_changes.preview_update(hub, changed("annberg", family_name="Hill"))
    await scim_changes.update(hub, changed("annberg", family_name="Hill"))
    assert written(hub_sandbox)[-1]["enabled"] is False
    assert "The user stays deactivated." in approved.notes
    assert "annberg" in hub_sandbox.state.organizations["acme"].deactivated


async def test_a_renaming_is_stale_once_somebody_else_deactivated_the_user(hub: Hub) -> None:
    params = changed("annberg", family_name="Hill")
    approved = await scim_changes.preview_update(hub, params)
    await scim_changes.deactivate(hub, one("annberg"))
    assert (await scim_changes.preview_update(hub, params)).fingerprint != approved.fingerprint


async def test_renaming_needs_a_name(hub: Hub) -> None:
    with pytest.raises(UserError, match="Give a given name, a family name or both"):
        await scim_changes.preview_update(hub, changed("annberg"))


async def test_deactivating_says_for_whom_what_ends(hub_sandbox: JudgedHub, hub: Hub) -> None:
    teams = tuple(sorted(hub_sandbox.state.organizations["acme"].teams_of("annberg")))
    preview = await scim_changes.preview_deactivate(hub, one("ann@example.com"))
    assert [(c.subject, c.before, c.after) for c in preview.changes[:2]] == [
        ("SCIM user ann@example.com", "active", "deactivated"),
        ("annberg in acme", "member", None),
    ]
    assert preview.changes[2].items == teams
    assert "annberg can no longer log in through SSO, and loses all" in preview.notes[0]
    assert (await scim_changes.deactivate(hub, one("ann@example.com"))).summary == "ann@example.com is deactivated"
    assert written(hub_sandbox) == [{"schemas": [SCHEMA], "enabled": False}]
    assert (await scim_changes.preview_deactivate(hub, one("ann@example.com"))).is_noop
    assert hub_sandbox.state.accounts["annberg"].full_name == "Ann Berg"
    assert "UpdateScimUser" in hub_sandbox.judge()


async def test_activating_brings_the_user_back_under_the_same_name(hub_sandbox: JudgedHub, hub: Hub) -> None:
    await scim_changes.deactivate(hub, one("annberg"))
    preview = await scim_changes.preview_activate(hub, one("annberg"))
    assert [(c.before, c.after) for c in preview.changes] == [("deactivated", "active")]
    await scim_changes.activate(hub, one("annberg"))
    assert written(hub_sandbox)[-1] == {"schemas": [SCHEMA], "enabled": True}
    assert (await scim_changes.preview_activate(hub, one("annberg"))).is_noop
    assert hub_sandbox.state.accounts["annberg"].full_name == "Ann Berg"


async def test_the_last_owner_and_the_bot_itself_are_not_deactivated(hub_sandbox: JudgedHub, hub: Hub) -> None:
    with pytest.raises(UserError, match="the bot's own account"):
        await scim_changes.preview_deactivate(hub, one(BOT_ACCOUNT))
    members = hub_sandbox.state.organizations["acme"].members
    for username in ("omarh", BOT_ACCOUNT):
        members[username].role = "editor"
    with pytest.raises(UserError, match="lenaf is the last owner of acme"):
        await scim_changes.preview_deactivate(hub, one("lenaf"))
    assert written(hub_sandbox) == []


async def test_without_the_token_the_setting_is_named(hub_sandbox: JudgedHub) -> None:
    client = Hub(url=hub_sandbox.url, credential=Credential(BOT_ACCOUNT, SecretStr(BOT_TOKEN)))
    try:
        with pytest.raises(UserError, match=r"no SCIM token\. Whoever runs it can set"):
            await scim.show_config(client, ORGANIZATION)
        with pytest.raises(UserError, match=r"no SCIM token\. Whoever runs it can set"):
            await scim_changes.preview_deactivate(client, one("annberg"))
    finally:
        await client.close()


async def test_a_plan_without_scim_is_named(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.state.organizations["acme"].plan.scim = False
    for work in (scim_users.list_users(hub, listed()), scim_users.show_user(hub, one("annberg"))):
        with pytest.raises(UserError, match=r"use SCIM\. That takes a Business plan, and an SSO connection.*\(403: "):
            await work


async def test_a_scim_token_that_was_refreshed_is_named(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.state.organizations["acme"].scim_token = "another"
    with pytest.raises(UserError, match="does not take the bot's SCIM token: SCIM is switched off, or its token was"):
        await scim.show_config(hub, ORGANIZATION)
