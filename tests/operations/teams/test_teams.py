"""Teams: found, made, changed, and one person's."""

import pytest

from bot.errors import UserError
from bot.hub import Hub
from tests.operations.doing import do, foresee, judge, read, subjects, writes
from tests.operations.judged import JudgedHub

TEAMS = "/v2/orgs/acme/groups"


async def test_teams_are_listed_all_or_of_one_person(hub_sandbox: JudgedHub, hub: Hub) -> None:
    everything = await read(hub, "team.list")
    assert len(everything.rows) == len(hub_sandbox.state.organizations["acme"].teams)
    mine = await read(hub, "team.list", username="kofim")
    assert mine.title == "Teams of kofim in acme"
    assert [row[0] for row in mine.rows] == ["platform", "release"]
    with pytest.raises(UserError, match=r"koffim is no member of acme. The nearest is “kofim”."):
        await read(hub, "team.list", username="koffim")
    assert judge(hub_sandbox)


async def test_a_team_is_shown_and_a_wrong_name_is_answered_with_the_nearest(hub_sandbox: JudgedHub, hub: Hub) -> None:
    answer = await read(hub, "team.show", team="platform")
    team = hub_sandbox.state.organizations["acme"].teams["platform"]
    assert answer.rows == (
        ("Description", "Build and run the platform"),
        ("Members", str(len(team.members))),
        ("Number", str(team.id)),
    )
    with pytest.raises(UserError, match=r"There is no team “plattform” in acme. The nearest is “platform”. “/hub team"):
        await read(hub, "team.show", team="plattform")


async def test_a_team_is_made(hub_sandbox: JudgedHub, hub: Hub) -> None:
    preview = await foresee(hub, "team.create", team="mobile", description="Apps")
    assert subjects(preview) == {"Team mobile": (None, "a new team without members, “Apps”", ())}
    await do(hub, "team.create", team="mobile", description="Apps")
    await do(hub, "team.create", team="bare")
    assert writes(hub_sandbox) == [
        ("POST", TEAMS, {"name": "mobile", "description": "Apps"}),
        ("POST", TEAMS, {"name": "bare"}),
    ]
    with pytest.raises(UserError, match="a team “mobile” in acme already, described as “Apps”"):
        await foresee(hub, "team.create", team="mobile", description="Other")
    assert judge(hub_sandbox)


CHANGED = [
    ({"description": "New words"}, "PATCH", {"Description": ("Services behind the web", "New words", ())}),
    ({"description": ""}, "PATCH", {"Description": ("Services behind the web", "–", ())}),
    ({"name": "services"}, "PATCH", {"Name": ("backend", "services", ())}),
    (
        {"name": "services", "description": "New words"},
        "PUT",
        {"Name": ("backend", "services", ()), "Description": ("Services behind the web", "New words", ())},
    ),
]


@pytest.mark.parametrize(("given", "method", "changes"), CHANGED)
async def test_an_update_sends_what_was_given_and_nothing_else(
    hub_sandbox: JudgedHub,
    hub: Hub,
    given: dict[str, str],
    method: str,
    changes: dict[str, tuple[str | None, str | None, tuple[str, ...]]],
) -> None:
    assert subjects(await foresee(hub, "team.update", team="backend", **given)) == changes
    await do(hub, "team.update", team="backend", **given)
    assert writes(hub_sandbox) == [(method, f"{TEAMS}/backend", given)]
    team = hub_sandbox.state.organizations["acme"].teams[given.get("name", "backend")]
    assert team.description == given.get("description", "Services behind the web")
    assert judge(hub_sandbox)


async def test_a_new_name_says_who_stays_and_what_does_not_follow(hub_sandbox: JudgedHub, hub: Hub) -> None:
    size = len(hub_sandbox.state.organizations["acme"].teams["platform"].members)
    preview = await foresee(hub, "team.update", team="platform", name="core")
    assert preview.notes[0] == f"The team's {size} members and what it may do on repositories stay."
    assert "knows it as “platform” does not follow" in preview.notes[1]


REFUSED = [
    ({"team": "backend"}, "Nothing would be different"),
    ({"team": "backend", "name": "data"}, "acme has a team “data” already: choose another name"),
    ({"team": "owners", "name": "bosses"}, "Docker Hub does not rename it"),
    ({"team": "bakend", "description": "x"}, "There is no team “bakend” in acme. The nearest is “backend”"),
    ({"team": "bakend", "name": "mobile"}, "There is no team “bakend” in acme. The nearest is “backend”"),
]


@pytest.mark.parametrize(("given", "words"), REFUSED)
async def test_an_update_that_docker_would_refuse_is_refused_before_the_write(
    hub_sandbox: JudgedHub, hub: Hub, given: dict[str, str], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        await foresee(hub, "team.update", **given)
    assert writes(hub_sandbox) == []


async def test_somebody_unknown_joins_no_team(hub: Hub) -> None:
    with pytest.raises(UserError, match=r"The nearest is “kofim”. Invite them first: /hub invite send koffim"):
        await foresee(hub, "team.member.add", team="backend", username="koffim")
