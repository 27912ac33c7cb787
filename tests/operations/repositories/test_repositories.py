"""Repositories: read, made, described, shown to whom, deleted."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.errors import UserError
from bot.hub import Hub, NotFoundError, UnauthorizedError
from bot.operations.kit.base import CapabilityMissing
from bot.operations.repositories import changes
from bot.operations.repositories import repositories as repo
from sandbox.hub.wire.faults import Respond
from sandbox.world import BOT_ACCOUNT
from tests.operations.judged import JudgedHub

NAMESPACED = "/v2/namespaces/acme/repositories"
OLDER = "/v2/repositories/acme"


def one(repository: str = "api") -> repo.OneRepository:
    return repo.OneRepository(organization="acme", repository=repository)


def new(**given: Any) -> repo.RepositoryCreate:
    return repo.RepositoryCreate(**{"organization": "acme", "repository": "fresh"} | given)


def described(**given: Any) -> changes.RepositoryUpdate:
    return changes.RepositoryUpdate(**{"organization": "acme", "repository": "api"} | given)


def seen(visibility: str, repository: str = "api") -> changes.RepositoryVisibility:
    return changes.RepositoryVisibility(organization="acme", repository=repository, visibility=visibility)


def made_member(hub_sandbox: JudgedHub) -> None:
    """The bot's account is no owner any more, and its team may read the repository api."""
    organization = hub_sandbox.state.organizations["acme"]
    organization.members[BOT_ACCOUNT].role = "member"
    organization.teams["security"].members[BOT_ACCOUNT] = None


