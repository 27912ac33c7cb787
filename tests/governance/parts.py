"""A desk for tests of governance: people with powers, a lever to pull, two times, and all that the database holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select

from bot.clock import Clock
from bot.db import ballots, requests, trail
from bot.db.models import ExpectedEvent, Message, OperationRequest, StoredBallot, TrailRecord
from bot.db.session import Database
from bot.governance.approval.principals import User, UserGroup
from bot.governance.approval.requirement import Requirement, Stage, dump_requirement
from bot.governance.context import Context
from bot.governance.execution.courier import Courier
from bot.governance.execution.executor import Executor
from bot.governance.ledger.execution_facts import Claimed, Finished
from bot.governance.ledger.lifecycle import Status
from bot.governance.ledger.record import record
from bot.governance.people import DirectoryUnavailable, Person
from bot.governance.policy import load_policy
from bot.governance.requests.submit import submit
from bot.governance.requests.vote import approve
from bot.hub import Hub
from bot.operations.kit.base import Answer, Intent, Operation, Read, Write
from bot.operations.kit.capabilities import Capabilities
from tests.governance.bench import Lever, Nothing

ANN, OMAR, LENA, MIRA, SAM = "U0ANN", "U0OMAR", "U0LENA", "U0MIRA", "U0SAM"
GUEST, LEFT, BOT = "U0GUEST", "U0LEFT", "U0BOT"
LEADS = "S0LEADS"
START = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LEASE = timedelta(seconds=30)
CHANNEL = "C0APPROVALS"

NAMED = f"approvers: {{users: [{OMAR}, {GUEST}, {LEFT}, {BOT}], groups: [{LEADS}]}}"
ONE_AGREES = f'{{version: 1, rules: [{{name: one agrees, operations: ["*"], approvals: 1, {NAMED}, expires: 2h}}]}}'
TWO_AGREE = ONE_AGREES.replace("one agrees", "two agree").replace("approvals: 1", "approvals: 2")
AT_ONCE = '{version: 1, rules: [{name: at once, operations: ["*"], approvals: 0}]}'


@dataclass
class Times:
    """The business's time and the machine's: both pass together, or the business's jumps alone."""

    business: datetime = START
    machine: datetime = START

    @property
    def clock(self) -> Clock:
        """As the bot reads them."""
        return Clock(now=lambda: self.business, real=lambda: self.machine)

    def let_pass(self, time: timedelta) -> None:
        """It is later for everybody."""
        self.business += time
        self.machine += time

    def jump(self, time: timedelta) -> None:
        """The sandbox's “+1 hour”: later for people, the same moment for machines."""
        self.business += time


@dataclass
class People:
    """Who is who. `silent` are the groups, and the people, that Slack does not answer for; `asked` the groups asked.

    `left` are those who have.
    """

    groups: dict[str, frozenset[str]] = field(default_factory=lambda: {LEADS: frozenset({LENA, MIRA, GUEST})})
    silent: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    left: set[str] = field(default_factory=lambda: {LEFT})

    async def person(self, user: str) -> Person:
        """A member, but for those whose id says otherwise."""
        if user in self.silent:
            raise DirectoryUnavailable
        return Person(
            id=user,
            name=user.lower(),
            is_active=user not in self.left,
            is_guest=user == GUEST,
            is_bot=user == BOT,
            email=None,
        )

    async def members_of(self, group: str) -> frozenset[str]:
        """The group's people."""
        self.asked.append(group)
        if group in self.silent:
            raise DirectoryUnavailable
        return self.groups.get(group, frozenset())


@dataclass
class Hand:
    """A courier that takes secrets, or does not; `given` is what was shown to whom."""

    takes: bool = True
    given: list[tuple[str, str, str]] = field(default_factory=list)

    async def hand_over(self, user: str, text: str, secret: SecretStr) -> bool:
        """Note it."""
        self.given.append((user, text, secret.get_secret_value()))
        return self.takes


