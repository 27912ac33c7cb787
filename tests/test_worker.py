"""The loop behind executions and delivery: it drains, rests until woken, backs off, and stops."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from bot import worker as worker_module
from bot.heartbeats import Heartbeat
from bot.worker import LONGEST_PAUSE, RINGS_APART, Bell, Crew, Worker

FOREVER = 3600.0


class Steps:
    """A step that answers what it is told, and lets a test wait until it was taken so many times."""

    def __init__(self, *answers: float | Exception) -> None:
        self.answers = list(answers)
        self.taken = 0
        self._changed = asyncio.Condition()

    async def __call__(self) -> float:
        self.taken += 1
        answer = self.answers.pop(0) if self.answers else FOREVER
        async with self._changed:
            self._changed.notify_all()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def wait_for(self, count: int) -> None:
        """Return once the step was taken so many times."""
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: self.taken >= count)


async def settle() -> None:
    """Let every task run as far as it can without time passing."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the worker slept after failures, in no time."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    names: dict[str, Any] = {name: getattr(asyncio, name) for name in dir(asyncio) if not name.startswith("_")}
    monkeypatch.setattr(worker_module, "asyncio", SimpleNamespace(**(names | {"sleep": sleep})))
    return slept


async def test_it_repeats_the_step_until_nothing_is_left_and_then_rests() -> None:
    steps = Steps(0, 0, 0)
    worker = Worker("w", steps, rest_seconds=FOREVER)
    worker.start()
    await steps.wait_for(4)
    await settle()
    assert steps.taken == 4
    await worker.stop()


async def test_waking_ends_a_rest() -> None:
    steps = Steps()
    worker = Worker("w", steps, rest_seconds=FOREVER)
    worker.start()
    for count in (1, 2, 3):
        await steps.wait_for(count)
        await settle()
        worker.wake()
    await steps.wait_for(4)
    await worker.stop()


async def test_waking_during_a_step_is_not_lost() -> None:
    count = 0
    worker: Worker

    async def step() -> float:
        nonlocal count
        count += 1
        if count == 1:
            worker.wake()
        return FOREVER

    worker = Worker("w", step, rest_seconds=FOREVER)
    worker.start()
    await settle()
    assert count == 2
    await worker.stop()


async def test_a_rest_is_no_longer_than_the_longest_rest() -> None:
    steps = Steps()
    worker = Worker("w", steps, rest_seconds=0.01)
    worker.start()
    await steps.wait_for(3)
    await worker.stop()


async def test_failures_are_followed_by_ever_longer_pauses_up_to_the_longest(pauses: list[float]) -> None:
    steps = Steps(*[RuntimeError("broken")] * 8)
    worker = Worker("w", steps, rest_seconds=FOREVER)
    worker.start()
    await steps.wait_for(9)
    expected = [1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]
    assert sum(pauses) == sum(expected)
    await worker.stop()


async def test_a_success_ends_the_row_of_failures(pauses: list[float]) -> None:
    steps = Steps(RuntimeError(), RuntimeError(), 0, RuntimeError())
    worker = Worker("w", steps, rest_seconds=FOREVER)
    worker.start()
    await steps.wait_for(5)
    assert sum(pauses) == 1 + 2 + 1
    await worker.stop()


async def test_a_broken_step_does_not_spin_when_it_is_woken(pauses: list[float]) -> None:
    steps = Steps(RuntimeError())
    worker = Worker("w", steps, rest_seconds=FOREVER)
    worker.start()
    await steps.wait_for(1)
    worker.wake()
    await steps.wait_for(2)
    assert sum(pauses) == 1
    await worker.stop()


def silence(worker: Worker) -> Callable[[float], None]:
    """Sets the time by which the worker's silence is told."""
    now = 100.0

    def set_now(value: float) -> None:
        nonlocal now
        now = value

    worker.heartbeat = Heartbeat(worker.name, 30, monotonic=lambda: now)
    return set_now


async def test_a_step_that_fails_is_a_sign_of_life_for_whoever_is_away_comes_back(pauses: list[float]) -> None:
    failed, again = False, asyncio.Event()

    async def step() -> float:
        nonlocal failed
        if failed:
            again.set()
            await asyncio.Event().wait()
        failed = True
        set_now(200)
        raise RuntimeError

    worker = Worker("w", step)
    set_now = silence(worker)
    worker.start()
    await again.wait()
    assert worker.heartbeat.age == 0
    await worker.stop(0.01)


async def test_a_step_that_hangs_is_none_but_for_a_beat_in_its_middle() -> None:
    entered, forever = asyncio.Event(), asyncio.Event()

    async def step() -> float:
        entered.set()
        await forever.wait()
        return 0

    worker = Worker("w", step)
    set_now = silence(worker)
    worker.start()
    await entered.wait()
    set_now(131)
    assert worker.heartbeat.problem == "w has given no sign of life for 31 s"
    worker.beat()
    assert worker.heartbeat.problem is None
    await worker.stop(0.01)


