"""Tags: shown, looked for, deleted unless a rule protects them; and one rule tried."""

import pytest
from pydantic import ValidationError

from bot.errors import UserError
from bot.hub import Hub
from bot.operations.kit.base import CapabilityMissing
from bot.operations.repositories import immutable_tags as immutable
from bot.operations.repositories import tags
from bot.operations.repositories.repositories import OneRepository
from sandbox.hub import Options
from sandbox.hub.wire.faults import Respond
from tests.operations.judged import JudgedHub

API = "/v2/namespaces/acme/repositories/api"
OLDER = "/v2/repositories/acme/api/tags"


def one(tag: str = "latest", repository: str = "api") -> tags.OneTag:
    return tags.OneTag(organization="acme", repository=repository, tag=tag)


def sought(tag: str | None = None, repository: str = "api") -> tags.TagCheck:
    return tags.TagCheck(organization="acme", repository=repository, tag=tag)


def rule(text: str) -> immutable.ImmutableVerify:
    return immutable.ImmutableVerify(organization="acme", repository="api", rule=text)


@pytest.mark.parametrize("as_list", [False, True])
async def test_a_tag_is_shown_with_its_images(hub_sandbox: JudgedHub, hub: Hub, as_list: bool) -> None:
    hub_sandbox.state.options.images_as_list = as_list
    answer = await tags.show_tag(hub, one())
    said = {row[0]: row[1] for row in answer.rows}
    assert answer.title == "Tag acme/api:latest"
    assert said["Pushed by"] == "kofim"
    assert str(said["Image linux/amd64"]).startswith("sha256:")
    if not as_list:
        assert "GetRepositoryTag" in hub_sandbox.judge()


async def test_a_tag_reads_alike_from_docker_hub_as_it_is_seen_to_answer(hub_sandbox: JudgedHub, hub: Hub) -> None:
    by_contract = await tags.show_tag(hub, one())
    hub_sandbox.state.options = Options.of("real")
    assert (await tags.show_tag(hub, one())).rows == by_contract.rows
    assert ("Used in the last month", "yes") in by_contract.rows


async def test_a_tag_that_is_not_there_is_named_with_the_nearest_that_is(hub: Hub) -> None:
    with pytest.raises(UserError, match=r"acme/api has no tag “lates”\. The nearest is “latest”\. “/hub tag list api”"):
        await tags.show_tag(hub, one("lates"))


@pytest.mark.parametrize("name", [".", "..", "-x", "a/b/c", "a b", "é", "x" * 129])
def test_what_cannot_be_a_tag_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="is no tag"):
        one(name)


def test_a_tag_has_up_to_128_characters() -> None:
    assert one("x" * 128).tag


async def test_a_tag_is_looked_for_with_a_head(hub_sandbox: JudgedHub, hub: Hub) -> None:
    assert (await tags.check_tag(hub, sought("latest"))).rows == (("acme/api:latest", "yes"),)
    answer = await tags.check_tag(hub, sought("lastet"))
    assert answer.rows == (("acme/api:lastet", "no"),)
    assert answer.note == "acme/api has no tag “lastet”. The nearest is “latest”."
    assert hub_sandbox.requests.made("HEAD")[0].path == f"{API}/tags/latest"
    assert hub_sandbox.judge().count("CheckRepositoryTag") == 2


async def test_a_repository_without_tags_is_told_from_one_that_is_not_there(hub_sandbox: JudgedHub, hub: Hub) -> None:
    assert (await tags.check_tag(hub, sought())).rows == (("Any tag of acme/api", "yes"),)
    hub_sandbox.state.repositories["acme"]["api"].tags.clear()
    answer = await tags.check_tag(hub, sought())
    assert (answer.rows, answer.note) == (
        (("Any tag of acme/api", "no"),),
        "The repository acme/api is there, and has no tags.",
    )
    with pytest.raises(UserError, match="no repository “apis” in acme"):
        await tags.check_tag(hub, sought(repository="apis"))
    assert hub_sandbox.judge().count("CheckRepositoryTags") == 3


