"""When a tag was first pushed is looked up by an index, however much is stored."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, text

from bot.db import hub_events, tag_pushes
from bot.db.batches import BATCH, until_none_is_left
from bot.db.session import Database
from bot.db.tag_pushes import Tag
from tests.db.rows import NOW
from tests.db.test_hub_events import HUB_EVENT

PUSH = {**HUB_EVENT, "action": "repo.tag.push", "name": "acme/api"}


async def index(database: Database, organization: str = "acme") -> int:
    """Take everything that is stored into account; answers how many entries that were."""
    step = partial(tag_pushes.index_some, organization=organization, action="repo.tag.push", key="tag")
    return await until_none_is_left(database.begin, step)


async def first(database: Database, *tags: Tag, organization: str = "acme") -> dict[Tag, Any]:
    async with database.begin() as session:
        return await tag_pushes.first_pushed(session, organization, tags)


@pytest.fixture
async def started(database: Database) -> Database:
    """A database with cursors."""
    async with database.begin() as session:
        for organization in ("acme", "other"):
            await hub_events.start_cursor(session, organization, NOW)
    return database


async def add(database: Database, *entries: dict[str, Any]) -> None:
    rows = [{**PUSH, "ordinal": number, **entry} for number, entry in enumerate(entries)]
    async with database.begin() as session:
        await hub_events.add_new(session, rows)


async def test_each_entry_is_taken_into_account_once_and_for_its_own_organization(started: Database) -> None:
    later = NOW + timedelta(days=1)
    await add(
        started,
        {"data": {"tag": "v1"}, "at": later},
        {"data": {"tag": "v1"}},
        {"data": {"tag": "v1"}, "organization": "other", "at": later},
        {"data": {"tag": "gone"}, "action": "repo.tag.delete"},
        {"data": {}},
    )
    assert (await index(started), await index(started)) == (5, 0)
    assert await first(started, ("acme/api", "v1"), ("acme/api", "gone"), ("acme/api", "")) == {
        ("acme/api", "v1"): NOW,
        ("acme/api", ""): NOW,
    }
    assert await first(started, ("acme/api", "v1"), organization="other") == {}
    assert await index(started, "other") == 5
    assert await first(started, ("acme/api", "v1"), organization="other") == {("acme/api", "v1"): later}


async def test_the_earliest_moment_that_was_ever_noted_stays(started: Database) -> None:
    tag = ("acme/api", "v1")
    for days in (3, 1, 2):
        async with started.begin() as session:
            await tag_pushes.note(session, "acme", {tag: NOW + timedelta(days=days)})
    assert await first(started, tag) == {tag: NOW + timedelta(days=1)}


async def test_what_is_stored_behind_the_index_is_found_by_the_next_step(started: Database) -> None:
    await add(started, *({"data": {"tag": f"v{number}"}} for number in range(BATCH)))
    async with started.begin() as session:
        assert await tag_pushes.index_some(session, "acme", action="repo.tag.push", key="tag") == BATCH
    await add(started, {"data": {"tag": "new"}, "digest": "e"})
    assert await index(started) == 1
    assert len(await first(started, ("acme/api", "v0"), ("acme/api", "new"))) == 2


async def test_a_history_is_asked_for_once(started: Database) -> None:
    async with started.begin() as session:
        await tag_pushes.note_asked(session, "acme", "acme/api", NOW)
        await tag_pushes.note_asked(session, "acme", "acme/api", NOW)
        assert await tag_pushes.asked(session, "acme", ["acme/api", "acme/web"]) == {"acme/api"}
        assert await tag_pushes.asked(session, "other", ["acme/api"]) == set()


async def plan_of(database: Database, ask: Callable[[Any], Any]) -> str:
    """How the database means to answer the last question that is asked."""
    asked: list[tuple[str, Any]] = []

    def remember(_connection: Any, _cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        asked.append((sql, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", remember)
    async with database.begin() as session:
        await ask(session)
        event.remove(database.engine.sync_engine, "before_cursor_execute", remember)
        connection = await session.connection()
        [(sql, parameters)] = [each for each in asked if each[0].startswith("SELECT")]
        if database.engine.dialect.name == "sqlite":
            return str((await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)).all())
        # Few rows are read whole whatever there is; this asks what is done with many.
        for way in ("seqscan", "bitmapscan", "sort"):
            await session.execute(text(f"SET LOCAL enable_{way} = off"))
        return str((await connection.exec_driver_sql(f"EXPLAIN {sql}", parameters)).all())


async def test_a_tag_is_looked_up_by_the_primary_key(started: Database) -> None:
    plan = await plan_of(started, lambda session: tag_pushes.first_pushed(session, "acme", [("a", "b"), ("c", "d")]))
    assert any(
        words in plan
        for words in (
            "SEARCH first_pushes USING PRIMARY KEY (organization=? AND key=?)",
            "pk_first_pushes",
        )
    ), plan
    assert "SCAN" not in plan
    assert "Seq Scan" not in plan


async def test_new_entries_are_found_by_their_number(started: Database) -> None:
    def ask(session: Any) -> Any:
        return tag_pushes.index_some(session, "acme", action="repo.tag.push", key="tag")

    plan = await plan_of(started, ask)
    assert any(words in plan for words in ("USING INTEGER PRIMARY KEY (rowid>?)", "Index Scan using pk_hub_events")), (
        plan
    )
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
