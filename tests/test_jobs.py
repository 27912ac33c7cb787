"""The timetable: what runs how often, never twice at once, and to its end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from bot.db.leases import LeaseLost
from bot.heartbeats import Heartbeats
from bot.jobs import RUN_SECONDS, Job, Timetable, timetable


async def nothing() -> None:
    """Do nothing."""


def jobs_of(audit_poll_seconds: float) -> tuple[Job, ...]:
    """The timetable of a bot with two organizations."""
    return timetable(
        audit_poll_seconds,
        poll_audit_logs={"acme": nothing, "other": nothing},
        note_rate_limits=nothing,
        watch_rate_limits=nothing,
        expire_requests=nothing,
        learn_workspace=nothing,
        know_people=nothing,
        forget_answers=nothing,
        forget_arrivals=nothing,
        forget_proposals=nothing,
        tell_who_waits=nothing,
        watch_backlog=nothing,
        watch_homes=nothing,
        call_approvers=nothing,
    )


def seconds_of(audit_poll_seconds: float) -> dict[str, float]:
    """How often each job runs."""
    return {job.name: job.seconds for job in jobs_of(audit_poll_seconds)}


def test_every_job_has_its_interval() -> None:
    polls = {"audit-log:acme": 300, "audit-log:other": 300}
    limits = {"rate-limits-seen": 10, "rate-limits": 10}
    assert seconds_of(300) == {
        **polls,
        **limits,
        "expire": 15,
        "workspace": 60,
        "people": 60,
        "answers": 3600,
        "arrivals": 3600,
        "proposals": 3600,
        "backlog": 30,
        "waits": 5,
        "homes": 2,
        "calls": 5,
    }


def test_what_people_wait_for_runs_as_often_as_the_audit_log_is_read() -> None:
    assert {name for name, seconds in seconds_of(5).items() if seconds != 5} == {
        "people",
        "answers",
        "arrivals",
        "proposals",
        "backlog",
        "homes",
    }


def test_one_replica_polls_sweeps_and_watches_and_each_one_does_what_is_its_own() -> None:
    assert {job.name for job in jobs_of(60) if not job.leased} == {"rate-limits-seen", "waits", "workspace"}


def test_each_job_runs_what_it_is_named_after() -> None:
    runs = {
        name: Named(name)
        for name in (
            "note_rate_limits",
            "watch_rate_limits",
            "expire_requests",
            "learn_workspace",
            "know_people",
            "forget_answers",
            "forget_arrivals",
            "forget_proposals",
            "tell_who_waits",
            "watch_backlog",
            "watch_homes",
            "call_approvers",
        )
    }
    polls = {"acme": Named("acme"), "other": Named("other")}
    named = {job.name: job.run for job in timetable(60, poll_audit_logs=polls, **runs)}
    assert named == {
        "audit-log:acme": polls["acme"],
        "audit-log:other": polls["other"],
        "rate-limits-seen": runs["note_rate_limits"],
        "rate-limits": runs["watch_rate_limits"],
        "expire": runs["expire_requests"],
        "waits": runs["tell_who_waits"],
        "workspace": runs["learn_workspace"],
        "people": runs["know_people"],
        "answers": runs["forget_answers"],
        "arrivals": runs["forget_arrivals"],
        "proposals": runs["forget_proposals"],
        "backlog": runs["watch_backlog"],
        "homes": runs["watch_homes"],
        "calls": runs["call_approvers"],
    }


class Named:
    """A coroutine function that can be told from others."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def __call__(self) -> None:
        """Do nothing."""


class Counted:
    """A job that counts its runs, and can be kept in the middle of one."""

    def __init__(self, *, trouble: Exception | None = None) -> None:
        self.begun = self.ended = 0
        self.trouble = trouble
        self.may_end = asyncio.Event()
        self._changed = asyncio.Condition()

    async def __call__(self) -> None:
        """Run until allowed to end."""
        self.begun += 1
        async with self._changed:
            self._changed.notify_all()
        await self.may_end.wait()
        self.ended += 1
        if self.trouble is not None:
            raise self.trouble

    async def wait_begun(self, times: int) -> None:
        """Return once it has begun so often."""
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: self.begun >= times)


@asynccontextmanager
async def running(*jobs: Job) -> AsyncIterator[Timetable]:
    """A timetable, stopped at the end."""
    table = Timetable(jobs)
    table.start()
    yield table
    await table.stop(5)


async def test_the_first_run_of_each_job_is_at_once() -> None:
    one, other = Counted(), Counted()
    one.may_end.set()
    other.may_end.set()
    async with running(Job("one", 3600, one), Job("other", 3600, other)):
        await one.wait_begun(1)
        await other.wait_begun(1)


async def test_a_job_that_outlasts_its_interval_is_not_begun_again_meanwhile() -> None:
    slow, quick = Counted(), Counted()
    quick.may_end.set()
    with capture_logs():
        async with running(Job("slow", 0.01, slow), Job("quick", 0.01, quick)):
            await quick.wait_begun(10)
            assert (slow.begun, slow.ended) == (1, 0)
            slow.may_end.set()
            await slow.wait_begun(2)


