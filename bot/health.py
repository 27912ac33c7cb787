"""What an orchestrator asks: alive, ready, and the numbers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest

Check = Callable[[], Awaitable[str | None]]


@dataclass(slots=True, kw_only=True)
class Health:
    """`/healthz` (the process answers), `/readyz` (every check answers None) and `/metrics` (Prometheus).

    A check answers None, or what is wrong. `gauges` answers numbers by name and help text, read at each scrape.
    """

    host: str
    port: int
    checks: Mapping[str, Check]
    gauges: Callable[[], Awaitable[Mapping[tuple[str, str], Mapping[str, float]]]]
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
        found = {name: await check() for name, check in self.checks.items()}
        return {name: problem for name, problem in found.items() if problem}

    async def _alive(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _ready(self, _request: web.Request) -> web.Response:
        problems = await self.problems()
        body = {"status": "not ready" if problems else "ready", "problems": problems}
        return web.json_response(body, status=503 if problems else 200)

    async def _metrics(self, _request: web.Request) -> web.Response:
        registry = CollectorRegistry()
        for (name, text), values in (await self.gauges()).items():
            gauge = Gauge(f"hubwarden_{name}", text, ["of"], registry=registry)
            for label, value in values.items():
                gauge.labels(of=label).set(value)
        return web.Response(body=generate_latest(registry), headers={"Content-Type": "text/plain; version=0.0.4"})
