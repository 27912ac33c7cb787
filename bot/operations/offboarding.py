"""Somebody leaves: everything that Docker Hub's API can take from them, in one request."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from bot.errors import UserError, at_fault
from bot.hub import Hub, NotFoundError, UnauthorizedError
from bot.operations.audit_log import AUDIT_LOGS
from bot.operations.invites import INVITE, pending_invites
from bot.operations.kit.base import ByAnyName, Change, ItemResult, Mentions, Operation, Params, Preview, Step, Write
from bot.operations.kit.beneficiaries import somebody
from bot.operations.kit.consequences import Harm, Risk
from bot.operations.kit.fields import Organization, Text, check_invitee
from bot.operations.kit.pages import Names
from bot.operations.kit.people import one_person
from bot.operations.kit.text import count, day
from bot.operations.members import (
    MEMBER,
    MEMBER_CHOICES,
    MEMBERS,
    find_editors,
    leaving,
    missing_member,
    refuse_last_owner,
    role_of,
)
from bot.operations.scim.changes import put, whose_token
from bot.operations.scim.users import find_user, is_active

TOKENS = "/v2/orgs/{organization}/access-tokens"
LAST_PUSHES = 5

INVITE_STEP, SCIM_STEP, MEMBER_STEP = "invite", "scim", "member"

Person = Annotated[
    Text,
    Names("person"),
    BeforeValidator(one_person),
    AfterValidator(check_invitee),
    Mentions(addresses=True),
    ByAnyName(),
    MEMBER_CHOICES,
    Field(title="Person", description="Who leaves: a Docker ID, an e-mail address, or @somebody"),
]


class Offboard(Params):
    """Who leaves."""

    organization: Organization
    person: Person


@dataclass(frozen=True, slots=True)
class Leaver:
    """What Docker Hub has of somebody, None or empty where it has nothing; `blind` says what is not seen."""

    person: str
    member: dict[str, Any] | None
    invites: tuple[dict[str, Any], ...]
    scim: dict[str, Any] | None
    blind: tuple[str, ...] = ()

    @property
    def username(self) -> str:
        """The Docker ID where it is known, in lower case; else "" ."""
        if self.member is not None:
            return str(self.member["username"]).lower()
        return "" if "@" in self.person else self.person

    @property
    def names(self) -> tuple[str, ...]:
        """Each name that Docker Hub knows them by, the Docker ID first."""
        known = ((self.member or {}).get("email"), *((self.scim or {}).get(key) for key in ("userName", "displayName")))
        return (self.username, self.person, *(str(name) for name in known if name))


async def find_leaver(hub: Hub, params: Offboard) -> Leaver:
    """Everything that is left of the person. Raises `UserError` where several members fit."""
    member, pending = await asyncio.gather(
        find_person(hub, params.organization, params.person), pending_invites(hub, params.organization)
    )
    names = {params.person} | {str((member or {}).get(key) or "") for key in ("username", "email")} - {""}
    folded = {name.lower() for name in names}
    invites = tuple(invite for invite in pending if str(invite.get("invitee", "")).lower() in folded)
    scim, blind = await find_scim_user(hub, str((member or {}).get("email") or params.person))
    return Leaver(params.person, member, invites, scim, blind)


async def find_person(hub: Hub, organization: str, person: str) -> dict[str, Any] | None:
    """The member with this Docker ID or e-mail address, or None."""
    pages = await hub.pages(MEMBERS, query={"search": person, "type": "member"}, organization=organization)
    key, wanted = "email" if "@" in person else "username", person.lower()
    found: list[dict[str, Any]] = [m for m in pages.data if str(m.get(key) or "").lower() == wanted]
    if len(found) > 1:
        listed = ", ".join(sorted(str(member["username"]) for member in found))
        raise at_fault("person", f"{person} has {len(found)} accounts in {organization}: {listed}. Name one of them.")
    return found[0] if found else None


async def find_scim_user(hub: Hub, reference: str) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """The active SCIM user with this e-mail address or Docker ID, and what of SCIM cannot be seen."""
    try:
        user = await find_user(hub, reference)
    except UserError as error:
        return None, (f"SCIM is not looked at. {error.text}",)
    return (user if user is not None and is_active(user) else None), ()


async def preview_offboard(hub: Hub, params: Offboard) -> Preview:
    """All that they would lose, what stays behind of theirs, and what cannot be seen."""
    leaver = await find_leaver(hub, params)
    changes = await changes_for(hub, params.organization, leaver)
    if not changes:
        missing = await missing_member(hub, params.organization, params.person)
        return Preview((), notes=(f"{missing} No pending invite and no active SCIM user is theirs.", *leaver.blind))
    tokens, pushes = await asyncio.gather(
        tokens_note(hub, params.organization, leaver), pushes_note(hub, params.organization, leaver)
    )
    unseen = (
        "Their personal access tokens can be seen and revoked by nobody but them; "
        f"once they are no member, those reach nothing private of {params.organization}."
    )
    scim = (whose_token(params.organization),) if leaver.scim is not None else ()
    notes = (*tokens, *pushes, *scim, *leaver.blind, unseen)
    return Preview(changes, notes=notes, about=somebody(*leaver.names))


async def changes_for(hub: Hub, organization: str, leaver: Leaver) -> tuple[Change, ...]:
    """What goes; the last owner stays, which raises `UserError`."""
    changes: list[Change] = []
    if leaver.member is not None:
        role = role_of(leaver.member, await find_editors(hub, organization, search=leaver.username))
        if role == "owner":
            await refuse_last_owner(hub, organization, leaver.username)
        changes += leaving(organization, leaver.member, role)
    for invite in leaver.invites:
        since = f"pending since {day(invite.get('created_at'))}"
        team = f", team {invite['team']}" if invite.get("team") else ""
        changes.append(Change(f"Invite of {invite.get('invitee')}", since + team, None))
    if leaver.scim is not None:
        changes.append(Change(f"SCIM user {leaver.scim.get('userName')}", "active", "deactivated"))
    return tuple(changes)


async def tokens_note(hub: Hub, organization: str, leaver: Leaver) -> tuple[str, ...]:
    """The organization access tokens that they made: they are the organization's, so they are not deleted."""
    if not leaver.username:
        return ()
    try:
        rows = (await hub.pages(TOKENS, organization=organization)).data
    except (UnauthorizedError, NotFoundError) as error:
        return (f"Which organization access tokens they made cannot be seen ({error.status} {error.detail}).",)
    made = [row for row in rows if str(row.get("created_by") or "").lower() == leaver.username]
    if not made:
        return (f"No organization access token was made by {leaver.username}.",)
    listed = ", ".join(f"“{row.get('label')}”{'' if row.get('is_active', True) else ' (off)'}" for row in made)
    return (
        f"{leaver.username} made {count(len(made), 'organization access token')}: {listed}. "
        "They stay and keep working; whoever copied one can use it until it is deleted.",
    )


