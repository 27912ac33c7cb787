"""Members of the organization: who they are, which role they have, and their removal."""

import asyncio
import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import Field

from bot.errors import at_fault
from bot.hub import Call, Hub, HubProtocolError
from bot.operations.kit.base import (
    Answer,
    Change,
    Choices,
    Document,
    Lookup,
    Operation,
    Outcome,
    Params,
    Preview,
    Read,
    Write,
)
from bot.operations.kit.consequences import Harm, Logged, Prepared, Risk, account_of, state_before
from bot.operations.kit.fields import Organization, Sought, Username
from bot.operations.kit.menus import Explained
from bot.operations.kit.text import count, day, nearest_hint, no_formula

MEMBERS = "/v2/orgs/{organization}/members"
MEMBER = "/v2/orgs/{organization}/members/{username}"
EXPORT = "/v2/orgs/{organization}/members/export"

INVITEE = "invitee"
Role: TypeAlias = Literal["member", "editor", "owner"]
# https://docs.docker.com/enterprise/security/roles-and-permissions/
POWERS: dict[str, str] = {
    "member": "A member sees the other members, and reaches the repositories that their teams give them.",
    "editor": "An editor can create, change and delete every repository, and say what teams may do on it.",
    "owner": "An owner can do everything: repositories, teams, members and other owners, settings and billing.",
}
ROLES = Explained(
    {
        "member": "Reaches the repositories that their teams give them",
        "editor": "Can create, change and delete every repository",
        "owner": "Can do everything, other owners and billing included",
    }
)
A_ROLE: dict[str, str] = {"member": "a member", "editor": "an editor", "owner": "an owner"}


async def choose_members(hub: Hub, lookup: Lookup) -> Sequence[str]:
    """Usernames that match what was typed, for a form's menu."""
    query = {"type": "member"} | ({"search": lookup.typed} if lookup.typed else {})
    pages = await hub.pages(MEMBERS, query=query, limit=100, organization=lookup.organization)
    return [member["username"] for member in pages.data if member.get("username")]


MEMBER_CHOICES = Choices(choose_members)


class MemberList(Params):
    """Which members to list."""

    organization: Organization
    search: Sought = Field("", title="Search", description="Part of a name, a username or an e-mail address")
    role: Literal["any", "owner", "editor", "member"] = Field("any", title="Role", description="Only this role")
    type: Literal["all", "member", "invitee"] = Field("all", title="Kind", description="Members, invitees, or both")


class MemberExport(Params):
    """Whose members to export."""

    organization: Organization


class OneMember(Params):
    """A member."""

    organization: Organization
    username: Annotated[Username, MEMBER_CHOICES]


class MemberRole(OneMember):
    """The role that a member gets."""

    role: Annotated[Role, ROLES] = Field(title="Role", description="The role that they get")


async def list_members(hub: Hub, params: MemberList) -> Answer:
    """Every member that matches, with role, teams and when they joined."""
    query = {"search": params.search, "role": params.role if params.role != "any" else "", "type": params.type}
    query["invites"] = "true" if params.type != "member" else "false"
    given = {key: value for key, value in query.items() if value}
    pages, editors = await asyncio.gather(
        hub.pages(MEMBERS, query=given, organization=params.organization),
        find_editors(hub, params.organization, search=params.search),
    )
    rows = tuple(member_row(member, editors) for member in pages.data)
    columns = ("Username", "Name", "E-mail", "Role", "Teams", "Joined")
    counted = counted_apart(row[3] for row in rows)
    return Answer(f"Members of {params.organization}", columns, rows, len(rows), counted=counted)


def counted_apart(roles: Iterable[str]) -> str:
    """`52 members and 3 pending invites`; empty where nobody is invited, and rows are members."""
    found = Counter(role.lower() == INVITEE for role in roles)
    if not found[True]:
        return ""
    return f"{count(found[False], 'member')} and {count(found[True], 'pending invite')}"


def member_row(member: dict[str, Any], editors: frozenset[str]) -> tuple[str, ...]:
    """One line of the list."""
    teams = ", ".join(member.get("groups") or ())
    return (
        member.get("username") or "–",
        member.get("full_name") or "–",
        member.get("email") or "–",
        role_of(member, editors).capitalize() or "–",
        teams or "–",
        day(member.get("date_joined")),
    )


