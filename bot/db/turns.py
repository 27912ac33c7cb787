"""Whose turn it is at something that only so many can have at once: the urgent first, the rest as they came."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

Waiting: TypeAlias = "deque[asyncio.Future[None]]"


class Turns:
    """At most `size` turns at once."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._urgent: Waiting = deque()
        self._patient: Waiting = deque()

    @asynccontextmanager
    async def take(self, *, urgent: bool = False) -> AsyncIterator[None]:
        """A turn while the block runs; whoever is `urgent` waits for those who have one, and for no other who waits."""
        await self._wait(self._urgent if urgent else self._patient)
        try:
            yield
        finally:
            self._hand_on()

    async def _wait(self, queue: Waiting) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            # Cancelled after it was handed the turn, it has one that nobody else would hand on.
            if turn.done() and not turn.cancelled():
                self._hand_on()
            raise

    def _hand_on(self) -> None:
        for queue in (self._urgent, self._patient):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free += 1
