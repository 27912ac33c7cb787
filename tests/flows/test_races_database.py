"""PostgreSQL goes away in mid-story and comes back: the bot goes on by itself, and no answer of Docker Hub is lost."""

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from structlog.testing import capture_logs

from bot.governance.ledger.events import Event
from bot.governance.ledger.lifecycle import Status
from tests import postgres
from tests.flows.house import House
from tests.flows.races_process import assert_told_once, effective
from tests.flows.races_records import assert_whole, looked_for, wait_quiet

RESEND = "/v2/invites/*/resend"


@pytest.fixture
async def house_on_postgresql(postgresql_url: str) -> AsyncIterator[House]:
    """A house on PostgreSQL, whose executor reports to the database several times a second."""
    house = House(postgresql_url, execution_lease_seconds=0.5)
    await house.start()
    yield house
    await house.stop()


@pytest.fixture
async def administrator(postgres_server: postgres.Server) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the server's own database."""
    connection = await asyncpg.connect(postgres.as_text(postgres_server.admin.set(drivername="postgresql")))
    yield connection
    await connection.close()


async def terminate(administrator: asyncpg.Connection, house: House) -> int:
    """Cut all of the bot's connections; answers how many there were."""
    name = make_url(house.database_url).database
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
    return len(await administrator.fetch(cut, name))


@asynccontextmanager
async def outage(administrator: asyncpg.Connection, house: House) -> AsyncIterator[None]:
    """A time during which the database takes no connection."""
    name = make_url(house.database_url).database
    await administrator.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    try:
        await terminate(administrator, house)
        yield
    finally:
        await administrator.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def logged(entries: list[MutableMapping[str, Any]], event: str) -> Callable[[], Awaitable[bool | None]]:
    """Whether the bot has written this, for `looked_for`."""

    async def look() -> bool | None:
        return any(entry["event"] == event for entry in entries) or None

    return look


async def begin_resend(house: House) -> None:
    """Ann asks to have an invite sent again, and Omar agrees."""
    await house.ann.command('/hub invite resend nina.park@example.com --reason "she lost it"')
    await house.omar.click(await house.card(1, "Waiting for approval"), "approve")


async def assert_sent_again_once(house: House) -> None:
    """Docker Hub's own answer is what the records say: nothing had to be read back, and nothing is unknown."""
    await house.card(1, "was sent again", timeout=30)
    records = await wait_quiet(house.database_url)
    assert_whole(records)
    assert records.status(1) is Status.SUCCEEDED
    assert Event.TAKEN_OVER not in records.events(1)
    assert len(effective(house)) == 1
    assert_told_once(house, 1, "✅ *Done*")


async def test_connections_that_are_cut_in_the_middle_of_an_execution_are_made_anew(
    house_on_postgresql: House, administrator: asyncpg.Connection
) -> None:
    house = house_on_postgresql
    write = house.hub.hold("PATCH", RESEND, after=True)
    await begin_resend(house)
    await write.arrived()
    assert await terminate(administrator, house) > 0
    write.release()
    await assert_sent_again_once(house)


async def test_what_docker_hub_answered_during_an_outage_is_recorded_after_it(
    house_on_postgresql: House, administrator: asyncpg.Connection
) -> None:
    house = house_on_postgresql
    write = house.hub.hold("PATCH", RESEND, after=True)
    await begin_resend(house)
    await write.arrived()
    with capture_logs() as entries:
        async with outage(administrator, house):
            await looked_for(logged(entries, "execution.lease_not_extended"))
            write.release()
            await looked_for(logged(entries, "execution.not_recorded_yet"))
    await assert_sent_again_once(house)


async def test_who_asks_during_an_outage_is_told_and_can_ask_again_after_it(
    house_on_postgresql: House, administrator: asyncpg.Connection
) -> None:
    house = house_on_postgresql
    with capture_logs() as entries:
        async with outage(administrator, house):
            await house.ann.command('/hub invite resend nina.park@example.com --reason "she lost it"')
            await house.ann.wait_for_ephemeral("database does not take anything at the moment, so nothing was recorded")
    assert any(entry["event"] == "inbox.not_stored" for entry in entries)
    await begin_resend(house)
    await assert_sent_again_once(house)


async def test_during_an_outage_the_database_is_named_and_nothing_else(
    house_on_postgresql: House, administrator: asyncpg.Connection
) -> None:
    with capture_logs():
        async with outage(administrator, house_on_postgresql):
            assert set(await house_on_postgresql.bot.health.problems()) == {"database"}
