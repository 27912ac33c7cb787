"""Members, invites and teams of the sandbox's Docker Hub."""

import csv
import io
from typing import Any

import pytest

from tests.sandbox.hub_client import Client, running_hub

MEMBERS, GROUPS = "/v2/orgs/acme/members", "/v2/orgs/acme/groups"


async def invite(client: Client, *invitees: str, **body: Any) -> list[dict[str, Any]]:
    reply = await client.send("POST", "/v2/invites/bulk", {"org": "acme", "invitees": invitees, **body})
    assert reply.status == 202, reply
    rows: list[dict[str, Any]] = reply.data["invitees"]["invitees"]
    return rows


async def test_a_role_is_written_in_lower_case_and_read_capitalised() -> None:
    async with running_hub() as client:
        reply = await client.send("PUT", f"{MEMBERS}/annberg", {"role": "owner"})
        assert (reply.status, reply.data["role"]) == (200, "Owner")
        assert (await client.get(f"{MEMBERS}?search=annberg"))["results"][0]["groups"] == ["owners", "backend"]
        assert (await client.send("PUT", f"{MEMBERS}/annberg", {"role": "Owner"})).status == 400


async def test_an_editor_reads_as_the_contract_lets_them_and_the_filter_finds_them() -> None:
    async with running_hub() as client:
        rows = (await client.get(f"{MEMBERS}?role=editor"))["results"]
        assert [(row["username"], row["role"]) for row in rows] == [("kofim", "Member")]
        client.hub.state.options.editor_reads = "Editor"
        assert (await client.get(f"{MEMBERS}?role=editor"))["results"][0]["role"] == "Editor"


async def test_the_members_list_has_the_invited_where_asked_for() -> None:
    async with running_hub() as client:
        members = (await client.get(MEMBERS))["count"]
        assert (await client.get(f"{MEMBERS}?invites=true"))["count"] == members + 3
        invited = (await client.get(f"{MEMBERS}?type=invitee"))["results"]
        assert {row["role"] for row in invited} == {"Invitee"}
        assert (await client.get(f"{MEMBERS}?search=ANN@example.com"))["count"] == 1


async def test_when_somebody_was_last_seen_is_there_with_insights_only() -> None:
    async with running_hub() as client:
        assert "last_seen_at" in (await client.get(MEMBERS))["results"][0]
        client.hub.state.organizations["acme"].plan.insights = False
        assert "last_seen_at" not in (await client.get(MEMBERS))["results"][0]


async def test_the_export_is_csv_with_dockers_columns() -> None:
    async with running_hub() as client:
        reply = await client.send("GET", f"{MEMBERS}/export")
        assert reply.headers["Content-Disposition"].startswith('attachment;filename="acme-members-')
        assert reply.data.splitlines()[0] == "Name,Username,Email,Type,Permission,Teams,Date Joined"
        rows = {row["Username"]: row for row in csv.DictReader(io.StringIO(reply.data))}
        assert (rows["lenaf"]["Permission"], rows["lenaf"]["Teams"]) == ("Owner", "owners, platform, security")


async def test_removing_a_member_takes_them_out_of_every_team_and_is_one_event() -> None:
    async with running_hub() as client:
        assert (await client.send("DELETE", f"{MEMBERS}/annberg")).status == 204
        assert (await client.send("DELETE", f"{MEMBERS}/annberg")).status == 404
        assert "annberg" not in client.hub.snapshot()["teams"][2]["members"]
        assert [event["name"] for event in await client.log("org.member.remove")] == ["annberg"]
        assert await client.log("org.team.member.remove") == []


async def test_the_last_owner_can_neither_be_removed_nor_made_a_member() -> None:
    async with running_hub() as client:
        for username in ("omarh", "lenaf"):
            assert (await client.send("PUT", f"{MEMBERS}/{username}", {"role": "member"})).status == 200
        assert (await client.send("DELETE", f"{MEMBERS}/acme-hubwarden")).status == 400
        assert (await client.send("PUT", f"{MEMBERS}/acme-hubwarden", {"role": "member"})).status == 400
        assert (await client.send("DELETE", f"{GROUPS}/owners/members/acme-hubwarden")).status == 403
        assert client.hub.state.organizations["acme"].owners() == ["acme-hubwarden"]


async def test_each_row_of_a_bulk_invite_has_its_own_fate() -> None:
    async with running_hub() as client:
        rows = await invite(
            client, "new@example.com", "annberg", "ann@example.com", "who?", "gusguest", "NEW@example.com", team="data"
        )
        assert [row["status"] for row in rows] == [
            "invited",
            "existing_org_member",
            "existing_org_member",
            "invalid_email_or_docker_id",
            "invited",
            "already_invited",
        ]
        assert [("invite" in row) for row in rows] == [True, False, False, False, True, False]
        assert rows[0]["invite"]["team"] == "data"


async def test_a_dry_run_says_the_same_and_changes_nothing() -> None:
    async with running_hub() as client:
        dry = await invite(client, "new@example.com", "annberg", dry_run=True)
        assert [row["status"] for row in dry] == ["invited", "existing_org_member"]
        assert all("invite" not in row for row in dry)
        assert client.hub.state.sequence == 0
        assert [row["status"] for row in await invite(client, "new@example.com", "annberg")] == [
            "invited",
            "existing_org_member",
        ]


async def test_the_rows_of_a_bulk_invite_can_come_flat() -> None:
    async with running_hub() as client:
        client.hub.state.options.nested_invitees = False
        reply = await client.send("POST", "/v2/invites/bulk", {"org": "acme", "invitees": ["a@b.ch"]})
        assert reply.data["invitees"][0]["status"] == "invited"


