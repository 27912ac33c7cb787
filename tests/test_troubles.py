"""What has waited too long is told to the administrators: once an episode, by whichever replica."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from bot import outbox
from bot.clock import Clock
from bot.db.models import Message
from bot.db.session import Database
from bot.outbox.destination import slack_channel
from bot.outbox.kinds import ALERT
from bot.troubles import TroubleWatch
from tests.db.rows import NOW, request_row

ADMINS = slack_channel("C0ADMIN")


class Times:
    """The business's time and the machine's, which a test moves together."""

    def __init__(self) -> None:
        self.business, self.machine = NOW, 100.0

    def now(self) -> datetime:
        return self.business

    def monotonic(self) -> float:
        return self.machine

    def advance(self, seconds: float) -> None:
        self.business += timedelta(seconds=seconds)
        self.machine += seconds


@pytest.fixture
def times() -> Times:
    return Times()


Make = Callable[[], TroubleWatch]


@pytest.fixture
def make(database: Database, times: Times) -> Make:
    """One replica's watch."""

    def one() -> TroubleWatch:
        clock = Clock(now=times.now, real=times.now)
        return TroubleWatch(
            database=database, administrators=ADMINS, clock=clock, wake=lambda: None, monotonic=times.monotonic
        )

    return one


async def want(database: Database, times: Times) -> None:
    """A message that nobody delivers."""
    async with database.begin() as session:
        clock = Clock(now=times.now, real=times.now)
        await outbox.want(session, "alert:1", kind=ALERT, destination=slack_channel("C0"), clock=clock, payload={})


async def settle(database: Database) -> None:
    """Everything is delivered."""
    async with database.begin() as session:
        await session.execute(update(Message).values(state="sent"))


async def notices(database: Database) -> list[str]:
    """What the administrators are told."""
    async with database.begin() as session:
        found = await session.scalars(select(Message).where(Message.kind == "notice").order_by(Message.id))
        return [message.payload["text"] for message in found]


async def look(*watches: TroubleWatch) -> None:
    """Each looks once."""
    for watch in watches:
        await watch.check()


async def test_a_message_that_waits_too_long_is_told_once_whoever_looks(
    database: Database, times: Times, make: Make
) -> None:
    await want(database, times)
    one, other = make(), make()
    for _ in range(40):
        times.advance(30)
        await look(one, other)
    restarted = make()
    for _ in range(10):
        times.advance(30)
        await look(restarted)
    [notice] = await notices(database)
    assert notice.startswith("A message of Hubwarden has waited for 11 minutes to be delivered. Look at /readyz")


async def test_ten_minutes_are_not_too_long(database: Database, times: Times, make: Make) -> None:
    await want(database, times)
    watch = make()
    for _ in range(20):
        times.advance(30)
        await look(watch)
    assert await notices(database) == []


async def test_a_jump_of_the_business_clock_is_no_trouble_for_the_first_minute(
    database: Database, times: Times, make: Make
) -> None:
    await want(database, times)
    watch = make()
    times.business += timedelta(days=1)
    await look(watch)
    times.advance(59)
    await look(watch)
    assert await notices(database) == []
    times.advance(1)
    await look(watch)
    assert len(await notices(database)) == 1


async def test_another_episode_is_told_again(database: Database, times: Times, make: Make) -> None:
    watch = make()
    for _ in range(2):
        await want(database, times)
        for _ in range(30):
            times.advance(30)
            await look(watch)
        await settle(database)
        times.advance(30)
        await look(watch)
        async with database.begin() as session:
            await session.execute(delete(Message).where(Message.key == "alert:1"))
    assert len(await notices(database)) == 2


async def test_an_approved_request_that_nobody_begins_is_told(database: Database, times: Times, make: Make) -> None:
    async with database.begin() as session:
        session.add(request_row(status="approved", created_at=NOW, decided_at=NOW))
    watch = make()
    for _ in range(24):
        times.advance(30)
        await look(watch)
    [notice] = await notices(database)
    assert notice.startswith("An approved request has waited for 11 minutes to be begun.")
