"""The sandbox's time: real time plus whatever a test or a person has added to it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime

from aiohttp import web

# Also how soon a client that has gone away is noticed.
REPEAT_SECONDS = 10.0


class Clock:
    """Answers the time, and lets it be moved forward; waiters notice at once."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._moved = asyncio.Event()

    def now(self) -> float:
        """Unix seconds."""
        return time.time() + self._offset

    def datetime(self) -> datetime:
        """The same moment as an aware UTC datetime."""
        return datetime.fromtimestamp(self.now(), UTC)

    def advance(self, seconds: float) -> None:
        """Move the time forward; whoever sleeps until a moment that has now passed wakes."""
        if not 0 <= seconds < float("inf"):
            raise ValueError("time moves forward only")
        self._offset += seconds
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def sleep(self, seconds: float) -> None:
        """Return once `seconds` have passed on this clock, by waiting or by `advance`."""
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            moved = self._moved
            try:
                async with asyncio.timeout(left):
                    await moved.wait()
            except TimeoutError:
                continue

    async def offsets(self) -> AsyncIterator[float]:
        """What has been added to real time, in seconds: now, after every move, and now and then in between."""
        while True:
            moved = self._moved
            yield self._offset
            with suppress(TimeoutError):
                async with asyncio.timeout(REPEAT_SECONDS):
                    await moved.wait()

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """The offsets as server-sent events, `data: {"offset": 3600.0}`, for a process that goes by this clock."""
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        with suppress(ConnectionError):
            async for offset in self.offsets():
                await response.write(f"data: {json.dumps({'offset': offset})}\n\n".encode())
        return response
