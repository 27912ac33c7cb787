"""Pollers and watches of a scripted Docker Hub, on a migrated database."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.alerts.poller import AuditLogPoller
from bot.alerts.rules import standard_rules
from bot.db import hub_events
from bot.db.models import ExpectedEvent, HubEvent, Message, OperationRequest
from bot.db.session import Database
from bot.hub.auth import Credential
from bot.hub.client import Hub
from bot.hub.protocol import ClientOptions

from .far_side import ORGANIZATION, Clock, FarSide, running


@dataclass(frozen=True, slots=True)
class Polling:
    """A poller, and whose logs it polls."""

    poller: AuditLogPoller
    organizations: Sequence[str]

    async def poll(self) -> int:
        """Poll each once, one after another; answers how many entries were news."""
        return sum([await self.poller.poll(organization) for organization in self.organizations])


MakePoller = Callable[..., Polling]

OWN = 'acme-hubwarden - access token "hubwarden"'
ADDED: dict[str, Any] = {"action": "org.team.member.add", "name": "annberg", "data": {"team": "owners"}}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def far(clock: Clock) -> AsyncIterator[FarSide]:
    async with running(clock) as far:
        yield far


@pytest.fixture
async def hub(far: FarSide, clock: Clock) -> AsyncIterator[Hub]:
    hub = Hub(
        url=far.url,
        credential=Credential("acme-hubwarden", SecretStr("secret")),
        options=ClientOptions(deadline=20.0),  # real seconds for a page, but those between tries pass at once
        now=clock.now,
        monotonic=clock.monotonic,
        sleep=clock.sleep,
        random=lambda: 0.5,
    )
    yield hub
    await hub.close()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        # One after another: SQLite refuses at once, whatever its time-out, where two switch a file to WAL together.
        await database.ping()
        yield database
    finally:
        await database.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


@pytest.fixture
async def other_database(database_url: str) -> AsyncIterator[Database]:
    """The same database, as another process opens it."""
    async with opened(database_url) as database:
        yield database


@pytest.fixture
def woken() -> list[str]:
    """One item for each time that the delivery was roused."""
    return []


@pytest.fixture
def make_poller(database: Database, hub: Hub, clock: Clock, woken: list[str]) -> MakePoller:
    def make(**changes: Any) -> Polling:
        given: dict[str, Any] = {
            "organizations": [ORGANIZATION],
            "rules": standard_rules(),
            "admin_channel": "C0ADMIN",
            "alerts_channel": "hub-alerts",
            "now": clock.now,
            "wake": lambda: woken.append("woken"),
            "own_actor": "acme-hubwarden",
            "overlap": timedelta(minutes=5),
        }
        given.update(changes)
        mine = given.pop("database", database)
        given.setdefault("begin", lambda _: mine.begin())
        organizations = given.pop("organizations")
        return Polling(AuditLogPoller(mine, hub, **given), organizations)

    return make


@pytest.fixture
async def poller(make_poller: MakePoller, clock: Clock) -> Polling:
    """One that has read an empty log a minute ago."""
    poller = make_poller()
    assert await poller.poll() == 0
    clock.advance(60)
    return poller


async def stored(database: Database) -> list[HubEvent]:
    """Every entry that is stored, in order."""
    async with database.begin() as session:
        return list(await session.scalars(select(HubEvent).order_by(HubEvent.id)))


async def outbox(database: Database) -> list[Message]:
    """Every message, in order."""
    async with database.begin() as session:
        return list(await session.scalars(select(Message).order_by(Message.id)))


async def alerts(database: Database) -> list[tuple[str, str]]:
    """Every alert: its rule, and the name that it is about."""
    return [(message.payload["rule"], message.payload["name"]) for message in await outbox(database)]


async def expect(
    database: Database,
    clock: Clock,
    *,
    finished_ago: float | None = None,
    subjects: tuple[str, ...] = ("owners", "annberg"),
    organization: str = ORGANIZATION,
    action: str = ADDED["action"],
) -> None:
    """The bot is executing a request, or has finished it some seconds ago."""
    now = clock.now()
    finished = None if finished_ago is None else now - timedelta(seconds=finished_ago)
    async with database.begin() as session:
        request = OperationRequest(
            status="executing" if finished is None else "succeeded",
            created_at=now,
            organization=organization,
            operation="team.member.add",
            params={},
            reason="",
            requester="U0ANN",
            rule="r",
            requirement={"stages": [], "deadline": 86400.0, "execute_within": 86400.0},
            expires_at=now,
            preview={},
            fingerprint="",
            finished_at=finished,
        )
        session.add(request)
        await session.flush()
        since = (finished or now) - timedelta(seconds=5)
        expected = ExpectedEvent(
            request_id=request.id,
            organization=organization,
            action=action,
            subjects=list(subjects),
            since=since,
        )
        hub_events.expect(session, expected)
