"""Who sits at a terminal of the bot's machine, and what can be told there of who is who in Slack."""

import os
import pwd
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TypeAlias

from bot.clock import REAL
from bot.db.session import Database
from bot.errors import RequestRefused
from bot.governance.addresses import Acquaintance
from bot.governance.people import TERMINAL, Directory, DirectoryUnavailable, Person, is_slack_user
from bot.governance.policy import Policy
from bot.settings import TerminalSettings

LONGEST_IDENTITY = 64
Reach: TypeAlias = Callable[
    [TerminalSettings, Callable[[Iterable[Person]], Awaitable[None]]], AbstractAsyncContextManager[Directory | None]
]


def system_user() -> str:
    """Who runs this process, as the system knows it: never what an environment variable says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def own_identity() -> str:
    """As whom a request is asked for where nobody else is named: `terminal:root@host`, in the length of a row's."""
    return f"{TERMINAL}{system_user()}@{socket.gethostname()}"[:LONGEST_IDENTITY]


def require_tie(policy: Policy, identity: str) -> None:
    """Whoever asks for a write as somebody in Slack must be tied to them; raises `RequestRefused`.

    Whoever has this shell could name anybody: the policy says who sits at it.
    """
    user = system_user()
    if not is_slack_user(identity) or identity in policy.terminal.users.get(user, ()):
        return
    raise RequestRefused(
        f"--as {identity} needs a line in the policy that ties the system user {user} to that person: "
        f"terminal: {{users: {{{user}: [{identity}]}}}}. Without --as, a write is asked for by {own_identity()}."
    )


class Offline:
    """A `Directory` without Slack: who is at the terminal is who they say, and who is in a group cannot be told."""

    async def person(self, user: str) -> Person:
        """Somebody active."""
        return Person(id=user, name=user, is_active=True, is_guest=False, is_bot=False)

    async def members_of(self, group: str) -> frozenset[str]:
        """Nobody can tell."""
        raise DirectoryUnavailable(f"Without Slack, nobody can tell who is in the user group {group}.")


@dataclass(frozen=True, slots=True)
class Distant:
    """A `Directory` that asks Slack where Slack answers, and else is `Offline`."""

    slack: Directory

    async def person(self, user: str) -> Person:
        """As Slack has them; who is no Slack user, and everybody where it does not answer, is somebody active."""
        if is_slack_user(user):
            with suppress(DirectoryUnavailable):
                return await self.slack.person(user)
        return await Offline().person(user)

    async def members_of(self, group: str) -> frozenset[str]:
        """As Slack has them; raises `DirectoryUnavailable`."""
        return await self.slack.members_of(group)


@asynccontextmanager
async def directory_of(settings: TerminalSettings, database: Database, reach: Reach | None) -> AsyncIterator[Directory]:
    """Slack where it can be reached, as far as it can; else nobody can be asked."""
    if reach is None:
        yield Offline()
        return
    async with reach(settings, Acquaintance(database=database, clock=REAL).hear_of) as slack:
        yield Offline() if slack is None else Distant(slack)
