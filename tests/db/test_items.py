"""Items of a request on thousands of things: stored whole or not at all, and in transactions that are short."""

import pytest

from bot.db import items, requests
from bot.db.batches import BATCH
from bot.db.models import RequestItem
from bot.db.session import Database
from tests.db.rows import request_row
from tests.holds import measured
from tests.mortal import Killed, Mortal


@pytest.fixture
async def number(database: Database) -> int:
    """A request."""
    async with database.begin() as session:
        found = await requests.add(session, request_row())
    assert found is not None
    return found


def rows(number: int, *keys: str) -> list[RequestItem]:
    return [
        RequestItem(request_id=number, key=key, position=position, subject=key, data={}, state=items.WAITING, text="")
        for position, key in enumerate(keys)
    ]


# By their keys they are in another order than by their positions.
MANY = tuple(f"k{each * 7919 % 1009}" for each in range(3 * BATCH + 1))


async def keys(database: Database, number: int) -> list[str]:
    return [item.key for item in await items.of_request(database.begin, number)]


async def test_any_number_is_stored_and_read_in_order(database: Database, number: int) -> None:
    await items.plan(database.begin, number, rows(number, *MANY))
    assert await keys(database, number) == list(MANY)


@pytest.mark.parametrize("count", [0, 1, BATCH, 2 * BATCH])
async def test_a_full_page_is_no_end(database: Database, number: int, count: int) -> None:
    await items.plan(database.begin, number, rows(number, *MANY[:count]))
    assert await keys(database, number) == list(MANY[:count])


async def test_an_item_may_have_an_empty_key(database: Database, number: int) -> None:
    await items.plan(database.begin, number, rows(number, "a", ""))
    assert await keys(database, number) == ["a", ""]


@pytest.mark.parametrize("life", [1, 2, 3, 4])
async def test_a_plan_that_was_cut_off_is_none_and_the_next_one_takes_its_place(
    database: Database, number: int, life: int
) -> None:
    with pytest.raises(Killed):
        await items.plan(Mortal(database, life).begin, number, rows(number, *MANY))
    assert await keys(database, number) == []
    await items.plan(database.begin, number, rows(number, "other", *MANY[:5]))
    assert await keys(database, number) == ["other", *MANY[:5]]


async def test_another_requests_items_stay(database: Database, number: int) -> None:
    async with database.begin() as session:
        other = await requests.add(session, request_row())
    assert other is not None
    await items.plan(database.begin, other, rows(other, *MANY))
    await items.plan(database.begin, number, rows(number, "a"))
    assert (await keys(database, other), await keys(database, number)) == (list(MANY), ["a"])


async def test_no_transaction_stores_reads_or_clears_more_than_a_few(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.begin() as session:
        await requests.add(session, request_row())
    with pytest.raises(Killed):
        await items.plan(Mortal(database, 3).begin, 1, rows(1, *MANY))
    with measured(database) as holds:
        await items.plan(database.begin, 1, rows(1, *MANY))
        await items.of_request(database.begin, 1)
    await database.close()
    assert holds.most_values <= 7 * BATCH
    assert holds.most_statements == 1
    assert len(holds.ended) == 3 + 4 + 4  # two batches cleared, and none left; four stored; four read
