"""The timetable: what runs when, and what a jump of the time brings forward."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.jobs import Job, Timetable

HOURS = 36_000.0


class Runs:
    """A job that counts its runs, and waits in each until it is let go on."""

    def __init__(self) -> None:
        self.count = 0
        self.begun = asyncio.Queue[int]()
        self.may_end = asyncio.Event()

    async def __call__(self) -> None:
        self.count += 1
        self.begun.put_nowait(self.count)
        await self.may_end.wait()

    async def next(self) -> int:
        """Return the number of the next run, once it has begun."""
        async with asyncio.timeout(5):
            return await self.begun.get()


@asynccontextmanager
async def running(run: Callable[[], Awaitable[object]]) -> AsyncIterator[Timetable]:
    """A timetable with one job that is due at the start and then not for hours."""
    timetable = Timetable((Job("it", HOURS, run),))
    timetable.start()
    try:
        yield timetable
    finally:
        await timetable.stop(5)


async def test_a_job_runs_at_the_start() -> None:
    runs = Runs()
    runs.may_end.set()
    async with running(runs):
        assert await runs.next() == 1


async def test_a_jump_of_the_time_runs_it_again_at_once() -> None:
    runs = Runs()
    runs.may_end.set()
    async with running(runs) as timetable:
        await runs.next()
        await asyncio.sleep(0)
        timetable.run_now()
        assert await runs.next() == 2


async def test_a_jump_while_it_runs_has_it_run_once_more_at_its_end() -> None:
    runs = Runs()
    async with running(runs) as timetable:
        await runs.next()
        timetable.run_now()
        timetable.run_now()
        runs.may_end.set()
        assert await runs.next() == 2
        await timetable.stop(5)
    assert runs.count == 2


async def test_a_jump_runs_it_again_though_its_last_run_failed() -> None:
    runs = Runs()

    async def failing() -> None:
        await runs()
        raise LookupError

    runs.may_end.set()
    async with running(failing) as timetable:
        await runs.next()
        timetable.run_now()
        assert await runs.next() == 2
