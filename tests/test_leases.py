"""A process's leases: kept while it lives, gained when another goes, and worth nothing once it was frozen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from bot.db import leases
from bot.db.leases import LeaseLost
from bot.db.models import Lease
from bot.db.session import Database
from bot.leases import Leases

NAMES = ("audit-log:acme", "audit-log:other", "expire")
LIFE, ROUND = timedelta(seconds=0.6), 0.1


class Replica:
    """A process: its leases, and what it has gained so far."""

    def __init__(self, database: Database, name: str, names: tuple[str, ...]) -> None:
        self.gained: asyncio.Queue[str] = asyncio.Queue()
        self.leases = Leases(
            database, holder=name, names=names, gained=self.gained.put_nowait, life=LIFE, round_seconds=ROUND
        )

    @property
    def held(self) -> set[str]:
        """What it believes to hold."""
        return {name for name in NAMES if self.leases.holds(name)}

    async def gain(self, number: int = len(NAMES)) -> set[str]:
        """Return once it has gained so many more."""
        async with asyncio.timeout(10):
            return {await self.gained.get() for _ in range(number)}

    async def freeze(self) -> None:
        """SIGSTOP, as far as the others can tell: it renews no more, and lets go of nothing."""
        await self.leases._worker.stop()


@asynccontextmanager
async def replica(
    url: str, name: str, *, names: tuple[str, ...] = NAMES, alone: bool = False
) -> AsyncIterator[Replica]:
    """A started one, with a database of its own, which lets go at the end."""
    async with AsyncExitStack() as stack:
        database = Database(url)
        stack.push_async_callback(database.close)
        await database.ping()
        one = Replica(database, name, names)
        await one.leases.start(alone=alone)
        stack.push_async_callback(one.leases.stop)
        yield one


async def held_in(url: str) -> dict[str, str]:
    """Who holds what, as the database has it."""
    database = Database(url)
    async with database.begin() as session:
        found = {lease.name: lease.holder for lease in await session.scalars(select(Lease))}
    await database.close()
    return found


async def test_the_first_has_everything_and_keeps_it_longer_than_a_life(database_url: str) -> None:
    async with replica(database_url, "one") as one, replica(database_url, "two") as two:
        assert await one.gain() == set(NAMES)
        await asyncio.sleep(2 * LIFE.total_seconds())  # in which it would have run out twice
        assert (one.held, two.held) == (set(NAMES), set())
        assert two.gained.empty()


async def test_each_organization_may_be_polled_by_another_replica(database_url: str) -> None:
    async with replica(database_url, "one", names=NAMES[:1]) as one, replica(database_url, "two") as two:
        assert (one.held, two.held) == ({NAMES[0]}, set(NAMES[1:]))


async def test_a_clean_stop_lets_go_at_once(database_url: str) -> None:
    async with replica(database_url, "two", names=()) as idle:
        async with replica(database_url, "one"):
            assert set((await held_in(database_url)).values()) == {"one"}
        assert await held_in(database_url) == {}
        assert idle.held == set()


async def test_what_a_dead_replica_held_is_taken_over_once_it_has_run_out(database_url: str) -> None:
    async with replica(database_url, "one") as one, replica(database_url, "two") as two:
        await one.freeze()
        begun = asyncio.get_running_loop().time()
        assert await two.gain() == set(NAMES)
        assert asyncio.get_running_loop().time() - begun < 5
        assert one.held == set()
        with pytest.raises(LeaseLost):
            async with one.leases.begin(NAMES[0]):
                raise AssertionError("a transaction was begun")
        async with two.leases.begin(NAMES[0]) as session:
            assert (await session.execute(text("SELECT 1"))).scalar_one() == 1


async def test_who_wakes_up_and_was_replaced_learns_it_with_the_next_round(database_url: str) -> None:
    async with replica(database_url, "one") as one, replica(database_url, "two") as two:
        await one.freeze()
        await two.gain()
        with capture_logs() as logs:
            await one.leases._round()
        assert [each["lease"] for each in logs if each["event"] == "lease.lost"] != []
        assert (one.held, two.held) == (set(), set(NAMES))


async def test_who_is_alone_with_the_database_waits_for_no_dead_one(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.begin() as session:
        await leases.claim(session, NAMES, holder="dead", life=timedelta(hours=1))
    await database.close()
    async with replica(sqlite_url, "one", alone=True) as one:
        assert one.held == set(NAMES)


async def test_a_database_that_is_away_is_logged_once_and_survived(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    one = Replica(database, "one", NAMES)
    await one.leases.start(alone=True)
    await one.gain()
    with capture_logs() as logs:
        async with database.begin() as session:
            await session.execute(text("ALTER TABLE leases RENAME TO elsewhere"))
        await asyncio.sleep(LIFE.total_seconds() + 3 * ROUND)  # several rounds fail, and what was held has run out
        assert one.held == set()
        async with database.begin() as session:
            await session.execute(text("ALTER TABLE elsewhere RENAME TO leases"))
        await one.gain()
        assert one.held == set(NAMES)
        await one.leases.stop()
    assert [each["event"] for each in logs if each["event"] == "leases.not_renewed"] == ["leases.not_renewed"]
    await database.close()
