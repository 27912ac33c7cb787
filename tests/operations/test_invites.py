"""Invites: one step for each invitee, cancelled, and sent again."""

import pytest

from bot.errors import UserError
from bot.hub import Hub, HubProtocolError, HubUnavailable
from bot.operations import BY_NAME
from sandbox.hub.wire.faults import Respond, failure
from tests.operations.doing import foresee, judge, plan, step_through, subjects, writes
from tests.operations.judged import JudgedHub

BULK = "/v2/invites/bulk"
PEOPLE = ["jane@example.com", "kofim", "unknown-id", "nina.park@example.com"]


async def test_the_preview_has_the_fate_of_each(hub_sandbox: JudgedHub, hub: Hub) -> None:
    known = [person for person in PEOPLE if person != "unknown-id"]
    preview = await foresee(hub, "invite.send", invitees=known, team="data", role="editor")
    assert subjects(preview) == {"jane@example.com": (None, "invited as editor, into team data", ())}
    assert preview.notes == (
        "kofim is a member already.",
        "nina.park@example.com has a pending invite already; “invite resend” sends it again.",
    )
    assert writes(hub_sandbox) == []


@pytest.mark.parametrize(
    ("people", "said"),
    [
        (
            PEOPLE,
            "unknown-id is no address or Docker ID that anybody has in Docker Hub. Correct or leave out that one.",
        ),
        (["unknown-id", "unknown-2"], "unknown-id, unknown-2 are no addresses or Docker IDs that anybody has"),
        ([f"unknown-{number}" for number in range(7)], "unknown-4 and 2 more are no addresses or Docker IDs"),
    ],
)
async def test_what_nobody_has_is_refused_when_it_is_asked_beside_its_field(
    hub_sandbox: JudgedHub, hub: Hub, people: list[str], said: str
) -> None:
    with pytest.raises(UserError) as caught:
        await foresee(hub, "invite.send", invitees=people)
    assert said in caught.value.fields["invitees"]
    assert caught.value.fields["invitees"] == caught.value.text
    assert writes(hub_sandbox) == []


@pytest.mark.parametrize("nested", [True, False])
async def test_each_invitee_is_a_step_with_a_fate_of_their_own(hub_sandbox: JudgedHub, hub: Hub, nested: bool) -> None:
    hub_sandbox.state.options.nested_invitees = nested
    results = await step_through(hub, "invite.send", invitees=PEOPLE, team="data", role="editor")
    assert [(result.subject, result.done, result.text) for result in results] == [
        ("jane@example.com", True, "invited"),
        ("kofim", False, "is a member already"),
        ("unknown-id", False, "is not an address or Docker ID that Docker Hub knows"),
    ]
    body = {"org": "acme", "role": "editor", "team": "data", "dry_run": False}
    assert writes(hub_sandbox) == [("POST", BULK, body | {"invitees": [person]}) for person in PEOPLE[:3]]
    if nested:
        assert "BulkInvite" in judge(hub_sandbox)


async def test_who_has_been_invited_is_not_left_to_do(hub: Hub) -> None:
    people = ["Jane@Example.com", "ada@example.org"]
    assert [step.key for step in await plan(hub, "invite.send", invitees=people)] == [p.lower() for p in people]
    await step_through(hub, "invite.send", invitees=people[:1])
    assert [step.subject for step in await plan(hub, "invite.send", invitees=people)] == ["ada@example.org"]


async def test_an_invite_whose_answer_was_lost_is_found_by_the_steps(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.faults.add("POST", BULK, failure(after=True))
    with pytest.raises(HubUnavailable) as lost:
        await step_through(hub, "invite.send", invitees=["jane@example.com"])
    assert lost.value.unclear
    assert await plan(hub, "invite.send", invitees=["jane@example.com"]) == []


async def test_an_answer_that_leaves_the_invitee_out_is_no_fate(hub_sandbox: JudgedHub, hub: Hub) -> None:
    hub_sandbox.faults.add("POST", BULK, Respond(202, {"invitees": {"invitees": []}}))
    with pytest.raises(HubProtocolError, match="does not mention the invitee"):
        await step_through(hub, "invite.send", invitees=["jane@example.com"])


@pytest.mark.parametrize("name", ["invite.cancel", "invite.resend"])
async def test_an_invite_that_is_not_there_names_the_nearest(hub: Hub, name: str) -> None:
    preview = await foresee(hub, name, invite="nina.parc@example.com")
    assert preview.is_noop
    assert preview.notes == (
        "nina.parc@example.com has no pending invite in acme. The nearest is “nina.park@example.com”.",
    )


def test_inviting_has_a_short_way_to_type_it() -> None:
    assert BY_NAME["invite.send"].alias == "invite"
