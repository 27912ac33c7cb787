"""The timetable: which coroutine runs how often."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every `seconds`; never twice at once."""

    name: str
    seconds: float
    run: Callable[[], Awaitable[object]]


def build_scheduler(jobs: tuple[Job, ...]) -> AsyncIOScheduler:
    """A scheduler with these jobs, the first run of each at once; what was missed is run once, not often."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    for job in jobs:
        scheduler.add_job(
            guarded(job),
            "interval",
            seconds=job.seconds,
            id=job.name,
            name=job.name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )
    return scheduler


def guarded(job: Job) -> Callable[[], Awaitable[None]]:
    """The job, with whatever goes wrong in it logged under its name."""

    async def run() -> None:
        try:
            await job.run()
        except Exception:
            log.exception("job.failed", job=job.name)

    return run
