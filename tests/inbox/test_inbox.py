"""The inbox over a real database: stored before it is said to be, worked on once, gone on with by whoever is left."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import exc

from bot.clock import Clock
from bot.db import inbox as rows
from bot.db.session import Database
from bot.db.urgent import Step
from bot.errors import UserError
from bot.inbox.arrivals import Arrival, Delivery, Lane, NotStored, Stage, Superseded
from bot.inbox.inbox import Inbox

START = datetime(2026, 11, 25, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)


@dataclass
class Recorder:
    """A desk that notes what it is given; `does` is what its work does, where that is more."""

    does: Callable[[Arrival, Delivery], object] | None = None
    worked: list[tuple[str, Stage]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    lane: Lane = Lane.COMMANDS

    def lane_of(self, arrival: Arrival) -> Lane:
        """The kind is the lane's name where it is one."""
        return Lane(arrival.kind) if arrival.kind in {lane.value for lane in Lane} else self.lane

    async def work(self, arrival: Arrival, delivery: Delivery, stage: Stage) -> None:
        """Note it, wait to be let go, and do what there is to do."""
        self.worked.append((arrival.key, stage))
        await self.gate.wait()
        if self.does is not None:
            done = self.does(arrival, delivery)
            if asyncio.iscoroutine(done):
                await done

    async def fail(self, arrival: Arrival, error: Exception) -> None:
        """Note it."""
        self.failed.append((arrival.key, str(error)))


@dataclass
class Bench:
    """Inboxes over one database, and the machine's time."""

    database: Database
    now: datetime = START
    opened: list[Inbox] = field(default_factory=list)

    def open(self, recorder: Recorder, name: str = "us", *, alone: bool = False, busy: bool = False) -> Inbox:
        """An inbox of a process of this name, whose works wait where it is `busy`."""
        clock = Clock(real=lambda: self.now)
        inbox = Inbox(database=self.database, name=name, lease=LEASE, clock=clock, alone=alone)
        if not busy:
            recorder.gate.set()
        inbox.start(recorder)
        self.opened.append(inbox)
        return inbox

    async def states(self) -> dict[str, str]:
        """What is known, and how far it has come."""
        async with self.database.begin() as session:
            return {key: row.state for key in "12345" if (row := await rows.get(session, key))}

    async def settled(self, **states: str) -> None:
        """Return once the rows stand so."""
        wanted = {key.removeprefix("_"): state for key, state in states.items()}
        async with asyncio.timeout(5):
            while await self.states() != wanted:  # noqa: ASYNC110  the database tells nobody of its rows
                await asyncio.sleep(0.01)

    async def dies(self, inbox: Inbox) -> None:
        """The process of this inbox is killed: nothing of it is released."""
        self.opened.remove(inbox)
        for slots in inbox._lanes.values():
            await slots.drain(0)
        await inbox._committer.stop()


@pytest.fixture
async def bench(database: Database) -> AsyncIterator[Bench]:
    bench = Bench(database)
    yield bench
    for inbox in bench.opened:
        await inbox.drain(0)


def arrival(key: str, person: str = "U0ANN", kind: str = "command") -> Arrival:
    """A command."""
    return Arrival(key=key, kind=kind, person=person, received_at=START, payload={"text": key})


def refuse() -> None:
    """What a database raises that takes no such value."""
    raise exc.DataError("INSERT", {}, ValueError("NUL"))


@asynccontextmanager
async def away(database: Database) -> AsyncIterator[None]:
    """The database takes nothing meanwhile."""
    urgently = database.urgently

    async def refused(_steps: object) -> None:
        raise OSError("no room")

    database.urgently = refused  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        database.urgently = urgently  # type: ignore[method-assign]


async def test_what_is_accepted_is_stored_worked_on_and_emptied(bench: Bench) -> None:
    recorder = Recorder()
    inbox = bench.open(recorder)
    await inbox.accept(arrival("1"))
    assert "1" in await bench.states()
    await bench.settled(_1=rows.DONE)
    assert recorder.worked == [("1", Stage.FRESH)]


