"""Docker Hub's rate limit: one message where it lasts or delays somebody, which ends, by however many processes."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from bot.alerts.limits import LimitWatch
from bot.alerts.texts import OTHERS, words_of
from bot.clock import Clock as Clocks
from bot.db.models import LimitEpisode, OperationRequest
from bot.db.session import Database
from bot.hub.auth import Credential
from bot.hub.client import Hub
from bot.hub.limits import family
from bot.outbox.destination import slack_channel

from .conftest import outbox
from .far_side import ORGANIZATION, START, Clock, FarSide

ROOT = Path(__file__).parents[2]
LOG = "/v2/auditlogs/{organization}"
REAL = START - timedelta(hours=1)
LIMITED = "Docker Hub's rate limit is spent."


def watch_of(database: Database, hub: Hub, clock: Clock, wake: Callable[[], None] = lambda: None) -> LimitWatch:
    """A process's watch; its machine's time is an hour behind the business's."""
    return LimitWatch(
        database=database,
        hub=hub,
        share=0.2,
        limited=LIMITED,
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


async def told(database: Database) -> list[dict[str, Any]]:
    return [message.payload for message in await outbox(database)]


async def keep_low(watch: LimitWatch, far: FarSide, clock: Clock, *, minutes: float = 1.5) -> None:
    """Little is left whenever somebody looks."""
    for _ in range(int(minutes * 6)):
        await ask(watch.hub, far, remaining=3)
        await look(watch)
        clock.advance(10)
    await ask(watch.hub, far, remaining=3)
    await look(watch)


async def calm_down(watch: LimitWatch, far: FarSide, clock: Clock) -> None:
    """Enough is left for two windows."""
    for _ in range(13):
        clock.advance(10)
        await ask(watch.hub, far, remaining=599)
        await look(watch)


async def wait_for_it(database: Database, *, why: str | None = LIMITED, number: int = 1) -> None:
    """So many approved requests wait for this reason."""
    async with database.begin() as session:
        for _ in range(number):
            session.add(
                OperationRequest(
                    status="approved",
                    created_at=START,
                    organization=ORGANIZATION,
                    operation="team.create",
                    params={},
                    reason="",
                    requester="U0ANN",
                    rule="r",
                    requirement={"stages": [], "deadline": 86400.0, "execute_within": 86400.0},
                    expires_at=START,
                    preview={},
                    fingerprint="",
                    waits_because=why,
                )
            )


async def go_on(database: Database) -> None:
    async with database.begin() as session:
        await session.execute(update(OperationRequest).values(waits_because=None))


async def test_nothing_is_told_while_enough_is_left(
    watch: LimitWatch, far: FarSide, clock: Clock, database: Database
) -> None:
    for _ in range(12):
        await ask(watch.hub, far, remaining=120)  # the share itself is enough
        await look(watch)
        clock.advance(10)
    assert await told(database) == []


async def test_a_burst_that_is_over_with_its_window_is_not_told(
    watch: LimitWatch, far: FarSide, clock: Clock, database: Database
) -> None:
    await ask(watch.hub, far, remaining=0)
    for _ in range(6):
        await look(watch)
        clock.advance(9)
    await calm_down(watch, far, clock)
    assert await told(database) == []
    async with database.begin() as session:
        [episode] = (await session.scalars(select(LimitEpisode))).all()
    assert episode.ended_at is not None


async def test_what_lasts_for_a_minute_is_told_once_in_words_and_ends_in_the_same_message(
    watch: LimitWatch, far: FarSide, clock: Clock, database: Database, woken: list[str]
) -> None:
    await keep_low(watch, far, clock, minutes=5)
    [message] = await outbox(database)
    assert (message.kind, message.address, message.wanted) == ("limit", "hub-alerts", 1)
    assert message.due_at == REAL
    assert message.payload == {"families": ["reading the audit log"], "waiting": 0, "since": START.isoformat()}
    assert woken == ["woken"]
    await calm_down(watch, far, clock)
    [message] = await outbox(database)
    assert (message.payload["since"], message.wanted) == (START.isoformat(), 2)
    assert message.payload["until"] > (START + timedelta(minutes=6)).isoformat()
    assert woken == ["woken", "woken"]


async def test_the_next_time_is_told_in_a_message_of_its_own(
    watch: LimitWatch, far: FarSide, clock: Clock, database: Database
) -> None:
    for _ in range(2):
        await keep_low(watch, far, clock)
        await calm_down(watch, far, clock)
    assert ["until" in payload for payload in await told(database)] == [True, True]


async def test_what_delays_a_request_is_told_at_once_and_how_many_it_delays(
    watch: LimitWatch, far: FarSide, clock: Clock, database: Database
) -> None:
    await ask(watch.hub, far, remaining=0)
    await wait_for_it(database)
    await look(watch)
    [payload] = await told(database)
    assert (payload["families"], payload["waiting"]) == (["reading the audit log"], 1)
    await wait_for_it(database)
    for _ in range(3):
        await look(watch)
    [message] = await outbox(database)
    assert (message.payload["waiting"], message.wanted) == (2, 2)
    await go_on(database)
    await calm_down(watch, far, clock)
    [payload] = await told(database)
    assert (payload["waiting"], "until" in payload) == (0, True)


async def test_it_is_not_over_while_something_still_waits_for_it(
    watch: LimitWatch, far: FarSide, clock: Clock, database: Database
) -> None:
    await wait_for_it(database)
    await calm_down(watch, far, clock)
    [payload] = await told(database)
    assert (payload["families"], payload["waiting"], "until" in payload) == ([], 1, False)


async def test_what_waits_for_something_else_tells_nothing(watch: LimitWatch, database: Database) -> None:
    await wait_for_it(database, why="Docker Hub cannot be reached, or does not work.")
    await wait_for_it(database, why=None)
    await look(watch)
    assert await told(database) == []


async def test_a_window_that_has_ended_begins_nothing(
    watch: LimitWatch, far: FarSide, clock: Clock, database: Database
) -> None:
    await ask(watch.hub, far, remaining=3)
    clock.advance(60)
    for _ in range(9):
        await look(watch)
        clock.advance(10)
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
    watch: LimitWatch, elsewhere: LimitWatch, far: FarSide, clock: Clock, database: Database
) -> None:
    await keep_low(watch, far, clock)
    await ask(elsewhere.hub, far, remaining=500)
    clock.advance(50)
    await look(elsewhere)
    await look(watch)
    [payload] = await told(database)
    assert "until" not in payload