async def test_a_job_that_fails_is_logged_by_its_name_and_runs_again() -> None:
    broken = Counted(trouble=RuntimeError("broken"))
    broken.may_end.set()
    with capture_logs() as logs:
        async with running(Job("broken", 0.01, broken)):
            await broken.wait_begun(3)
    failures = [one for one in logs if one["event"] == "job.failed"]
    assert len(failures) >= 2
    assert {one["job"] for one in failures} == {"broken"}


async def test_a_stop_lets_what_runs_come_to_its_end_and_begins_nothing_more() -> None:
    slow, quick = Counted(), Counted()
    quick.may_end.set()
    table = Timetable((Job("slow", 3600, slow), Job("quick", 0.01, quick)))
    table.start()
    await slow.wait_begun(1)
    await quick.wait_begun(2)
    stopping = asyncio.create_task(table.stop(5))
    await asyncio.sleep(0)
    begun = quick.begun
    await asyncio.sleep(0.1)  # ten times the interval, in which it would have begun
    assert (quick.begun, stopping.done()) == (begun, False)
    slow.may_end.set()
    await stopping
    assert (slow.begun, slow.ended) == (1, 1)


@pytest.mark.parametrize("begin", [lambda _: None, lambda job: job.wait_begun(1)], ids=["just started", "hanging"])
async def test_a_stop_waits_no_longer_than_it_is_told(begin: Callable[[Counted], Awaitable[None] | None]) -> None:
    job = Counted()
    table = Timetable((Job("job", 3600, job),))
    table.start()
    if (begun := begin(job)) is not None:
        await begun
    async with asyncio.timeout(5):
        await table.stop(0.01)
    assert job.ended == 0
    job.may_end.set()


# A jump of the time


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
async def hourly(run: Callable[[], Awaitable[object]]) -> AsyncIterator[Timetable]:
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
    async with hourly(runs):
        assert await runs.next() == 1


async def test_a_jump_of_the_time_runs_it_again_at_once() -> None:
    runs = Runs()
    runs.may_end.set()
    async with hourly(runs) as timetable:
        await runs.next()
        await asyncio.sleep(0)
        timetable.run_now()
        assert await runs.next() == 2


async def test_a_jump_while_it_runs_has_it_run_once_more_at_its_end() -> None:
    runs = Runs()
    async with hourly(runs) as timetable:
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
    async with hourly(failing) as timetable:
        await runs.next()
        timetable.run_now()
        assert await runs.next() == 2


# Leases


async def test_a_leased_job_runs_while_the_lease_is_held_and_at_once_when_it_is_gained() -> None:
    runs, own, held = Runs(), Runs(), set[str]()
    runs.may_end.set()
    own.may_end.set()
    table = Timetable((Job("it", HOURS, runs, leased=True), Job("own", HOURS, own)), holds=lambda name: name in held)
    table.start()
    await own.next()
    table.run_now("own")
    await own.next()
    assert runs.count == 0
    held.add("it")
    table.run_now("it")
    assert await runs.next() == 1
    await table.stop(5)
    assert own.count == 2


async def test_a_lease_that_was_lost_in_the_middle_is_no_failure() -> None:
    runs = Runs()
    runs.may_end.set()

    async def losing() -> None:
        await runs()
        raise LeaseLost("it")

    with capture_logs() as logs:
        async with hourly(losing):
            await runs.next()
    assert [(each["event"], each["log_level"]) for each in logs if each["event"].startswith("job.")] == [
        ("job.lease_lost", "warning")
    ]


# Signs of life


async def test_a_run_is_a_sign_of_life_whatever_comes_of_it_and_one_that_hangs_is_not() -> None:
    heartbeats, now = Heartbeats(), 100.0
    broken, hanging = Counted(trouble=RuntimeError("broken")), Counted()
    broken.may_end.set()
    table = Timetable((Job("broken", 3600, broken), Job("hanging", 3600, hanging)))
    for heartbeat in table._heartbeats.values():
        heartbeat._monotonic = lambda: now
    table.watch(heartbeats)
    with capture_logs():
        table.start()
        await hanging.wait_begun(1)
        now += 3600 + RUN_SECONDS + 1
        assert {problem.split()[0] for problem in heartbeats.problems} == {"broken", "hanging"}
        table.run_now()
        await broken.wait_begun(2)
        await asyncio.sleep(0)
        assert [problem.split()[0] for problem in heartbeats.problems] == ["hanging"]
        hanging.may_end.set()
        await table.stop(5)
    now += 10_000
    assert heartbeats.problems == []


async def test_the_end_of_a_run_is_a_sign_of_life_too() -> None:
    now, failed = 100.0, asyncio.Event()

    async def slow_and_broken() -> None:
        nonlocal now
        now += 50
        failed.set()
        raise RuntimeError("broken")

    table = Timetable((Job("broken", 3600, slow_and_broken),))
    table._heartbeats["broken"]._monotonic = lambda: now
    with capture_logs():
        table.start()
        await failed.wait()
        await table.stop(5)
    assert table._heartbeats["broken"].age == 0


async def test_jobs_that_will_never_run_are_gone() -> None:
    async with running(Job("one", 3600, nothing), Job("other", 3600, nothing)) as table:
        assert table.gone == []
        table._scheduler.remove_job("other")
        assert table.gone == ["other"]
        table._scheduler.pause_job("one")
        assert table.gone == ["one", "other"]
        table._scheduler.resume_job("one")
        table._scheduler.pause()
        assert table.gone == ["one", "other"]