async def test_a_second_invite_of_the_same_address_makes_no_second_one() -> None:
    async with running_hub() as client:
        await invite(client, "new@example.com")
        assert (await invite(client, "New@Example.com"))[0]["status"] == "already_invited"
        pending = (await client.get("/v2/orgs/acme/invites"))["data"]
        assert [row["invitee"] for row in pending].count("new@example.com") == 1


@pytest.mark.parametrize(
    "body",
    [
        {"org": "acme"},
        {"org": "acme", "invitees": []},
        {"org": "acme", "invitees": "a@b.ch"},
        {"org": "acme", "invitees": ["a@b.ch"], "team": "nobodys"},
        {"org": "acme", "invitees": ["a@b.ch"], "role": "king"},
        {"org": "nowhere", "invitees": ["a@b.ch"]},
    ],
)
async def test_a_bulk_invite_that_cannot_be_is_refused_as_a_whole(body: dict[str, Any]) -> None:
    async with running_hub() as client:
        assert (await client.send("POST", "/v2/invites/bulk", body)).status == 400
        assert client.hub.state.sequence == 0


async def test_an_invite_is_logged_when_sent_and_sent_again_and_not_when_cancelled() -> None:
    async with running_hub() as client:
        made = (await invite(client, "new@example.com"))[0]["invite"]["id"]
        assert (await client.send("PATCH", f"/v2/invites/{made}/resend")).status == 204
        before = len(await client.log())
        assert (await client.send("DELETE", f"/v2/invites/{made}")).status == 204
        assert (await client.send("DELETE", f"/v2/invites/{made}")).status == 404
        assert len(await client.log()) == before
        sent = await client.log("org.member.invite.send")
        assert [event["name"] for event in sent[:2]] == ["new@example.com"] * 2


async def test_an_accepted_invite_makes_a_member_of_its_team_and_role() -> None:
    async with running_hub() as client:
        await invite(client, "mia.stone@example.com", team="release", role="editor")
        text = await client.hub.act_outside("accept_invite")
        assert text == "mia.stone@example.com accepted the invite and is a member now, as miastone."
        row = next(m for m in client.hub.snapshot()["members"] if m["username"] == "miastone")
        assert row["role"] == "editor"
        assert [e["action"] for e in (await client.log())[:2]] == ["org.team.member.add", "org.member.add"]


async def test_a_team_is_made_changed_and_deleted() -> None:
    async with running_hub() as client:
        made = await client.send("POST", GROUPS, {"name": "infra", "description": "Machines"})
        assert made.status == 201
        assert isinstance(made.data["id"], int)
        assert (await client.send("POST", GROUPS, {"name": "infra"})).status == 400
        await client.send("PATCH", f"{GROUPS}/infra", {"name": "iron"})
        assert (await client.get(f"{GROUPS}/iron"))["description"] == "Machines"
        await client.send("PUT", f"{GROUPS}/iron", {"name": "iron"})
        assert (await client.get(f"{GROUPS}/iron"))["description"] == ""
        assert (await client.send("DELETE", f"{GROUPS}/iron")).status == 204
        assert [e["action"] for e in (await client.log())[:4]] == [
            "org.team.delete",
            "org.team.update",
            "org.team.update",
            "org.team.create",
        ]


async def test_adding_to_a_team_answers_no_body_and_adding_again_logs_nothing() -> None:
    async with running_hub() as client:
        for _ in range(2):
            reply = await client.send("POST", f"{GROUPS}/data/members", {"member": "annberg"})
            assert (reply.status, reply.data) == (200, None)
        events = [e for e in await client.log("org.team.member.add") if e["name"] == "annberg"]
        assert len(events) == 1
        assert events[0]["data"]["team"] == "data"


async def test_only_members_of_the_organization_come_into_a_team() -> None:
    async with running_hub() as client:
        assert (await client.send("POST", f"{GROUPS}/data/members", {"member": "gusguest"})).status == 404
        assert (await client.send("POST", f"{GROUPS}/none/members", {"member": "annberg"})).status == 404
        assert (await client.send("DELETE", f"{GROUPS}/data/members/annberg")).status == 404


async def test_the_team_owners_is_the_role_owner_and_the_log_names_the_route() -> None:
    async with running_hub() as client:
        await client.send("POST", f"{GROUPS}/owners/members", {"member": "annberg"})
        assert (await client.get(f"{MEMBERS}?search=annberg"))["results"][0]["role"] == "Owner"
        newest = (await client.log())[0]
        assert (newest["action"], newest["name"], newest["data"]["team"]) == (
            "org.team.member.add",
            "annberg",
            "owners",
        )
        assert (await client.send("DELETE", f"{GROUPS}/owners/members/annberg")).status == 204
        assert "annberg" not in client.hub.state.organizations["acme"].owners()
        assert (await client.send("DELETE", f"{GROUPS}/owners")).status == 403


async def test_groups_can_be_asked_for_by_member_and_by_name() -> None:
    async with running_hub() as client:
        names = [row["name"] for row in (await client.get(f"{GROUPS}?username=lenaf"))["results"]]
        assert names == ["owners", "platform", "security"]
        assert [row["name"] for row in (await client.get(f"{GROUPS}?search=SEC"))["results"]] == ["security"]


async def test_addresses_of_a_teams_members_are_for_owners() -> None:
    async with running_hub() as client:
        assert (await client.get(f"{GROUPS}/security/members?search=mira@"))["results"][0][
            "email"
        ] == "mira@example.com"
        await client.become("annberg")
        assert (await client.get(f"{GROUPS}/security/members?search=mira@"))["count"] == 0
        assert "email" not in (await client.get(f"{GROUPS}/security/members"))["results"][0]
