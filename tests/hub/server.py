"""A small scripted Docker Hub on a real socket, and a clock that moves when the client sleeps."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

Respond = Callable[["Seen"], Awaitable[web.StreamResponse]]
Rows = list[dict[str, Any]]

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
SECRET = "dckr_pat_very-secret-indeed"


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def bearer(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass
class Clock:
    """Time for the client: `sleep` moves it and returns."""

    seconds: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds - 1000.0)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


def jwt(number: int, lifetime: int = 600) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part({'iat': 5000, 'exp': 5000 + lifetime, 'jti': str(number)})}.signature"


def reply(data: Any = None, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(data, status=status, headers=headers)


class FakeHub:
    """Answers log-ins with a new token each, refuses tokens that are not valid, and leaves the rest to `respond`."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.logins: list[Any] = []
        self.tokens: list[str] = []
        self.revoked: set[str] = set()
        self.refuse_logins = False
        self.check_tokens = True
        self.lifetime = 600
        self.url = ""
        self.respond: Respond = self._nothing
        self.log_in: Respond = self._log_in

    async def _nothing(self, _seen: Seen) -> web.StreamResponse:
        return reply({"ok": True})

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        seen = Seen(
            request.method,
            request.raw_path.split("?")[0],
            dict(request.query),
            {name.lower(): value for name, value in request.headers.items()},
            await request.read(),
        )
        if seen.path == "/v2/auth/token":
            return await self.log_in(seen)
        self.seen.append(seen)
        if self.check_tokens and (seen.bearer not in self.tokens or seen.bearer in self.revoked):
            return reply({"detail": "token expired"}, status=401)
        return await self.respond(seen)

    async def _log_in(self, seen: Seen) -> web.StreamResponse:
        self.logins.append(seen.json)
        if self.refuse_logins:
            return reply({"detail": f"incorrect credential {SECRET}"}, status=401)
        return self.new_token()

    def new_token(self) -> web.Response:
        """The answer to a log-in that is accepted."""
        self.tokens.append(jwt(len(self.tokens) + 1, self.lifetime))
        return reply({"access_token": self.tokens[-1]})

    def one_after_another(self, *responses: web.Response) -> None:
        """Each response in turn; the last one for ever."""
        left = list(responses)

        async def respond(_seen: Seen) -> web.StreamResponse:
            response = left.pop(0) if len(left) > 1 else left[0]
            return web.Response(status=response.status, body=response.body, headers=response.headers)

        self.respond = respond


@asynccontextmanager
async def running(fake: FakeHub) -> AsyncIterator[FakeHub]:
    runner = web.ServerRunner(web.Server(fake.handle, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    fake.url = f"http://{host}:{port}"
    try:
        yield fake
    finally:
        await runner.cleanup()


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter, int], Awaitable[None]]


@asynccontextmanager
async def raw_server(talk: Talk) -> AsyncIterator[str]:
    """Bytes on a socket: `talk` gets each connection with its number, from 1. Yields the address."""
    connections, running_tasks = 0, set[asyncio.Task[Any]]()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        task = asyncio.current_task()
        if task is not None:
            running_tasks.add(task)
        try:
            await talk(reader, writer, connections)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.close()
        for task in running_tasks:
            task.cancel()
        await asyncio.gather(*running_tasks, return_exceptions=True)
        await server.wait_closed()


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """One request off the wire: its head and, by its length, its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length")), 0)
    return head + (await reader.readexactly(length) if length else b"")


def raw_json(data: Any) -> bytes:
    body = json.dumps(data).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
