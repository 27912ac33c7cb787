"""What a column takes and gives back, on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError, StatementError

from bot.db import ballots, requests, trail
from bot.db.models import TrailRecord
from bot.db.moments import UtcDateTime
from bot.db.session import Database
from tests.db.rows import NOW, request_row


async def test_a_naive_moment_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive datetime"):
        async with database.begin() as session:
            await requests.add(session, request_row(created_at=datetime(2026, 11, 23)))  # noqa: DTZ001  the mistake


async def test_a_moment_of_any_zone_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=30))) + timedelta(microseconds=123_456)
    async with database.begin() as session:
        number = await requests.add(session, request_row(created_at=elsewhere))
    async with database.begin() as session:
        row = await requests.get(session, number or 0)
    assert row is not None
    assert (row.created_at, row.created_at.tzinfo) == (elsewhere, UTC)
    assert row.finished_at is None


def test_nothing_is_no_moment() -> None:
    column: object = UtcDateTime()
    assert isinstance(column, UtcDateTime)
    assert column.process_result_value(None, None) is None  # type: ignore[arg-type]


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.begin() as session:
            await requests.add(session, request_row())
            raise RuntimeError
    async with database.begin() as session:
        assert await requests.count_by_status(session) == {}


async def test_a_ballot_needs_its_request(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.begin() as session:
            await ballots.add(session, 77, voter="U0OMAR", choice="approve", at=NOW, admitted_by=[], voids=[])


async def test_the_trail_is_read_in_the_order_in_which_it_was_written(database: Database) -> None:
    async with database.begin() as session:
        number = await requests.add(session, request_row())
        for event in ("one", "two", "three"):
            record = TrailRecord(at=NOW, event=event, actor="U0ANN", request_id=number, details={"a": [1]})
            await trail.append(session, record)
        await trail.append(session, TrailRecord(at=NOW, event="other", actor="U0ANN", request_id=None, details={}))
    async with database.begin() as session:
        own = await trail.of_request(session, number or 0)
        page = await trail.after(session, own[0].id, 2)
    assert [record.event for record in own] == ["one", "two", "three"]
    assert [record.event for record in page] == ["two", "three"]


async def test_text_of_any_kind_comes_back_as_it_was(database: Database) -> None:
    text = "🐳 \u202e <&> '\"\\ ; DROP TABLE requests; --\n\t"
    async with database.begin() as session:
        number = await requests.add(session, request_row(reason=text, params={"x": [text]}))
    async with database.begin() as session:
        row = await requests.get(session, number or 0)
    assert row is not None
    assert (row.reason, row.params) == (text, {"x": [text]})