async def find_editors(hub: Hub, organization: str, *, search: str = "") -> frozenset[str]:
    """The usernames of the editors that match.

    What the list says of a single member does not tell: the contract's enumeration of a role that is read knows Owner,
    Member and Invitee only (https://docs.docker.com/reference/api/hub/latest/).
    """
    query = {"role": "editor", "type": "member"} | ({"search": search} if search else {})
    pages = await hub.pages(MEMBERS, query=query, organization=organization)
    return frozenset(str(member.get("username", "")).lower() for member in pages.data)


def role_of(member: dict[str, Any], editors: frozenset[str]) -> str:
    """The role as it is written, in lower case; `invitee` for somebody who is invited."""
    role = str(member.get("role") or "").lower()
    is_editor = role == "member" and str(member.get("username", "")).lower() in editors
    return "editor" if is_editor else role


async def find_member(hub: Hub, organization: str, username: str) -> dict[str, Any] | None:
    """The member with exactly this username, or None."""
    pages = await hub.pages(MEMBERS, query={"search": username, "type": "member"}, organization=organization)
    return next((m for m in pages.data if str(m.get("username", "")).lower() == username), None)


async def missing_member(hub: Hub, organization: str, username: str) -> str:
    """The sentence that this is no member, with the nearest one who is."""
    pages = await hub.pages(MEMBERS, query={"type": "member"}, organization=organization)
    hint = nearest_hint(username, (member["username"] for member in pages.data if member.get("username")))
    return f"{username} is no member of {organization}.{hint}"


async def refuse_last_owner(hub: Hub, organization: str, username: str) -> None:
    """Raises `UserError` where this is the only owner; https://docs.docker.com/admin/organization/members/ ."""
    pages = await hub.pages(MEMBERS, query={"role": "owner", "type": "member"}, organization=organization)
    if [str(member.get("username", "")).lower() for member in pages.data] == [username]:
        raise at_fault(
            "username",
            f"{username} is the last owner of {organization}, and Docker Hub keeps one. "
            f"Make somebody else an owner first: /hub member role <username> owner",
        )


async def export_members(hub: Hub, params: MemberExport) -> Answer:
    """Docker Hub's own CSV of the members and the invited, as a file; people name themselves, no cell is a formula."""
    text = (await hub.text(EXPORT, organization=params.organization)).data
    if not isinstance(text, str) or not text.strip():
        raise HubProtocolError(Call("GET", EXPORT, EXPORT), detail="the export is empty")
    lines = [[no_formula(cell) for cell in row] for row in csv.reader(io.StringIO(text)) if row]
    made = io.StringIO()
    csv.writer(made).writerows(lines)
    people = len(lines) - 1
    types = (next((cell for cell in line if cell.lower() == INVITEE), "") for line in lines[1:])
    apart = counted_apart(types)
    document = Document(f"{params.organization}-members.csv", "text/csv", made.getvalue().encode())
    note = f"{apart}." if apart else f"{count(people, 'person', 'people')}, members and invited."
    return Answer(f"Members of {params.organization}", (), (), people, note, document)


async def preview_role(hub: Hub, params: MemberRole) -> Preview:
    """The role before and after, and what each can do; the last owner stays one."""
    member, editors = await asyncio.gather(
        find_member(hub, params.organization, params.username),
        find_editors(hub, params.organization, search=params.username),
    )
    if member is None:
        missing = await missing_member(hub, params.organization, params.username)
        raise at_fault("username", f"{missing} “/hub member list” shows them all.")
    role = role_of(member, editors)
    if role == params.role:
        return Preview((), notes=(f"{params.username} is {role} of {params.organization} already.",))
    if role == "owner":
        await refuse_last_owner(hub, params.organization, params.username)
    change = Change(f"Role of {params.username} in {params.organization}", role, params.role)
    notes = (POWERS[params.role], *((f"Until now: {POWERS[role]}",) if role in POWERS else ()))
    return Preview((change,), notes=notes)


async def change_role(hub: Hub, params: MemberRole) -> Outcome:
    """Give the member the role."""
    body = {"role": params.role}
    await hub.put(MEMBER, json=body, organization=params.organization, username=params.username)
    return Outcome(f"{params.username} is {params.role} of {params.organization}")