@dataclass
class Desk:
    """Use cases and executors on one database. `wakes` counts how often the workers were roused."""

    database: Database
    hub: Hub
    policy: str = TWO_AGREE
    lever: Lever = field(default_factory=Lever)
    people: People = field(default_factory=People)
    times: Times = field(default_factory=Times)
    hand: Courier = field(default_factory=Hand)
    operation: Write = field(init=False)
    looking: Read = field(init=False)
    origin: Mapping[str, str] = field(default_factory=dict)
    wakes: int = 0

    def __post_init__(self) -> None:
        """The lever is pulled, and looked at."""
        self.operation = self.lever.operation()
        self.looking = Read(
            name="lever.get",
            title="Look at the lever",
            summary="Look at the lever",
            params=Nothing,
            run=self._look,
            endpoint="GET /",
        )

    @property
    def operations(self) -> dict[str, Operation]:
        """Everything that can be asked for."""
        return {self.operation.name: self.operation, self.looking.name: self.looking}

    @property
    def context(self) -> Context:
        """What the use cases work with, as things are now."""
        return Context(
            database=self.database,
            hub=self.hub,
            policy=load_policy(self.policy, self.operations.values(), source="the test"),
            directory=self.people,
            operations=self.operations,
            organizations=("acme", "globex"),
            approvals_channel=CHANNEL,
            clock=self.times.clock,
            wake=self._wake,
            capabilities=Capabilities(self.times.clock.now),
            origin=self.origin,
        )

    def executor(self, name: str = "one", **more: Any) -> Executor:
        """One replica's executor."""
        given: dict[str, Any] = {"clock": self.times.clock, "operations": self.operations, "courier": self.hand} | more
        return Executor(
            name=name,
            database=self.database,
            hub=self.hub,
            capabilities=Capabilities(self.times.clock.now),
            lease=LEASE,
            wake=self._wake,
            **given,
        )

    def intent(self, organization: str = "acme", *, reads: bool = False) -> Intent:
        """The wish to pull the lever, or to look at it."""
        return Intent(self.looking if reads else self.operation, Nothing(organization=organization), "because")

    async def ask(self, requester: str = ANN, **more: Any) -> int:
        """A new request's number."""
        return (await submit(self.context, self.intent(), requester, **more)).id

    async def ask_staged(self, *stages: Stage, execute_within: timedelta = DAY) -> int:
        """A new request that wants these stages, whatever the policy can say of them."""
        number = await self.ask()
        wanted = Requirement(stages, 2 * HOUR, execute_within)
        await self.change(number, requirement=dump_requirement(wanted))
        return number

    async def ask_approved(self, voter: str = OMAR) -> int:
        """A new request that everybody who has to has approved."""
        self.policy = ONE_AGREES
        number = await self.ask()
        await approve(self.context, number, voter)
        return number

    async def ask_executing(self, executor: str = "one", *, voter: str = OMAR) -> int:
        """A new request that this executor has claimed and not ended."""
        number = await self.ask_approved(voter)
        fact = Claimed(at=self.times.business, executor=executor, lease_until=self.times.machine + LEASE)
        async with self.database.begin() as session:
            assert await record(session, number, fact) is not None
        return number

    async def ask_unknown(self, voter: str = OMAR) -> int:
        """A new request of which nobody knows what became of it."""
        number = await self.ask_executing(voter=voter)
        fact = Finished(at=self.times.business, status=Status.UNKNOWN, executor="one", error="Nobody knows.")
        async with self.database.begin() as session:
            assert await record(session, number, fact) is not None
        return number

    async def change(self, number: int, **values: Any) -> None:
        """Write over a row's columns, as no use case would."""
        async with self.database.begin() as session:
            row = await requests.get(session, number)
            assert row is not None
            for name, value in values.items():
                setattr(row, name, value)

    async def row(self, number: int) -> OperationRequest:
        """The request's row."""
        async with self.database.begin() as session:
            found = await requests.get(session, number)
        assert found is not None
        return found

    async def status(self, number: int) -> str:
        """Where the request stands."""
        return (await self.row(number)).status

    async def ballots(self, number: int) -> list[StoredBallot]:
        """What people have said to it."""
        async with self.database.begin() as session:
            return list(await ballots.of_request(session, number))

    async def trail(self) -> list[TrailRecord]:
        """The whole audit trail."""
        async with self.database.begin() as session:
            return list(await trail.after(session, 0, 1000))

    async def events(self, number: int | None = None) -> list[tuple[str, str]]:
        """Event and actor of every record, of one request where it is named."""
        told = await self.trail()
        return [(each.event, each.actor) for each in told if number is None or each.request_id == number]

    async def message(self, key: str) -> Message | None:
        """The outbox's message of that key."""
        async with self.database.begin() as session:
            return await session.scalar(select(Message).where(Message.key == key))

    async def wanted(self, number: int) -> tuple[int, int]:
        """How many versions were asked for: of the request's card, and of its result."""
        card, result = await self.message(f"card:{number}"), await self.message(f"result:{number}")
        return (card.wanted if card else 0), (result.wanted if result else 0)

    async def expected(self) -> list[tuple[int, str, list[str]]]:
        """What Docker's log will show of ours: request, action, subjects."""
        async with self.database.begin() as session:
            found = await session.scalars(select(ExpectedEvent).order_by(ExpectedEvent.id))
            return [(each.request_id, each.action, each.subjects) for each in found]

    async def everything(self) -> list[object]:
        """What a refusal must leave as it was: rows, ballots and messages, all of them."""
        async with self.database.begin() as session:
            rows = [(row.id, row.version, row.status) for row in await session.scalars(select(OperationRequest))]
            given = [ballot.id for ballot in await session.scalars(select(StoredBallot))]
            outbox = [(message.key, message.wanted) for message in await session.scalars(select(Message))]
        return [rows, given, outbox]

    def _wake(self) -> None:
        self.wakes += 1

    async def _look(self, _hub: Hub, _params: Nothing) -> Answer:
        return Answer("The lever", ("lever",), (("up",),), 1)


def users(*ids: str) -> tuple[User, ...]:
    """These people as principals."""
    return tuple(map(User, ids))


def group(identity: str = LEADS) -> UserGroup:
    """A group as a principal."""
    return UserGroup(identity)
