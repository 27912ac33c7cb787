"""Leases: one holder at a time, however many want to be it, and nothing is written by who was it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from bot.clock import utc_now
from bot.db import leases
from bot.db.leases import LeaseLost
from bot.db.models import Lease
from bot.db.session import DATABASE_AWAY, Database

LONG, OVER = timedelta(hours=1), timedelta(seconds=-1)


async def claimed(database: Database, holder: str, *names: str, life: timedelta = LONG) -> set[str]:
    async with database.begin() as session:
        return await leases.claim(session, names or ("poll",), holder=holder, life=life)


async def taken_by(database: Database, holder: str) -> None:
    """Return once the holder has got the lease: asked again and again, since the server tells nobody."""
    for _ in range(100):
        if await claimed(database, holder):
            return
        await asyncio.sleep(0.05)
    pytest.fail("the lease was never free")


async def holders(database: Database) -> dict[str, str]:
    async with database.begin() as session:
        return {lease.name: lease.holder for lease in await session.scalars(select(Lease))}


async def test_what_is_free_is_taken_and_what_is_held_is_not(database: Database) -> None:
    assert await claimed(database, "one", "poll:acme", "poll:other") == {"poll:acme", "poll:other"}
    assert await claimed(database, "two", "poll:acme", "expire") == {"expire"}
    assert await holders(database) == {"poll:acme": "one", "poll:other": "one", "expire": "two"}


async def test_what_has_run_out_is_taken(database: Database) -> None:
    await claimed(database, "one", life=OVER)
    assert await claimed(database, "two") == {"poll"}
    assert await claimed(database, "one") == set()


async def test_what_is_renewed_does_not_run_out_and_what_another_has_is_not_renewed(database: Database) -> None:
    await claimed(database, "one", "expire", "poll", life=OVER)
    assert await claimed(database, "two", "poll") == {"poll"}
    async with database.begin() as session:
        assert await leases.renew(session, holder="one", life=LONG) == {"expire"}
    assert await claimed(database, "two", "expire") == set()


async def test_a_lease_counts_from_the_databases_clock(database: Database) -> None:
    await claimed(database, "one", life=timedelta(seconds=30))
    async with database.begin() as session:
        lease = (await session.scalars(select(Lease))).one()
        left = lease.until - await leases.now_of(session)
    assert timedelta(seconds=20) < left <= timedelta(seconds=30)


async def test_a_replica_whose_clock_is_an_hour_ahead_takes_nothing_that_is_held(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(postgresql_url)
    await claimed(database, "one", life=timedelta(seconds=30))
    monkeypatch.setattr(leases, "utc_now", lambda: utc_now() + timedelta(hours=1))
    assert await claimed(database, "two") == set()
    await database.close()


async def test_what_is_released_is_free_and_what_others_hold_is_not(database: Database) -> None:
    await claimed(database, "one", "poll")
    await claimed(database, "two", "expire")
    async with database.begin() as session:
        await leases.release(session, holder="one")
    assert await claimed(database, "three", "poll", "expire") == {"poll"}


async def test_who_is_alone_releases_everything(database: Database) -> None:
    await claimed(database, "dead")
    async with database.begin() as session:
        await leases.release_all(session)
    assert await claimed(database, "one") == {"poll"}


async def test_only_the_holder_is_confirmed_even_where_it_has_run_out(database: Database) -> None:
    await claimed(database, "one", life=OVER)
    async with database.begin() as session:
        await leases.confirm(session, "poll", holder="one")
    await claimed(database, "two")
    for name, holder in (("poll", "one"), ("expire", "two")):
        with pytest.raises(LeaseLost):
            async with database.begin() as session:
                await leases.confirm(session, name, holder=holder)


@pytest.fixture
async def crowd(database_url: str) -> AsyncIterator[list[Database]]:
    """Twenty processes' databases, opened one after another."""
    async with AsyncExitStack() as stack:
        databases = [Database(database_url) for _ in range(20)]
        for database in databases:
            stack.push_async_callback(database.close)
            await database.ping()
        yield databases


@pytest.mark.parametrize("is_over", [False, True])
async def test_of_twenty_who_claim_at_once_one_gets_it(crowd: list[Database], is_over: bool) -> None:
    if is_over:
        await claimed(crowd[0], "dead", life=OVER)
    taken = await asyncio.gather(*(claimed(each, f"replica {number}") for number, each in enumerate(crowd)))
    [winner] = [number for number, names in enumerate(taken) if names]
    assert await holders(crowd[0]) == {"poll": f"replica {winner}"}


async def test_a_confirmed_lease_is_not_taken_before_the_commit_and_keeps_no_claimer_waiting(
    postgresql_url: str,
) -> None:
    mine, theirs = Database(postgresql_url), Database(postgresql_url)
    await claimed(mine, "one", life=OVER)
    async with mine.begin() as session:
        await leases.confirm(session, "poll", holder="one")
        async with asyncio.timeout(5):
            assert await claimed(theirs, "two", "poll", "expire") == {"expire"}
    assert await claimed(theirs, "two") == {"poll"}
    await mine.close()
    await theirs.close()


async def test_a_holder_that_is_frozen_in_a_transaction_loses_it(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "IDLE_IN_TRANSACTION", timedelta(milliseconds=200))
    mine, theirs = Database(postgresql_url), Database(postgresql_url)
    await claimed(mine, "one", life=OVER)

    async def freeze() -> None:
        async with mine.begin() as session:
            await leases.confirm(session, "poll", holder="one")
            await taken_by(theirs, "two")
            await session.execute(text("UPDATE leases SET holder = 'one'"))

    with pytest.raises(DATABASE_AWAY):
        await freeze()
    assert await holders(theirs) == {"poll": "two"}
    await mine.close()
    await theirs.close()


async def test_other_transactions_may_idle_as_before(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "IDLE_IN_TRANSACTION", timedelta(milliseconds=200))
    database = Database(postgresql_url)
    await claimed(database, "one")
    async with database.begin() as session:
        await leases.confirm(session, "poll", holder="one")
    async with database.begin() as session:
        assert (await session.execute(text("SHOW idle_in_transaction_session_timeout"))).scalar_one() == "0"
    await database.close()
