"""Signs of life: who is late, who has ended, and who was told to."""

import asyncio

import pytest

from bot.heartbeats import Heartbeat, Heartbeats


class Time:
    """A clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


async def nothing() -> None:
    """Do nothing."""


def test_a_loop_is_late_once_it_has_been_silent_for_longer_than_its_deadline(time: Time) -> None:
    heartbeat = Heartbeat("delivery", 60, monotonic=time)
    time.now += 60
    assert (heartbeat.is_late, heartbeat.problem) == (False, None)
    time.now += 1
    assert heartbeat.problem == "delivery has given no sign of life for 61 s"
    heartbeat.beat()
    assert heartbeat.age == 0
    assert heartbeat.problem is None


async def test_a_loop_whose_task_has_ended_is_dead_whatever_its_deadline(time: Time) -> None:
    heartbeat, task = Heartbeat("delivery", 60, monotonic=time), asyncio.create_task(nothing())
    heartbeat.follow(task)
    assert heartbeat.problem is None
    await task
    heartbeat.beat()
    assert heartbeat.problem == "delivery has ended"


async def test_a_loop_that_was_told_to_end_is_neither_late_nor_dead(time: Time) -> None:
    heartbeat, task = Heartbeat("delivery", 60, monotonic=time), asyncio.create_task(nothing())
    heartbeat.follow(task)
    heartbeat.end()
    await task
    time.now += 1000
    assert (heartbeat.is_late, heartbeat.has_died, heartbeat.problem) == (False, False, None)


def test_a_loop_that_waits_for_work_is_not_late_until_it_has_some(time: Time) -> None:
    heartbeat = Heartbeat("inbox", 60, monotonic=time)
    heartbeat.rest()
    time.now += 1000
    assert heartbeat.problem is None
    heartbeat.beat()
    time.now += 61
    assert heartbeat.is_late


def test_all_loops_are_asked_and_each_may_be_silent_for_as_long_as_calls_may_wait(time: Time) -> None:
    heartbeats = Heartbeats(grace=30)
    for name in ("one", "other"):
        heartbeats.add(Heartbeat(name, 60, monotonic=time))
    time.now += 90
    assert (heartbeats.problems, heartbeats.ages) == ([], {"one": 90, "other": 90})
    time.now += 1
    assert [problem.split()[0] for problem in heartbeats.problems] == ["one", "other"]


def test_watching_makes_one(time: Time) -> None:
    heartbeats = Heartbeats()
    heartbeat = heartbeats.watch("inbox", 5)
    assert (heartbeat.name, heartbeat.deadline, [*heartbeats.ages]) == ("inbox", 5, ["inbox"])


def test_no_loop_hides_behind_another_of_its_name() -> None:
    watched = Heartbeats()
    watched.watch("inbox")
    with pytest.raises(ValueError, match="inbox is watched already"):
        watched.watch("inbox")
