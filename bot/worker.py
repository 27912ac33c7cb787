"""Do what there is to do until nothing is left, then rest until woken: the loop behind executions and delivery."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.heartbeats import Heartbeat

log = structlog.stdlib.get_logger(__name__)

LONGEST_PAUSE = 30.0
# Nobody notices so much, and under load one look in place of ten leaves the time to others.
RINGS_APART = 0.05


class Worker:
    """Repeats `step`, which answers for how many seconds there is nothing to do: 0 where there is more at once.

    Another process may make work without waking us, so no rest is longer than `rest_seconds`. `heartbeat` is the sign
    of life: each step gives one, also one that fails, and so does a long one in its middle.
    """

    def __init__(self, name: str, step: Callable[[], Awaitable[float]], *, rest_seconds: float = 5.0) -> None:
        self.name = name
        self.heartbeat = Heartbeat(name)
        self._step = step
        self._rest_seconds = rest_seconds
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._rests = False

    @property
    def is_resting(self) -> bool:
        """Whether it does nothing, and would not look by itself for a while."""
        return self._rests and not self._woken.is_set()

    def wake(self) -> None:
        """There may be something to do."""
        self._woken.set()

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name=self.name)
        self.heartbeat.follow(self._task)

    def beat(self) -> None:
        """Show in the middle of a long step that it is alive."""
        self.heartbeat.beat()

    async def stop(self, seconds: float = 20.0) -> None:
        """Let the current step end, at most so long."""
        self._stopping = True
        self.heartbeat.end()
        self._woken.set()
        if self._task is None:
            return
        _, late = await asyncio.wait({self._task}, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        failures = 0
        while not self._stopping:
            self._woken.clear()
            try:
                rest = await self._step()
                failures = 0
            except Exception:
                failures += 1
                rest = min(LONGEST_PAUSE, 0.5 * 2**failures)
                log.exception("worker.step_failed", worker=self.name, pause=rest)
                self.beat()
                await self._pause(rest)
                continue
            self.beat()
            if rest > 0 and not self._stopping:
                await self._rest(min(rest, self._rest_seconds))

    async def _rest(self, seconds: float) -> None:
        self._rests = True
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return
        finally:
            self._rests = False

    async def _pause(self, seconds: float) -> None:
        """After a failure: not cut short by being woken, or a broken step would spin."""
        for _ in range(int(seconds / 0.5)):
            if not self._stopping:
                await asyncio.sleep(0.5)


class Crew:
    """Workers of one kind of work: where there may be some, one that rests looks, and wakes the next where it takes it.

    If all looked, all but one would have looked for nothing.
    """

    def __init__(self, workers: Sequence[Worker]) -> None:
        self.workers = tuple(workers)

    def wake(self) -> None:
        """There may be something to do."""
        resting = [worker for worker in self.workers if worker.is_resting]
        # Who is busy may have looked just before: they look once more before they rest.
        for worker in (*resting[:1], *(worker for worker in self.workers if not worker.is_resting)):
            worker.wake()


class Bell:
    """Wakes with `ring` at once, and no more than once in `RINGS_APART` seconds, however often it is pulled."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._rang_at = -math.inf
        self._is_due = False

    def pull(self) -> None:
        """There may be something to do."""
        loop = asyncio.get_running_loop()
        if self._is_due:
            return
        self._is_due = True
        if (wait := self._rang_at + RINGS_APART - loop.time()) > 0:
            loop.call_later(wait, self._ring_now)
        else:
            self._ring_now()

    def _ring_now(self) -> None:
        self._is_due = False
        self._rang_at = asyncio.get_running_loop().time()
        self._ring()
