"""Members: the list, the export, roles, and removal."""

import csv
import io

import pytest

from bot.errors import UserError
from bot.hub import Hub, UnauthorizedError
from sandbox.hub.wire.faults import Respond
from sandbox.world import BOT_ACCOUNT
from tests.operations.doing import do, foresee, judge, read, subjects, writes
from tests.operations.judged import JudgedHub

MEMBERS = "/v2/orgs/acme/members"


async def test_the_list_tells_editors_from_members_although_docker_reads_both_alike(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    answer = await read(hub, "member.list")
    roles = {row[0]: row[3] for row in answer.rows}
    assert (roles["omarh"], roles["kofim"], roles["annberg"]) == ("Owner", "Editor", "Member")
    assert [row[3] for row in answer.rows if row[2] == "tom.old@example.com"] == ["Invitee"]
    assert answer.total == len(answer.rows)
    invited = sum(row[3] == "Invitee" for row in answer.rows)
    assert answer.counted == f"{len(answer.rows) - invited} members and {invited} pending invites"
    only = await read(hub, "member.list", role="editor", search="kofi", type="member")
    assert [(row[0], row[3]) for row in only.rows] == [("kofim", "Editor")]
    assert only.counted == ""
    assert "ListOrgMembers" in judge(hub_sandbox)


async def test_the_export_is_dockers_file(hub_sandbox: JudgedHub, hub: Hub) -> None:
    answer = await read(hub, "member.export")
    assert answer.document is not None
    assert (answer.document.name, answer.document.media_type) == ("acme-members.csv", "text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.document.content.decode())))
    organization = hub_sandbox.state.organizations["acme"]
    assert len(rows) == answer.total == len(organization.members) + len(organization.invites)
    assert {"Name", "Username", "Email", "Type", "Permission", "Teams", "Date Joined"} == set(rows[0])
    assert (answer.columns, answer.rows) == ((), ())


async def test_a_role_changes_and_the_preview_says_what_it_can_do(hub_sandbox: JudgedHub, hub: Hub) -> None:
    preview = await foresee(hub, "member.role", username="annberg", role="owner")
    assert subjects(preview) == {"Role of annberg in acme": ("member", "owner", ())}
    assert "An owner can do everything" in preview.notes[0]
    assert "Until now: A member sees" in preview.notes[1]
    outcome = await do(hub, "member.role", username="annberg", role="editor")
    assert outcome.summary == "annberg is editor of acme"
    assert writes(hub_sandbox) == [("PUT", f"{MEMBERS}/annberg", {"role": "editor"})]
    assert "UpdateOrgMember" in judge(hub_sandbox)


@pytest.mark.parametrize("reads", ["Member", "Editor"])
async def test_an_editor_is_one_already_however_docker_reads_it(hub_sandbox: JudgedHub, hub: Hub, reads: str) -> None:
    hub_sandbox.state.options.editor_reads = reads
    assert (await foresee(hub, "member.role", username="kofim", role="editor")).is_noop
    assert subjects(await foresee(hub, "member.role", username="kofim", role="member")) == {
        "Role of kofim in acme": ("editor", "member", ())
    }


@pytest.mark.parametrize("name", ["member.role", "member.remove"])
async def test_the_last_owner_is_refused_before_the_write(hub_sandbox: JudgedHub, hub: Hub, name: str) -> None:
    for username in ("omarh", "lenaf"):
        hub_sandbox.state.organizations["acme"].members[username].role = "editor"
    more = {"role": "member"} if name == "member.role" else {}
    with pytest.raises(UserError, match="acme-hubwarden is the last owner of acme, and Docker Hub keeps one"):
        await foresee(hub, name, username=BOT_ACCOUNT, **more)
    assert writes(hub_sandbox) == []


async def test_a_role_of_nobody_is_refused_with_the_nearest_name(hub: Hub) -> None:
    with pytest.raises(UserError, match=r"anberg is no member of acme. The nearest is “annberg”."):
        await foresee(hub, "member.role", username="anberg", role="owner")


async def test_somebody_is_removed_from_the_organization_and_their_teams(hub_sandbox: JudgedHub, hub: Hub) -> None:
    preview = await foresee(hub, "member.remove", username="kofim")
    assert subjects(preview) == {
        "kofim in acme": ("editor", None, ()),
        "kofim in 2 teams": ("member", None, ("platform", "release")),
    }
    await do(hub, "member.remove", username="kofim")
    assert writes(hub_sandbox) == [("DELETE", f"{MEMBERS}/kofim", None)]
    assert "kofim" not in hub_sandbox.state.organizations["acme"].members
    assert "RemoveOrgMember" in judge(hub_sandbox)


async def test_removing_nobody_is_nothing_to_do_and_names_the_nearest(hub: Hub) -> None:
    preview = await foresee(hub, "member.remove", username="koffim")
    assert preview.is_noop
    assert preview.notes == ("koffim is no member of acme. The nearest is “kofim”.",)


async def test_an_export_that_the_role_does_not_include_is_dockers_refusal(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.faults.add("GET", f"{MEMBERS}/export", Respond(403, {"detail": "owners only"}))
    with pytest.raises(UnauthorizedError, match="owners only"):
        await read(hub, "member.export")
