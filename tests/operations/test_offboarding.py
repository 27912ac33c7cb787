"""Somebody leaves: what goes, in which order, and what is only told."""

import pytest

from bot.errors import UserError
from bot.hub import Hub
from sandbox.hub.content.state import Invite
from sandbox.hub.wire.faults import Respond
from sandbox.world import BOT_ACCOUNT
from tests.operations.doing import foresee, judge, plan, step_through, subjects, writes
from tests.operations.judged import JudgedHub

SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"


@pytest.fixture
def pending(hub_sandbox: JudgedHub) -> Invite:
    """An invite that kofim's address still has."""
    invite = Invite("Kofi@example.com", "lenaf", "acme", "data", "member", hub_sandbox.state.now())
    hub_sandbox.state.organizations["acme"].invites[invite.id] = invite
    return invite


@pytest.mark.parametrize("person", ["kofim", "kofi@example.com", "Kofi@Example.com"])
async def test_one_card_says_all_that_goes_whoever_is_named_how(
    hub_sandbox: JudgedHub, provisioned: Hub, pending: Invite, person: str
) -> None:
    preview = await foresee(provisioned, "member.offboard", person=person)
    since = f"pending since {hub_sandbox.clock.datetime():%Y-%m-%d}, team data"
    assert subjects(preview) == {
        "kofim in acme": ("editor", None, ()),
        "kofim in 2 teams": ("member", None, ("platform", "release")),
        "Invite of Kofi@example.com": (since, None, ()),
        "SCIM user kofi@example.com": ("active", "deactivated", ()),
    }
    assert writes(hub_sandbox) == []


async def test_the_way_back_in_goes_first_and_the_membership_last(
    hub_sandbox: JudgedHub, provisioned: Hub, pending: Invite
) -> None:
    account = hub_sandbox.state.accounts["kofim"]
    steps = await plan(provisioned, "member.offboard", person="kofim")
    assert [step.key for step in steps] == [f"invite:{pending.id}", "scim", "member"]
    results = await step_through(provisioned, "member.offboard", person="kofim")
    assert [(result.subject, result.done, result.text) for result in results] == [
        ("Invite of Kofi@example.com", True, "cancelled"),
        ("SCIM user kofi@example.com", True, "deactivated"),
        ("kofim in acme", True, "was gone already"),
    ]
    assert writes(hub_sandbox) == [
        ("DELETE", f"/v2/invites/{pending.id}", None),
        ("PUT", f"/v2/scim/2.0/Users/{account.id}", {"schemas": [SCHEMA], "enabled": False}),
        ("DELETE", "/v2/orgs/acme/members/kofim", None),
    ]
    assert "kofim" not in hub_sandbox.state.organizations["acme"].members
    assert (await foresee(provisioned, "member.offboard", person="kofim")).is_noop
    assert await plan(provisioned, "member.offboard", person="kofim") == []
    assert judge(hub_sandbox)


async def test_without_the_scim_token_the_membership_goes_and_the_card_says_what_is_not_looked_at(
    hub_sandbox: JudgedHub, hub: Hub
) -> None:
    preview = await foresee(hub, "member.offboard", person="kofim")
    assert any(note.startswith("SCIM is not looked at. Hubwarden has no SCIM token.") for note in preview.notes)
    assert "Their personal access tokens can be seen and revoked by nobody but them" in preview.notes[-1]
    (result,) = await step_through(hub, "member.offboard", person="kofim")
    assert (result.subject, result.text) == ("kofim in acme", "removed, and from 2 teams")
    assert "kofim" not in hub_sandbox.state.organizations["acme"].members


async def test_only_the_membership_is_in_dockers_log(provisioned: Hub, pending: Invite) -> None:
    steps = await plan(provisioned, "member.offboard", person="kofim")
    assert [(step.hub_action, step.subjects) for step in steps] == [
        (None, ()),
        (None, ()),
        ("org.member.remove", ("kofim",)),
    ]


async def test_tokens_and_last_pushes_are_told_and_left_alone(hub_sandbox: JudgedHub, hub: Hub) -> None:
    notes = (await foresee(hub, "member.offboard", person="omarh")).notes
    made = "omarh made 3 organization access tokens: “hubwarden”, “reporting”, “CI”. They stay and keep working"
    assert notes[0].startswith(made)
    notes = (await foresee(hub, "member.offboard", person="kofim")).notes
    assert notes[0] == "No organization access token was made by kofim."
    assert notes[1].startswith("Last pushes by kofim: acme/")
    assert notes[1].count(" on 20") == 5
    assert not [path for _, path, _ in writes(hub_sandbox) if "access-tokens" in path]


async def test_what_the_account_may_not_see_is_said(hub_sandbox: JudgedHub, provisioned: Hub) -> None:
    for path in ("/v2/orgs/acme/access-tokens", "/v2/auditlogs/acme", "/v2/scim/2.0/Users"):
        hub_sandbox.faults.add("GET", path, Respond(403, {"detail": "not in the plan"}), times=None)
    notes = (await foresee(provisioned, "member.offboard", person="kofim")).notes
    assert "Which organization access tokens they made cannot be seen (403 not in the plan)." in notes
    assert "Their last pushes cannot be seen: no audit log (403 not in the plan)." in notes
    assert any(note.startswith("SCIM is not looked at. Docker Hub does not let") for note in notes)
    assert [step.key for step in await plan(provisioned, "member.offboard", person="kofim")] == ["member"]


async def test_the_last_owner_is_refused(hub_sandbox: JudgedHub, hub: Hub) -> None:
    for username in ("omarh", "lenaf"):
        hub_sandbox.state.organizations["acme"].members[username].role = "editor"
    with pytest.raises(UserError, match="acme-hubwarden is the last owner of acme"):
        await foresee(hub, "member.offboard", person=BOT_ACCOUNT)
    assert writes(hub_sandbox) == []


async def test_an_invite_alone_is_offboarded_too(hub_sandbox: JudgedHub, hub: Hub) -> None:
    (result,) = await step_through(hub, "member.offboard", person="externaldev")
    assert (result.subject, result.text) == ("Invite of externaldev", "cancelled")
    assert [method for method, _, _ in writes(hub_sandbox)] == ["DELETE"]


async def test_nobody_is_nothing_to_do_and_names_the_nearest(hub: Hub) -> None:
    preview = await foresee(hub, "member.offboard", person="koffim")
    assert preview.is_noop
    assert preview.notes[0].startswith("koffim is no member of acme. The nearest is “kofim”. No pending invite")


async def test_two_accounts_with_one_address_are_a_question(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.state.accounts["annberg"].email = "kofi@example.com"
    with pytest.raises(UserError, match=r"has 2 accounts in acme: annberg, kofim. Name one of them"):
        await foresee(hub, "member.offboard", person="kofi@example.com")
