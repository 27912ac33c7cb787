"""What an orchestrator asks: alive, ready, and the numbers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest

log = structlog.stdlib.get_logger(__name__)

# An orchestrator asks every few seconds, and waits as long for the answer.
CHECK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Metric:
    """A number, or one for each value of the label `of`; its name has the unit, as Prometheus wants it."""

    name: str
    text: str
    values: Mapping[str, float] | float


Check: TypeAlias = Callable[[], Awaitable[str | None]]
Provider: TypeAlias = Callable[[], Awaitable[Sequence[Metric]]]


@dataclass(slots=True, kw_only=True)
class Health:
    """`/healthz` (no loop of this process hangs or has ended), `/readyz` (every check answers None) and `/metrics`.

    A check answers None, or what is wrong. A provider answers metrics; one that fails costs its own alone.
    """

    host: str
    port: int
    ailments: Callable[[], Sequence[str]]
    checks: Mapping[str, Check]
    providers: Mapping[str, Provider]
    bound_port: int = 0
    _runner: web.AppRunner | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Listen; `bound_port` then says where."""
        app = web.Application()
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port).start()
        self.bound_port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def problems(self) -> dict[str, str]:
        """What is wrong, by check; empty when ready."""
        found = await asyncio.gather(*(_in_time(check()) for check in self.checks.values()))
        return {name: problem for name, problem in zip(self.checks, found, strict=True) if problem}

    async def _alive(self, _request: web.Request) -> web.Response:
        problems = list(self.ailments())
        body = {"status": "sick" if problems else "alive", "problems": problems}
        return web.json_response(body, status=503 if problems else 200)

    async def _ready(self, _request: web.Request) -> web.Response:
        problems = await self.problems()
        body = {"status": "not ready" if problems else "ready", "problems": problems}
        return web.json_response(body, status=503 if problems else 200)

    async def _metrics(self, _request: web.Request) -> web.Response:
        registry = CollectorRegistry()
        found = await asyncio.gather(*(_measured(name, provider) for name, provider in self.providers.items()))
        told = {name: float(metrics is not None) for name, metrics in zip(self.providers, found, strict=True)}
        _add(registry, Metric("metrics_available", "Whether what these metrics are read from answers", told))
        for metric in (metric for metrics in found for metric in metrics or ()):
            _add(registry, metric)
        return web.Response(body=generate_latest(registry), headers={"Content-Type": "text/plain; version=0.0.4"})


async def _in_time(check: Awaitable[str | None]) -> str | None:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check
    except TimeoutError:
        return f"does not answer within {CHECK_SECONDS:.0f} s"


async def _measured(name: str, provider: Provider) -> Sequence[Metric] | None:
    """What a provider answers; None where it fails, whatever that is: the others' numbers are wanted then above all."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await provider()
    except Exception as error:  # noqa: BLE001
        log.warning("metrics.unavailable", of=name, error=type(error).__name__)
        return None


def _add(registry: CollectorRegistry, metric: Metric) -> None:
    if not isinstance(metric.values, Mapping):
        Gauge(f"hubwarden_{metric.name}", metric.text, registry=registry).set(metric.values)
        return
    gauge = Gauge(f"hubwarden_{metric.name}", metric.text, ["of"], registry=registry)
    for label, value in metric.values.items():
        gauge.labels(of=label).set(value)
