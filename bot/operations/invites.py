"""Invites to the organization."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from bot.errors import UserError, at_fault
from bot.hub import Call, Hub, HubProtocolError
from bot.operations.kit.base import Answer, Change, ItemResult, Operation, Outcome, Params, Preview, Read, Step, Write
from bot.operations.kit.beneficiaries import somebody
from bot.operations.kit.consequences import Harm, Prepared, Risk
from bot.operations.kit.fields import Invitees, InviteReference, Organization, TeamName
from bot.operations.kit.text import count, day, nearest_hint
from bot.operations.members import A_ROLE, POWERS, ROLES, Role, power_of
from bot.operations.teams.teams import OWNERS, TEAM_CHOICES, require_team

INVITES = "/v2/orgs/{organization}/invites"
BULK = "/v2/invites/bulk"
INVITE = "/v2/invites/{invite}"
RESEND = "/v2/invites/{invite}/resend"

FATES = {
    "invited": "invited",
    "existing_org_member": "is a member already",
    "already_invited": "has a pending invite already; “invite resend” sends it again",
    "invalid_email_or_docker_id": "is not an address or Docker ID that Docker Hub knows",
}


class InviteList(Params):
    """Which invites to list."""

    organization: Organization


class InviteSend(Params):
    """Whom to invite, as what."""

    organization: Organization
    invitees: Invitees
    team: Annotated[TeamName | None, TEAM_CHOICES] = Field(None, title="Team", description="The team that they join")
    role: Annotated[Role, ROLES] = Field("member", title="Role", description="The role that they get")


class InviteOne(Params):
    """One pending invite."""

    organization: Organization
    invite: InviteReference


async def pending_invites(hub: Hub, organization: str) -> list[dict[str, Any]]:
    """Every pending invite of the organization, as Docker Hub lists them."""
    return list((await hub.pages(INVITES, organization=organization)).data)


async def list_invites(hub: Hub, params: InviteList) -> Answer:
    """Every pending invite."""
    invites = await pending_invites(hub, params.organization)
    rows = tuple(
        (i.get("invitee") or "–", i.get("team") or "–", i.get("inviter_username") or "–", day(i.get("created_at")))
        for i in invites
    )
    return Answer(
        f"Pending invites of {params.organization}", ("Invitee", "Team", "Invited by", "Since"), rows, len(rows)
    )


async def send_bulk(hub: Hub, params: InviteSend, invitees: Sequence[str], *, dry_run: bool) -> dict[str, str]:
    """Each invitee's status in Docker Hub's words; a dry run changes nothing.

    The contract nests the rows as `invitees.invitees`; the flat form is seen too.
    """
    body: dict[str, Any] = {"org": params.organization, "invitees": list(invitees), "role": params.role}
    if params.team:
        body["team"] = params.team
    envelope = await hub.post(BULK, json=body | {"dry_run": dry_run}, repeatable=dry_run)
    rows = envelope.data.get("invitees") if isinstance(envelope.data, dict) else None
    if isinstance(rows, dict):
        rows = rows.get("invitees")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise HubProtocolError(Call("POST", BULK, BULK, writes=not dry_run), detail="no list of invitees")
    return {str(row.get("invitee", "")).lower(): str(row.get("status", "")) for row in rows}


async def waiting_for(hub: Hub, organization: str) -> frozenset[str]:
    """Who has a pending invite, in lower case."""
    return frozenset(str(invite.get("invitee", "")).lower() for invite in await pending_invites(hub, organization))


async def preview_send(hub: Hub, params: InviteSend) -> Preview:
    """Who would be invited, from Docker Hub's own dry run; and who would not, and why."""
    if params.team:
        await require_team(hub, params.organization, params.team)
    waiting, statuses = await asyncio.gather(
        waiting_for(hub, params.organization), send_bulk(hub, params, params.invitees, dry_run=True)
    )
    fates = {
        person: "pending" if person.lower() in waiting else statuses.get(person.lower(), "not answered")
        for person in params.invitees
    }
    refuse_unknown(fates)
    place = f"invited as {params.role}" + (f", into team {params.team}" if params.team else "")
    return Preview(
        changes=tuple(Change(person, None, place) for person, fate in fates.items() if fate == "invited"),
        notes=tuple(f"{person} {fate_text(fate)}." for person, fate in fates.items() if fate != "invited"),
        basis={"fates": fates, "team": params.team, "role": params.role},
    )


