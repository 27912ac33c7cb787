"""What an orchestrator asks, over a real socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from bot import health as health_module
from bot.health import Check, Health, Metric, Provider


class Ailment:
    """A check whose answer a test can change."""

    def __init__(self) -> None:
        self.problem: str | None = None
        self.hangs = False

    async def __call__(self) -> str | None:
        if self.hangs:
            await asyncio.Event().wait()
        return self.problem


async def numbers() -> Sequence[Metric]:
    """Two metrics, with a label that has to be escaped."""
    return (
        Metric("requests", "Requests by status", {"pending": 2.0, 'odd"\n\\': 1.0}),
        Metric("loop_age_seconds", "Seconds", {"delivery": 0.25}),
    )


class Broken:
    """A provider whose source a test can take away."""

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.hangs = False

    async def __call__(self) -> Sequence[Metric]:
        if self.hangs:
            await asyncio.Event().wait()
        if self.trouble is not None:
            raise self.trouble
        return (Metric("outbox_messages", "Messages", 3.0),)


@pytest.fixture
def ailment() -> Ailment:
    return Ailment()


@pytest.fixture
def sick() -> list[str]:
    """What loops suffer from."""
    return []


@pytest.fixture
def broken() -> Broken:
    return Broken()


@pytest.fixture
async def ask(
    ailment: Ailment, sick: list[str], broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[[str], Awaitable[tuple[int, str]]]]:
    """Asks a running `Health`; answers status and text."""
    monkeypatch.setattr(health_module, "CHECK_SECONDS", 0.1)

    async def fine() -> str | None:
        return None

    checks: dict[str, Check] = {"database": fine, "slack": ailment}
    providers: dict[str, Provider] = {"process": numbers, "outbox": broken}
    health = Health(host="127.0.0.1", port=0, ailments=lambda: sick, checks=checks, providers=providers)
    await health.start()
    async with aiohttp.ClientSession() as session:

        async def get(path: str) -> tuple[int, str]:
            async with session.get(f"http://127.0.0.1:{health.bound_port}{path}") as response:
                return response.status, await response.text()

        yield get
    await health.stop()


Ask = Callable[[str], Awaitable[tuple[int, str]]]


async def test_a_process_whose_loops_are_well_is_alive_even_where_it_is_not_ready(ask: Ask, ailment: Ailment) -> None:
    ailment.problem = "has not said hello"
    assert await ask("/healthz") == (200, '{"status": "alive", "problems": []}')


async def test_a_loop_that_hangs_or_has_ended_is_what_a_restart_is_for(ask: Ask, sick: list[str]) -> None:
    sick.append("delivery has ended")
    assert await ask("/healthz") == (503, '{"status": "sick", "problems": ["delivery has ended"]}')


async def test_ready_is_when_nothing_is_wrong(ask: Ask, ailment: Ailment) -> None:
    assert await ask("/readyz") == (200, '{"status": "ready", "problems": {}}')
    ailment.problem = "has not said hello"
    assert await ask("/readyz") == (503, '{"status": "not ready", "problems": {"slack": "has not said hello"}}')
    ailment.problem = None
    assert (await ask("/readyz"))[0] == 200


async def test_a_check_that_hangs_is_a_problem_and_holds_up_nobody(ask: Ask, ailment: Ailment) -> None:
    ailment.hangs = True
    async with asyncio.timeout(5):
        status, text = await ask("/readyz")
    assert (status, "does not answer within" in text) == (503, True)


async def test_the_numbers_are_prometheus_text(ask: Ask) -> None:
    status, text = await ask("/metrics")
    assert status == 200
    assert 'hubwarden_requests{of="pending"} 2.0' in text
    assert "# HELP hubwarden_loop_age_seconds Seconds" in text
    assert r'hubwarden_requests{of="odd\"\n\\"} 1.0' in text
    assert "\nhubwarden_outbox_messages 3.0\n" in text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert {sample.labels["of"] for sample in families["hubwarden_requests"].samples} == {"pending", 'odd"\n\\'}


@pytest.mark.parametrize("way", ["raises", "hangs"])
async def test_a_source_that_is_away_costs_its_own_numbers_alone_and_that_is_told(
    ask: Ask, broken: Broken, way: str
) -> None:
    broken.trouble, broken.hangs = OSError("no route to a secret host"), way == "hangs"
    with capture_logs() as logs:
        async with asyncio.timeout(2):
            status, text = await ask("/metrics")
    assert status == 200
    assert 'hubwarden_metrics_available{of="outbox"} 0.0' in text
    assert 'hubwarden_metrics_available{of="process"} 1.0' in text
    assert 'hubwarden_requests{of="pending"} 2.0' in text
    assert "hubwarden_outbox_messages" not in text
    assert [entry["event"] for entry in logs] == ["metrics.unavailable"]


async def test_a_second_scrape_says_the_same(ask: Ask) -> None:
    assert await ask("/metrics") == await ask("/metrics")


@pytest.mark.parametrize("path", ["/", "/healthz/x", "/metrics/../etc/passwd"])
async def test_nothing_else_is_there(ask: Ask, path: str) -> None:
    assert (await ask(path))[0] == 404


async def test_stopping_what_never_started_is_nothing() -> None:
    await Health(host="127.0.0.1", port=0, ailments=list, checks={}, providers={}).stop()
