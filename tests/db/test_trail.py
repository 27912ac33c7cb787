"""The trail's end: one record behind another, whoever writes at once, and nothing of a transaction that failed."""

import asyncio

import pytest

from bot.db import requests, trail
from bot.db.models import TrailRecord
from bot.db.session import Database
from tests.db.rows import NOW, request_row


def entry(event: str, number: int | None = None) -> TrailRecord:
    """A record of nothing in particular."""
    return TrailRecord(at=NOW, event=event, actor="U0ANN", request_id=number, details={})


async def written(database: Database) -> list[TrailRecord]:
    """The whole trail."""
    async with database.begin() as session:
        return list(await trail.after(session, 0, 1000))


async def test_the_first_record_has_none_before_it_and_every_other_has_the_last(database: Database) -> None:
    async with database.begin() as session:
        await trail.append(session, entry("one"))
        await trail.append(session, entry("two"))
    async with database.begin() as session:
        await trail.append(session, entry("three"))
    records = await written(database)
    assert [record.previous_id for record in records] == [None, records[0].id, records[1].id]


async def test_two_transactions_at_once_never_share_a_predecessor(database: Database) -> None:
    async with database.begin() as session:
        numbers = [await requests.add(session, request_row()) for _ in range(8)]

    async def decide(number: int | None) -> None:
        for event in ("vote", "approved"):
            async with database.begin() as session:
                await requests.lock(session, number or 0, ["pending"])
                await trail.append(session, entry(event, number))
                await trail.append(session, entry(f"{event} again", number))

    await asyncio.gather(*(decide(number) for number in numbers))
    records = await written(database)
    assert len(records) == 32
    assert [record.previous_id for record in records] == [None, *(record.id for record in records[:-1])]


async def test_what_a_failed_transaction_wrote_is_nobodys_predecessor(database: Database) -> None:
    async with database.begin() as session:
        await trail.append(session, entry("one"))
    with pytest.raises(RuntimeError):
        async with database.begin() as session:
            await trail.append(session, entry("never"))
            raise RuntimeError
    async with database.begin() as session:
        await trail.append(session, entry("two"))
    records = await written(database)
    assert [record.event for record in records] == ["one", "two"]
    assert records[1].previous_id == records[0].id


async def test_a_page_begins_after_the_record_named_and_holds_no_more_than_asked_for(database: Database) -> None:
    async with database.begin() as session:
        for number in range(5):
            await trail.append(session, entry(f"{number}"))
    first, *_ = await written(database)
    async with database.begin() as session:
        page = await trail.after(session, first.id, 2)
    assert [record.event for record in page] == ["1", "2"]
