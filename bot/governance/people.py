"""Who somebody is in the workspace, as governance needs to know it; Slack answers it through `Directory`."""

import re
from dataclasses import dataclass
from typing import Protocol

from bot.errors import UserError

TERMINAL = "terminal:"
SLACK_USER = re.compile(r"[UW][A-Z0-9]+")


class DirectoryUnavailable(UserError):
    """Slack does not answer who is who at the moment, and without that nothing is decided. Please try again."""


class OwnerUnavailable(DirectoryUnavailable):
    """Docker Hub does not tell at the moment whose an account is, and without that nothing is decided."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the workspace. `timezone` is an IANA name.

    `is_foreign`: of another company, in a shared channel; such people are guests too.
    """

    id: str
    name: str
    is_active: bool
    is_guest: bool
    is_bot: bool
    email: str | None = None
    timezone: str = "UTC"
    is_foreign: bool = False

    @property
    def may_decide(self) -> bool:
        """Guests, bots and people who have left decide nothing."""
        return self.is_active and not self.is_guest and not self.is_bot


def is_slack_user(identity: str) -> bool:
    """Whether it is somebody of the workspace, and not a person at a terminal."""
    return SLACK_USER.fullmatch(identity) is not None


def seat_in(origin: str | None) -> str | None:
    """Who `terminal:root@host` is, of a request's origin `terminal root@host`; None where it comes from no terminal."""
    word, _, place = (origin or "").partition(" ")
    return f"{TERMINAL}{place}" if f"{word}:" == TERMINAL and place else None


def system_user_in(identity: str) -> str:
    """The system user of `terminal:root@host`; empty for anybody else."""
    if not identity.startswith(TERMINAL):
        return ""
    name = identity.removeprefix(TERMINAL)
    return name.rpartition("@")[0] or name


class Directory(Protocol):
    """Answers who is who; raises `DirectoryUnavailable` rather than guess."""

    async def person(self, user: str) -> Person:
        """The person with this id, as of now."""
        ...

    async def members_of(self, group: str) -> frozenset[str]:
        """The ids of everybody in a user group."""
        ...
