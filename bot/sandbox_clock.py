"""The business time of a sandbox on this machine: the machine's own, and what the sandbox has added to it."""

import asyncio
import json
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog

from bot.clock import utc_now
from bot.errors import ConfigurationError

log = structlog.stdlib.get_logger(__name__)

FIRST_SECONDS = 5.0
RETRY_SECONDS = 0.5
# The sandbox repeats itself more often than that, so whoever is silent for longer is gone.
SILENT_SECONDS = 30.0
LONGEST_OFFSET = timedelta(days=36500).total_seconds()


class SandboxClock:
    """Follows the stream of a sandbox's clock; `on_move` is called after each move of it."""

    def __init__(self, url: str, *, session: aiohttp.ClientSession, on_move: Callable[[], None]) -> None:
        self._url = url
        self._session = session
        self._on_move = on_move
        self._offset: timedelta | None = None
        self._known = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        """The sandbox's time; the last that was heard goes on where the sandbox is silent."""
        return utc_now() + (self._offset or timedelta())

    async def start(self) -> None:
        """Return once the sandbox's time is known. Raises `ConfigurationError` where nobody tells it."""
        self._following = asyncio.create_task(self._follow(), name="sandbox clock")
        try:
            async with asyncio.timeout(FIRST_SECONDS):
                await self._known.wait()
        except TimeoutError:
            await self.stop()
            problem = f"SANDBOX_CLOCK_URL: no sandbox tells its time at {self._url}. Unset it outside a sandbox."
            raise ConfigurationError([problem]) from None

    async def stop(self) -> None:
        """Follow no longer."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)

    async def _follow(self) -> None:
        while True:
            try:
                await self._read()
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                log.warning("sandbox_clock.lost", error=f"{type(error).__name__}: {error}")
            await asyncio.sleep(RETRY_SECONDS)

    async def _read(self) -> None:
        silence = aiohttp.ClientTimeout(total=None, sock_connect=FIRST_SECONDS, sock_read=SILENT_SECONDS)
        async with self._session.get(self._url, timeout=silence, allow_redirects=False) as response:
            if response.status != 200:
                raise ValueError(f"HTTP status {response.status}")
            async for line in response.content:
                if line.startswith(b"data:"):
                    self._take(read_offset(line.removeprefix(b"data:")))

    def _take(self, offset: timedelta) -> None:
        before, self._offset = self._offset, offset
        self._known.set()
        if before is not None and before != offset:
            log.info("sandbox_clock.moved", offset_seconds=offset.total_seconds())
            self._on_move()


def read_offset(data: bytes) -> timedelta:
    """What one event says. Raises ValueError for what is no number of seconds."""
    found: Any = json.loads(data)
    offset = found.get("offset") if isinstance(found, dict) else None
    if not isinstance(offset, int | float) or not math.isfinite(offset) or abs(offset) > LONGEST_OFFSET:
        raise ValueError(f"no number of seconds: {found!r:.100}")
    return timedelta(seconds=offset)