async def preview_remove(hub: Hub, params: OneMember) -> Preview:
    """Who leaves, with which role and from which teams; a no-op where they are no member."""
    member, editors = await asyncio.gather(
        find_member(hub, params.organization, params.username),
        find_editors(hub, params.organization, search=params.username),
    )
    if member is None:
        return Preview((), notes=(await missing_member(hub, params.organization, params.username),))
    if (role := role_of(member, editors)) == "owner":
        await refuse_last_owner(hub, params.organization, params.username)
    return Preview(
        leaving(params.organization, member, role),
        notes=(f"{params.username} loses all that the organization and its teams gave them.",),
    )


def leaving(organization: str, member: dict[str, Any], role: str) -> tuple[Change, ...]:
    """What changes for a member who leaves: the membership, and the teams that go with it."""
    username, teams = member["username"], tuple(sorted(member.get("groups") or ()))
    membership = Change(f"{username} in {organization}", role, None)
    if not teams:
        return (membership,)
    return (membership, Change(f"{username} in {count(len(teams), 'team')}", "member", None, items=teams))


async def remove(hub: Hub, params: OneMember) -> Outcome:
    """Remove the member from the organization and all its teams."""
    await hub.delete(MEMBER, organization=params.organization, username=params.username)
    return Outcome(f"{params.username} is no longer in {params.organization}")


def power_of(role: str) -> tuple[Risk, ...]:
    """What to look at twice where somebody gets this role."""
    return () if role == "member" else (Risk(Harm.POWER, POWERS[role]),)


def role_back(params: MemberRole, would: Preview) -> Prepared | None:
    """The request for the role that they have until now."""
    return prepare_role(params.organization, params.username, would.changes[0].before or "")


def role_back_of(entry: Logged) -> Prepared | None:
    """The request for the role that the log says they had."""
    return prepare_role(entry.organization, account_of(entry), state_before(entry, get_args(Role)))


def prepare_role(organization: str, username: str, role: str) -> Prepared | None:
    """The request for a role; None where somebody or something is not known."""
    if not username or role not in get_args(Role):
        return None
    return Prepared("member.role", {"organization": organization, "username": username, "role": role})


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="member.list",
        title="List members",
        summary="List the people in the organization",
        also_called=("who is in", "people", "users"),
        params=MemberList,
        run=list_members,
        endpoint="GET /v2/orgs/{org_name}/members",
        scopes=("scope-member-read",),
        alias="members",
    ),
    Read(
        name="member.export",
        title="Export members",
        summary="Export the people in the organization as a CSV file",
        also_called=("download members", "csv", "spreadsheet"),
        params=MemberExport,
        run=export_members,
        endpoint="GET /v2/orgs/{org_name}/members/export",
        scopes=("scope-member-read",),
        needs="owners",
    ),
    Write(
        name="member.role",
        title="Change a role",
        summary="Change a member's role",
        also_called=("make owner", "make editor", "promote", "demote", "make admin", "permissions"),
        verb="Ask to change the role",
        heading=lambda params, _: f"Make {params.username} {A_ROLE[params.role]} of {params.organization}",
        risks=lambda params, _: power_of(params.role),
        inverse=role_back,
        inverse_of=role_back_of,
        params=MemberRole,
        preview=preview_role,
        execute=change_role,
        endpoint="PUT /v2/orgs/{org_name}/members/{username}",
        hub_action="org.member.role.change",
        subjects=lambda params: (params.username,),
        scopes=("scope-member-edit",),
        needs="owners",
        alias="role",
    ),
    Write(
        name="member.remove",
        title="Remove a member",
        summary="Remove a member from the organization",
        also_called=("kick", "delete member", "throw out"),
        verb="Ask to remove",
        heading=lambda params, _: f"Remove {params.username} from {params.organization}",
        risks=lambda *_: (Risk(Harm.FINAL, "Their role and teams do not come back with a new invite."),),
        params=OneMember,
        preview=preview_remove,
        execute=remove,
        endpoint="DELETE /v2/orgs/{org_name}/members/{username}",
        hub_action="org.member.remove",
        subjects=lambda params: (params.username,),
        scopes=("scope-member-edit",),
        destructive=True,
        needs="owners",
    ),
)
