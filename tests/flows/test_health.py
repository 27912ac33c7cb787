"""The bot says how it is: what a restart would mend, what this replica cannot do, and the numbers whatever is away."""

import asyncio
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from tests.flows.house import House
from tests.flows.races_records import looked_for
from tests.flows.test_races_database import administrator, house_on_postgresql, outage

__all__ = ["administrator", "house_on_postgresql"]

NAMES = {
    "hubwarden_metrics_available",
    "hubwarden_loop_age_seconds",
    "hubwarden_slack_socket_ready",
    "hubwarden_hub_requests_left",
    "hubwarden_requests",
    "hubwarden_approved_oldest_age_seconds",
    "hubwarden_inbox_arrivals",
    "hubwarden_inbox_oldest_age_seconds",
    "hubwarden_outbox_messages",
    "hubwarden_outbox_oldest_age_seconds",
    "hubwarden_audit_log_poll_age_seconds",
}


async def ask(house: House, path: str) -> tuple[int, Any]:
    """Status and answer, which is JSON but for the metrics."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{house.bot.health.bound_port}{path}") as answer,
    ):
        text = await answer.text()
        return answer.status, text if path == "/metrics" else json.loads(text)


async def numbers(house: House) -> dict[str, dict[str, float]]:
    """The metrics, by name and label."""
    _, text = await ask(house, "/metrics")
    families = text_string_to_metric_families(text)
    return {
        family.name: {sample.labels.get("of", ""): sample.value for sample in family.samples} for family in families
    }


@contextmanager
def full_disk() -> Iterator[None]:
    """A time in which no file of this process can grow, nor be written to beyond its beginning."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
async def polled(house: House) -> House:
    """A house whose bot has read the audit log once."""

    async def look() -> bool | None:
        return bool((await numbers(house)).get("hubwarden_audit_log_poll_age_seconds")) or None

    await looked_for(look)
    return house


async def test_a_bot_that_is_well_is_alive_and_ready_and_tells_all_its_numbers(polled: House) -> None:
    assert await ask(polled, "/healthz") == (200, {"status": "alive", "problems": []})
    assert await ask(polled, "/readyz") == (200, {"status": "ready", "problems": {}})
    told = await numbers(polled)
    assert set(told) >= NAMES
    assert told["hubwarden_slack_socket_ready"] == {"": 1.0}
    assert set(told["hubwarden_metrics_available"].values()) == {1.0}
    loops = {"executions/1", "delivery", "inbox", "inbox-committer", "leases", "audit-log:acme", "expire", "socket"}
    assert loops | {"socket-reader"} <= set(told["hubwarden_loop_age_seconds"])
    assert [*told["hubwarden_audit_log_poll_age_seconds"]] == ["acme"]


async def test_a_worker_that_has_died_is_for_a_restart(house: House) -> None:
    worker = house.bot._workers[-1]
    assert worker._task is not None
    worker._task.cancel()
    await asyncio.gather(worker._task, return_exceptions=True)
    assert await ask(house, "/healthz") == (503, {"status": "sick", "problems": ["delivery has ended"]})
    assert (await ask(house, "/readyz"))[1]["problems"] == {"loops": "delivery has ended"}


async def test_an_inbox_that_stores_nothing_more_is_seen(house: House) -> None:
    task = house.bot._inbox._committer._task
    assert task is not None
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await ask(house, "/healthz"))[1]["problems"] == ["inbox-committer has ended"]
    house.bot._inbox._committer._task = None


async def test_a_session_from_which_nobody_reads_gives_no_sign_of_life(watchful_socket: None, house: House) -> None:
    socket = house.bot.socket
    assert socket._handler is not None
    receiver = socket._handler.client.message_receiver
    assert receiver is not None
    receiver.cancel()
    await asyncio.gather(receiver, return_exceptions=True)
    since = socket._reader._last
    watched = socket._watcher._last

    async def looked() -> bool | None:
        return socket._watcher._last > watched + 1 or None

    await looked_for(looked)
    assert socket._reader._last == since


async def test_who_takes_up_what_others_left_is_watched_beside_the_job_that_forgets_it(house: House) -> None:
    task = house.bot._intake._task
    assert task is not None
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await ask(house, "/healthz") == (503, {"status": "sick", "problems": ["inbox has ended"]})


async def test_a_job_that_is_gone_is_seen(house: House) -> None:
    house.bot._timetable._scheduler.remove_job("expire")
    assert await ask(house, "/healthz") == (503, {"status": "sick", "problems": ["expire is no longer scheduled"]})
    assert (await ask(house, "/readyz"))[0] == 503


async def test_a_reader_of_the_socket_that_has_died_is_seen(house: House) -> None:
    assert house.bot.socket._handler is not None
    processor = house.bot.socket._handler.client.message_processor
    processor.cancel()
    await asyncio.gather(processor, return_exceptions=True)
    assert (await ask(house, "/healthz"))[1]["problems"] == ["socket-reader has ended"]


async def test_without_slack_it_is_alive_and_not_ready(house: House) -> None:

    async def not_ready() -> bool | None:
        return (await ask(house, "/readyz"))[0] == 503 or None

    await house.slack.stop()
    with capture_logs():
        await looked_for(not_ready)
        assert (await ask(house, "/readyz"))[1]["problems"] == {"slack": "Slack has not said hello"}
        assert (await ask(house, "/healthz"))[0] == 200
        assert (await numbers(house))["hubwarden_slack_socket_ready"] == {"": 0.0}
    await house.slack.start()


async def test_on_a_full_disk_it_is_alive_and_not_ready_and_says_why(house: House) -> None:
    with capture_logs(), full_disk():
        status, answer = await ask(house, "/readyz")
        alive, _ = await ask(house, "/healthz")
    assert status == 503
    assert answer["problems"]["database"].startswith("takes no writes: ")
    assert alive == 200
    assert await ask(house, "/readyz") == (200, {"status": "ready", "problems": {}})


async def test_without_its_database_it_is_alive_and_not_ready_and_tells_what_it_can(
    house_on_postgresql: House, administrator: Any
) -> None:
    house = house_on_postgresql
    with capture_logs():
        async with outage(administrator, house):
            assert (await ask(house, "/healthz"))[0] == 200
            status, answer = await ask(house, "/readyz")
            told = await numbers(house)
    assert status == 503
    assert "is not currently accepting connections" in answer["problems"]["database"]
    assert told["hubwarden_metrics_available"] == {
        "process": 1.0,
        "requests": 0.0,
        "outbox": 0.0,
        "audit-log": 0.0,
        "inbox": 0.0,
    }
    assert told["hubwarden_loop_age_seconds"]
    assert "hubwarden_requests" not in told


async def test_without_docker_hub_it_is_alive_and_ready(polled: House) -> None:
    await polled.hub.stop()
    with capture_logs():
        await polled.bot.poller.poll("acme")
        assert (await ask(polled, "/healthz"))[0] == 200
        assert (await ask(polled, "/readyz"))[0] == 200
    await polled.hub.start()