def refuse_unknown(fates: Mapping[str, str]) -> None:
    """Raises `UserError` where Docker Hub knows somebody by no name: that invite could never be sent."""
    unknown = [person for person, fate in fates.items() if fate == "invalid_email_or_docker_id"]
    if not unknown:
        return
    names = f"{', '.join(unknown[:5])}{f' and {len(unknown) - 5:,} more' if len(unknown) > 5 else ''}"
    is_one = len(unknown) == 1
    said = (
        f"{names} {'is no address or Docker ID' if is_one else 'are no addresses or Docker IDs'} that anybody has in "
        f"Docker Hub. Correct or leave out {'that one' if is_one else 'those'}."
    )
    raise at_fault("invitees", said)


def fate_text(status: str) -> str:
    """Why somebody is not invited, as the end of a sentence."""
    match status:
        case "pending":
            return FATES["already_invited"]
        case "not answered" | "":
            return "is not mentioned in Docker Hub's answer"
        case _:
            return FATES.get(status, f"was not taken by Docker Hub: {status}")


async def invites_left(hub: Hub, params: InviteSend) -> list[Step]:
    """One step for each invitee who has no pending invite."""
    waiting = await waiting_for(hub, params.organization)
    return [Step(person.lower(), person) for person in params.invitees if person.lower() not in waiting]


async def send_one(hub: Hub, params: InviteSend, step: Step) -> ItemResult:
    """Invite one of them; what came of it is Docker Hub's word for this row."""
    statuses = await send_bulk(hub, params, [step.subject], dry_run=False)
    status = next(iter(statuses.values())) if len(statuses) == 1 else statuses.get(step.key)
    if not status:
        raise HubProtocolError(Call("POST", BULK, BULK, writes=True), detail="the answer does not mention the invitee")
    return ItemResult(step.subject, status == "invited", fate_text(status))


async def find_invites(hub: Hub, params: InviteOne) -> list[dict[str, Any]]:
    """The pending invites that the reference names: by id, e-mail address or Docker ID."""
    wanted = params.invite.lower()
    found = [
        invite
        for invite in await pending_invites(hub, params.organization)
        if wanted in {str(invite.get("id", "")).lower(), str(invite.get("invitee", "")).lower()}
    ]
    if len(found) > 1:
        listed = "; ".join(f"{invite['id']} (team {invite.get('team') or '–'})" for invite in found)
        raise at_fault("invite", f"{params.invite} has {len(found)} pending invites. Name one by its id: {listed}")
    return found


async def missing_text(hub: Hub, params: InviteOne) -> str:
    """The sentence that there is no such invite, with the nearest one that there is."""
    hint = nearest_hint(params.invite, await waiting_for(hub, params.organization))
    return f"{params.invite} has no pending invite in {params.organization}.{hint}"


async def preview_one(hub: Hub, params: InviteOne, *, after: str | None) -> Preview:
    """What happens to the invite; a no-op where there is none."""
    found = await find_invites(hub, params)
    if not found:
        return Preview((), notes=(await missing_text(hub, params),))
    invite = found[0]
    team = f", team {invite['team']}" if invite.get("team") else ""
    before = f"pending since {day(invite.get('created_at'))}{team}"
    change = Change(f"Invite of {invite.get('invitee')}", before, after)
    basis = {"invite": invite.get("id"), "after": after}
    return Preview((change,), basis=basis, about=somebody(invite.get("invitee")))


async def preview_cancel(hub: Hub, params: InviteOne) -> Preview:
    """Which invite would go."""
    return await preview_one(hub, params, after=None)


async def preview_resend(hub: Hub, params: InviteOne) -> Preview:
    """Which invite would be sent again."""
    return await preview_one(hub, params, after="sent again")


async def require_invite(hub: Hub, params: InviteOne) -> dict[str, Any]:
    """The invite that the reference names; raises `UserError` where there is none."""
    found = await find_invites(hub, params)
    if not found:
        raise UserError(f"{params.invite} has no pending invite in {params.organization} any more.")
    return found[0]


