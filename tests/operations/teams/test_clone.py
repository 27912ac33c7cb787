"""Cloning a team: itself, its members, and what it may do on repositories."""

from typing import Any

import pytest

from bot.errors import UserError
from bot.hub import Hub
from sandbox.hub.wire.faults import Respond
from tests.operations.doing import foresee, judge, plan, step_through, subjects, write_of, writes
from tests.operations.judged import JudgedHub

TEAMS = "/v2/orgs/acme/groups"
GIVEN: dict[str, Any] = {"from": "platform", "to": "core"}


def fill(sandbox: JudgedHub, team: str, *usernames: str) -> None:
    """Put these and nobody else in a team."""
    sandbox.state.organizations["acme"].teams[team].members = dict.fromkeys(usernames)


async def test_the_preview_names_the_team_the_people_and_the_repositories(hub_sandbox: JudgedHub, hub: Hub) -> None:
    fill(hub_sandbox, "platform", "omarh", "kofim")
    preview = await foresee(hub, "team.clone", **GIVEN)
    assert subjects(preview) == {
        "Team core": (None, "a new team, like platform", ()),
        "2 people in team core": (None, "member", ("kofim", "omarh")),
        "Team core on 2 repositories": (None, "admin", ("api", "base-images")),
    }
    assert writes(hub_sandbox) == []


async def test_a_clone_is_done_step_by_step_with_the_new_teams_number(hub_sandbox: JudgedHub, hub: Hub) -> None:
    results = await step_through(hub, "team.clone", **GIVEN)
    assert all(result.done for result in results)
    organization = hub_sandbox.state.organizations["acme"]
    core, platform = organization.teams["core"], organization.teams["platform"]
    assert set(core.members) == set(platform.members)
    assert core.description == platform.description
    done = writes(hub_sandbox)
    assert done[0] == ("POST", TEAMS, {"name": "core", "description": platform.description})
    assert ("POST", f"{TEAMS}/core/members", {"member": "kofim"}) in done
    body = {"group_id": core.id, "permission": "admin"}
    assert done[-2:] == [("POST", f"/v2/repositories/acme/{name}/groups", body) for name in ("api", "base-images")]
    assert (await foresee(hub, "team.clone", **GIVEN)).is_noop
    assert await plan(hub, "team.clone", **GIVEN) == []
    assert judge(hub_sandbox)


async def test_only_what_is_missing_is_left_and_nothing_is_taken_down(hub_sandbox: JudgedHub, hub: Hub) -> None:
    fill(hub_sandbox, "security", "lenaf", "miranovak")
    fill(hub_sandbox, "platform", "lenaf", "omarh")
    keys = [step.key for step in await plan(hub, "team.clone", **{"from": "security", "to": "platform"})]
    assert keys == ["member:miranovak"]
    keys = [step.key for step in await plan(hub, "team.clone", **{"from": "platform", "to": "security"})]
    assert keys == ["member:omarh", "repository:api", "repository:base-images"], "read on api becomes admin"


async def test_each_step_says_how_dockers_log_will_show_it(hub: Hub) -> None:
    steps = {step.key: step for step in await plan(hub, "team.clone", **GIVEN)}
    assert (steps["team:core"].hub_action, steps["team:core"].subjects) == ("org.team.create", ("core",))
    member = steps["member:kofim"]
    assert (member.hub_action, member.subjects) == ("org.team.member.add", ("core", "kofim"))
    assert steps["repository:api"].hub_action is None
    assert write_of("team.clone").hub_action is None, "or a permission would be expected in the log"


async def test_where_repositories_cannot_be_seen_members_are_cloned_and_it_says_so(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    hub_sandbox.faults.add("GET", f"{TEAMS}/*/repositories", Respond(403, {"detail": "no"}), times=None)
    preview = await foresee(hub, "team.clone", **GIVEN)
    assert preview.notes[0].startswith("Permissions on repositories are not cloned, only members: Docker Hub does not")
    assert {step.key.partition(":")[0] for step in await plan(hub, "team.clone", **GIVEN)} == {"team", "member"}


REFUSED = [
    ("platform", "platform", "is the same team twice"),
    ("platform", "owners", "Nobody becomes an owner by a clone"),
    ("plattform", "core", "There is no team “plattform” in acme. The nearest is “platform”"),
]


@pytest.mark.parametrize(("source", "target", "words"), REFUSED)
async def test_what_cannot_be_cloned_is_refused(hub: Hub, source: str, target: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        await foresee(hub, "team.clone", **{"from": source, "to": target})
