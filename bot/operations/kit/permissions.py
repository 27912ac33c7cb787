"""What people may do on a repository: by their role, by their teams, or since it is public; and who keeps what."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.hub import Hub
from bot.operations.members import MEMBERS, find_editors, role_of

Permission: TypeAlias = Literal["read", "write", "admin"]
# Each includes the lesser; "" is none at all.
LEVELS = ("", "read", "write", "admin")


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the organization, as far as it tells what they may do; owners and editors may do everything."""

    username: str
    teams: frozenset[str]
    may_everything: bool

    def level(self, grants: Mapping[str, str], *, public: bool) -> str:
        """What they may do on a repository on which the teams have these permissions."""
        if self.may_everything:
            return "admin"
        levels = ["read" if public else "", *(permission for team, permission in grants.items() if team in self.teams)]
        return max(levels, key=LEVELS.index)


async def read_members(hub: Hub, organization: str) -> list[Member]:
    """Every member of the organization."""
    pages, editors = await asyncio.gather(
        hub.pages(MEMBERS, query={"type": "member"}, organization=organization), find_editors(hub, organization)
    )
    return [
        Member(str(row["username"]), frozenset(row.get("groups") or ()), role_of(row, editors) in {"owner", "editor"})
        for row in pages.data
        if row.get("username")
    ]


def is_less(permission: str, other: str) -> bool:
    """Whether the one allows less than the other."""
    return LEVELS.index(permission) < LEVELS.index(other)


def moves(
    members: Sequence[Member], before: Mapping[str, str], after: Mapping[str, str], *, public: tuple[bool, bool]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Who may do more or less, in order, by what they may before and after.

    `before` and `after` are the teams' permissions on the repository; `public` is before and after, too.
    """
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for member in members:
        old, new = member.level(before, public=public[0]), member.level(after, public=public[1])
        if old != new:
            groups[old, new].append(member.username)
    return {levels: tuple(sorted(people)) for levels, people in groups.items()}
