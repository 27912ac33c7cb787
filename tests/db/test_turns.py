"""Turns: so many at once, the urgent first, and none is lost where somebody stops waiting."""

import asyncio

import pytest

from bot.db.turns import Turns


async def taken(turns: Turns, name: str, order: list[str], *, urgent: bool = False) -> None:
    """Have a turn, and note it."""
    async with turns.take(urgent=urgent):
        order.append(name)
        await asyncio.sleep(0)


async def begun(*works: asyncio.Task[None]) -> None:
    """Let each come to where it waits."""
    for _ in works:
        await asyncio.sleep(0)


async def test_the_urgent_come_before_those_who_came_before_them_and_all_others_as_they_came() -> None:
    turns, order = Turns(1), list[str]()
    async with turns.take():
        patient = [asyncio.create_task(taken(turns, name, order)) for name in ("first", "second")]
        urgent = [asyncio.create_task(taken(turns, name, order, urgent=True)) for name in ("urgent", "later")]
        await begun(*patient, *urgent)
        assert order == []
    await asyncio.gather(*patient, *urgent)
    assert order == ["urgent", "later", "first", "second"]


async def test_so_many_have_a_turn_at_once() -> None:
    turns, having, most = Turns(3), 0, 0

    async def work() -> None:
        nonlocal having, most
        async with turns.take():
            having += 1
            most = max(most, having)
            await asyncio.sleep(0)
            having -= 1

    await asyncio.gather(*(work() for _ in range(10)))
    assert most == 3


async def test_an_error_hands_the_turn_on() -> None:
    turns = Turns(1)
    with pytest.raises(ValueError, match="broken"):
        async with turns.take():
            raise ValueError("broken")
    await asyncio.wait_for(taken(turns, "next", []), 1)


@pytest.mark.parametrize("is_handed", [False, True], ids=["while it waits", "just as it is handed the turn"])
async def test_who_stops_waiting_takes_no_turn_with_them(is_handed: bool) -> None:
    turns, order = Turns(1), list[str]()
    async with turns.take():
        gone = asyncio.create_task(taken(turns, "gone", order))
        left = asyncio.create_task(taken(turns, "left", order))
        await begun(gone, left)
        if not is_handed:
            gone.cancel()
    gone.cancel()
    await asyncio.gather(gone, left, return_exceptions=True)
    assert order == ["left"]
    await asyncio.wait_for(taken(turns, "next", order), 1)
    assert order == ["left", "next"]
