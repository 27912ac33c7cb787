"""What a bot under measurement talks to: Slack's socket and Web API, and Docker Hub, that always give the same yes."""

import asyncio
import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

AT_ONCE = 100
# People come one by one, and what follows an answer is over by then: all that are compared rest as long.
REST_SECONDS = 0.01
TEAMS = [{"id": number, "name": f"team-{number}", "description": "", "member_count": 2} for number in range(3)]


class FarSide:
    """Slack's socket and Web API, and Docker Hub, as far as a bot under measurement asks them.

    Both answer after `delay` seconds; `waits` are from when until when they did, and `answered_at` is when the newest
    answer to a person came in.
    """

    def __init__(self, *, delay: float = 0.0) -> None:
        self.delay = delay
        self.waits: list[tuple[float, float]] = []
        self.answered_at = 0.0
        self.sockets: asyncio.Queue[web.WebSocketResponse] = asyncio.Queue()
        self.acks: dict[str, asyncio.Future[float]] = {}
        self.answers = 0
        self.url = ""
        self._changed = asyncio.Condition()

    async def start(self) -> web.AppRunner:
        """Listen."""
        app = web.Application()
        app.router.add_get("/link", self._link)
        app.router.add_route("*", "/api/{method}", self._web_api)
        app.router.add_post("/answer", self._answer)
        app.router.add_route("*", "/v2/{path:.*}", self._hub)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        await socket.send_str('{"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0"}}')
        await self.sockets.put(socket)
        async for frame in socket:
            if frame.type is aiohttp.WSMsgType.TEXT:
                acknowledged = self.acks.pop(json.loads(frame.data)["envelope_id"], None)
                if acknowledged is not None and not acknowledged.done():
                    acknowledged.set_result(time.perf_counter())
        return socket

    async def _web_api(self, request: web.Request) -> web.Response:
        link = self.url.replace("http://", "ws://") + "/link"
        user = {"id": "U0OMAR", "name": "omar", "team_id": "T0", "profile": {}, "tz": "UTC"}
        known: dict[str, Any] = {
            "apps.connections.open": {"url": link},
            "auth.test": {"team_id": "T0", "user_id": "U0BOT", "bot_id": "B0", "url": self.url},
            "users.info": {"user": user},
            "users.list": {"members": [user]},
            "conversations.list": {"channels": []},
            "chat.postMessage": {"ts": f"{time.time():.6f}", "channel": "C0APPROVALS", "message": {}},
        }
        await self._take_time()
        return web.json_response({"ok": True, **known.get(request.match_info["method"], {})})

    async def _take_time(self) -> None:
        if self.delay:
            begun = time.perf_counter()
            await asyncio.sleep(self.delay)
            self.waits.append((begun, time.perf_counter()))

    async def _answer(self, _request: web.Request) -> web.Response:
        self.answered_at = time.perf_counter()
        async with self._changed:
            self.answers += 1
            self._changed.notify_all()
        return web.Response(text="ok")

    async def answered(self, number: int) -> None:
        """Return once so many answers have come."""
        async with asyncio.timeout(120), self._changed:
            await self._changed.wait_for(lambda: self.answers >= number)

    async def _hub(self, request: web.Request) -> web.Response:
        await self._take_time()
        if "auth" in request.path:
            return web.json_response({"access_token": "opaque", "token": "opaque"})
        if "audit" in request.path:
            return web.json_response({"logs": []})
        if request.path.endswith("/groups"):
            return web.json_response({"count": 3, "results": TEAMS})
        return web.json_response({"message": "not found"}, status=404)


@dataclass
class Client:
    """What is connected: it is sent envelopes, and heard."""

    far: FarSide
    socket: web.WebSocketResponse
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def send(self, text: str) -> float:
        """Send a slash command; answers after how many seconds it was acknowledged."""
        number = next(self.numbers)
        envelope = f"{id(self)}-{number}"
        payload = {
            "command": "/hub",
            "text": text.format(number),
            "user_id": f"U0P{number % 40}",
            "team_id": "T0",
            "channel_id": "C0",
            "trigger_id": f"{envelope}.trigger",
            "response_url": f"{self.far.url}/answer",
            "api_app_id": "A0",
        }
        frame = json.dumps(
            {"envelope_id": envelope, "type": "slash_commands", "accepts_response_payload": True, "payload": payload}
        )
        acknowledged = self.far.acks[envelope] = asyncio.get_running_loop().create_future()
        started = time.perf_counter()
        await self.socket.send_str(frame)
        return await asyncio.wait_for(acknowledged, 30) - started

    async def one_at_a_time(self, text: str, number: int, *, answers: bool = False) -> list[float]:
        """The seconds of each ack, with a rest after each; where it `answers` besides, after its answer."""
        seconds = []
        for _ in range(number):
            before = self.far.answers
            seconds.append(await self.send(text))
            if answers:
                await self.far.answered(before + 1)
            await asyncio.sleep(REST_SECONDS)
        return seconds

    async def together(self, text: str, number: int) -> float:
        """Acks a second, with `AT_ONCE` always under way."""
        left = iter(range(number))

        async def keep_going() -> None:
            for _ in left:
                await self.send(text)

        started = time.perf_counter()
        await asyncio.gather(*(keep_going() for _ in range(AT_ONCE)))
        return number / (time.perf_counter() - started)
