"""Docker Hub as it is seen to answer, beside Docker Hub as the contract says; and the older addresses."""

from typing import Any

import pytest

from sandbox.hub import Options
from sandbox.hub.content.seed import ORGANIZATION_TOKEN
from sandbox.world import BOT_ACCOUNT
from tests.sandbox.hub_client import Client, running_hub

API = "/v2/namespaces/acme/repositories/api"
OLDER = "/v2/repositories/acme"
INVITE = {"org": "acme", "invitees": ["new@example.com"], "dry_run": True}


async def seen(client: Client) -> tuple[dict[str, Any], dict[str, Any], Any, Any]:
    tag = await client.get(f"{API}/tags/latest")
    image = tag["images"][0] if isinstance(tag["images"], list) else tag["images"]
    invited = (await client.send("POST", "/v2/invites/bulk", INVITE)).data["invitees"]
    return tag, image, invited, (await client.get("/v2/orgs/acme/groups?page_size=100"))["next"]


async def test_the_contract_is_what_is_answered_unless_told() -> None:
    async with running_hub() as client:
        tag, image, invited, no_page = await seen(client)
        assert (isinstance(tag["images"], dict), tag["v2"], tag["status"]) == (True, "true", "active")
        assert "tag_status" not in tag
        assert "layers" in image
        assert [row["status"] for row in invited["invitees"]] == ["invited"]
        assert no_page == ""


async def test_as_it_is_seen_to_answer() -> None:
    async with running_hub() as client:
        client.hub.state.options = Options.of("real")
        tag, image, invited, no_page = await seen(client)
        assert (isinstance(tag["images"], list), tag["v2"], tag["tag_status"]) == (True, True, "active")
        assert "status" not in tag
        assert image["status"] == "active"
        assert "layers" not in image
        assert [row["status"] for row in invited] == ["invited"]
        assert no_page is None


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (f"{OLDER}/?page_size=3", "/v2/namespaces/acme/repositories?page_size=3"),
        (f"{OLDER}/api", API),
        (f"{OLDER}/api/", API),
        (f"{OLDER}/api/tags/?page_size=2", f"{API}/tags?page_size=2"),
        (f"{OLDER}/api/tags/latest/", f"{API}/tags/latest"),
    ],
)
async def test_an_older_address_answers_what_the_newer_does(older: str, newer: str) -> None:
    async with running_hub() as client:
        old, new = await client.get(older), await client.get(newer)
        assert {**old, "next": ""} == {**new, "next": ""}
        if old.get("next"):
            assert "/v2/repositories/acme" in old["next"]
            assert (await client.get(old["next"].removeprefix(client.hub.url)))["results"]


async def test_an_older_list_cuts_a_page_that_is_too_large_in_silence() -> None:
    async with running_hub() as client:
        assert len((await client.get(f"{OLDER}/?page_size=1000"))["results"]) == 60
        assert (await client.send("GET", "/v2/namespaces/acme/repositories?page_size=1000")).status == 400


async def test_an_older_address_shows_a_stranger_what_is_public_only_and_refuses_organization_tokens() -> None:
    async with running_hub(log_in=False) as client:
        assert (await client.send("GET", f"{OLDER}/api")).status == 404
        assert (await client.send("GET", f"{OLDER}/web/tags")).status == 200
        assert (await client.send("POST", "/v2/repositories", {"namespace": "acme", "name": "new"})).status == 401
        await client.log_in("acme", ORGANIZATION_TOKEN)
        assert (await client.send("GET", API)).status == 200
        for path in (OLDER, f"{OLDER}/api", f"{OLDER}/web", f"{OLDER}/api/tags", "/v2/user", "/v2/user/orgs"):
            assert (await client.send("GET", path)).status == 403, path


async def test_a_repository_is_made_described_and_deleted_at_the_older_addresses() -> None:
    async with running_hub() as client:
        made = await client.send("POST", "/v2/repositories/", {"namespace": "acme", "name": "old", "is_private": True})
        assert (made.status, made.data["is_private"]) == (201, True)
        changed = await client.send("PATCH", f"{OLDER}/old/", {"description": "Older"})
        assert changed.data["description"] == "Older"
        assert (await client.send("DELETE", f"{OLDER}/old/")).status == 202
        assert (await client.send("HEAD", f"{OLDER}/old")).status == 404


async def test_who_one_is_and_what_one_is_in() -> None:
    async with running_hub() as client:
        me = await client.get("/v2/user/")
        assert (me["username"], me["type"]) == (BOT_ACCOUNT, "User")
        assert [row["orgname"] for row in (await client.get("/v2/user/orgs/"))["results"]] == ["acme"]
        client.token = ""
        assert (await client.get("/v2/orgs/acme"))["type"] == "Organization"
        assert (await client.get("/v2/orgs/annberg"))["username"] == "annberg"
        assert "email" not in await client.get("/v2/users/annberg")
        assert (await client.send("GET", "/v2/orgs/nowhere/")).status == 404
        assert (await client.send("GET", "/v2/users/nobody")).status == 404
        assert (await client.send("GET", "/v2/user/")).status == 401


@pytest.mark.parametrize(
    ("kind", "scope", "status"),
    [
        ("TYPE_REPO", "scope-image-pull", 201),
        ("TYPE_ORG", "scope-member-read", 201),
        ("TYPE_ORG", "scope-image-pull", 400),
        ("TYPE_REPO", "scope-member-read", 400),
        ("TYPE_REPO", "scope-image-psh", 400),
        ("TYPE_USER", "scope-image-pull", 400),
    ],
)
async def test_an_organization_token_takes_scopes_that_there_are(kind: str, scope: str, status: int) -> None:
    async with running_hub() as client:
        path = "acme" if kind == "TYPE_ORG" else "acme/api"
        body = {"label": "made", "resources": [{"type": kind, "path": path, "scopes": [scope]}]}
        made = await client.send("POST", "/v2/orgs/acme/access-tokens", body)
        assert made.status == status
        if status == 400 and kind != "TYPE_USER":
            assert made.data["errinfo"] == {"scopes": "not a valid choice"}


async def test_a_scope_that_there_is_not_cannot_be_given_later_either() -> None:
    async with running_hub() as client:
        path = "/v2/orgs/acme/access-tokens"
        resources = [{"type": "TYPE_ORG", "path": "acme", "scopes": ["scope-member-read"]}]
        made = (await client.send("POST", path, {"label": "made", "resources": resources})).data
        resources[0]["scopes"] = ["scope-everything"]
        assert (await client.send("PATCH", f"{path}/{made['id']}", {"resources": resources})).status == 400
        assert (await client.get(f"{path}/{made['id']}"))["resources"][0]["scopes"] == ["scope-member-read"]