async def test_a_process_that_has_just_started_ends_what_another_began(
    watch: LimitWatch, elsewhere: LimitWatch, far: FarSide, clock: Clock, database: Database
) -> None:
    await keep_low(watch, far, clock)
    await look(elsewhere)
    clock.advance(125)
    await look(elsewhere)
    [payload] = await told(database)
    assert "until" in payload


async def test_two_processes_tell_it_once(
    watch: LimitWatch, hub: Hub, far: FarSide, clock: Clock, other_database: Database
) -> None:
    elsewhere = watch_of(other_database, hub, clock)
    for _ in range(9):
        await ask(hub, far, remaining=3)
        await asyncio.gather(look(watch), look(elsewhere))
        clock.advance(10)
    clock.advance(120)
    await asyncio.gather(look(watch), look(elsewhere))
    [message] = await outbox(other_database)
    assert ("until" in message.payload, message.wanted) == (True, 2)


async def test_what_any_replica_sees_is_told_by_the_one_that_watches(
    watch: LimitWatch, elsewhere: LimitWatch, far: FarSide, clock: Clock, database: Database
) -> None:
    for _ in range(9):
        await ask(elsewhere.hub, far, remaining=3)
        await elsewhere.note()
        await watch.check()
        clock.advance(10)
    assert len(await told(database)) == 1


async def test_what_two_replicas_saw_of_one_window_is_the_least_in_whatever_order(
    watch: LimitWatch, elsewhere: LimitWatch, far: FarSide, database: Database
) -> None:
    await ask(elsewhere.hub, far, remaining=3)
    await ask(watch.hub, far, remaining=500)
    await elsewhere.note()
    await watch.note()
    await watch.check()
    async with database.begin() as session:
        [episode] = (await session.scalars(select(LimitEpisode))).all()
    assert episode.remaining == 3


def test_every_address_of_docker_hub_that_the_bot_asks_is_told_in_words() -> None:
    source = "".join(path.read_text() for path in (ROOT / "bot").rglob("*.py"))
    asked = {family(found) for found in re.findall(r'"(/v2/[^"]+)"', source)}
    assert len(asked) > 10
    assert {each for each in asked if words_of(each) == OTHERS} == {"ratelimitpreview/manifests"}
    assert words_of("new/family") == OTHERS
