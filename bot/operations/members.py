"""Members of the organization."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from bot.hub import Hub
from bot.operations.base import Answer, Operation, Params, Read
from bot.operations.fields import Organization
from bot.operations.text import day

MEMBERS = "/v2/orgs/{organization}/members"


class MemberList(Params):
    """Which members to list."""

    organization: Organization
    search: str = Field("", title="Search", description="Part of a name, a username or an e-mail address")
    role: Literal["any", "owner", "editor", "member"] = Field("any", title="Role", description="Only this role")
    type: Literal["all", "member", "invitee"] = Field("all", title="Kind", description="Members, invitees, or both")


async def list_members(hub: Hub, params: MemberList) -> Answer:
    """Every member that matches, with role, teams and when they joined."""
    query = {"search": params.search, "role": params.role if params.role != "any" else "", "type": params.type}
    query["invites"] = "true" if params.type != "member" else "false"
    pages = await hub.pages(MEMBERS, query={k: v for k, v in query.items() if v}, organization=params.organization)
    rows = tuple(member_row(member) for member in pages.data)
    return Answer(
        f"Members of {params.organization}", ("Username", "Name", "E-mail", "Role", "Teams", "Joined"), rows, len(rows)
    )


def member_row(member: dict[str, Any]) -> tuple[str, ...]:
    """One line of the list."""
    teams = ", ".join(member.get("groups") or ())
    return (
        member.get("username") or "–",
        member.get("full_name") or "–",
        member.get("email") or "–",
        member.get("role") or "–",
        teams or "–",
        day(member.get("date_joined")),
    )


async def find_member(hub: Hub, organization: str, username: str) -> dict[str, Any] | None:
    """The member with exactly this username, or None."""
    pages = await hub.pages(MEMBERS, query={"search": username, "type": "member"}, organization=organization)
    return next((m for m in pages.data if str(m.get("username", "")).lower() == username), None)


async def choose_members(hub: Hub, organization: str, typed: str) -> Sequence[str]:
    """Usernames that match what was typed, for a form's menu."""
    query = {"type": "member"} | ({"search": typed} if typed else {})
    pages = await hub.pages(MEMBERS, query=query, limit=100, organization=organization)
    return [member["username"] for member in pages.data if member.get("username")]


OPERATIONS: tuple[Operation, ...] = (
    Read(
        name="member.list",
        title="List members",
        summary="List the people in the organization",
        params=MemberList,
        run=list_members,
        endpoint="GET /v2/orgs/{org_name}/members",
        scopes=("scope-member-read",),
    ),
)
