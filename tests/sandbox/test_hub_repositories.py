"""Repositories, tags, immutable tags and team permissions of the sandbox's Docker Hub."""

from typing import Any

import pytest

from tests.sandbox.hub_client import Client, running_hub

REPOSITORIES = "/v2/namespaces/acme/repositories"
API, OLDER = f"{REPOSITORIES}/api", "/v2/repositories/acme"


async def verify(client: Client, regex: str) -> list[str]:
    reply = await client.send("POST", f"{API}/immutabletags/verify", {"regex": regex})
    assert reply.status == 200, reply
    tags: list[str] = reply.data["tags"]
    return tags


@pytest.mark.parametrize("name", ["x", "Upper", "-dash", "two--dashes", "a" * 256, "", "a/b", "end."])
async def test_a_name_that_cannot_be_is_refused(name: str) -> None:
    async with running_hub() as client:
        assert (await client.send("POST", REPOSITORIES, {"name": name, "namespace": "acme"})).status == 400


async def test_a_repository_is_made_described_made_private_and_deleted() -> None:
    async with running_hub() as client:
        made = await client.send("POST", REPOSITORIES, {"name": "new", "namespace": "acme", "description": "One"})
        assert (made.status, made.data["is_private"]) == (201, False)
        assert (await client.send("POST", REPOSITORIES, {"name": "new", "namespace": "acme"})).status == 400
        changed = await client.send("PATCH", f"{REPOSITORIES}/new", {"full_description": "# New"})
        assert (changed.data["description"], changed.data["full_description"]) == ("One", "# New")
        assert (await client.send("POST", f"{OLDER}/new/privacy", {"is_private": True})).status == 200
        assert (await client.get(f"{REPOSITORIES}/new"))["is_private"] is True
        assert (await client.send("DELETE", f"{OLDER}/new/")).status == 202
        assert (await client.send("HEAD", f"{REPOSITORIES}/new")).status == 404
        assert [e["action"] for e in (await client.log())[:4]] == [
            "repo.delete",
            "repo.change_privacy",
            "repo.update",
            "repo.create",
        ]


async def test_making_private_what_is_private_logs_nothing() -> None:
    async with running_hub() as client:
        assert (await client.send("POST", f"{OLDER}/api/privacy", {"is_private": True})).status == 200
        assert await client.log("repo.change_privacy") == []


async def test_verify_answers_the_tags_that_one_expression_matches_as_a_whole() -> None:
    async with running_hub() as client:
        assert await verify(client, "v2.*") == ["v2.0.0", "v2.1.0", "v2.2.0", "v2.3.0-rc.1"]
        assert await verify(client, "0") == []
        client.hub.state.options.rules_match_anywhere = True
        assert "v1.0.0" in await verify(client, "0")


@pytest.mark.parametrize("regex", ["(?=v)", r"(v)\1", "(", "a,b", ""])
async def test_an_expression_that_is_not_re2_or_has_a_comma_is_refused(regex: str) -> None:
    async with running_hub() as client:
        body = {"immutable_tags": True, "immutable_tags_rules": [regex]}
        assert (await client.send("POST", f"{API}/immutabletags/verify", {"regex": regex})).status == 400
        assert (await client.send("PATCH", f"{API}/immutabletags", body)).status == 400
        assert client.hub.state.sequence == 0


async def test_immutable_tags_want_both_keys_and_five_rules_at_most() -> None:
    async with running_hub() as client:
        bodies: tuple[dict[str, Any], ...] = (
            {"immutable_tags": False},
            {"immutable_tags_rules": []},
            {"immutable_tags": True, "immutable_tags_rules": list("abcdef")},
        )
        for body in bodies:
            assert (await client.send("PATCH", f"{API}/immutabletags", body)).status == 400


async def test_setting_immutable_tags_answers_the_whole_repository() -> None:
    async with running_hub() as client:
        body = {"immutable_tags": True, "immutable_tags_rules": ["v.*", "nightly"]}
        reply = await client.send("PATCH", f"{API}/immutabletags", body)
        assert reply.data["name"] == "api"
        assert reply.data["immutable_tags_settings"] == {"enabled": True, "rules": ["v.*", "nightly"]}
        event = (await client.log())[0]
        assert event["action"] == "repo.immutable.tags.updated"
        assert event["data"]["immutable_tags_rules"] == "v.*,nightly"


