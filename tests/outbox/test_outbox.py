"""Asking for a message: with its destination and its kind, in business time and in the machine's."""

import asyncio
from datetime import timedelta

import pytest

from bot import outbox
from bot.clock import Clock
from bot.db import messages
from bot.outbox.destination import Destination
from bot.outbox.kinds import ALERT, CARD, NOTICE
from tests.db.rows import message_of
from tests.outbox.rig import NOW, Rig

ALERTS = Destination("slack", "C0ALERTS", "T0ACME")
HOUR = timedelta(hours=1)


async def want(rig: Rig, key: str = "alert:1") -> bool:
    """Ask for an alert; the business's clock is an hour ahead of the machine's."""
    clock = Clock(now=lambda: NOW + HOUR, real=lambda: NOW)
    async with rig.database.begin() as session:
        return await outbox.want(session, key, kind=ALERT, destination=ALERTS, clock=clock, payload={"text": "t"})


async def test_a_message_names_its_kind_and_its_destination(rig: Rig) -> None:
    assert await want(rig)
    row = await rig.message("alert:1")
    assert (row.kind, row.protocol, row.workspace, row.address) == ("alert", "slack", "T0ACME", "C0ALERTS")
    assert (row.payload, row.request_id, row.state) == ({"text": "t"}, None, messages.DUE)


async def test_it_is_dated_by_the_business_and_due_by_the_machine(rig: Rig) -> None:
    await want(rig)
    row = await rig.message("alert:1")
    assert (row.created_at, row.due_at) == (NOW + HOUR, NOW)


async def test_the_same_key_is_asked_for_once_for_ever(rig: Rig) -> None:
    assert await want(rig)
    assert not await want(rig)
    await rig.drain()
    assert not await want(rig)
    assert rig.far.posts == ["alert:1"]


async def test_what_is_asked_for_in_a_transaction_that_fails_was_not_asked_for(rig: Rig) -> None:
    with pytest.raises(RuntimeError):
        async with rig.database.begin() as session:
            await outbox.want(session, "alert:1", kind=ALERT, destination=ALERTS, clock=rig.clock)
            raise RuntimeError
    await rig.drain()
    assert rig.far.posts == []


async def test_a_kind_that_is_told_from_a_request_needs_one(rig: Rig) -> None:
    async with rig.database.begin() as session:
        with pytest.raises(ValueError, match="a message of the kind card is told from a request"):
            await outbox.want(session, "card:1", kind=CARD, destination=ALERTS, clock=rig.clock)


async def test_a_message_is_brought_up_to_date_by_the_machines_clock(rig: Rig) -> None:
    await want(rig)
    await rig.drain()
    async with rig.database.begin() as session:
        await outbox.touch(session, "alert:1", clock=Clock(now=lambda: NOW + HOUR, real=lambda: NOW + HOUR / 2))
    row = await rig.message("alert:1")
    assert (row.state, row.due_at, row.wanted) == (messages.DUE, NOW + HOUR / 2, 2)


async def test_what_was_never_asked_for_cannot_be_brought_up_to_date(rig: Rig) -> None:
    await rig.touch("nobody")
    async with rig.database.begin() as session:
        assert await message_of(session, "nobody") is None


async def test_a_message_without_a_workspace_is_of_the_one_that_the_database_belongs_to(rig: Rig) -> None:
    await rig.want("before", "C0ADMIN", kind=NOTICE)
    rig.database.belong_to("T0BETA")
    await rig.want("after", "C0ADMIN", kind=NOTICE)
    await want(rig)
    of = {key: (await rig.message(key)).workspace for key in ("before", "after", "alert:1")}
    assert of == {"before": None, "after": "T0BETA", "alert:1": "T0ACME"}


async def test_what_changes_often_is_brought_up_to_date_once_and_later(rig: Rig) -> None:
    await want(rig)
    await rig.drain()

    async def touch(seconds: float, after: float) -> None:
        clock = Clock(real=lambda: NOW + timedelta(seconds=seconds))
        async with rig.database.begin() as session:
            await outbox.touch(session, "alert:1", clock=clock, after=timedelta(seconds=after))

    await touch(0, 2)
    await touch(1, 2)
    row = await rig.message("alert:1")
    assert (row.due_at, row.wanted) == (NOW + timedelta(seconds=2), 3), "the first of them says when"
    await touch(1, 0)
    assert (await rig.message("alert:1")).due_at == NOW + timedelta(seconds=1), "who cannot wait does not"


async def test_what_the_far_side_lets_wait_is_hastened_by_nobody(rig: Rig) -> None:
    await want(rig)
    row = await rig.message("alert:1")
    async with rig.database.begin() as session:
        await messages.postpone(session, row.id, until=NOW + HOUR, error="limited for 3600 s", was_refused=True)
    await rig.touch("alert:1")
    assert (await rig.message("alert:1")).due_at == NOW + HOUR


async def test_what_a_message_tells_is_changed_in_parts_whoever_does_so_together(rig: Rig) -> None:
    await want(rig)
    await rig.drain()

    async def change(name: str) -> None:
        async with rig.database.begin() as session:
            assert await outbox.change(session, "alert:1", {name: "yes"}, clock=rig.clock)

    await asyncio.gather(*(change(name) for name in ("a", "b", "c", "text")))
    row = await rig.message("alert:1")
    assert row.payload == {"text": "yes", "a": "yes", "b": "yes", "c": "yes"}
    assert (row.state, row.wanted) == (messages.DUE, 5)
    await rig.drain()
    assert rig.far.updates[-1][1] == "yes"


async def test_what_was_never_asked_for_cannot_be_changed(rig: Rig) -> None:
    async with rig.database.begin() as session:
        assert not await outbox.change(session, "nobody", {"a": 1}, clock=rig.clock)
        assert await message_of(session, "nobody") is None