async def test_what_is_delivered_twice_is_worked_on_once(bench: Bench) -> None:
    recorder = Recorder()
    inbox = bench.open(recorder)
    await asyncio.gather(inbox.accept(arrival("1")), inbox.accept(arrival("1")))
    await inbox.accept(arrival("1"))
    await bench.settled(_1=rows.DONE)
    assert recorder.worked == [("1", Stage.FRESH)]


async def test_work_waits_until_its_acknowledgement_is_given(bench: Bench) -> None:
    recorder = Recorder()
    inbox = bench.open(recorder)
    with inbox.acknowledging():
        await inbox.accept(arrival("1"))
        await inbox.accept(arrival("1"))
        with inbox.acknowledging():
            await inbox.accept(arrival("2"))
        await bench.settled(_1=rows.WAITING, _2=rows.DONE)
        assert recorder.worked == [("2", Stage.FRESH)]
    await bench.settled(_1=rows.DONE, _2=rows.DONE)
    assert recorder.worked == [("2", Stage.FRESH), ("1", Stage.FRESH)]


async def test_what_is_stored_is_worked_on_where_the_acknowledgement_fails(bench: Bench) -> None:
    inbox = bench.open(Recorder())
    with pytest.raises(ConnectionResetError), inbox.acknowledging():
        await inbox.accept(arrival("1"))
        raise ConnectionResetError
    await bench.settled(_1=rows.DONE)


async def test_what_comes_together_shares_a_commit(bench: Bench) -> None:
    inbox = bench.open(Recorder(), busy=True)
    commits, urgently = 0, bench.database.urgently

    async def counted(steps: Sequence[Step]) -> object:
        nonlocal commits
        commits += 1
        return await urgently(steps)

    bench.database.urgently = counted  # type: ignore[assignment,method-assign]
    await asyncio.gather(*(inbox.accept(arrival(f"many {number}")) for number in range(250)))
    assert commits <= 4


async def test_where_the_database_takes_nothing_nothing_is_promised(bench: Bench) -> None:
    recorder = Recorder()
    inbox = bench.open(recorder)
    async with away(bench.database):
        with pytest.raises(NotStored, match="nothing was recorded"):
            await inbox.accept(arrival("1"))
    await inbox.accept(arrival("2"))
    await bench.settled(_2=rows.DONE)
    assert recorder.worked == [("2", Stage.FRESH)]


