"""The timetable: which coroutine runs how often, and which of them on one replica at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.schedulers.base import STATE_RUNNING

from bot.db.leases import LeaseLost
from bot.heartbeats import Heartbeat, Heartbeats

log = structlog.stdlib.get_logger(__name__)

LIMIT_SECONDS = 10.0
EXPIRE_SECONDS = 15.0
WAITS_SECONDS = 5.0
WORKSPACE_SECONDS = 60.0
PEOPLE_SECONDS = 60.0
BACKLOG_SECONDS = 30.0
HOMES_SECONDS = 2.0
CALLS_SECONDS = 5.0
FORGET_SECONDS = 3600.0
# The first reading of a long audit log takes minutes; one that is killed for that begins anew.
RUN_SECONDS = 1800.0

Run: TypeAlias = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every `seconds`; never twice at once. What is `leased` is done by the lease's holder alone."""

    name: str
    seconds: float
    run: Run
    leased: bool = False


def audit_log_job(organization: str) -> str:
    """The name of the job that polls an organization's log."""
    return f"audit-log:{organization}"


def timetable(
    audit_poll_seconds: float,
    *,
    poll_audit_logs: Mapping[str, Run],
    note_rate_limits: Run,
    watch_rate_limits: Run,
    expire_requests: Run,
    learn_workspace: Run,
    know_people: Run,
    forget_answers: Run,
    forget_arrivals: Run,
    forget_proposals: Run,
    tell_who_waits: Run,
    watch_backlog: Run,
    watch_homes: Run,
    call_approvers: Run,
) -> tuple[Job, ...]:
    """Which coroutine runs how often: all there is. What people wait for runs as often as the audit log is read.

    `poll_audit_logs` has one for each organization, so a slow one keeps no other waiting. Not leased is what each
    process has to do for itself: tell which limits it has met, and learn whom it works for.
    """

    def every(seconds: float) -> float:
        return min(seconds, audit_poll_seconds)

    return (
        *(Job(audit_log_job(name), audit_poll_seconds, run, leased=True) for name, run in poll_audit_logs.items()),
        Job("rate-limits-seen", every(LIMIT_SECONDS), note_rate_limits),
        Job("rate-limits", every(LIMIT_SECONDS), watch_rate_limits, leased=True),
        Job("expire", every(EXPIRE_SECONDS), expire_requests, leased=True),
        Job("waits", every(WAITS_SECONDS), tell_who_waits),
        Job("workspace", every(WORKSPACE_SECONDS), learn_workspace),
        Job("people", PEOPLE_SECONDS, know_people, leased=True),
        Job("answers", FORGET_SECONDS, forget_answers, leased=True),
        Job("arrivals", FORGET_SECONDS, forget_arrivals, leased=True),
        Job("proposals", FORGET_SECONDS, forget_proposals, leased=True),
        Job("backlog", BACKLOG_SECONDS, watch_backlog, leased=True),
        Job("homes", every(HOMES_SECONDS), watch_homes, leased=True),
        Job("calls", every(CALLS_SECONDS), call_approvers, leased=True),
    )


class Timetable:
    """Runs jobs on time; a stop lets those that run come to their end. `holds` says of which leases we have now."""

    def __init__(self, jobs: tuple[Job, ...], *, holds: Callable[[str], bool] = lambda _: True) -> None:
        self._holds = holds
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._running: set[asyncio.Task[object]] = set()
        self._busy: set[str] = set()
        self._again: set[str] = set()
        self._heartbeats: dict[str, Heartbeat] = {}
        for job in jobs:
            self._add(job)

    def start(self) -> None:
        """Begin; the first run of each job is at once."""
        self._scheduler.start()

    def watch(self, heartbeats: Heartbeats) -> None:
        """Have every job watched: each run gives a sign of life, and so does one that another replica's lease keeps."""
        for heartbeat in self._heartbeats.values():
            heartbeats.add(heartbeat)

    @property
    def gone(self) -> list[str]:
        """The jobs that will never run again, as where their schedule is lost."""
        runs = self._scheduler.state == STATE_RUNNING
        left = {job.name for job in self._scheduler.get_jobs() if runs and job.next_run_time is not None}
        return sorted(self._heartbeats.keys() - left)

    def run_now(self, name: str | None = None) -> None:
        """Run this job or every one at once, as when the time has jumped; one that runs runs once more at its end."""
        for job in self._scheduler.get_jobs():
            if name not in (None, job.name):
                continue
            # APScheduler drops a run that falls due while the same job runs.
            if job.name in self._busy:
                self._again.add(job.name)
            else:
                job.modify(next_run_time=datetime.now(UTC))

    async def stop(self, seconds: float) -> None:
        """Begin no job any more, and wait for those that run, at most so long.

        APScheduler's own shutdown cancels them, in the middle of a transaction where they are in one.
        """
        for heartbeat in self._heartbeats.values():
            heartbeat.end()
        self._scheduler.pause()
        if self._running:
            await asyncio.wait(set(self._running), timeout=seconds)
        self._scheduler.shutdown(wait=False)

    def _add(self, job: Job) -> None:
        """What was missed is run once, not often."""
        self._heartbeats[job.name] = Heartbeat(job.name, job.seconds + RUN_SECONDS)
        self._scheduler.add_job(
            self._guarded(job),
            "interval",
            seconds=job.seconds,
            id=job.name,
            name=job.name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )

    def _guarded(self, job: Job) -> Callable[[], Awaitable[None]]:
        """The job, counted while it runs, with whatever goes wrong in it logged under its name."""

        async def run() -> None:
            task = asyncio.current_task()
            if task is not None:
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            self._busy.add(job.name)
            self._heartbeats[job.name].beat()
            await self._attempt(job)
            while job.name in self._again:
                self._again.discard(job.name)
                await self._attempt(job)
            self._busy.discard(job.name)

        return run

    async def _attempt(self, job: Job) -> None:
        if job.leased and not self._holds(job.name):
            return
        try:
            await job.run()
        except LeaseLost:
            log.warning("job.lease_lost", job=job.name)
        except Exception:
            log.exception("job.failed", job=job.name)
        self._heartbeats[job.name].beat()
