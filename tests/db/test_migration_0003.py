"""Entries of Docker Hub's audit log that were stored before they were kept raw go on being what they were."""

import json

import pytest
from alembic import command
from sqlalchemy import Connection, inspect, select, text

from bot.db import hub_events, tag_pushes
from bot.db.migrate import alembic_config
from bot.db.models import HubEvent
from bot.db.session import Database
from tests.db.rows import NOW
from tests.db.test_migrations import asked
from tests.postgres import in_thread

BEFORE = "0001"
AFTER = "0003"
INSERT = """
INSERT INTO hub_events (organization, digest, ordinal, at, action, name, actor, data, seen_at)
VALUES ('acme', :digest, 0, :at, 'repo.tag.push', 'acme/api', 'omarh', :data, :at)
"""
NEW = {
    "organization": "acme",
    "digest": "b" * 64,
    "ordinal": 0,
    "at": NOW,
    "action": "repo.tag.push",
    "name": "acme/api",
    "actor": "omarh",
    "data": {"tag": "v2"},
    "description": "pushed",
    "raw": "{}",
    "seen_at": NOW,
}


def migrate(url: str, revision: str) -> None:
    in_thread(lambda: command.upgrade(alembic_config(url), revision))


@pytest.fixture
async def upgraded(bare_database_url: str) -> str:
    """A database that held an entry before the migration."""
    migrate(bare_database_url, BEFORE)
    database = Database(bare_database_url)
    async with database.begin() as session:
        moment = NOW.strftime("%Y-%m-%d %H:%M:%S.000000") if "sqlite" in bare_database_url else NOW
        data = json.dumps({"tag": "v1"})
        await session.execute(text(INSERT), {"digest": "a" * 64, "at": moment, "data": data})
    await database.close()
    migrate(bare_database_url, AFTER)
    return bare_database_url


async def test_an_entry_from_before_has_no_raw_form_and_no_description(upgraded: str) -> None:
    database = Database(upgraded)
    async with database.begin() as session:
        event = (await session.scalars(select(HubEvent))).one()
    await database.close()
    assert (event.digest, event.at, event.data) == ("a" * 64, NOW, {"tag": "v1"})
    assert (event.raw, event.description) == (None, None)


async def test_an_entry_from_before_is_not_stored_again_and_is_found(upgraded: str) -> None:
    migrate(upgraded, "head")
    database = Database(upgraded)
    async with database.begin() as session:
        new = await hub_events.add_new(session, [{**NEW, "digest": "a" * 64}, NEW])
        await hub_events.start_cursor(session, "acme", NOW)
        assert await tag_pushes.index_some(session, "acme", action="repo.tag.push", key="tag") == 2
        first = await tag_pushes.first_pushed(session, "acme", [("acme/api", "v1"), ("acme/api", "v2")])
    await database.close()
    assert list(new) == [("b" * 64, 0)]
    assert set(first) == {("acme/api", "v1"), ("acme/api", "v2")}


async def test_the_migration_can_be_taken_back_and_the_entries_stay(upgraded: str) -> None:
    in_thread(lambda: command.downgrade(alembic_config(upgraded), BEFORE))
    assert not {"raw", "description"} & await asked(upgraded, columns)
    assert await asked(upgraded, count) == 1
    assert await asked(upgraded, keeps_counting)


def columns(connection: Connection) -> set[str]:
    """The names of the columns."""
    return {column["name"] for column in inspect(connection).get_columns("hub_events")}


def count(connection: Connection) -> int:
    """How many entries there are."""
    return int(connection.execute(text("SELECT count(*) FROM hub_events")).scalar_one())


def keeps_counting(connection: Connection) -> bool:
    """Whether SQLite still never gives a number twice, as alerts' keys need; PostgreSQL never does."""
    if connection.dialect.name != "sqlite":
        return True
    sql = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'hub_events'")).scalar_one()
    return "AUTOINCREMENT" in str(sql)
