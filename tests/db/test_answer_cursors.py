"""Questions behind pages: stored whole, found by their token, swept by their age."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.db import answer_cursors
from bot.db.models import AnswerCursor
from bot.db.session import Database
from tests.db.rows import NOW


def cursor(token: str, age: timedelta = timedelta()) -> AnswerCursor:
    """A question that was asked so long ago."""
    params = {"organization": "acme", "search": "🐳 '\"\\ <&>"}
    return AnswerCursor(token=token, reader="U0ANN", operation="member.list", params=params, created_at=NOW - age)


async def add(database: Database, *rows: AnswerCursor) -> None:
    """Store them."""
    async with database.begin() as session:
        for row in rows:
            answer_cursors.add(session, row)


async def test_a_question_is_found_by_its_token_as_it_was(database: Database) -> None:
    await add(database, cursor("one"), cursor("two"))
    async with database.begin() as session:
        found = await answer_cursors.get(session, "one")
        missing = await answer_cursors.get(session, "three")
    assert found is not None
    assert (found.reader, found.operation, found.created_at) == ("U0ANN", "member.list", NOW)
    assert found.params == cursor("x").params
    assert missing is None


async def test_a_token_names_one_question(database: Database) -> None:
    await add(database, cursor("one"))
    with pytest.raises(IntegrityError):
        await add(database, cursor("one"))


async def test_a_sweep_takes_the_moment_itself_and_what_is_older(database: Database) -> None:
    ages = {"young": 0, "exact": 60, "old": 61}
    await add(database, *(cursor(name, timedelta(seconds=age)) for name, age in ages.items()))
    async with database.begin() as session:
        assert await answer_cursors.sweep_some(session, NOW - timedelta(seconds=60)) == 2
        assert await answer_cursors.sweep_some(session, NOW - timedelta(seconds=60)) == 0
        left = [name for name in ages if await answer_cursors.get(session, name)]
    assert left == ["young"]
