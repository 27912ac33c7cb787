"""Docker Hub's rate limit: warned of once an episode, and its end told, by however many processes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from bot.alerts.limits import LimitWatch
from bot.clock import Clock as Clocks
from bot.db import limit_episodes
from bot.db.models import Message
from bot.db.session import Database
from bot.hub.auth import Credential
from bot.hub.client import Hub
from bot.outbox.destination import slack_channel

from .conftest import outbox
from .far_side import ORGANIZATION, START, Clock, FarSide

LOG = "/v2/auditlogs/{organization}"
REAL = START - timedelta(hours=1)


def watch_of(database: Database, hub: Hub, clock: Clock, wake: Callable[[], None] = lambda: None) -> LimitWatch:
    """A process's watch; its machine's time is an hour behind the business's."""
    return LimitWatch(
        database=database,
        hub=hub,
        share=0.2,
        destination=slack_channel("hub-alerts"),
        clock=Clocks(now=clock.now, real=lambda: REAL),
        wake=wake,
    )


@pytest.fixture
def watch(database: Database, hub: Hub, clock: Clock, woken: list[str]) -> LimitWatch:
    return watch_of(database, hub, clock, lambda: woken.append("woken"))


async def ask(hub: Hub, far: FarSide, *, remaining: int) -> None:
    """One request, whose answer says how many are left of 600."""
    far.remaining = remaining
    await hub.get(LOG, query={"page_size": 1}, organization=ORGANIZATION)


async def look(watch: LimitWatch) -> None:
    """What a replica does that watches."""
    await watch.note()
    await watch.check()


async def told(database: Database) -> list[str]:
    return [message.key for message in await outbox(database)]


async def test_nothing_is_told_while_enough_is_left(
    watch: LimitWatch, hub: Hub, far: FarSide, database: Database
) -> None:
    await look(watch)
    await ask(hub, far, remaining=120)  # the share itself is enough
    await look(watch)
    assert await told(database) == []


async def test_an_episode_is_told_once(
    watch: LimitWatch, hub: Hub, far: FarSide, database: Database, woken: list[str]
) -> None:
    for remaining in (119, 60, 3):
        await ask(hub, far, remaining=remaining)
        await look(watch)
    [message] = await outbox(database)
    assert (message.key, message.kind, message.address) == ("limit:1:begin", "limit_begin", "hub-alerts")
    assert (message.created_at, message.due_at) == (START, REAL)
    reset_at = (START + timedelta(minutes=1)).isoformat()
    assert message.payload == {"family": "auditlogs", "limit": 600, "remaining": 119, "reset_at": reset_at}
    assert woken == ["woken"]


async def test_its_end_is_told_once_the_reset_has_passed(
    watch: LimitWatch, hub: Hub, far: FarSide, clock: Clock, database: Database
) -> None:
    await ask(hub, far, remaining=3)
    await look(watch)
    clock.advance(59)
    await look(watch)
    assert await told(database) == ["limit:1:begin"]
    clock.advance(1)
    await look(watch)
    await look(watch)
    assert await told(database) == ["limit:1:begin", "limit:1:end"]
    end = (await outbox(database))[1]
    assert (end.kind, end.payload["remaining"]) == ("limit_end", 600)


async def test_its_end_is_told_once_a_later_window_has_enough(
    watch: LimitWatch, hub: Hub, far: FarSide, clock: Clock, database: Database
) -> None:
    await ask(hub, far, remaining=3)
    await look(watch)
    clock.advance(30)
    await ask(hub, far, remaining=599)
    await look(watch)
    assert [(m.key, m.payload["remaining"]) for m in await outbox(database)] == [
        ("limit:1:begin", 3),
        ("limit:1:end", 599),
    ]


async def test_what_its_first_message_says_does_not_decide_when_it_ends(
    watch: LimitWatch, hub: Hub, far: FarSide, clock: Clock, database: Database
) -> None:
    await ask(hub, far, remaining=3)
    await look(watch)
    async with database.begin() as session:
        [episode] = await limit_episodes.open_episodes(session)
        await session.execute(update(Message).values(payload={"reset_at": START.isoformat()}))
    assert episode.reset_at == START + timedelta(minutes=1)
    clock.advance(59)
    await look(watch)
    assert await told(database) == ["limit:1:begin"]


