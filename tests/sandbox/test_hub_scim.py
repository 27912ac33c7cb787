"""SCIM in the sandbox's Docker Hub."""

import json
from typing import Any

import pytest

from sandbox.hub.content.seed import SCIM_TOKEN
from sandbox.hub.scim_filter import compile_filter
from tests.sandbox.hub_client import Client, Reply, running_hub

USERS, USER = "/v2/scim/2.0/Users", "urn:ietf:params:scim:schemas:core:2.0:User"
ANN = {"userName": "ann@example.com", "active": True, "name": {"givenName": "Ann"}, "emails": [{"value": "a@b.ch"}]}


async def scim(client: Client, method: str, path: str, body: Any = None) -> Reply:
    client.token = SCIM_TOKEN
    data = None if body is None else json.dumps({"schemas": [USER], **body}).encode()
    headers = {"Authorization": f"Bearer {SCIM_TOKEN}", "Content-Type": "application/scim+json"}
    async with client.session.request(method, path, data=data, headers=headers) as response:
        assert response.content_type == "application/scim+json"
        return Reply(response.status, json.loads(await response.read()), dict(response.headers))


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ('userName eq "ann@example.com"', True),
        ('USERNAME EQ "Ann@Example.com"', True),
        ('userName ne "ann@example.com"', False),
        ('userName sw "ann" and name.givenName co "n"', True),
        ('userName eq "x" or (active eq true and not userName eq "y")', True),
        ("not (active eq true)", False),
        ('emails.value eq "a@b.ch"', True),
        ('nickName eq "x"', False),
    ],
)
def test_filters_find(text: str, matches: bool) -> None:
    assert compile_filter(text)(ANN) is matches


@pytest.mark.parametrize(
    "text", ["", "userName", "userName is 1", "(userName eq 1", "userName eq 1 1", 'userName eq "']
)
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        compile_filter(text)


async def test_scim_takes_its_own_token_only() -> None:
    async with running_hub() as client:
        assert (await client.send("GET", USERS)).status == 401
        assert (await scim(client, "GET", USERS)).status == 200
        assert (await client.send("GET", "/v2/orgs/acme/members")).status == 401


async def test_the_list_counts_from_one_and_its_key_can_be_the_rfcs() -> None:
    async with running_hub() as client:
        page = (await scim(client, "GET", f"{USERS}?startIndex=3&count=2&sortBy=userName")).data
        assert (page["startIndex"], page["itemsPerPage"], page["totalResults"]) == (3, 2, 47)
        client.hub.state.options.scim_list_key = "Resources"
        assert len((await scim(client, "GET", f"{USERS}?count=2")).data["Resources"]) == 2
        assert (await scim(client, "GET", f"{USERS}?startIndex=0")).status == 400


async def test_users_are_filtered_and_cut_to_attributes() -> None:
    async with running_hub() as client:
        path = f'{USERS}?filter=userName eq "ann@example.com"&attributes=userName,displayName'
        rows = (await scim(client, "GET", path)).data["resources"]
        assert [sorted(row) for row in rows] == [["displayName", "id", "schemas", "userName"]]
        assert rows[0]["displayName"] == "annberg"


async def test_an_update_without_enabled_deactivates() -> None:
    async with running_hub() as client:
        ann = client.hub.state.accounts["annberg"].id
        changed = await scim(client, "PUT", f"{USERS}/{ann}", {"name": {"givenName": "Anna", "familyName": "Berg"}})
        assert (changed.data["active"], changed.data["name"]["givenName"]) == (False, "Anna")
        assert "annberg" not in client.hub.state.organizations["acme"].members
        assert (await scim(client, "PUT", f"{USERS}/{ann}", {"enabled": True})).data["active"] is True
        assert client.hub.state.accounts["annberg"].full_name == "Anna Berg"


async def test_the_last_owner_cannot_be_deactivated() -> None:
    async with running_hub() as client:
        organization = client.hub.state.organizations["acme"]
        for username in ("acme-hubwarden", "lenaf"):
            organization.members[username].role = "member"
        omar = client.hub.state.accounts["omarh"].id
        assert (await scim(client, "PUT", f"{USERS}/{omar}", {"enabled": False})).status == 400
        assert "omarh" in organization.members


async def test_a_new_user_comes_into_the_team_company_and_nothing_is_logged() -> None:
    async with running_hub() as client:
        before = len(client.hub.state.logs["acme"])
        made = await scim(client, "POST", USERS, {"userName": "new.one@example.com"})
        assert made.status == 201
        assert made.data["groups"] == [{"value": "company", "display": "company"}]
        assert (await scim(client, "POST", USERS, {"userName": "new.one@example.com"})).status == 409
        assert len(client.hub.state.logs["acme"]) == before


async def test_another_media_type_is_refused() -> None:
    async with running_hub() as client:
        client.token = SCIM_TOKEN
        body = {"schemas": [USER], "userName": "new.one@example.com"}
        assert (await client.send("POST", USERS, body)).status == 400


async def test_without_it_in_the_subscription_scim_is_refused() -> None:
    async with running_hub() as client:
        client.hub.state.organizations["acme"].plan.scim = False
        refused = await scim(client, "GET", USERS)
        assert (refused.status, refused.data["status"]) == (403, "403")
