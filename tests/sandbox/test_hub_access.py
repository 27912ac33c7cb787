"""Who may do what in the sandbox's Docker Hub: roles, scopes, and what the subscription includes."""

import pytest

from sandbox.hub.content.seed import ORGANIZATION_TOKEN, READ_ONLY_TOKEN
from sandbox.world import BOT_ACCOUNT, BOT_TOKEN
from tests.sandbox.hub_client import running_hub

REPOSITORIES = "/v2/namespaces/acme/repositories"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/v2/orgs/acme/members/annberg", {"role": "owner"}),
        ("DELETE", "/v2/orgs/acme/members/annberg", None),
        ("GET", "/v2/orgs/acme/members/export", None),
        ("GET", "/v2/orgs/acme/invites", None),
        ("POST", "/v2/invites/bulk", {"org": "acme", "invitees": ["a@b.ch"]}),
        ("POST", "/v2/orgs/acme/groups", {"name": "new"}),
        ("POST", "/v2/orgs/acme/groups/data/members", {"member": "annberg"}),
        ("GET", "/v2/auditlogs/acme", None),
        ("GET", "/v2/orgs/acme/access-tokens", None),
    ],
)
async def test_what_owners_do_is_refused_to_editors_and_to_members(method: str, path: str, body: object) -> None:
    async with running_hub(log_in=False) as client:
        for username in ("kofim", "annberg"):
            await client.become(username)
            assert (await client.send(method, path, body)).status == 403
        assert client.hub.state.sequence == 0


async def test_an_editor_makes_repositories_and_a_member_does_not() -> None:
    async with running_hub(log_in=False) as client:
        await client.become("kofim")
        assert (await client.send("POST", REPOSITORIES, {"name": "one", "namespace": "acme"})).status == 201
        await client.become("annberg")
        assert (await client.send("POST", REPOSITORIES, {"name": "two", "namespace": "acme"})).status == 403


async def test_a_member_sees_public_repositories_and_those_of_their_teams() -> None:
    async with running_hub(log_in=False) as client:
        await client.become("annberg")
        assert (await client.send("GET", f"{REPOSITORIES}/api")).data["permissions"] == {
            "read": True,
            "write": True,
            "admin": False,
        }
        assert (await client.send("GET", f"{REPOSITORIES}/models")).status == 404
        assert (await client.send("DELETE", "/v2/repositories/acme/api/")).status == 403


async def test_nobody_in_particular_sees_public_repositories_only() -> None:
    async with running_hub(log_in=False) as client:
        rows = (await client.get(f"{REPOSITORIES}?page_size=100"))["results"]
        assert rows
        assert not any(row["is_private"] for row in rows)
        assert (await client.send("GET", f"{REPOSITORIES}/api/tags")).status == 404
        assert (await client.send("GET", f"{REPOSITORIES}/web/tags")).status == 200


async def test_somebody_from_outside_may_not_see_the_members() -> None:
    async with running_hub(log_in=False) as client:
        await client.become("gusguest")
        assert (await client.send("GET", "/v2/orgs/acme/members")).status == 403
        assert (await client.send("GET", "/v2/orgs/nowhere/members")).status == 404


async def test_without_the_scope_an_organization_token_gets_public_repositories_in_silence() -> None:
    async with running_hub(log_in=False) as client:
        await client.log_in("acme", ORGANIZATION_TOKEN)
        everything = (await client.get(f"{REPOSITORIES}?page_size=100"))["count"]
        await client.log_in("acme", READ_ONLY_TOKEN)
        page = await client.get(f"{REPOSITORIES}?page_size=100")
        assert page["count"] < everything == 60
        assert not any(row["is_private"] for row in page["results"])


async def test_an_organization_token_needs_the_scope_of_what_it_does() -> None:
    async with running_hub(log_in=False) as client:
        await client.log_in("acme", READ_ONLY_TOKEN)
        assert (await client.send("GET", "/v2/orgs/acme/members")).status == 200
        assert (await client.send("PUT", "/v2/orgs/acme/members/annberg", {"role": "owner"})).status == 403
        assert (await client.send("GET", "/v2/orgs/acme/groups")).status == 403
        await client.log_in("acme", ORGANIZATION_TOKEN)
        assert (await client.send("PUT", "/v2/orgs/acme/members/annberg", {"role": "owner"})).status == 200
        assert (await client.send("GET", "/v2/auditlogs/acme")).status == 200


async def test_an_organization_token_sets_immutable_tags_with_its_scope() -> None:
    async with running_hub(log_in=False) as client:
        setting = {"immutable_tags": True, "immutable_tags_rules": ["v.*"]}
        await client.log_in("acme", READ_ONLY_TOKEN)
        assert (await client.send("PATCH", f"{REPOSITORIES}/web/immutabletags", setting)).status == 403
        await client.log_in("acme", ORGANIZATION_TOKEN)
        assert (await client.send("PATCH", f"{REPOSITORIES}/web/immutabletags", setting)).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2/orgs/acme/access-tokens"),
        ("POST", "/v2/orgs/acme/access-tokens"),
        ("GET", "/v2/access-tokens"),
        ("GET", "/v2/repositories/acme/api/groups"),
        ("POST", "/v2/repositories/acme/api/privacy"),
        ("DELETE", "/v2/repositories/acme/web/"),
        ("DELETE", "/v2/repositories/acme/web/tags/latest/"),
        ("GET", "/v2/orgs/acme/settings"),
    ],
)
async def test_an_organization_token_with_every_scope_is_refused_here(method: str, path: str) -> None:
    async with running_hub(log_in=False) as client:
        await client.log_in("acme", ORGANIZATION_TOKEN)
        assert (await client.send(method, path, {} if method == "POST" else None)).status == 403
        assert client.hub.state.sequence == 0


