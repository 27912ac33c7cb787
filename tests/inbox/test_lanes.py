"""Slots: bounded, fair between people, waited for at a stop."""

import asyncio
from collections import Counter

import pytest

from bot.inbox.lanes import Slots


class Works:
    """Works that run until they are let go, and what of them has begun."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self._gates: list[asyncio.Event] = []

    async def run(self, name: str) -> None:
        """One of them."""
        gate = asyncio.Event()
        self._gates.append(gate)
        self.begun.append(name)
        await gate.wait()

    async def let_go(self) -> None:
        """Those that run come to their end, and others begin."""
        for gate in self._gates:
            gate.set()
        await settle()


async def settle() -> None:
    """Let every task come to where it waits."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def works() -> Works:
    return Works()


def put(slots: Slots, works: Works, *names: str) -> None:
    """One work each, of the person named by its first letter."""
    for name in names:
        slots.put(name[0], lambda name=name: works.run(name))  # type: ignore[misc]


async def test_no_more_run_at_once_than_there_are_slots_and_all_of_them_run(works: Works) -> None:
    slots = Slots(most=2, each=2)
    put(slots, works, "a1", "b1", "c1", "d1", "e1")
    await settle()
    assert works.begun == ["a1", "b1"]
    assert slots.waiting == 3
    await works.let_go()
    await works.let_go()
    await works.let_go()
    assert works.begun == ["a1", "b1", "c1", "d1", "e1"]
    await slots.drain(1)


async def test_one_persons_many_leave_slots_to_others(works: Works) -> None:
    slots = Slots(most=4, each=2)
    put(slots, works, *(f"a{number}" for number in range(70)), "b1")
    await settle()
    assert works.begun == ["a0", "a1", "b1"]
    await slots.drain(0)


async def test_everybodys_turn_comes_round(works: Works) -> None:
    slots = Slots(most=1, each=1)
    put(slots, works, "a1", "a2", "a3", "b1", "b2", "c1")
    for _ in range(6):
        await works.let_go()
    assert works.begun == ["a1", "a2", "b1", "c1", "a3", "b2"]
    await slots.drain(0)


async def test_a_work_that_ends_badly_leaves_its_slot_to_the_next(works: Works) -> None:
    slots = Slots(most=1, each=1)
    ended: Counter[str] = Counter()

    async def broken() -> None:
        ended["broken"] += 1
        raise asyncio.CancelledError

    slots.put("a", broken)
    slots.put("a", broken)
    put(slots, works, "b1")
    await settle()
    assert (ended["broken"], works.begun) == (2, ["b1"])
    await slots.drain(0)


async def test_a_stop_waits_for_what_runs_and_begins_nothing(works: Works) -> None:
    slots = Slots(most=1, each=1)
    put(slots, works, "a1", "a2")
    await settle()
    stop = asyncio.create_task(slots.drain(5))
    await works.let_go()
    await stop
    assert works.begun == ["a1"]


async def test_a_stop_ends_what_takes_too_long(works: Works) -> None:
    slots = Slots(most=1, each=1)
    put(slots, works, "a1")
    await settle()
    await asyncio.wait_for(slots.drain(0.01), 1)
    put(slots, works, "b1")
    await settle()
    assert works.begun == ["a1"], "closed"
