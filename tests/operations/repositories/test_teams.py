"""Teams on a repository: named, and sent by the number that Docker wants."""

import pytest

from bot.errors import UserError
from bot.hub import Hub, ParameterError
from bot.operations.kit.base import CapabilityMissing
from bot.operations.repositories import teams
from bot.operations.repositories.repositories import OneRepository
from sandbox.hub.wire.faults import Respond
from tests.operations.judged import JudgedHub

GROUPS = "/v2/repositories/acme/api/groups"


def given(team: str, permission: str) -> teams.RepositoryTeamSet:
    return teams.RepositoryTeamSet(organization="acme", repository="api", team=team, permission=permission)


def taken(team: str) -> teams.RepositoryTeam:
    return teams.RepositoryTeam(organization="acme", repository="api", team=team)


def number(hub_sandbox: JudgedHub, team: str) -> int:
    return hub_sandbox.state.organizations["acme"].teams[team].id


def people_of(hub_sandbox: JudgedHub, team: str) -> set[str]:
    """The plain members of a team: owners and editors may do everything anyway."""
    organization = hub_sandbox.state.organizations["acme"]
    return {name for name in organization.teams[team].members if organization.members[name].role == "member"}


async def test_teams_are_listed_with_what_they_may(hub: Hub) -> None:
    answer = await teams.list_teams(hub, OneRepository(organization="acme", repository="api"))
    assert {row[0]: row[1] for row in answer.rows} == {"backend": "write", "platform": "admin", "security": "read"}
    assert ("backend", "write", "pull from it and push to it") in answer.rows


async def test_a_team_is_given_a_repository_by_its_name(hub_sandbox: JudgedHub, hub: Hub) -> None:
    params = given("data", "write")
    preview = await teams.preview_set(hub, params)
    assert (preview.changes[0].subject, preview.changes[0].before, preview.changes[0].after) == (
        "Team data on acme/api",
        None,
        "write",
    )
    assert {person for change in preview.changes[1:] for person in change.items} == people_of(hub_sandbox, "data")
    assert preview.notes == ("A team with write may pull from it and push to it.",)
    await teams.set_permission(hub, params)
    assert hub_sandbox.requests.made("POST", GROUPS)[0].body == {
        "group_id": number(hub_sandbox, "data"),
        "permission": "write",
    }
    assert (await teams.preview_set(hub, params)).is_noop
    hub_sandbox.exchanges = [each for each in hub_sandbox.exchanges if (each.method, each.path) != ("GET", GROUPS)]
    assert "CreateRepositoryGroup" in hub_sandbox.judge()


async def test_a_lesser_permission_says_who_loses(hub_sandbox: JudgedHub, hub: Hub) -> None:
    preview = await teams.preview_set(hub, given("platform", "read"))
    assert (preview.changes[0].before, preview.changes[0].after) == ("admin", "read")
    losses = {(change.before, change.after): set(change.items) for change in preview.changes[1:]}
    assert losses[("admin", "read")] <= people_of(hub_sandbox, "platform")


async def test_a_team_of_owners_and_editors_alone_gains_nothing_and_that_is_said(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    hub_sandbox.state.organizations["acme"].teams["data"].members = {"lenaf": None}
    preview = await teams.preview_set(hub, given("data", "read"))
    assert len(preview.changes) == 1
    assert preview.notes[1] == (
        "Nobody gains anything by it: a role, another team or the repository being public gives as much."
    )


async def test_a_post_that_is_refused_for_a_team_that_has_one_is_followed_by_the_patch(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    hub_sandbox.faults.add("POST", GROUPS, Respond(409, {"message": "exists"}))
    await teams.set_permission(hub, given("backend", "read"))
    patch = hub_sandbox.requests.made("PATCH")[0]
    assert (patch.path, patch.body) == (f"{GROUPS}/{number(hub_sandbox, 'backend')}/", {"permission": "read"})
    assert hub_sandbox.state.repositories["acme"]["api"].permissions[number(hub_sandbox, "backend")] == "read"


async def test_a_post_that_is_refused_for_another_reason_is_not(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.faults.add("POST", GROUPS, Respond(400, {"message": "no"}))
    with pytest.raises(ParameterError):
        await teams.set_permission(hub, given("data", "read"))
    assert not hub_sandbox.requests.made("PATCH")


async def test_a_team_can_be_given_a_repository_where_docker_hub_hides_what_it_has(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    hub_sandbox.faults.add("GET", GROUPS, Respond(404, {"message": "no"}))
    preview = await teams.preview_set(hub, given("data", "read"))
    assert (preview.changes[0].before, preview.changes[0].after) == ("not known", "read")
    assert preview.notes[1].startswith("What the team may do now cannot be seen: Docker Hub does not offer")


async def test_taking_a_repository_away_says_who_loses_it(hub_sandbox: JudgedHub, hub: Hub) -> None:
    preview = await teams.preview_remove(hub, taken("backend"))
    assert (preview.changes[0].before, preview.changes[0].after) == ("write", None)
    losers = {person for change in preview.changes[1:] for person in change.items}
    assert "annberg" in losers
    assert losers <= people_of(hub_sandbox, "backend")
    await teams.remove_permission(hub, taken("backend"))
    assert [each.path for each in hub_sandbox.requests.made("DELETE")] == [
        f"{GROUPS}/{number(hub_sandbox, 'backend')}/"
    ]
    assert (await teams.preview_remove(hub, taken("backend"))).is_noop


async def test_who_keeps_as_much_by_another_team_loses_nothing(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.state.organizations["acme"].teams["platform"].members["annberg"] = None
    preview = await teams.preview_remove(hub, taken("backend"))
    assert "annberg" not in {person for change in preview.changes[1:] for person in change.items}


async def test_another_permission_given_meanwhile_makes_the_approval_stale(hub_sandbox: JudgedHub, hub: Hub) -> None:
    approved = await teams.preview_remove(hub, taken("backend"))
    hub_sandbox.state.repositories["acme"]["api"].permissions[number(hub_sandbox, "backend")] = "admin"
    assert (await teams.preview_remove(hub, taken("backend"))).fingerprint != approved.fingerprint


async def test_a_team_that_is_not_there_is_named_with_the_nearest_that_is(hub: Hub) -> None:
    with pytest.raises(UserError, match=r"no team “bakend” in acme\. The nearest is “backend”"):
        await teams.preview_set(hub, given("bakend", "read"))


@pytest.mark.parametrize("status", [403, 404])
async def test_the_list_and_the_removal_can_be_missing_capabilities(
    hub_sandbox: JudgedHub, hub: Hub, status: int
) -> None:
    hub_sandbox.faults.add("*", f"{GROUPS}*", Respond(status, {"message": "no"}))
    with pytest.raises(CapabilityMissing, match="what teams may do on a repository to this account"):
        await teams.list_teams(hub, OneRepository(organization="acme", repository="api"))
    hub_sandbox.faults.add("DELETE", f"{GROUPS}/*", Respond(status, {"message": "no"}))
    with pytest.raises(CapabilityMissing, match="what teams may do on a repository to this account"):
        await teams.remove_permission(hub, taken("backend"))
