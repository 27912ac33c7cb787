"""Members of an organization: the list, the export, a change of role, and removal."""

import csv
import hashlib
import io
from datetime import UTC, datetime
from typing import Any

from sandbox.hub.content import access, log
from sandbox.hub.content.state import OWNERS, ROLES, Account, Invite, Membership, Organization, State
from sandbox.hub.wire import pages, times
from sandbox.hub.wire.call import Answer, Call, Route
from sandbox.hub.wire.callers import Hand
from sandbox.hub.wire.problems import Refusal
from sandbox.world.model import Role

READ, EDIT = "scope-member-read", "scope-member-edit"
PAGE = pages.Shape(bad=400)
COLUMNS = ("Name", "Username", "Email", "Type", "Permission", "Teams", "Date Joined")


def list_members(call: Call) -> Answer:
    """Members in the order in which they joined, and after them the invited ones where asked for."""
    organization = access.organization(call, call.params["org_name"], scope=READ)
    kind = call.choice("type", ("all", "invitee", "member"), default="")
    role = call.choice("role", ROLES, default="")
    invites = call.boolean("invites")
    search = call.query.get("search", "").casefold()
    rows: list[Account | Invite] = []
    if kind != "invitee":
        rows += [a for a in _accounts(call.state, organization, role=role) if search in _searched(a)]
    if kind in {"all", "invitee"} or (not kind and invites):
        rows += [i for i in organization.invites.values() if role in {"", i.role} and search in i.invitee.casefold()]
    return pages.paged(call, rows, shape=PAGE, render=lambda row: _row(call.state, row, organization=organization))


def export_members(call: Call) -> Answer:
    """Members and the invited, as CSV."""
    organization = access.organization(call, call.params["org_name"], scope=READ, roles=access.OWNER)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(_export_row(call.state, organization, username=username) for username in organization.members)
    writer.writerows(["", "", i.invitee, "Invitee", "Member", i.team, ""] for i in organization.invites.values())
    name = f"{organization.name}-members-{int(call.state.now())}.csv"
    headers = {"Content-Disposition": f'attachment;filename="{name}"'}
    return Answer(text=out.getvalue(), content_type="text/csv", headers=headers)


def update_member(call: Call) -> Answer:
    """Change a role."""
    organization = access.organization(call, call.params["org_name"], scope=EDIT, roles=access.OWNER)
    role = next((each for each in ROLES if each == call.json().get("role")), None)
    if role is None:
        raise Refusal(400, "role must be owner, editor or member", fields={"role": "not a valid choice"})
    username = call.params["username"]
    change_role(call.hand, organization, username=username, role=role)
    return Answer(data=_row(call.state, call.state.accounts[username], organization=organization))


def remove_member(call: Call) -> Answer:
    """Remove from the organization and all its teams."""
    organization = access.organization(call, call.params["org_name"], scope=EDIT, roles=access.OWNER)
    remove(call.hand, organization, username=call.params["username"])
    return Answer(204)


def add(hand: Hand, organization: Organization, *, username: str, role: Role, team: str = "") -> None:
    """Let somebody in; logged as org.member.add, and as org.team.member.add where a team comes with it."""
    organization.members[username] = Membership("owner" if team == OWNERS else role, hand.state.now())
    account = organization.name
    text = f"added the member {username} to the organization {account}"
    log.record(hand, "org.member.add", account=account, name=username, text=text, data={"role": role})
    if team in organization.teams:
        organization.teams[team].members[username] = None
        log_team_change(hand, organization, username=username, team=team, added=True)


def change_role(hand: Hand, organization: Organization, *, username: str, role: Role) -> None:
    """Change a role; one event, org.member.role.change, also where it makes or unmakes an owner.

    Raises Refusal 404 for somebody who is no member, 400 for the last owner.
    """
    member = find(organization, username)
    if member.role == role:
        return
    if organization.owners() == [username]:
        raise Refusal(400, "the last owner of an organization cannot be given another role")
    before, member.role = member.role, role
    text = f"changed the role of {username} from {before} to {role}"
    data = {"old_role": before, "new_role": role}
    action, account = "org.member.role.change", organization.name
    log.record(hand, action, account=account, name=username, text=text, data=data)