async def test_a_worker_that_ends_by_itself_is_seen_and_one_that_is_stopped_is_well() -> None:
    steps = Steps()
    worker = Worker("w", steps, rest_seconds=FOREVER)
    worker.start()
    await steps.wait_for(1)
    await worker.stop()
    assert worker.heartbeat.problem is None
    dying = Worker("w", Steps(asyncio.CancelledError()), rest_seconds=FOREVER)  # type: ignore[arg-type]
    dying.start()
    await settle()
    assert dying.heartbeat.problem == "w has ended"


async def test_stopping_waits_for_the_step_that_runs() -> None:
    entered, may_leave, left = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def step() -> float:
        entered.set()
        await may_leave.wait()
        left.set()
        return 0

    worker = Worker("w", step)
    worker.start()
    await entered.wait()
    stopping = asyncio.create_task(worker.stop())
    await settle()
    assert not stopping.done()
    may_leave.set()
    await stopping
    assert left.is_set()


async def test_stopping_ends_a_step_that_hangs_after_its_time() -> None:
    entered, ended = asyncio.Event(), asyncio.Event()

    async def step() -> float:
        entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return 0

    worker = Worker("w", step)
    worker.start()
    await entered.wait()
    await worker.stop(0.01)
    assert ended.is_set()


@pytest.mark.parametrize("begin", [lambda worker: None, Worker.start], ids=["never started", "just started"])
async def test_stopping_at_once_takes_no_step_more(begin: Callable[[Worker], None]) -> None:
    steps = Steps()
    worker = Worker("w", steps, rest_seconds=FOREVER)
    begin(worker)
    await worker.stop()
    await settle()
    assert steps.taken == 0


async def test_stopping_ends_a_rest_and_takes_no_step_more() -> None:
    steps = Steps()
    worker = Worker("w", steps, rest_seconds=FOREVER)
    worker.start()
    await steps.wait_for(1)
    await settle()
    await asyncio.wait_for(worker.stop(), 1)
    assert steps.taken == 1


class Look:
    """A step that counts how often each worker looks, and does what there is to do once it is let go."""

    def __init__(self) -> None:
        self.looks: Counter[str] = Counter()
        self.left = 0
        self.begun = 0
        self.gate = asyncio.Event()
        self.crew: Crew | None = None

    def worker(self, name: str) -> Worker:
        """One of those who look."""

        async def step() -> float:
            self.looks[name] += 1
            if not self.left:
                return 60
            self.left -= 1
            self.begun += 1
            assert self.crew is not None
            self.crew.wake()
            await self.gate.wait()
            return 0

        return Worker(name, step, rest_seconds=60)


@pytest.fixture
async def look() -> AsyncIterator[Look]:
    """A crew of three at rest, each having looked once."""
    look = Look()
    look.crew = Crew([look.worker(name) for name in "abc"])
    for worker in look.crew.workers:
        worker.start()
    await settle()
    yield look
    look.gate.set()
    await asyncio.gather(*(worker.stop(5) for worker in look.crew.workers))


async def test_where_there_is_nothing_one_of_a_crew_looks_for_all(look: Look) -> None:
    assert look.crew is not None
    look.crew.wake()
    await settle()
    assert look.looks == {"a": 2, "b": 1, "c": 1}


async def test_where_there_is_much_all_of_a_crew_are_at_work(look: Look) -> None:
    assert look.crew is not None
    look.left = 5
    look.crew.wake()
    await settle()
    assert look.begun == 3
    look.gate.set()
    await settle()
    assert (look.begun, look.left) == (5, 0)


async def test_who_is_busy_looks_once_more_before_it_rests(look: Look) -> None:
    assert look.crew is not None
    look.left = 3
    look.crew.wake()
    await settle()
    look.left = 1
    look.crew.wake()
    look.gate.set()
    await settle()
    assert look.left == 0


class Hours:
    """The event loop's clock, and what it was asked to do later, as far as a bell needs them."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.later: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        """The time that a test sets."""
        return self.now

    def call_later(self, seconds: float, what: Callable[[], None]) -> None:
        """Do it when a test lets so much pass."""
        self.later.append((self.now + seconds, what))

    def let_pass(self, seconds: float) -> None:
        """Let so much time pass."""
        self.now += seconds
        due = [what for moment, what in self.later if moment <= self.now]
        self.later = [(moment, what) for moment, what in self.later if moment > self.now]
        for what in due:
            what()


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    """A clock of our own."""
    hours = Hours()
    monkeypatch.setattr(worker_module, "asyncio", SimpleNamespace(get_running_loop=lambda: hours))
    return hours


def test_a_bell_rings_at_once_and_then_once_for_all_who_pull_it_within_its_time(hours: Hours) -> None:
    rang: list[float] = []
    bell = Bell(lambda: rang.append(hours.now))
    bell.pull()
    assert rang == [1000.0]
    for _ in range(3):
        hours.let_pass(RINGS_APART / 5)
        bell.pull()
    assert len(rang) == 1
    hours.let_pass(RINGS_APART)
    assert len(rang) == 2
    assert not hours.later


def test_a_bell_that_nobody_has_pulled_for_a_while_rings_at_once_again(hours: Hours) -> None:
    rang: list[float] = []
    bell = Bell(lambda: rang.append(hours.now))
    bell.pull()
    hours.let_pass(2 * RINGS_APART)
    assert len(rang) == 1
    bell.pull()
    assert rang == [1000.0, 1000.0 + 2 * RINGS_APART]