async def test_an_organization_token_that_is_deleted_or_for_public_repositories_reaches_no_more() -> None:
    async with running_hub() as client:
        scopes = ["scope-repository-read", "scope-repository-settings-admin"]
        resources = [{"type": "TYPE_REPO", "path": "*/*/public", "scopes": scopes}]
        path = "/v2/orgs/acme/access-tokens"
        made = (await client.send("POST", path, {"label": "public", "resources": resources})).data
        owner = client.token
        await client.log_in("acme", made["token"])
        assert not any(row["is_private"] for row in (await client.get(f"{REPOSITORIES}?page_size=100"))["results"])
        assert (await client.send("GET", f"{REPOSITORIES}/api")).status == 404
        setting = {"immutable_tags": True, "immutable_tags_rules": []}
        assert (await client.send("PATCH", f"{REPOSITORIES}/web/immutabletags", setting)).status == 200
        assert (await client.send("PATCH", f"{REPOSITORIES}/api/immutabletags", setting)).status == 404
        token, client.token = client.token, owner
        assert (await client.send("DELETE", f"{path}/{made['id']}")).status == 204
        client.token = token
        assert (await client.send("GET", f"{REPOSITORIES}/web")).status == 401


async def test_a_personal_token_for_reading_changes_nothing() -> None:
    async with running_hub() as client:
        body = {"token_label": "reader", "scopes": ["repo:read"]}
        secret = (await client.send("POST", "/v2/access-tokens", body)).data["token"]
        await client.log_in(BOT_ACCOUNT, secret)
        assert (await client.send("GET", f"{REPOSITORIES}/api")).status == 200
        assert (await client.send("POST", "/v2/repositories/acme/api/privacy", {"is_private": False})).status == 403
        assert (await client.send("DELETE", "/v2/orgs/acme/members/annberg")).status == 403


async def test_personal_tokens_can_be_refused_for_a_family_of_routes() -> None:
    async with running_hub() as client:
        client.hub.state.options.personal_tokens_refused = frozenset({"members"})
        assert (await client.send("GET", "/v2/orgs/acme/members")).status == 403
        assert (await client.send("GET", "/v2/orgs/acme/groups")).status == 200


async def test_a_caller_sees_their_own_personal_tokens_only() -> None:
    async with running_hub() as client:
        mine = (await client.get("/v2/access-tokens"))["results"]
        assert {row["token_label"] for row in mine} == {"hubwarden", "old laptop"}
        assert all(row["token"] == "" for row in mine)
        other = next(t for t in client.hub.state.personal_tokens.values() if t.owner == "miranovak")
        assert (await client.send("DELETE", f"/v2/access-tokens/{other.id}")).status == 404


@pytest.mark.parametrize(
    ("feature", "path"),
    [
        ("settings", "/v2/orgs/acme/settings"),
        ("audit_logs", "/v2/auditlogs/acme"),
        ("registry_access", "/v2/orgs/acme/settings/registry-access-management"),
    ],
)
async def test_what_the_subscription_does_not_include_is_refused(feature: str, path: str) -> None:
    async with running_hub() as client:
        assert (await client.send("GET", path)).status == 200
        setattr(client.hub.state.organizations["acme"].plan, feature, False)
        assert (await client.send("GET", path)).status == 403


async def test_immutable_tags_are_refused_where_the_subscription_does_not_include_them() -> None:
    async with running_hub() as client:
        client.hub.state.organizations["acme"].plan.immutable_tags = False
        setting = {"immutable_tags": True, "immutable_tags_rules": []}
        assert (await client.send("PATCH", f"{REPOSITORIES}/api/immutabletags", setting)).status == 403


async def test_the_body_of_an_error_differs_with_the_family() -> None:
    async with running_hub() as client:
        replies = [
            await client.send("GET", "/v2/orgs/nowhere/members"),
            await client.send("GET", f"{REPOSITORIES}/api/tags/none"),
            await client.send("POST", "/v2/orgs/acme/groups", {}),
            await client.send("POST", "/v2/access-tokens", {}),
            await client.send("GET", "/v2/auditlogs/nowhere"),
        ]
        assert [sorted(reply.data) for reply in replies] == [
            ["detail"],
            ["message"],
            ["errinfo", "message"],
            ["fields", "text"],
            ["code", "details", "message"],
        ]


async def test_the_seeded_token_is_the_bots() -> None:
    async with running_hub() as client:
        assert (await client.log_in(BOT_ACCOUNT, BOT_TOKEN)).status == 200