async def test_who_stops_waiting_for_a_slow_database_stops_nobody_else(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.inbox.committer.PATIENCE_SECONDS", 0.01)
    inbox, begun, go_on = bench.open(Recorder()), asyncio.Event(), asyncio.Event()
    urgently = bench.database.urgently

    async def slow(steps: Sequence[Step]) -> object:
        begun.set()
        await go_on.wait()
        return await urgently(steps)

    monkeypatch.setattr(bench.database, "urgently", slow)
    waiting = asyncio.create_task(inbox.accept(arrival("1")))
    await begun.wait()
    await asyncio.wait({waiting}, timeout=0.05)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    monkeypatch.setattr("bot.inbox.committer.PATIENCE_SECONDS", 5)
    go_on.set()
    await asyncio.wait_for(inbox.accept(arrival("2")), 5)
    await bench.settled(_1=rows.DONE, _2=rows.DONE)


@pytest.mark.parametrize(
    "odd",
    [
        replace(arrival("odd"), payload={"text": object()}),
        replace(arrival("odd"), person="U\x00\ud800"),
    ],
    ids=["no JSON", "no text"],
)
async def test_what_cannot_be_stored_costs_nobody_else_the_promise(bench: Bench, odd: Arrival) -> None:
    recorder = Recorder()
    inbox = bench.open(recorder)
    come = (inbox.accept(each) for each in (arrival("1"), odd, arrival("2")))
    done = await asyncio.gather(*come, return_exceptions=True)
    assert [done[0], done[2]] == [None, None]
    await bench.settled(_1=rows.DONE, _2=rows.DONE)


async def test_what_the_database_refuses_for_what_it_says_is_not_tried_again(bench: Bench) -> None:
    recorder = Recorder(does=lambda *_: refuse())
    await bench.open(recorder).accept(arrival("1"))
    await bench.settled(_1=rows.DONE)
    assert len(recorder.failed) == 1


async def test_a_database_that_is_busy_too_long_takes_no_promise_and_does_nothing_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.inbox.committer.PATIENCE_SECONDS", 0.01)
    recorder = Recorder()
    inbox = bench.open(recorder)
    urgently, entered, gate = bench.database.urgently, asyncio.Event(), asyncio.Event()

    async def slow(steps: Sequence[Step]) -> object:
        entered.set()
        await gate.wait()
        return await urgently(steps)

    bench.database.urgently = slow  # type: ignore[assignment,method-assign]
    first = asyncio.create_task(inbox.accept(arrival("1")))
    await asyncio.wait_for(entered.wait(), 5)
    with pytest.raises(NotStored):
        await inbox.accept(arrival("2"))
    gate.set()
    await first
    await bench.settled(_1=rows.DONE)
    assert recorder.worked == [("1", Stage.FRESH)], "the first was under way, so it was waited for"


@pytest.mark.parametrize(
    ("error", "said"), [(UserError("Not today."), "Not today."), (ValueError("a bug"), "a bug")], ids=["user", "bug"]
)
async def test_what_goes_wrong_is_said_and_done_with(bench: Bench, error: Exception, said: str) -> None:
    def broken(_arrival: Arrival, _delivery: Delivery) -> None:
        raise error

    recorder = Recorder(does=broken)
    await bench.open(recorder).accept(arrival("1"))
    await bench.settled(_1=rows.DONE)
    assert recorder.failed == [("1", said)]


async def test_where_the_database_goes_away_in_the_middle_it_is_tried_again(bench: Bench) -> None:
    tries = iter([OSError("gone"), None])

    def sometimes(_arrival: Arrival, _delivery: Delivery) -> None:
        if error := next(tries):
            raise error

    recorder = Recorder(does=sometimes)
    inbox = bench.open(recorder)
    await inbox.accept(arrival("1"))
    await bench.settled(_1=rows.WAITING)
    while len(recorder.worked) < 2:
        await inbox.step()
        await asyncio.sleep(0.01)
    await bench.settled(_1=rows.DONE)
    assert recorder.worked == [("1", Stage.FRESH), ("1", Stage.INTERRUPTED)]
    assert recorder.failed == []


async def test_a_database_that_stays_away_is_said_in_the_end(bench: Bench) -> None:
    def never(_arrival: Arrival, _delivery: Delivery) -> None:
        raise OSError("gone")

    recorder = Recorder(does=never)
    inbox = bench.open(recorder)
    await inbox.accept(arrival("1"))
    async with asyncio.timeout(5):
        while not recorder.failed:
            await inbox.step()
            await asyncio.sleep(0.01)
    await bench.settled(_1=rows.DONE)
    assert len(recorder.worked) == 5


async def test_what_a_killed_process_left_is_gone_on_with_once_its_lease_is_over(bench: Bench) -> None:
    killed = bench.open(Recorder(), "killed", busy=True)
    for key in "12":
        await killed.accept(arrival(key))
    async with bench.database.begin() as session:
        assert await rows.mark_acted(session, "2", holder="killed")
    await bench.dies(killed)
    recorder = Recorder()
    inbox = bench.open(recorder)
    await inbox.step()
    assert recorder.worked == []
    bench.now += LEASE + timedelta(seconds=1)
    await inbox.step()
    await bench.settled(_1=rows.DONE, _2=rows.DONE)
    assert recorder.worked == [("1", Stage.INTERRUPTED), ("2", Stage.ACTED)]


async def test_who_is_alone_with_the_database_goes_on_at_once(bench: Bench) -> None:
    killed = bench.open(Recorder(), "killed", busy=True)
    await killed.accept(arrival("1"))
    await bench.dies(killed)
    recorder = Recorder()
    await bench.open(recorder, alone=True).step()
    await bench.settled(_1=rows.DONE)
    assert recorder.worked == [("1", Stage.INTERRUPTED)]


async def test_what_nobody_can_read_nor_answer_is_done_with_and_holds_up_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(does=lambda arrival, _: 1 / 0 if arrival.key == "1" else None)
    dead = bench.open(Recorder(), "dead", busy=True)
    await dead.accept(arrival("1"))
    await dead.accept(arrival("2"))
    await bench.dies(dead)

    def laneless(given: Arrival) -> Lane:
        if given.key == "1":
            raise KeyError(given.key)
        return Lane.COMMANDS

    async def speechless(_arrival: Arrival, _error: Exception) -> None:
        raise KeyError("address")

    monkeypatch.setattr(recorder, "lane_of", laneless)
    monkeypatch.setattr(recorder, "fail", speechless)
    await bench.open(recorder, alone=True).step()
    await bench.settled(_1=rows.DONE, _2=rows.DONE)


async def test_a_living_process_keeps_what_it_works_on(bench: Bench) -> None:
    holder = Recorder()
    living = bench.open(holder, "living", busy=True)
    await living.accept(arrival("1"))
    bench.now += LEASE / 2
    await living.step()
    bench.now += LEASE * 2 / 3
    recorder = Recorder()
    await bench.open(recorder).step()
    assert recorder.worked == []
    holder.gate.set()
    await bench.settled(_1=rows.DONE)


async def test_however_much_waits_no_transaction_has_many_rows_to_keep(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, kept = bench.open(Recorder(), busy=True), list[int]()
    extend = rows.extend

    async def counted(*args: Any, **options: Any) -> int:
        kept.append(await extend(*args, **options))
        return kept[-1]

    monkeypatch.setattr(rows, "extend", counted)
    await asyncio.gather(*(inbox.accept(arrival(f"many {number}")) for number in range(250)))
    await inbox.step()
    assert kept == [0]
    bench.now += LEASE / 3
    await inbox.step()
    assert kept[1:] == [100, 100, 50, 0]


async def test_a_stop_hands_on_what_has_not_begun(bench: Bench) -> None:
    leaving = bench.open(Recorder(), "leaving", busy=True)
    await leaving.accept(arrival("1"))
    await leaving.drain(0)
    recorder = Recorder()
    bench.now += timedelta(seconds=1)
    await bench.open(recorder).step()
    await bench.settled(_1=rows.DONE)
    assert recorder.worked == [("1", Stage.INTERRUPTED)]


async def test_who_was_frozen_for_too_long_says_nothing_when_it_wakes(bench: Bench) -> None:
    def refused(_arrival: Arrival, _delivery: Delivery) -> None:
        raise UserError("Too late.")

    frozen = Recorder(does=refused)
    await bench.open(frozen, "frozen", busy=True).accept(arrival("1"))
    async with asyncio.timeout(5):
        while not frozen.worked:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    bench.now += LEASE + timedelta(seconds=1)
    other = Recorder()
    await bench.open(other).step()
    await bench.settled(_1=rows.DONE)
    frozen.gate.set()
    await bench.opened[0].drain(5)
    assert (frozen.failed, other.failed) == ([], [])


async def test_what_another_process_has_done_is_left_alone(bench: Bench) -> None:
    def superseded(_arrival: Arrival, _delivery: Delivery) -> None:
        raise Superseded

    recorder = Recorder(does=superseded)
    inbox = bench.open(recorder)
    await inbox.accept(arrival("1"))
    await inbox.drain(5)
    assert recorder.failed == []
    assert await bench.states() == {"1": rows.WAITING}


async def test_seventy_slow_reads_of_one_person_hold_up_no_decision_and_nobody_elses_read(bench: Bench) -> None:
    recorder = Recorder()
    inbox = bench.open(recorder, busy=True)
    for number in range(70):
        await inbox.accept(arrival(f"read {number}", kind="reads"))
    await inbox.accept(arrival("decision", "U0OMAR", kind="decisions"))
    await inbox.accept(arrival("read of another", "U0LENA", kind="reads"))
    await inbox.accept(arrival("own command", kind="commands"))
    async with asyncio.timeout(5):
        while len(recorder.worked) < 7:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    begun = [key for key, _ in recorder.worked]
    assert sorted(begun) == ["decision", "own command", "read 0", "read 1", "read 2", "read 3", "read of another"]


async def test_what_was_done_is_forgotten_after_a_day(bench: Bench) -> None:
    inbox = bench.open(Recorder())
    await inbox.accept(arrival("1"))
    await bench.settled(_1=rows.DONE)
    bench.now += timedelta(hours=23)
    assert await inbox.sweep() == 0
    bench.now += timedelta(hours=2)
    assert await inbox.sweep() == 1
    assert await bench.states() == {}
