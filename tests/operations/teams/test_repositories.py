"""What a team may do on repositories, and who loses it when the team goes."""

import pytest

from bot.errors import UserError
from bot.hub import Hub, HubProtocolError
from bot.operations.kit.base import CapabilityMissing
from sandbox.hub.wire.faults import Respond
from tests.operations.doing import do, foresee, judge, read, subjects, writes
from tests.operations.judged import JudgedHub

TEAM = "/v2/orgs/acme/groups/backend"
FORBIDDEN = Respond(403, {"detail": "not for you"})


def fill(sandbox: JudgedHub, team: str, *usernames: str) -> None:
    """Put these and nobody else in a team."""
    sandbox.state.organizations["acme"].teams[team].members = dict.fromkeys(usernames)


async def test_a_teams_repositories_are_listed(hub: Hub) -> None:
    answer = await read(hub, "team.repo.list", team="backend")
    assert answer.rows == (("api", "write", "private"), ("web", "write", "public"))


@pytest.mark.parametrize("status", [403, 404])
async def test_where_docker_hub_does_not_tell_it_is_said_so(hub_sandbox: JudgedHub, hub: Hub, status: int) -> None:
    hub_sandbox.faults.add("GET", f"{TEAM}/repositories", Respond(status, {"detail": "not for you"}), times=None)
    text = rf"does not offer the list of a team's repositories to this account \({status}: not for you\)"
    with pytest.raises(CapabilityMissing, match=text):
        await read(hub, "team.repo.list", team="backend")


async def test_a_team_that_is_not_there_is_no_missing_capability(hub: Hub) -> None:
    with pytest.raises(UserError, match="There is no team “bakend”") as refused:
        await read(hub, "team.repo.list", team="bakend")
    assert not isinstance(refused.value, CapabilityMissing)


async def test_a_row_without_a_permission_is_not_understood(hub_sandbox: JudgedHub, hub: Hub) -> None:
    rows = {"count": 1, "next": None, "previous": None, "results": [{"name": "api"}]}
    hub_sandbox.faults.add("GET", f"{TEAM}/repositories", Respond(200, rows))
    with pytest.raises(HubProtocolError):
        await read(hub, "team.repo.list", team="backend")


async def test_deleting_a_team_says_who_loses_what_where(hub_sandbox: JudgedHub, hub: Hub) -> None:
    for team in ("platform", "data", "security", "release"):
        fill(hub_sandbox, team, "omarh")
    fill(hub_sandbox, "backend", "annberg", "omarh", "kofim", "miranovak", "adaweber")
    fill(hub_sandbox, "security", "miranovak")
    preview = await foresee(hub, "team.delete", team="backend")
    assert subjects(preview) == {
        "Team backend": ("5 members", None, ("adaweber", "annberg", "kofim", "miranovak", "omarh")),
        "2 people (adaweber, annberg)": ("write on 1 repository", None, ("api",)),
        "1 person (miranovak)": ("write on 1 repository", "read", ("api",)),
        "3 people (adaweber, annberg, miranovak)": ("write on 1 repository", "read", ("web",)),
    }
    assert preview.notes == ("3 people lose something on 2 of the 2 repositories that team backend reaches.",)


async def test_a_team_is_deleted(hub_sandbox: JudgedHub, hub: Hub) -> None:
    await do(hub, "team.delete", team="backend")
    assert writes(hub_sandbox) == [("DELETE", TEAM, None)]
    assert "backend" not in hub_sandbox.state.organizations["acme"].teams
    assert judge(hub_sandbox)


async def test_nobody_loses_what_a_role_or_another_team_gives_as_well(hub_sandbox: JudgedHub, hub: Hub) -> None:
    fill(hub_sandbox, "release", "kofim", "annberg")
    fill(hub_sandbox, "platform", "annberg")
    preview = await foresee(hub, "team.delete", team="release")
    assert subjects(preview) == {"Team release": ("2 members", None, ("annberg", "kofim"))}
    assert "nobody in it loses anything" in preview.notes[0]


async def test_what_cannot_be_seen_is_said_on_the_card(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.faults.add("GET", f"{TEAM}/repositories", FORBIDDEN, times=None)
    preview = await foresee(hub, "team.delete", team="backend")
    assert list(subjects(preview)) == ["Team backend"]
    assert preview.notes[0].startswith("What the team may do on repositories goes too, unseen: Docker Hub does not")


async def test_the_owners_stay(hub: Hub) -> None:
    with pytest.raises(UserError, match="Docker Hub does not delete it"):
        await foresee(hub, "team.delete", team="owners")


async def test_a_team_that_is_not_there_is_nothing_to_do(hub: Hub) -> None:
    preview = await foresee(hub, "team.delete", team="bakend")
    assert preview.is_noop
    assert "The nearest is “backend”." in preview.notes[0]
