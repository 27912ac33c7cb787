"""Parts for races without sockets: an operation that waits where it is told to, a directory, use cases, executors."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import SecretStr

from bot.clock import REAL, Clock, utc_now
from bot.db.session import Database
from bot.errors import AlreadyDecided, AlreadyVoted
from bot.governance.context import Context
from bot.governance.execution.executor import Executor
from bot.governance.people import Person
from bot.governance.policy import load_policy
from bot.governance.requests.submit import submit
from bot.governance.requests.vote import approve
from bot.governance.views import RequestView
from bot.hub import Credential, Hub
from bot.operations.kit.base import Beneficiary, Change, Intent, Outcome, Params, Preview, Write
from bot.operations.kit.capabilities import Capabilities
from bot.operations.kit.fields import Organization

POLICY = """
version: 1
rules:
  - name: two agree
    operations: ["*"]
    approvals: {approvals}
    approvers: {{users: [U0ONE, U0TWO, U0THREE]}}
"""
LEASE = timedelta(seconds=30)
LATER = timedelta(hours=1)


class Nothing(Params):
    """No more than the organization."""

    organization: Organization


@dataclass
class Lever:
    """A write that a test can stop in its preview or in its doing, and make fail there."""

    written: int = 0
    is_done: bool = False
    springs_back: bool = False
    previews_stop: bool = False
    writes_stop: bool = False
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    trouble: Exception | None = None
    about: tuple[Beneficiary, ...] | None = None

    async def preview(self, _hub: Hub, _params: Nothing) -> Preview:
        """What would change: nothing once it is done."""
        if self.previews_stop:
            self.previews_stop = False
            await self._stop()
        return Preview(() if self.is_done else (Change("lever", "up", "down"),), about=self.about)

    async def execute(self, _hub: Hub, _params: Nothing) -> Outcome:
        """Pull it."""
        if self.writes_stop:
            self.writes_stop = False
            await self._stop()
        self.written += 1
        self.is_done = not self.springs_back
        return Outcome("The lever is down")

    def operation(self) -> Write:
        """As the bot knows it."""
        return Write(
            name="lever.pull",
            title="Pull the lever",
            summary="Pull the lever",
            params=Nothing,
            preview=self.preview,
            execute=self.execute,
            endpoint="POST /",
            hub_action=None,
            subjects=lambda _: ("lever",),
        )

    async def _stop(self) -> None:
        self.stopped.set()
        await self.go_on.wait()
        if self.trouble is not None:
            raise self.trouble


@dataclass
class Everybody:
    """A directory in which everybody is a member, active but for those who have `left`, and nobody is in a group."""

    left: set[str] = field(default_factory=set)

    async def person(self, user: str) -> Person:
        """Them; whoever asks lets others work meanwhile, as a network does."""
        await asyncio.sleep(0)
        return Person(id=user, name=user, is_active=user not in self.left, is_guest=False, is_bot=False)

    async def members_of(self, _group: str) -> frozenset[str]:
        """Nobody."""
        return frozenset()


class Nobody:
    """A courier to whom nothing is given: no operation here makes a secret."""

    async def hand_over(self, _user: str, _text: str, _secret: SecretStr) -> bool:
        """Refuse."""
        return False


@dataclass
class Bench:
    """Use cases and executors on one database; `hub` is never asked anything."""

    database: Database
    lever: Lever
    hub: Hub
    everybody: Everybody = field(default_factory=Everybody)

    def context(self, *, approvals: int = 2, clock: Clock = REAL) -> Context:
        """What the use cases work with, as one replica has it."""
        operation = self.lever.operation()
        return Context(
            database=self.database,
            hub=self.hub,
            policy=load_policy(POLICY.format(approvals=approvals), (operation,), source="the test"),
            directory=self.everybody,
            operations={operation.name: operation},
            organizations=("acme",),
            approvals_channel="C0APPROVALS",
            clock=clock,
            wake=lambda: None,
            capabilities=Capabilities(clock.now),
        )

    def executor(self, name: str, *, clock: Clock = REAL) -> Executor:
        """One replica's executor."""
        operation = self.lever.operation()
        return Executor(
            name=name,
            database=self.database,
            hub=self.hub,
            operations={operation.name: operation},
            courier=Nobody(),
            capabilities=Capabilities(clock.now),
            lease=LEASE,
            clock=clock,
            wake=lambda: None,
        )

    async def submit(self, context: Context) -> int:
        """A new request's number."""
        intent = Intent(self.lever.operation(), Nothing(organization="acme"), "because")
        return (await submit(context, intent, "U0ANN")).id

    async def approved(self) -> int:
        """A new request that one person has approved."""
        context = self.context(approvals=1)
        number = await self.submit(context)
        await approve(context, number, "U0ONE")
        return number


def later(by: timedelta) -> Clock:
    """Both times, so much later: leases are over, and requests have expired."""
    return Clock(now=lambda: utc_now() + by, real=lambda: utc_now() + by)


@contextmanager
def bench_on(url: str) -> Iterator[Bench]:
    """A bench; the caller closes its database."""
    hub = Hub(url="http://127.0.0.1:1", credential=Credential("nobody", SecretStr("nothing")))
    yield Bench(Database(url), Lever(), hub)


def settled(results: list[RequestView | BaseException]) -> list[RequestView]:
    """Those that went through; whoever came too late was told so, and nothing else went wrong."""
    lost = [result for result in results if isinstance(result, BaseException)]
    assert all(isinstance(error, AlreadyDecided | AlreadyVoted) for error in lost), lost
    return [result for result in results if not isinstance(result, BaseException)]