async def test_an_immutable_tag_is_neither_pushed_over_nor_deleted() -> None:
    async with running_hub() as client:
        before = client.hub.state.repositories["acme"]["api"].tags["v1.0.0"].digest
        with pytest.raises(ValueError, match=r"Docker Hub refused: the tag v1\.0\.0 of acme/api is immutable"):
            await client.hub.act_outside("push_over_version", repository="api", tag="v1.0.0")
        assert (await client.send("DELETE", f"{OLDER}/api/tags/v1.0.0/")).status == 403
        assert client.hub.state.repositories["acme"]["api"].tags["v1.0.0"].digest == before
        await client.hub.act_outside("push_over_version", repository="api", tag="v2.0.0")
        await client.hub.act_outside("push_tag", repository="api", tag="v1.9.9")
        assert (await client.send("DELETE", f"{OLDER}/api/tags/v2.0.0/")).status == 204


async def test_switched_on_without_rules_every_tag_is_immutable() -> None:
    async with running_hub() as client:
        body: dict[str, Any] = {"immutable_tags": True, "immutable_tags_rules": []}
        await client.send("PATCH", f"{API}/immutabletags", body)
        with pytest.raises(ValueError, match="immutable"):
            await client.hub.act_outside("push_tag", repository="api", tag="latest")


async def test_a_push_changes_the_digest_and_is_logged_with_digest_and_tag() -> None:
    async with running_hub() as client:
        before = await client.get(f"{REPOSITORIES}/web/tags/v1.0.0")
        await client.hub.act_outside("push_over_version")
        after = await client.get(f"{REPOSITORIES}/web/tags/v1.0.0")
        assert before["digest"] != after["digest"] == after["images"]["digest"]
        event = (await client.log())[0]
        assert event["action"] == "repo.tag.push"
        assert (event["name"], event["actor"]) == ("acme/web", "kofim")
        assert event["data"] == {"digest": after["digest"], "tag": "v1.0.0"}
        assert event["action_description"].startswith("pushed the tag v1.0.0 with the digest sha256:")


async def test_tags_come_newest_first() -> None:
    async with running_hub() as client:
        await client.hub.act_outside("push_tag", repository="api", tag="v9.0.0")
        rows = (await client.get(f"{API}/tags?page_size=100"))["results"]
        assert [row["name"] for row in rows][:2] == ["v9.0.0", "latest"]
        assert (await client.send("HEAD", f"{API}/tags/none")).status == 404


async def test_team_permissions_go_by_the_teams_number_and_are_not_logged() -> None:
    async with running_hub() as client:
        number = (await client.get("/v2/orgs/acme/groups/data"))["id"]
        events = len(await client.log())
        made = await client.send("POST", f"{OLDER}/web/groups", {"group_id": number, "permission": "read"})
        assert made.data == {"group_name": "data", "permission": "read", "group_id": number}
        assert (
            await client.send("POST", f"{OLDER}/web/groups", {"group_id": "data", "permission": "read"})
        ).status == 400
        assert (await client.send("POST", f"{OLDER}/web/groups", {"group_id": 1, "permission": "read"})).status == 404
        changed = await client.send("PATCH", f"{OLDER}/web/groups/{number}/", {"permission": "admin"})
        assert changed.data["permission"] == "admin"
        rows = (await client.get(f"{OLDER}/web/groups"))["results"]
        assert {row["group_name"]: row["permission"] for row in rows} == {"backend": "write", "data": "admin"}
        mine = (await client.get("/v2/orgs/acme/groups/data/repositories"))["results"]
        assert [(row["name"], row["permission"]) for row in mine] == [("models", "admin"), ("web", "admin")]
        assert (await client.send("DELETE", f"{OLDER}/web/groups/{number}/")).status == 204
        assert (await client.send("DELETE", f"{OLDER}/web/groups/{number}/")).status == 404
        assert len(await client.log()) == events


async def test_the_registry_access_put_takes_the_whole_document_and_logs_each_difference() -> None:
    async with running_hub() as client:
        path = "/v2/orgs/acme/settings/registry-access-management"
        document = await client.get(path)
        assert (await client.send("PUT", path, {"enabled": True})).status == 400
        document["enabled"] = True
        document["custom_registries"] = [{"address": "ghcr.example", "friendly_name": "Ours", "allowed": True}]
        assert (await client.send("PUT", path, document)).data == document
        assert [e["action"] for e in (await client.log())[:2]] == [
            "org.registry_access.registry_added",
            "org.registry_access.enabled",
        ]
