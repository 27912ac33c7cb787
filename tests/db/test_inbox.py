"""The inbox's rows: each delivery once, one holder at a time, emptied when it is done."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.db import inbox
from bot.db.models import StoredArrival
from bot.db.session import Database
from tests.db.rows import NOW

LEASE = timedelta(seconds=30)


def row(key: str, *, holder: str = "us", lease_until: datetime = NOW + LEASE) -> dict[str, Any]:
    """A command as it is stored."""
    return {
        "key": key,
        "kind": "command",
        "person": "U0ANN",
        "payload": {"text": "team list 🐳 \\ '\""},
        "state": inbox.WAITING,
        "received_at": NOW,
        "claimed_by": holder,
        "lease_until": lease_until,
    }


async def store(database: Database, *rows: dict[str, Any]) -> set[str]:
    """Store them; answers what was news."""
    (new,) = await database.urgently([inbox.add(database.dialect, rows)])
    return set(new)


async def finish(database: Database, *keys: str, holder: str = "us", now: datetime = NOW) -> None:
    """Nothing is left to do for these."""
    await database.urgently([inbox.finish(keys, holder=holder, now=now)])


async def found(database: Database, key: str) -> StoredArrival:
    """The row."""
    async with database.begin() as session:
        one = await inbox.get(session, key)
    assert one is not None
    return one


async def taken(database: Database, holder: str, *, limit: int = 10) -> Sequence[str]:
    """The keys that this one takes over."""
    async with database.begin() as session:
        left = await inbox.take_over(session, holder=holder, over_by=NOW, lease_until=NOW + LEASE, limit=limit)
        return [one.key for one in left]


async def test_what_is_delivered_twice_is_one_also_in_one_batch(database: Database) -> None:
    assert await store(database, row("1"), row("2")) == {"1", "2"}
    assert await store(database, row("2"), row("3")) == {"3"}
    assert (await found(database, "2")).payload == row("2")["payload"]


async def test_what_is_done_is_emptied_and_still_known(database: Database) -> None:
    await store(database, row("1"))
    await finish(database, "1")
    done = await found(database, "1")
    assert (done.state, done.payload, done.done_at) == (inbox.DONE, {}, NOW)
    assert await store(database, row("1")) == set()


async def test_only_whoever_works_on_it_says_that_it_is_done(database: Database) -> None:
    await store(database, row("1"))
    await finish(database, "1", holder="frozen")
    assert (await found(database, "1")).state == inbox.WAITING


async def test_an_act_is_marked_once_by_its_holder(database: Database) -> None:
    await store(database, row("1"))
    async with database.begin() as session:
        assert not await inbox.mark_acted(session, "1", holder="frozen")
        assert await inbox.mark_acted(session, "1", holder="us")
        assert not await inbox.mark_acted(session, "1", holder="us")
    await finish(database, "1")
    async with database.begin() as session:
        assert not await inbox.mark_acted(session, "1", holder="us")


async def test_what_others_left_is_taken_over_oldest_first_and_nothing_else(database: Database) -> None:
    old = NOW - timedelta(seconds=1)
    await store(
        database,
        row("left", holder="dead", lease_until=old),
        row("alive", holder="other"),
        row("ours", lease_until=old),
        row("done", holder="dead", lease_until=old),
        row("left too", holder="dead", lease_until=old),
        row("not yet", holder="dead", lease_until=NOW),
    )
    await finish(database, "done", holder="dead")
    assert await taken(database, "us", limit=1) == ["left"]
    assert await taken(database, "us") == ["left too"]
    assert await taken(database, "us") == []
    assert (await found(database, "left")).claimed_by == "us"


async def test_a_lease_is_extended_for_what_its_holder_has_not_done(database: Database) -> None:
    old = NOW - timedelta(seconds=1)
    await store(database, row("1", lease_until=old), row("2", holder="other", lease_until=old))
    async with database.begin() as session:
        assert await inbox.extend(session, holder="us", due_by=NOW, lease_until=NOW + LEASE, limit=9) == 1
        assert await inbox.extend(session, holder="us", due_by=NOW, lease_until=NOW + LEASE, limit=9) == 0
    assert await taken(database, "third") == ["2"]


async def test_leases_are_extended_and_given_up_some_at_a_time(database: Database) -> None:
    await store(database, *(row(key) for key in "12345"), row("other", holder="other"))
    late = NOW + 2 * LEASE
    async with database.begin() as session:
        extended = [await inbox.extend(session, holder="us", due_by=late, lease_until=late, limit=2) for _ in range(4)]
        released = [await inbox.release(session, holder="us", now=NOW, limit=2) for _ in range(4)]
    assert (extended, released) == ([2, 2, 1, 0], [2, 2, 1, 0])
    assert (await found(database, "other")).lease_until == row("other")["lease_until"]
    assert (await found(database, "5")).lease_until == NOW


async def test_what_is_left_is_taken_by_one_of_many_who_look_at_once(database: Database) -> None:
    old = NOW - timedelta(seconds=1)
    await store(database, *(row(str(number), holder="dead", lease_until=old) for number in range(40)))
    takers = await asyncio.gather(*(taken(database, f"replica {number}", limit=7) for number in range(10)))
    left = list(takers)
    while more := await taken(database, "last"):
        left.append(more)
    keys = [key for each in left for key in each]
    assert sorted(keys, key=int) == [str(number) for number in range(40)]


async def test_a_sweep_forgets_so_many_of_what_was_done_long_ago(database: Database) -> None:
    await store(database, *(row(str(number)) for number in range(5)))
    await finish(database, "0", "1", "2", now=NOW - timedelta(days=2))
    await finish(database, "3")
    for expected in (2, 1, 0):
        async with database.begin() as session:
            assert await inbox.sweep(session, NOW - timedelta(days=1), limit=2) == expected
    assert (await found(database, "3")).state == inbox.DONE
    assert (await found(database, "4")).state == inbox.WAITING


async def test_how_much_waits_and_since_when(database: Database) -> None:
    async with database.begin() as session:
        assert await inbox.depth(session) == (0, None)
    await store(database, row("1"), row("2"), row("3"))
    async with database.begin() as session:
        await inbox.mark_acted(session, "2", holder="us")
    await finish(database, "3")
    async with database.begin() as session:
        assert await inbox.depth(session) == (2, NOW)


@pytest.mark.parametrize("way", ["finish", "extend"])
async def test_two_who_change_many_rows_at_once_do_not_lock_each_other_out(database: Database, way: str) -> None:
    keys = [str(number) for number in range(60)]
    await store(database, *(row(key) for key in keys))

    async def extend() -> None:
        for each in range(2, 22):
            async with database.begin() as session:
                until = NOW + each * LEASE
                await inbox.extend(session, holder="us", due_by=until, lease_until=until, limit=60)

    async def end(some: list[str]) -> None:
        for start in range(0, len(some), 10):
            await finish(database, *some[start : start + 10])

    other = end(keys[::-1]) if way == "finish" else extend()
    await asyncio.wait_for(asyncio.gather(extend(), end(keys[::-1]), other), 20)
    async with database.begin() as session:
        assert await inbox.depth(session) == (0, None)
