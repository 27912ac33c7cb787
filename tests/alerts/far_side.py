"""A scripted Docker Hub that has nothing but a log-in and an audit log, and a clock that tests move."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from aiohttp import web

Row = dict[str, Any]

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORGANIZATION = "acme"


@dataclass
class Clock:
    """Stands still until it is moved; whoever sleeps on it moves it."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)
        await asyncio.sleep(0)


def row(at: datetime, action: str = "repo.tag.push", name: str = "acme/api", **fields: Any) -> Row:
    """One entry in the form of the contract's example."""
    data = fields.pop("data", {"digest": "sha256:c1ae9c435032a276", "tag": "latest"})
    return {
        "account": ORGANIZATION,
        "action": action,
        "name": name,
        "actor": "omarh",
        "data": data,
        "timestamp": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "action_description": "\n",
        **fields,
    }


@dataclass
class FarSide:
    """Docker Hub's audit log. `before_page` is called with each page's number.

    `failing` pages answer 503, organizations `without_log` 403. `odd` rows come first, whatever is asked
    for. The contract does not say whether a window's ends are `inclusive`.
    """

    clock: Clock
    url: str = ""
    rows: list[Row] = field(default_factory=list)
    odd: list[Any] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    failing: set[int] = field(default_factory=set)
    failing_organizations: set[str] = field(default_factory=set)
    without_log: set[str] = field(default_factory=set)
    inclusive: bool = True
    remaining: int = 600
    window: float = 60.0
    before_page: Callable[[int], None] = lambda _: None

    def happen(self, *args: Any, seconds_ago: float = 0.0, **fields: Any) -> Row:
        """Something happens, or is logged only now. `_at` is the moment as Docker Hub knows it, and does not show."""
        at = self.clock.now() - timedelta(seconds=seconds_ago)
        happened = {**row(at, *args, **fields), "_at": at}
        self.rows.append(happened)
        return happened

    async def log_in(self, _: web.Request) -> web.Response:
        return web.json_response({"access_token": "an-access-token"})

    async def list_events(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        self.queries.append(query)
        page, size = int(query.get("page", "1")), int(query["page_size"])
        self.before_page(page)
        if request.match_info["account"] in self.without_log:
            return web.json_response({"detail": "not in your plan"}, status=403, headers=self.headers)
        if page in self.failing or request.match_info["account"] in self.failing_organizations:
            return web.json_response({"detail": "out of order"}, status=503, headers=self.headers)
        found = [each for each in self.newest_first() if self.matches(each, query)]
        mine = [each for each in found if each["account"] == request.match_info["account"]]
        rows = [*self.odd, *({key: value for key, value in each.items() if key != "_at"} for each in mine)]
        return web.json_response({"logs": rows[(page - 1) * size : page * size]}, headers=self.headers)

    def newest_first(self) -> list[Row]:
        return sorted(self.rows, key=lambda each: cast("datetime", each["_at"]))[::-1]

    def matches(self, each: Row, query: dict[str, str]) -> bool:
        """Docker Hub's filters."""
        if any(each[key] != query[key] for key in ("action", "name", "actor") if key in query):
            return False
        since, until = (
            datetime.fromisoformat(query.get(key, "")) if key in query else each["_at"] for key in ("from", "to")
        )
        return bool(since <= each["_at"] <= until and (self.inclusive or since < each["_at"] < until))

    @property
    def headers(self) -> dict[str, str]:
        reset = self.clock.now() + timedelta(seconds=self.window)
        return {
            "X-RateLimit-Limit": "600",
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(int(reset.timestamp())),
        }


@asynccontextmanager
async def running(clock: Clock) -> AsyncIterator[FarSide]:
    """The scripted Docker Hub on a port of its own."""
    far = FarSide(clock)
    app = web.Application()
    app.router.add_post("/v2/auth/token", far.log_in)
    app.router.add_get("/v2/auditlogs/{account}", far.list_events)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    far.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield far
    finally:
        await runner.cleanup()