async def test_a_repository_is_shown_with_its_tags_its_use_and_what_the_bot_may(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    answer = await repo.show_repository(hub, one())
    said = {row[0]: row[1] for row in answer.rows}
    assert (said["Visibility"], said["Description"], said["Tags"]) == ("private", "The public API", "14")
    assert (said["Immutable tags"], said["The bot may"]) == ("on, 1 rule", "read, write, admin")
    assert answer.note.startswith("Private: only the organization's owners and editors")
    assert hub_sandbox.judge()[1:] == ["GetRepository", "ListRepositoryTags"]


async def test_a_repository_that_is_not_there_is_named_with_the_nearest_that_is(hub: Hub) -> None:
    with pytest.raises(
        UserError, match=r"no repository “gatway” in acme\. The nearest is “gateway”\. “/hub repo list”"
    ):
        await repo.show_repository(hub, one("gatway"))


async def test_a_check_asks_with_a_head_and_answers_either_way(hub_sandbox: JudgedHub, hub: Hub) -> None:
    answer = await repo.check_repository(hub, one())
    assert (answer.rows, answer.note) == ((("acme/api", "yes"),), "")
    answer = await repo.check_repository(hub, one("shedular"))
    assert answer.rows == (("acme/shedular", "no"),)
    assert "The nearest is “scheduler”. One that the bot's account may not see counts as missing." in answer.note
    assert [request.path for request in hub_sandbox.requests.made("HEAD")] == [
        f"{NAMESPACED}/api",
        f"{NAMESPACED}/shedular",
    ]
    assert hub_sandbox.judge().count("CheckRepository") == 2


async def test_a_new_repository_is_previewed_made_and_then_nothing_is_left_to_do(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    params = new(visibility="public", description="Fresh things", full_description="# Fresh\n" * 40)
    preview = await repo.preview_create(hub, params)
    assert [(c.subject, c.before) for c in preview.changes] == [
        ("Repository acme/fresh", None),
        ("Full description", None),
    ]
    assert preview.changes[0].after == "new and public, “Fresh things”"
    assert preview.notes == (
        "Public: everybody on the internet can find it and pull all its tags, without an account.",
    )
    await repo.create(hub, params)
    assert hub_sandbox.requests.made("POST", NAMESPACED)[0].body == {
        "name": "fresh",
        "namespace": "acme",
        "is_private": False,
        "description": "Fresh things",
        "full_description": params.full_description,
    }
    assert (await repo.preview_create(hub, params)).is_noop
    assert "CreateRepository" in hub_sandbox.judge()


async def test_a_new_repository_is_private_unless_it_is_said_otherwise(hub_sandbox: JudgedHub, hub: Hub) -> None:
    await repo.create(hub, new())
    assert hub_sandbox.requests.made("POST", NAMESPACED)[0].body == {
        "name": "fresh",
        "namespace": "acme",
        "is_private": True,
    }


@pytest.mark.parametrize("given_value", [{"visibility": "public"}, {"description": "Another"}])
async def test_a_name_that_is_taken_by_another_repository_is_refused(
    hub_sandbox: JudgedHub, hub: Hub, given_value: dict[str, str]
) -> None:
    with pytest.raises(UserError, match=r"already: private, described as “The public API”\. Choose another name"):
        await repo.preview_create(hub, new(repository="api", **given_value))
    assert not hub_sandbox.requests.made("POST", NAMESPACED)


@given(st.integers(0, 300), st.sampled_from(["x", "é", "🐳"]))
def test_what_is_taken_as_a_description_is_what_the_contract_takes(length: int, letter: str) -> None:
    assert accepts(description=letter * length) is (length <= 100)


@pytest.mark.parametrize(("length", "taken"), [(25_000, True), (25_001, False)])
def test_a_full_description_has_at_most_25_000_characters(length: int, taken: bool) -> None:
    assert accepts(full_description="x" * length) is taken


def accepts(**given_value: str) -> bool:
    """Whether both forms take it."""
    taken = []
    for build in (new, described):
        try:
            build(**given_value)
        except ValidationError as error:
            assert "Docker Hub takes at most" in str(error)
            taken.append(False)
        else:
            taken.append(True)
    assert len(set(taken)) == 1
    return taken[0]


async def test_only_what_was_given_of_a_description_is_sent(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = described(description="")
    preview = await changes.preview_update(hub, params)
    assert [(c.subject, c.before, c.after) for c in preview.changes] == [("Description", "“The public API”", None)]
    assert preview.notes == ("acme/api is private: whoever may pull from it reads it.",)
    await changes.update(hub, params)
    assert hub_sandbox.requests.made("PATCH", f"{NAMESPACED}/api")[0].body == {"description": ""}
    assert (await changes.preview_update(hub, params)).is_noop


async def test_a_long_description_is_previewed_by_its_beginning_and_its_length(hub: Hub) -> None:
    preview = await changes.preview_update(hub, described(full_description="x" * 25_000))
    assert preview.changes[0].after == f"“{'x' * 100}…” (25,000 characters)"


async def test_an_update_of_nothing_is_a_question(hub: Hub) -> None:
    with pytest.raises(UserError, match="give a description, a full description, or both"):
        await changes.preview_update(hub, described())


async def test_a_description_changed_meanwhile_makes_the_approval_stale(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = described(description="Mine")
    approved = await changes.preview_update(hub, params)
    hub_sandbox.state.repositories["acme"]["api"].description = "Theirs"
    assert (await changes.preview_update(hub, params)).fingerprint != approved.fingerprint


async def test_going_public_says_how_many_tags_and_which_members_gain(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = seen("public")
    preview = await changes.preview_visibility(hub, params)
    assert (preview.changes[0].subject, preview.changes[0].before, preview.changes[0].after) == (
        "acme/api",
        "private",
        "public",
    )
    assert (preview.changes[1].subject, len(preview.changes[1].items)) == ("14 tags", 14)
    gain = preview.changes[2]
    assert (gain.before, gain.after) == (None, "read")
    assert gain.subject == f"{len(gain.items)} people"
    assert "samok" in gain.items
    assert "annberg" not in gain.items, "the team backend may write already"
    assert preview.notes[0].startswith("Public: everybody on the internet")
    await changes.change_visibility(hub, params)
    assert hub_sandbox.requests.made("POST", f"{OLDER}/api/privacy")[0].body == {"is_private": False}
    assert (await changes.preview_visibility(hub, params)).is_noop


async def test_a_tag_pushed_meanwhile_keeps_the_approval_to_go_public(hub_sandbox: JudgedHub, hub: Hub) -> None:
    approved = await changes.preview_visibility(hub, seen("public"))
    await hub_sandbox.act_outside("push_tag", repository="api", tag="v9.9.9")
    again = await changes.preview_visibility(hub, seen("public"))
    assert again.fingerprint == approved.fingerprint
    assert again.changes[1].subject == "15 tags"


async def test_going_private_says_who_loses_it(hub_sandbox: JudgedHub, hub: Hub) -> None:
    preview = await changes.preview_visibility(hub, seen("private", "web"))
    loss = preview.changes[2]
    assert (loss.before, loss.after) == ("read", None)
    assert not {"annberg", "lenaf"} & set(loss.items), "a team that may write, and an owner"
    assert "whoever is outside the organization no longer can" in preview.notes[1]


async def test_a_deletion_says_what_goes_and_is_stale_after_a_push(hub_sandbox: JudgedHub, hub: Hub) -> None:
    preview = await changes.preview_delete(hub, one())
    assert [(c.subject, c.after) for c in preview.changes] == [
        ("Repository acme/api", None),
        ("14 tags", None),
        ("3 teams", None),
    ]
    assert "pulls" in str(preview.changes[0].before)
    assert set(preview.changes[2].items) == {"backend: write", "platform: admin", "security: read"}
    await hub_sandbox.act_outside("push_tag", repository="api", tag="latest")
    assert (await changes.preview_delete(hub, one())).fingerprint != preview.fingerprint
    await changes.delete(hub, one())
    assert [each.path for each in hub_sandbox.requests.made("DELETE")] == [f"{OLDER}/api/"]
    after = await changes.preview_delete(hub, one())
    assert after.is_noop
    assert after.notes[0].startswith("There is no repository “api” in acme.")


async def test_a_deletion_is_previewed_without_the_teams_where_docker_hub_hides_them(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    hub_sandbox.faults.add("GET", f"{OLDER}/api/groups", Respond(403, {"message": "no"}))
    preview = await changes.preview_delete(hub, one())
    assert [c.subject for c in preview.changes] == ["Repository acme/api", "14 tags"]
    assert preview.notes[-1].startswith("Which teams lose it cannot be seen: Docker Hub does not offer")


async def test_what_takes_an_administrator_is_refused_before_the_write(hub_sandbox: JudgedHub, hub: Hub) -> None:
    made_member(hub_sandbox)
    for refused in (changes.preview_delete(hub, one()), changes.preview_visibility(hub, seen("public"))):
        with pytest.raises(UserError, match="an administrator of acme/api, and the bot's account may only read there"):
            await refused
    assert not hub_sandbox.requests.made("DELETE")


@pytest.mark.parametrize("status", [403, 404])
async def test_a_part_that_docker_hub_does_not_offer_is_a_missing_capability(
    hub_sandbox: JudgedHub, hub: Hub, status: int
) -> None:
    for method, path, write, words in (
        ("PATCH", f"{NAMESPACED}/api", changes.update(hub, described(description="x")), "a repository's description"),
        ("POST", f"{OLDER}/api/privacy", changes.change_visibility(hub, seen("public")), "a repository's visibility"),
        ("DELETE", f"{OLDER}/api/", changes.delete(hub, one()), "deleting a repository"),
    ):
        hub_sandbox.faults.add(method, path, Respond(status, {"message": "not here"}))
        with pytest.raises(CapabilityMissing, match=f"{words} to this account \\({status}: not here\\)"):
            await write


async def test_a_404_of_what_is_gone_is_no_missing_capability(hub_sandbox: JudgedHub, hub: Hub) -> None:
    del hub_sandbox.state.repositories["acme"]["api"]
    with pytest.raises(NotFoundError):
        await changes.delete(hub, one())


async def test_a_403_on_creation_keeps_the_sentence_that_names_plan_role_and_scope(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    made_member(hub_sandbox)
    with pytest.raises(UnauthorizedError, match="plan, the account's role or the token's scope"):
        await repo.create(hub, new())