async def cancel(hub: Hub, params: InviteOne) -> Outcome:
    """Cancel the invite."""
    invite = await require_invite(hub, params)
    await hub.delete(INVITE, invite=invite["id"])
    return Outcome(f"The invite of {invite.get('invitee')} is cancelled")


async def resend(hub: Hub, params: InviteOne) -> Outcome:
    """Send the invite again."""
    invite = await require_invite(hub, params)
    await hub.patch(RESEND, invite=invite["id"])
    return Outcome(f"The invite of {invite.get('invitee')} was sent again")


def send_heading(params: InviteSend, would: Preview) -> str:
    """Who is invited as what; of several the first, and how many."""
    people = [change.subject for change in would.changes]
    who = people[0] if len(people) == 1 else f"{count(len(people), 'person', 'people')} ({people[0]}, …)"
    role = "" if params.role == "member" else f" as {A_ROLE[params.role].rpartition(' ')[2]}"
    return f"Invite {who}{role}" + (f" to team {params.team}" if params.team else "")


def send_risks(params: InviteSend, _: Preview) -> tuple[Risk, ...]:
    """What an invite makes of somebody: the team of the owners makes an owner too."""
    return (Risk(Harm.POWER, POWERS["owner"]),) if params.team == OWNERS else power_of(params.role)


def send_back(params: InviteSend, would: Preview) -> Prepared | None:
    """The request that cancels the invite, where it is one."""
    if len(would.changes) != 1:
        return None
    return Prepared("invite.cancel", {"organization": params.organization, "invite": would.changes[0].subject})


def send_to(params: InviteSend, subjects: tuple[str, ...]) -> dict[str, Any]:
    """The same for these people alone."""
    return params.model_dump(mode="json", exclude_none=True) | {"invitees": list(subjects)}


def one_heading(verb: str, params: InviteOne, would: Preview) -> str:
    """Whose invite it is, also where it was named by its id."""
    whose = would.changes[0].subject.removeprefix("Invite of ") if would.changes else params.invite
    return f"{verb} the invite of {whose}"


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="invite.list",
        title="List invites",
        summary="List the pending invites",
        also_called=("pending invites", "who is invited"),
        params=InviteList,
        run=list_invites,
        endpoint="GET /v2/orgs/{org_name}/invites",
        scopes=("scope-invite-read",),
        alias="invites",
    ),
    Write(
        name="invite.send",
        title="Invite people",
        summary="Invite people to the organization",
        also_called=("add member", "add somebody", "new member", "invite to team", "onboard"),
        verb="Ask to invite",
        heading=send_heading,
        risks=send_risks,
        inverse=send_back,
        for_items=send_to,
        params=InviteSend,
        preview=preview_send,
        steps=invites_left,
        run_step=send_one,
        endpoint="POST /v2/invites/bulk",
        hub_action="org.member.invite.send",
        subjects=lambda params: params.invitees,
        scopes=("scope-invite-read", "scope-invite-edit"),
        alias="invite",
    ),
    Write(
        name="invite.cancel",
        title="Cancel an invite",
        summary="Cancel a pending invite",
        also_called=("withdraw invite", "revoke invite", "delete invite", "uninvite"),
        verb="Ask to cancel the invite",
        heading=lambda params, would: one_heading("Cancel", params, would),
        risks=lambda *_: (),
        params=InviteOne,
        preview=preview_cancel,
        execute=cancel,
        endpoint="DELETE /v2/invites/{id}",
        hub_action=None,
        subjects=lambda params: (params.invite,),
        alone_with=lambda params: (params.invite, "an invite by any of its names"),
        scopes=("scope-invite-edit",),
        destructive=True,
    ),
    Write(
        name="invite.resend",
        title="Resend an invite",
        summary="Send a pending invite again",
        also_called=("remind", "send invite again"),
        verb="Ask to send it again",
        heading=lambda params, would: one_heading("Resend", params, would),
        params=InviteOne,
        preview=preview_resend,
        execute=resend,
        endpoint="PATCH /v2/invites/{id}/resend",
        hub_action=None,
        subjects=lambda params: (params.invite,),
        alone_with=lambda params: (params.invite, "an invite by any of its names"),
        scopes=("scope-invite-edit",),
        observable=False,
    ),
)
