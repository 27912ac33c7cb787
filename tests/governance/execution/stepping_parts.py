"""A shelf to be filled one thing after another, a clock that passes when it is told to, and who works there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.clock import Clock as Times
from bot.db import items, requests
from bot.db.models import ExpectedEvent, OperationRequest
from bot.db.session import Database
from bot.errors import UserError
from bot.governance.context import Context
from bot.governance.execution.executor import Executor
from bot.governance.execution.stepper import Stepper
from bot.governance.execution.verdict import Verdict
from bot.governance.policy import load_policy
from bot.governance.requests.submit import submit
from bot.governance.views import RequestView
from bot.hub import Hub, HubError
from bot.operations.kit.base import Change, Intent, ItemResult, Preview, Step, Write
from bot.operations.kit.capabilities import Capabilities
from tests.governance.bench import Everybody, Nobody, Nothing

POLICY = '{version: 1, rules: [{name: alone, operations: ["*"], approvals: 0}]}'
LEASE = timedelta(seconds=30)


@dataclass
class Clock:
    """A time that passes when a test says so."""

    at: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def now(self) -> datetime:
        """The time."""
        return self.at


@dataclass
class Shelf:
    """Things to put on a shelf. `trouble` is what goes wrong with each, in order; `after` who lands all the same.

    `reading` is what goes wrong when the shelf is looked at, in order; None goes well.
    """

    keys: tuple[str, ...]
    clock: Clock
    there: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    trouble: dict[str, list[HubError | UserError]] = field(default_factory=lambda: defaultdict(list))
    after: set[str] = field(default_factory=set)
    reading: list[HubError | None] = field(default_factory=list)
    seconds: float = 0
    hub_action: str | None = None

    async def preview(self, _hub: Hub, _params: Nothing) -> Preview:
        """What is missing."""
        return Preview(tuple(Change(key, None, "there") for key in self.keys if key not in self.there))

    async def steps(self, _hub: Hub, _params: Nothing) -> Sequence[Step]:
        """What is missing, as of now."""
        trouble = self.reading.pop(0) if self.reading else None
        if trouble is not None:
            raise trouble
        return [Step(key, key.upper()) for key in self.keys if key not in self.there]

    async def put(self, _hub: Hub, _params: Nothing, step: Step) -> ItemResult:
        """Put one there."""
        self.tried.append(step.key)
        self.clock.at += timedelta(seconds=self.seconds)
        trouble = self.trouble[step.key].pop(0) if self.trouble[step.key] else None
        if trouble is None or step.key in self.after:
            self.there.append(step.key)
        if trouble is not None:
            raise trouble
        return ItemResult(step.subject, True, "is there")

    def operation(self) -> Write:
        """As the bot knows it."""
        return Write(
            name="shelf.fill",
            title="Fill the shelf",
            summary="Fill the shelf",
            params=Nothing,
            preview=self.preview,
            steps=self.steps,
            run_step=self.put,
            endpoint="POST /shelf",
            hub_action=self.hub_action,
            subjects=lambda _: ("shelf",),
        )


@dataclass
class Room:
    """A shelf, a database, and who works there."""

    database: Database
    hub: Hub
    shelf: Shelf
    clock: Clock
    wakes: list[datetime] = field(default_factory=list)
    claims: list[bool] = field(default_factory=list)

    @property
    def context(self) -> Context:
        """What people work with."""
        operation = self.shelf.operation()
        return Context(
            database=self.database,
            hub=self.hub,
            policy=load_policy(POLICY, (operation,), source="the test"),
            directory=Everybody(),
            operations={operation.name: operation},
            organizations=("acme",),
            approvals_channel="C0APPROVALS",
            clock=self.both,
            wake=lambda: None,
            capabilities=Capabilities(self.clock.now),
        )

    @property
    def both(self) -> Times:
        """The business's time and the machine's, which pass together here."""
        return Times(now=self.clock.now, real=self.clock.now)

    async def submit(self) -> RequestView:
        """Ask for all of it."""
        return await submit(self.context, Intent(self.shelf.operation(), Nothing(organization="acme"), "why"), "U0ANN")

    def executor(self, name: str = "one") -> Executor:
        """Somebody who does what is approved."""
        operation = self.shelf.operation()
        return Executor(
            name=name,
            database=self.database,
            hub=self.hub,
            operations={operation.name: operation},
            courier=Nobody(),
            capabilities=Capabilities(self.clock.now),
            lease=LEASE,
            clock=self.both,
            wake=lambda: None,
        )

    async def stepper(self) -> Stepper:
        """One that does the items of a new request."""
        number = (await self.submit()).id
        return Stepper(
            database=self.database,
            hub=self.hub,
            request=await self.row(number),
            operation=self.shelf.operation(),
            params=Nothing(organization="acme"),
            clock=self.both,
            wake=lambda: self.wakes.append(self.clock.at),
            confirm=self._confirm,
            capabilities=Capabilities(self.clock.now),
        )

    async def run(self) -> Verdict:
        """What a new request comes to."""
        return await (await self.stepper()).run()

    async def row(self, number: int) -> OperationRequest:
        """The request's row."""
        async with self.database.begin() as session:
            found = await requests.get(session, number)
        assert found is not None
        return found

    async def states(self) -> dict[str, str]:
        """How far each item has come."""
        return {item.key: item.state for item in await items.of_request(self.database.begin, 1)}

    async def mark(self, **states: str) -> None:
        """Leave the items as a dead executor would."""
        async with self.database.begin() as session:
            for key, state in states.items():
                await items.mark(session, 1, key, state=state, text="is there" if state == items.DONE else "")

    async def postpone(self, times: int) -> None:
        """The request has been put off so often in a row."""
        async with self.database.begin() as session:
            row = await requests.get(session, 1)
            assert row is not None
            row.postponements = times

    async def expected(self) -> list[str]:
        """What Docker's log will show of the items."""
        async with self.database.begin() as session:
            found = await session.scalars(select(ExpectedEvent).order_by(ExpectedEvent.id))
            return [subject for each in found for subject in each.subjects]

    async def _confirm(self) -> None:
        if self.claims and not self.claims.pop(0):
            raise TakenError


class TakenError(Exception):
    """Another executor has it."""
