"""What an orchestrator asks, over a real socket."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import aiohttp
import pytest

from bot.health import Check, Health

Numbers = Mapping[tuple[str, str], Mapping[str, float]]


class Ailment:
    """A check whose answer a test can change."""

    def __init__(self) -> None:
        self.problem: str | None = None

    async def __call__(self) -> str | None:
        return self.problem


async def numbers() -> Numbers:
    """Two gauges, with a label that has to be escaped."""
    return {
        ("requests", "Requests by status"): {"pending": 2.0, 'odd"\n\\': 1.0},
        ("worker_silent_seconds", "Seconds"): {"delivery": 0.25},
    }


@pytest.fixture
def ailment() -> Ailment:
    return Ailment()


@pytest.fixture
async def ask(ailment: Ailment) -> AsyncIterator[Callable[[str], Awaitable[tuple[int, str]]]]:
    """Asks a running `Health`; answers status and text."""

    async def fine() -> str | None:
        return None

    checks: dict[str, Check] = {"database": fine, "slack": ailment}
    health = Health(host="127.0.0.1", port=0, checks=checks, gauges=numbers)
    await health.start()
    async with aiohttp.ClientSession() as session:

        async def get(path: str) -> tuple[int, str]:
            async with session.get(f"http://127.0.0.1:{health.bound_port}{path}") as response:
                return response.status, await response.text()

        yield get
    await health.stop()


Ask = Callable[[str], Awaitable[tuple[int, str]]]


async def test_a_process_that_answers_is_alive_even_where_it_is_not_ready(ask: Ask, ailment: Ailment) -> None:
    ailment.problem = "has not said hello"
    assert await ask("/healthz") == (200, '{"status": "alive"}')


async def test_ready_is_when_nothing_is_wrong(ask: Ask, ailment: Ailment) -> None:
    assert await ask("/readyz") == (200, '{"status": "ready", "problems": {}}')
    ailment.problem = "has not said hello"
    assert await ask("/readyz") == (503, '{"status": "not ready", "problems": {"slack": "has not said hello"}}')
    ailment.problem = None
    assert (await ask("/readyz"))[0] == 200


async def test_the_numbers_are_prometheus_text(ask: Ask) -> None:
    status, text = await ask("/metrics")
    assert status == 200
    assert 'hubwarden_requests{of="pending"} 2.0' in text
    assert "# HELP hubwarden_worker_silent_seconds Seconds" in text
    assert r'hubwarden_requests{of="odd\"\n\\"} 1.0' in text


async def test_a_second_scrape_says_the_same(ask: Ask) -> None:
    assert await ask("/metrics") == await ask("/metrics")


@pytest.mark.parametrize("path", ["/", "/healthz/x", "/metrics/../etc/passwd"])
async def test_nothing_else_is_there(ask: Ask, path: str) -> None:
    assert (await ask(path))[0] == 404


async def test_stopping_what_never_started_is_nothing() -> None:
    await Health(host="127.0.0.1", port=0, checks={}, gauges=numbers).stop()