async def test_a_limit_that_stays_nearly_spent_is_one_episode(
    watch: LimitWatch, hub: Hub, far: FarSide, clock: Clock, database: Database
) -> None:
    for _ in range(5):
        await ask(hub, far, remaining=3)
        await look(watch)
        clock.advance(61)
        await ask(hub, far, remaining=5)
        await look(watch)
    assert await told(database) == ["limit:1:begin"]


async def test_the_next_episode_is_told_again(
    watch: LimitWatch, hub: Hub, far: FarSide, clock: Clock, database: Database
) -> None:
    for _ in range(2):
        await ask(hub, far, remaining=3)
        await look(watch)
        clock.advance(61)
        await look(watch)
    assert await told(database) == ["limit:1:begin", "limit:1:end", "limit:2:begin", "limit:2:end"]


async def test_a_window_that_has_ended_begins_nothing(
    watch: LimitWatch, hub: Hub, far: FarSide, clock: Clock, database: Database
) -> None:
    await ask(hub, far, remaining=3)
    clock.advance(60)
    await look(watch)
    assert await told(database) == []


@pytest.fixture
async def other_hub(far: FarSide, clock: Clock) -> AsyncIterator[Hub]:
    """The client of another process."""
    other = Hub(url=far.url, credential=Credential("acme-hubwarden", SecretStr("s")), now=clock.now)
    yield other
    await other.close()


@pytest.fixture
def elsewhere(database: Database, other_hub: Hub, clock: Clock) -> LimitWatch:
    """The watch of another process."""
    return watch_of(database, other_hub, clock)


async def test_another_process_that_remembers_more_of_the_same_window_ends_nothing(
    watch: LimitWatch, elsewhere: LimitWatch, far: FarSide, database: Database
) -> None:
    await ask(elsewhere.hub, far, remaining=500)
    await ask(watch.hub, far, remaining=3)
    await look(watch)
    await look(elsewhere)
    assert await told(database) == ["limit:1:begin"]


async def test_a_process_that_has_just_started_ends_what_another_began(
    watch: LimitWatch, elsewhere: LimitWatch, far: FarSide, clock: Clock, database: Database
) -> None:
    await ask(watch.hub, far, remaining=3)
    await look(watch)
    await look(elsewhere)
    assert await told(database) == ["limit:1:begin"]
    clock.advance(60)
    await look(elsewhere)
    assert await told(database) == ["limit:1:begin", "limit:1:end"]


async def test_two_processes_tell_an_episode_once(
    watch: LimitWatch, hub: Hub, far: FarSide, clock: Clock, other_database: Database
) -> None:
    elsewhere = watch_of(other_database, hub, clock)
    await ask(hub, far, remaining=3)
    await asyncio.gather(look(watch), look(elsewhere))
    clock.advance(61)
    await asyncio.gather(look(watch), look(elsewhere))
    assert await told(other_database) == ["limit:1:begin", "limit:1:end"]


async def test_what_any_replica_sees_is_told_by_the_one_that_watches(
    watch: LimitWatch, elsewhere: LimitWatch, far: FarSide, clock: Clock, database: Database
) -> None:
    await ask(elsewhere.hub, far, remaining=3)
    await elsewhere.note()
    await watch.check()
    assert await told(database) == ["limit:1:begin"]
    clock.advance(30)
    await ask(elsewhere.hub, far, remaining=599)
    await elsewhere.note()
    await watch.check()
    assert await told(database) == ["limit:1:begin", "limit:1:end"]


async def test_what_two_replicas_saw_of_one_window_is_the_least_in_whatever_order(
    watch: LimitWatch, elsewhere: LimitWatch, far: FarSide, database: Database
) -> None:
    await ask(elsewhere.hub, far, remaining=3)
    await ask(watch.hub, far, remaining=500)
    await elsewhere.note()
    await watch.note()
    await watch.check()
    [message] = await outbox(database)
    assert message.payload["remaining"] == 3


async def test_what_was_seen_of_an_older_window_hides_nothing_of_a_newer_one(
    watch: LimitWatch, elsewhere: LimitWatch, far: FarSide, clock: Clock, database: Database
) -> None:
    await ask(watch.hub, far, remaining=500)
    clock.advance(30)
    await ask(elsewhere.hub, far, remaining=3)
    await elsewhere.note()
    await watch.note()
    await watch.check()
    assert await told(database) == ["limit:1:begin"]
