"""Slots for work: so many at once, so many for each person, and everybody's turn comes round."""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Work: TypeAlias = Callable[[], Awaitable[None]]


class Slots:
    """Runs at most `most` works at once, and at most `each` of one person; the work raises nothing."""

    def __init__(self, *, most: int, each: int) -> None:
        self._most, self._each = most, each
        self._waiting: OrderedDict[str, deque[Work]] = OrderedDict()
        self._busy: Counter[str] = Counter()
        # The loop keeps only a weak reference to a task.
        self._running: set[asyncio.Task[None]] = set()
        self._is_closed = False

    @property
    def waiting(self) -> int:
        """How much has not begun."""
        return sum(map(len, self._waiting.values()))

    def put(self, person: str, work: Work) -> None:
        """Have it done when there is a slot for this person."""
        self._waiting.setdefault(person, deque()).append(work)
        self._fill()

    async def drain(self, seconds: float) -> None:
        """Begin nothing any more, and wait for what runs, at most so long; then end it."""
        self._is_closed = True
        self._waiting.clear()
        if not self._running:
            return
        _, late = await asyncio.wait(set(self._running), timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _fill(self) -> None:
        while not self._is_closed and len(self._running) < self._most and (person := self._next()) is not None:
            self._begin(person)

    def _next(self) -> str | None:
        return next((person for person in self._waiting if self._busy[person] < self._each), None)

    def _begin(self, person: str) -> None:
        queue = self._waiting[person]
        work = queue.popleft()
        # Behind everybody else who waits.
        self._waiting.move_to_end(person)
        if not queue:
            del self._waiting[person]
        self._busy[person] += 1
        task = asyncio.get_running_loop().create_task(self._run(person, work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, person: str, work: Work) -> None:
        try:
            await work()
        finally:
            self._busy[person] -= 1
            if not self._busy[person]:
                del self._busy[person]
            task = asyncio.current_task()
            if task is not None:
                self._running.discard(task)
            self._fill()