def remove(hand: Hand, organization: Organization, *, username: str) -> None:
    """Remove a member; one event, not one for each team. Raises Refusal 404, and 400 for the last owner."""
    find(organization, username)
    if organization.owners() == [username]:
        raise Refusal(400, "the last owner of an organization cannot be removed")
    drop(organization, username)
    text = f"removed the member {username} from the organization {organization.name}"
    log.record(hand, "org.member.remove", account=organization.name, name=username, text=text)


def drop(organization: Organization, username: str) -> Membership:
    """Take somebody out of the organization and its teams, in silence."""
    for team in organization.teams.values():
        team.members.pop(username, None)
    return organization.members.pop(username)


def find(organization: Organization, username: str) -> Membership:
    """The membership. Raises Refusal 404."""
    member = organization.members.get(username)
    if member is None:
        raise Refusal(404, f"user {username} is not a member of {organization.name}")
    return member


def log_team_change(hand: Hand, organization: Organization, *, username: str, team: str, added: bool) -> None:
    """Log that a member came into a team or left it."""
    verb, way = ("added", "to") if added else ("removed", "from")
    text = f"{verb} the member {username} {way} the team {team}"
    action = f"org.team.member.{'add' if added else 'remove'}"
    log.record(hand, action, account=organization.name, name=username, text=text, data={"team": team})


def user_row(account: Account) -> dict[str, Any]:
    """The contract's `user`; its id is the UUID without dashes."""
    return {
        "id": account.id.replace("-", ""),
        "company": account.company,
        "date_joined": times.stamp(account.created_at),
        "full_name": account.full_name,
        "gravatar_email": "",
        "gravatar_url": f"/avatars/{hashlib.sha256(account.email.encode()).hexdigest()[:32]}",
        "location": account.location,
        "profile_url": "",
        "type": "User",
        "username": account.username,
    }


def _accounts(state: State, organization: Organization, *, role: str) -> list[Account]:
    return [state.accounts[name] for name, member in organization.members.items() if role in {"", member.role}]


def _searched(account: Account) -> str:
    return f"{account.username}\n{account.full_name}\n{account.email}".casefold()


def _row(state: State, row: Account | Invite, *, organization: Organization) -> dict[str, Any]:
    if isinstance(row, Invite):
        return _invitee_row(row)
    member = organization.members[row.username]
    seen = {"last_logged_in_at": times.stamp(row.seen_at), "last_seen_at": times.stamp(row.seen_at)}
    insights = {**seen, "last_desktop_version": "4.47.0"} if organization.plan.insights and row.seen_at else {}
    return {
        **user_row(row),
        "email": row.email,
        "primary_email": row.email,
        "role": _read_role(state, member.role),
        "groups": organization.teams_of(row.username),
        "is_guest": bool(organization.domains) and not row.email.endswith(organization.domains),
        **insights,
    }


def _invitee_row(invite: Invite) -> dict[str, Any]:
    address = "@" in invite.invitee
    return {
        "id": "",
        "username": "" if address else invite.invitee,
        "full_name": "",
        "email": invite.invitee if address else "",
        "type": "User",
        "role": "Invitee",
        "groups": [invite.team] if invite.team else [],
        "is_guest": False,
        "date_joined": times.stamp(invite.created_at),
    }


def _read_role(state: State, role: Role) -> str:
    return state.options.editor_reads if role == "editor" else role.capitalize()


def _export_row(state: State, organization: Organization, *, username: str) -> list[str]:
    account, member = state.accounts[username], organization.members[username]
    joined = datetime.fromtimestamp(member.joined_at, UTC).strftime("%Y-%m-%d %H:%M:%S.%f +0000 UTC")
    role, teams = _read_role(state, member.role), ", ".join(organization.teams_of(username))
    return [account.full_name, username, account.email, "User", role, teams, joined]


ROUTES = (
    Route("GET", "/v2/orgs/{org_name}/members", list_members, "members"),
    Route("GET", "/v2/orgs/{org_name}/members/export", export_members, "members"),
    Route("PUT", "/v2/orgs/{org_name}/members/{username}", update_member, "members"),
    Route("DELETE", "/v2/orgs/{org_name}/members/{username}", remove_member, "members"),
)
