"""The Socket Mode connection: ready once Slack has said hello, and brought back when slack_sdk loses its way."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress

import structlog
from aiohttp import WSMessage
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.heartbeats import Heartbeat, Heartbeats
from bot.outside import DIRECT, Outside

log = structlog.stdlib.get_logger(__name__)


class SocketMode:
    """One Socket Mode session of the app, watched.

    `acknowledging` is around the time from each envelope's arrival until its acknowledgement has been sent.
    """

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        *,
        acknowledging: Callable[[], AbstractContextManager[None]] = nullcontext,
        outside: Outside = DIRECT,
        look_seconds: float = 1.0,
        ping_seconds: float = 5.0,
    ) -> None:
        self._app = app
        self._acknowledging = acknowledging
        self._outside = outside
        self._app_token = app_token
        self._look_seconds = look_seconds
        self._ping_seconds = ping_seconds
        self._handler: AsyncSocketModeHandler | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._hello = asyncio.Event()
        self._watcher, self._reader = Heartbeat("socket"), Heartbeat("socket-reader")

    def watch(self, heartbeats: Heartbeats) -> None:
        """Have the loops watched that look after the connection and read from it, whether Slack is there or not."""
        heartbeats.add(self._watcher)
        heartbeats.add(self._reader)

    @property
    def is_ready(self) -> bool:
        """Whether Slack has said hello on the session that stands."""
        return self._hello.is_set()

    async def wait_ready(self) -> None:
        """Return once Slack has said hello."""
        await self._hello.wait()

    async def start(self) -> None:
        """Begin to connect; `wait_ready` tells when it is done."""
        handler = AsyncSocketModeHandler(self._app, self._app_token, ping_interval=self._ping_seconds)
        await handler.client.aiohttp_client_session.close()
        handler.client.aiohttp_client_session = self._outside.session()
        handler.client.socket_mode_request_listeners[:] = [self._acknowledge]
        handler.client.on_message_listeners.append(self._look_at_frame)
        self._handler = handler
        self._tasks = [asyncio.create_task(handler.client.connect()), asyncio.create_task(self._watch(handler))]
        self._watcher.follow(self._tasks[1])
        self._reader.follow(handler.client.message_processor)

    async def stop(self) -> None:
        """Close the connection; what listeners have begun goes on."""
        self._hello.clear()
        self._watcher.end()
        self._reader.end()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._handler is None:
            return
        client = self._handler.client
        await client.close()
        # slack_sdk cancels these and does not wait for them.
        left = (client.message_processor, client.current_session_monitor, client.message_receiver)
        await asyncio.gather(*(task for task in left if task is not None), return_exceptions=True)

    async def _acknowledge(self, _client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        if self._handler is not None:
            with self._acknowledging():
                await self._handler.handle(self._handler.client, request)

    async def _look_at_frame(self, frame: WSMessage) -> None:
        kind = None
        with suppress(ValueError, AttributeError):
            kind = json.loads(frame.data).get("type")
        if kind == "hello":
            self._hello.set()
            log.info("socket.ready")
        elif kind == "disconnect":
            log.info("socket.refreshed_by_slack")

    async def _watch(self, handler: AsyncSocketModeHandler) -> None:
        """Where the session has been down for two looks, drop its address.

        slack_sdk 3.47 repeats a single-use ticket for ever once a handshake has failed; without an address, it asks for
        a new one.
        """
        looks_down = 0
        while True:
            await asyncio.sleep(self._look_seconds)
            self._watcher.beat()
            if await handler.client.is_connected():
                # Nothing that Slack says is heard any more where nobody reads on a session that stands.
                if not is_deaf(handler.client):
                    self._reader.beat()
                looks_down = 0
                continue
            self._reader.beat()
            looks_down += 1
            if self._hello.is_set():
                self._hello.clear()
                log.warning("socket.down")
            if looks_down >= 2:
                handler.client.wss_uri = None


def is_deaf(client: SocketModeClient) -> bool:
    """Whether a session stands from which nobody reads."""
    return client.message_receiver is not None and client.message_receiver.done()
