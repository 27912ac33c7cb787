"""Socket Mode: single-use tickets, ten connections at most, each envelope to one of them, acks in 3 s."""

import asyncio
import json
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import WSMsgType, web

from sandbox.clock import Clock
from sandbox.slack.faults import Faults
from sandbox.slack.page.feed import Feed
from sandbox.slack.page.inspector import Inspector
from sandbox.slack.transport.envelopes import Acked, Envelope, Outcome, Unacked, Undelivered
from sandbox.slack.workspace.state import Json

# https://docs.slack.dev/apis/events-api/using-socket-mode
MOST_CONNECTIONS = 10
ACK_SECONDS = 3.0
LIFE_SECONDS = 18060
SHORT_LIFE_SECONDS = 360
CLOSING_SECONDS = 10
PING_SECONDS = 10
CLOSE_SECONDS = 1.0
RETRY_WAITS = (0, 60, 300)
Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


@dataclass(eq=False, slots=True)
class Connection:
    """One open socket; a leaving one gets payloads only where no other is open."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    leaving: bool = False


class Sockets:
    """The app's connections, and the delivery of payloads over them.

    `redeliver` sends what was not acked again, with `retry_attempt` 1 to 3, as was seen of Slack
    (https://github.com/slackapi/bolt-js/issues/2487); `duplicate` sends the next envelopes twice.
    """

    def __init__(self, clock: Clock, *, app_id: str, feed: Feed, inspector: Inspector, faults: Faults) -> None:
        self.redeliver = False
        self.disabled = False
        self.connections: list[Connection] = []
        self._clock, self._app_id, self._feed = clock, app_id, feed
        self._inspector, self._faults = inspector, faults
        self._tickets: dict[str, int] = {}
        self._waiting: dict[str, Envelope] = {}
        self._finished: dict[str, bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._refusals = self._duplicates = self._turn = 0

    @property
    def connected(self) -> bool:
        """Whether any socket is open."""
        return bool(self.connections)

    def issue_ticket(self, *, life: int = LIFE_SECONDS) -> str:
        """A ticket for one handshake; `life` is what hello will announce, in seconds."""
        ticket = str(uuid.uuid4())
        self._tickets[ticket] = life
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The handshake, then frames until either side ends it."""
        life = self._tickets.pop(request.query.get("ticket", ""), 0)
        if self._refusals or not life or self.disabled:
            self._refusals = max(0, self._refusals - 1)
            raise web.HTTPForbidden(text="ticket refused")
        if request.query.get("debug_reconnects") == "true":
            life = SHORT_LIFE_SECONDS
        socket = web.WebSocketResponse(heartbeat=PING_SECONDS, timeout=CLOSE_SECONDS)
        await socket.prepare(request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await self._send(socket, self._goodbye("too_many_websockets"))
            await socket.close()
            return socket
        await self._converse(Connection(socket, request.transport), life)
        return socket

    async def deliver(self, kind: str, payload: Json, *, accepts_payload: bool = False) -> Outcome:
        """Send one payload to one socket and wait for its ack, three seconds at most, on the clock."""
        envelope = Envelope(str(uuid.uuid4()), kind, payload, accepts_payload)
        await self._faults.pass_by(f"socket.{kind}", after_effect=False)
        if not await self._dispatch(envelope):
            self._inspector.note("socket", "out", f"{kind} dropped: no socket is open", payload, problem=True)
            return Undelivered()
        if self._duplicates:
            self._duplicates -= 1
            await self._dispatch(envelope)
        outcome = await self._await_ack(envelope)
        if self.redeliver and isinstance(outcome, Unacked):
            self.spawn(self._deliver_again(envelope))
        return outcome

    def drop(self) -> None:
        """Break every connection without a goodbye, as a lost network does."""
        for connection in self.connections:
            if connection.transport is not None:
                connection.transport.abort()

    def refuse_handshakes(self, times: int = 1) -> None:
        """Answer the next handshakes with 403."""
        self._refusals = times

    def duplicate(self, times: int = 1) -> None:
        """Send each of the next payloads twice, under one envelope id."""
        self._duplicates += times

    async def disconnect(self, reason: Reason = "refresh_requested") -> None:
        """Say goodbye to every socket, then close it: 10 s later after a warning, at once otherwise."""
        self.disabled = self.disabled or reason == "link_disabled"
        for connection in tuple(self.connections):
            connection.leaving = True
            await self._send(connection.socket, self._goodbye(reason))
            self.spawn(self._close(connection, CLOSING_SECONDS if reason == "warning" else 0))

    async def stop(self) -> None:
        """Close everything and end what is under way."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(one.socket.close() for one in tuple(self.connections)))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside, until it ends or the workspace stops."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _converse(self, connection: Connection, life: int) -> None:
        self.connections.append(connection)
        try:
            await self._send(connection.socket, self._hello(life))
            self._announce()
            async for frame in connection.socket:
                if frame.type is WSMsgType.TEXT:
                    self._take_frame(frame.data)
        finally:
            self.connections.remove(connection)
            self._announce()

    def _announce(self) -> None:
        self._feed.publish({"type": "app", "connected": self.connected})

    def _hello(self, life: int) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": self._app_id},
            "debug_info": {
                "host": "sandbox",
                "started": self._clock.datetime().strftime("%Y-%m-%d %H:%M:%S.000"),
                "build_number": 1,
                "approximate_connection_time": life,
            },
        }

    def _goodbye(self, reason: Reason) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}

    async def _send(self, socket: web.WebSocketResponse, frame: Json) -> bool:
        try:
            await socket.send_json(frame)
        except ConnectionError:
            return False
        self._inspector.note("socket", "out", str(frame["type"]), frame)
        return True

    async def _close(self, connection: Connection, seconds: float) -> None:
        await self._clock.sleep(seconds)
        await connection.socket.close()

    async def _dispatch(self, envelope: Envelope) -> bool:
        """Give it to the next socket in turn; False where none took it."""
        ready = [one for one in self.connections if not one.leaving] or list(self.connections)
        self._waiting[envelope.id] = envelope
        for offset in range(len(ready)):
            connection = ready[(self._turn + offset) % len(ready)]
            if not connection.socket.closed and await self._send(connection.socket, envelope.frame()):
                self._turn += offset + 1
                return True
        del self._waiting[envelope.id]
        return False

    async def _await_ack(self, envelope: Envelope) -> Outcome:
        timer = asyncio.create_task(self._clock.sleep(ACK_SECONDS))
        try:
            await asyncio.wait({envelope.ack, timer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
            self._waiting.pop(envelope.id, None)
        self._finished[envelope.id] = envelope.ack.done()
        if envelope.ack.done():
            return Acked(envelope.ack.result())
        envelope.ack.cancel()
        self._inspector.violation(f"{envelope.kind} was not acked within 3 seconds", envelope.payload)
        return Unacked()

    async def _deliver_again(self, envelope: Envelope) -> None:
        for attempt, wait in enumerate(RETRY_WAITS, start=1):
            await self._clock.sleep(wait)
            again = envelope.retried(attempt)
            if await self._dispatch(again) and isinstance(await self._await_ack(again), Acked):
                return

    def _take_frame(self, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            frame = None
        if not isinstance(frame, dict) or "envelope_id" not in frame:
            self._inspector.violation("A frame that is no ack", text)
            return
        self._take_ack(frame)

    def _take_ack(self, frame: Json) -> None:
        envelope = self._waiting.get(frame["envelope_id"])
        payload = frame.get("payload") or None
        if envelope is None:
            self._take_stray_ack(frame)
            return
        self._inspector.note("socket", "in", f"ack of {envelope.kind}", frame)
        if payload is not None and not envelope.accepts_payload:
            self._inspector.violation(f"{envelope.kind} accepts no payload in its ack", payload)
            payload = None
        if not envelope.ack.done():
            envelope.ack.set_result(payload)

    def _take_stray_ack(self, frame: Json) -> None:
        """A second ack of what was delivered twice is in order; one that comes too late is not."""
        match self._finished.get(frame["envelope_id"]):
            case None:
                self._inspector.violation("An ack of an unknown envelope", frame)
            case False:
                self._inspector.violation("An ack that came too late", frame)
            case True:
                self._inspector.note("socket", "in", "another ack", frame)