async def test_a_tag_is_deleted_and_then_nothing_is_left_to_do(hub_sandbox: JudgedHub, hub: Hub) -> None:
    preview = await tags.preview_delete(hub, one())
    assert preview.changes[0].subject == "Tag acme/api:latest"
    assert preview.changes[0].after is None
    assert preview.notes[0].startswith("It was last pulled 20")
    await tags.delete(hub, one())
    assert [each.path for each in hub_sandbox.requests.made("DELETE")] == [f"{OLDER}/latest/"]
    again = await tags.preview_delete(hub, one())
    assert again.is_noop
    assert again.notes[0].startswith("acme/api has no tag “latest”.")


async def test_a_push_over_the_tag_makes_the_approval_stale(hub_sandbox: JudgedHub, hub: Hub) -> None:
    approved = await tags.preview_delete(hub, one())
    await hub_sandbox.act_outside("push_tag", repository="api", tag="latest")
    assert (await tags.preview_delete(hub, one())).fingerprint != approved.fingerprint


@pytest.mark.parametrize(("rules", "named"), [(("v1.*",), "v1.*"), ((), ".*")])
async def test_an_immutable_tag_is_refused_before_the_write(
    hub_sandbox: JudgedHub, hub: Hub, rules: tuple[str, ...], named: str
) -> None:
    hub_sandbox.state.repositories["acme"]["api"].rules = rules
    with pytest.raises(UserError) as refused:
        await tags.preview_delete(hub, one("v1.0.0"))
    assert f"The tag v1.0.0 of api is immutable by the rule “{named}”" in refused.value.text
    assert not hub_sandbox.requests.made("DELETE")


async def test_a_rule_that_is_switched_off_protects_nothing(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.state.repositories["acme"]["api"].immutable = False
    assert (await tags.preview_delete(hub, one("v1.0.0"))).changes


@pytest.mark.parametrize("status", [403, 404])
async def test_deletion_of_tags_can_be_a_missing_capability(hub_sandbox: JudgedHub, hub: Hub, status: int) -> None:
    hub_sandbox.faults.add("DELETE", f"{OLDER}/*", Respond(status, {"detail": "no"}))
    with pytest.raises(CapabilityMissing, match="does not offer deleting a tag to this account"):
        await tags.delete(hub, one())


async def test_one_rule_is_tried_with_its_exact_body(hub_sandbox: JudgedHub, hub: Hub) -> None:
    answer = await immutable.verify_rule(hub, rule("v2.*"))
    assert [row[0] for row in answer.rows] == ["v2.0.0", "v2.1.0", "v2.2.0", "v2.3.0-rc.1"]
    assert answer.note == "“v2.*” matches 4 of 14 tags; nothing was changed."
    assert hub_sandbox.requests.made("POST", f"{API}/immutabletags/verify")[0].body == {"regex": "v2.*"}
    assert "VerifyRepositoryImmutableTags" in hub_sandbox.judge()


@pytest.mark.parametrize("text", ["v1,v2", "(?!x)", "x" * 251])
def test_a_rule_that_docker_would_refuse_is_refused_before_it_is_tried(text: str) -> None:
    with pytest.raises(ValidationError):
        rule(text)


async def test_a_plan_without_immutable_tags_is_named(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.state.organizations["acme"].plan.immutable_tags = False
    for refused in (
        immutable.verify_rule(hub, rule("v2.*")),
        immutable.show_immutable(hub, OneRepository(organization="acme", repository="api")),
    ):
        with pytest.raises(UserError) as error:
            await refused
        assert "That takes a plan with immutable tags, and an account that administers" in error.value.text
        assert "scope-repository-settings-admin" in error.value.text
        assert "subscription" in error.value.text
