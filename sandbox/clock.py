"""The sandbox's time: real time plus whatever a test or a person has added to it."""

import asyncio
import time
from datetime import UTC, datetime


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
        if seconds < 0:
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