async def pushes_note(hub: Hub, organization: str, leaver: Leaver) -> tuple[str, ...]:
    """What they pushed last, as far as Docker Hub's audit log tells: what pushes as them will stop working."""
    if not leaver.username:
        return ()
    query = {"action": "repo.tag.push", "actor": leaver.username}
    try:
        pages = await hub.pages(AUDIT_LOGS, query=query, limit=LAST_PUSHES, organization=organization)
    except (UnauthorizedError, NotFoundError) as error:
        return (f"Their last pushes cannot be seen: no audit log ({error.status} {error.detail}).",)
    if not pages.data:
        return (f"Docker Hub's audit log shows no push by {leaver.username}.",)
    return (
        f"Last pushes by {leaver.username}: {', '.join(map(push_text, pages.data))}. "
        "What pushes or pulls as them stops working.",
    )


def push_text(entry: dict[str, Any]) -> str:
    """`acme/api:v1.2.0 on 2026-11-20`."""
    tag = (entry.get("data") or {}).get("tag")
    return f"{entry.get('name')}{f':{tag}' if tag else ''} on {day(entry.get('timestamp'))}"


async def steps_left(hub: Hub, params: Offboard) -> list[Step]:
    """What is left to take, so that no step gives a way back in.

    First the invites; then SCIM, or the next synchronization would bring the person back; last the membership. The
    e-mail address by which the others are found is the membership's, so it must not go before them.
    """
    leaver = await find_leaver(hub, params)
    steps = [
        Step(f"{INVITE_STEP}:{invite['id']}", f"Invite of {invite.get('invitee')}", {"invite": invite["id"]})
        for invite in leaver.invites
    ]
    if leaver.scim is not None:
        steps.append(Step(SCIM_STEP, f"SCIM user {leaver.scim.get('userName')}", {"id": leaver.scim["id"]}))
    if leaver.member is not None:
        data = {"username": leaver.member["username"], "teams": len(leaver.member.get("groups") or ())}
        subject = f"{leaver.username} in {params.organization}"
        action = "org.member.remove"
        steps.append(Step(MEMBER_STEP, subject, data, hub_action=action, subjects=(leaver.username,)))
    return steps


async def run_step(hub: Hub, params: Offboard, step: Step) -> ItemResult:
    """Cancel an invite, deactivate the SCIM user, or end the membership; what is gone meanwhile counts as done."""
    kind = step.key.partition(":")[0]
    try:
        if kind == INVITE_STEP:
            await hub.delete(INVITE, invite=step.data["invite"])
            return ItemResult(step.subject, True, "cancelled")
        if kind == SCIM_STEP:
            await put(hub, dict(step.data), enabled=False)
            return ItemResult(step.subject, True, "deactivated")
        await hub.delete(MEMBER, organization=params.organization, username=step.data["username"])
    except NotFoundError:
        return ItemResult(step.subject, True, "was gone already")
    teams = f", and from {count(step.data['teams'], 'team')}" if step.data["teams"] else ""
    return ItemResult(step.subject, True, f"removed{teams}")


OPERATIONS: tuple[Operation, ...] = (
    Write(
        name="member.offboard",
        title="Offboard somebody",
        summary="Take away all that somebody has in the organization",
        also_called=("kick", "leaver", "somebody leaves", "remove access", "fire"),
        verb="Ask to offboard",
        heading=lambda params, _: f"Offboard {params.person}",
        risks=lambda *_: (
            Risk(Harm.FINAL, "What is taken away does not come back by itself: invite, role and teams anew."),
        ),
        params=Offboard,
        preview=preview_offboard,
        steps=steps_left,
        run_step=run_step,
        endpoint="DELETE /v2/orgs/{org_name}/members/{username}",
        hub_action=None,
        subjects=lambda params: (params.person,),
        scopes=(
            "scope-member-read",
            "scope-member-edit",
            "scope-invite-read",
            "scope-invite-edit",
            "scope-activity-read",
        ),
        destructive=True,
        needs="owners; the SCIM token, to deactivate in SCIM",
        alias="offboard",
    ),
)
