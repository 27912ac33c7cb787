"""Invites into an organization: sent in bulk with a fate for each row, sent again, cancelled and accepted."""

import re
from collections.abc import Iterable
from typing import Any

from sandbox.hub import members
from sandbox.hub.content import access, accounts, log
from sandbox.hub.content.state import ROLES, Invite, Organization, State
from sandbox.hub.wire import times
from sandbox.hub.wire.call import Answer, Call, Route, flag_in, text_in, texts_in
from sandbox.hub.wire.callers import Caller, Hand
from sandbox.hub.wire.problems import Refusal
from sandbox.world.model import Role

READ, EDIT = "scope-invite-read", "scope-invite-edit"
EMAIL = re.compile(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+")

INVITED = "invited"
MEMBER = "existing_org_member"
INVALID = "invalid_email_or_docker_id"
PENDING = "already_invited"


def list_invites(call: Call) -> Answer:
    """All pending invites, as one page."""
    organization = access.organization(call, call.params["org_name"], scope=READ, roles=access.OWNER)
    return Answer(data={"data": [as_json(invite) for invite in organization.invites.values()]})


def invite_in_bulk(call: Call) -> Answer:
    """202 with one row for each invitee; `dry_run` says the same and changes nothing."""
    body = call.json()
    organization = _organization(call, text_in(body, "org"))
    team, role = _team(organization, text_in(body, "team", default="")), _role(text_in(body, "role", default="member"))
    invitees = texts_in(body, "invitees")
    if not invitees:
        raise Refusal(400, "invitees is empty", fields={"invitees": "This list may not be empty."})
    dry_run = flag_in(body, "dry_run", default=False)
    statuses = fates(call.state, organization, invitees=invitees)
    _check_seats(organization, sum(status == INVITED for _, status in statuses))
    rows: list[dict[str, Any]] = []
    for invitee, status in statuses:
        row: dict[str, Any] = {"invitee": invitee, "status": status}
        if status == INVITED and not dry_run:
            invite = send(call.hand, organization, invitee=invitee, team=team, role=role)
            row["invite"] = as_json(invite)
        rows.append(row)
    return Answer(202, {"invitees": {"invitees": rows} if call.state.options.nested_invitees else rows})


def resend_invite(call: Call) -> Answer:
    """Send a pending invite once more."""
    _log_sent(call.hand, _pending(call))
    return Answer(204)


def cancel_invite(call: Call) -> Answer:
    """Cancel a pending invite; the log says nothing of it."""
    invite = _pending(call)
    cancel(call.state, invite)
    return Answer(204)


def fates(state: State, organization: Organization, *, invitees: Iterable[str]) -> list[tuple[str, str]]:
    """What would become of each invitee; one who stands there twice is already invited the second time."""
    pending = {invite.invitee.casefold() for invite in organization.invites.values()}
    rows = []
    for invitee in invitees:
        status = _fate(state, organization, invitee=invitee, pending=pending)
        if status == INVITED:
            pending.add(invitee.strip().casefold())
        rows.append((invitee, status))
    return rows


def send(hand: Hand, organization: Organization, *, invitee: str, team: str, role: Role) -> Invite:
    """Make one invite."""
    invite = Invite(invitee.strip(), hand.caller.name, organization.name, team, role, hand.state.now())
    organization.invites[invite.id] = invite
    _log_sent(hand, invite)
    return invite


def cancel(state: State, invite: Invite) -> None:
    """Forget a pending invite."""
    del state.organizations[invite.organization].invites[invite.id]
    state.touch()


def accept(state: State, invite: Invite) -> str:
    """The invited person accepts and becomes a member; answers their user name, a new account's where they had none."""
    known = state.accounts.get(invite.invitee) or state.account_by_email(invite.invitee)
    account = known or accounts.open_account(state, invite.invitee)
    organization = state.organizations[invite.organization]
    del organization.invites[invite.id]
    joined = Hand(state, Caller("user", account.username))
    members.add(joined, organization, username=account.username, role=invite.role, team=invite.team)
    return account.username


def as_json(invite: Invite) -> dict[str, Any]:
    """An invite as the API answers it."""
    return {
        "id": invite.id,
        "inviter_username": invite.inviter,
        "invitee": invite.invitee,
        "org": invite.organization,
        "team": invite.team,
        "role": invite.role,
        "created_at": times.stamp(invite.created_at),
    }


def _organization(call: Call, name: str) -> Organization:
    """The contract knows 400 for this route, and no 404."""
    if name not in call.state.organizations:
        raise Refusal(400, f"organization {name} not found", fields={"org": "not found"})
    return access.organization(call, name, scope=EDIT, roles=access.OWNER)


def _fate(state: State, organization: Organization, *, invitee: str, pending: set[str]) -> str:
    text = invitee.strip()
    account = state.account_by_email(text) if "@" in text else state.accounts.get(text)
    known = {text.casefold()} | ({account.email.casefold(), account.username} if account else set())
    if account is not None and account.username in organization.members:
        return MEMBER
    if account is None and not EMAIL.fullmatch(text):
        return INVALID
    return PENDING if known & pending else INVITED


def _team(organization: Organization, name: str) -> str:
    if name and name not in organization.teams:
        raise Refusal(400, f"team {name} not found in {organization.name}", fields={"team": "not found"})
    return name


def _role(text: str) -> Role:
    role = next((role for role in ROLES if role == text), None)
    if role is None:
        raise Refusal(400, "role must be owner, editor or member", fields={"role": "not a valid choice"})
    return role


def _check_seats(organization: Organization, wanted: int) -> None:
    seats = organization.plan.seats
    if seats is not None and len(organization.members) + len(organization.invites) + wanted > seats:
        raise Refusal(409, f"{organization.name} has no seats left: {seats} in its subscription")


def _pending(call: Call) -> Invite:
    for organization in call.state.organizations.values():
        if (invite := organization.invites.get(call.params["id"])) is not None:
            access.organization(call, organization.name, scope=EDIT, roles=access.OWNER)
            return invite
    raise Refusal(404, "invite not found")


def _log_sent(hand: Hand, invite: Invite) -> None:
    team = f" to the team {invite.team}" if invite.team else ""
    text = f"sent an invite for {invite.organization}{team} to {invite.invitee}"
    data = {"role": invite.role} | ({"team": invite.team} if invite.team else {})
    action, name = "org.member.invite.send", invite.invitee
    log.record(hand, action, account=invite.organization, name=name, text=text, data=data)


ROUTES = (
    Route("GET", "/v2/orgs/{org_name}/invites", list_invites, "invites"),
    Route("POST", "/v2/invites/bulk", invite_in_bulk, "invites"),
    Route("PATCH", "/v2/invites/{id}/resend", resend_invite, "invites"),
    Route("DELETE", "/v2/invites/{id}", cancel_invite, "invites"),
)
