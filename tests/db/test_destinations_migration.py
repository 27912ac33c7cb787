"""The migration to destinations and workspaces keeps every row, and puts what keys and payloads said into columns."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.db.models import Base
from bot.db.session import create_engine
from tests.conftest import BOTH
from tests.db.old_rows import OLD_REQUEST, add_old, downgrade_to, rows_of, upgrade_to
from tests.db.rows import NOW
from tests.postgres import in_thread
from tests.templates import Template, template

BEFORE, AFTER = "0001", "0004"
RESET = NOW + timedelta(seconds=40)
LIMIT = {"family": "orgs", "limit": 600, "remaining": 3, "reset_at": RESET.isoformat()}


def old_message(key: str, kind: str, **more: Any) -> dict[str, Any]:
    """A message as the first schema had it."""
    values = {
        "key": key,
        "kind": kind,
        "channel": "C0ALERTS",
        "payload": {},
        "state": "sent",
        "wanted": 1,
        "sent": 1,
        "created_at": NOW,
        "due_at": NOW,
        "attempts": 0,
        "posted_channel": "C0ALERTS",
        "posted_ts": "1.2",
    }
    return values | more


async def fill(url: str) -> None:
    """A request with its trail, messages of every kind, and episodes that are open and over."""
    upgrade_to(url, BEFORE)
    await add_old(url, "requests", **OLD_REQUEST)
    await add_old(url, "audit_trail", id=1, at=NOW, event="e", actor="U0ANN", request_id=1, details={})
    for family, open_key in (("orgs", "orgs"), ("repositories", None), ("scim", "scim")):
        episode = {"family": family, "open_key": open_key, "started_at": NOW, "remaining": 3, "limit": 600}
        await add_old(url, "limit_episodes", **episode)
    broken = {**LIMIT, "reset_at": "soon"}
    for message in (
        old_message("card:1", "card", request_id=1, state="due"),
        old_message("limit:1:begin", "limit", payload=LIMIT),
        old_message("limit:2:begin", "limit", payload=LIMIT),
        old_message("limit:2:end", "limit", payload=LIMIT),
        old_message("limit:3:begin", "limit", payload=broken),
        old_message("notice:limit:9:end", "notice", payload={"text": "t"}),
    ):
        await add_old(url, "messages", **message)


def make_filled(url: str) -> None:
    """The database at the first schema, filled; from wherever a loop runs already."""
    in_thread(lambda: asyncio.run(fill(url)))


@pytest.fixture(scope="module", params=BOTH)
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """A database at the first schema, filled; to copy."""
    with template(request, tmp_path_factory, make_filled) as made:
        yield made


@pytest.fixture
def filled_url(filled: Template, tmp_path: Path) -> Iterator[str]:
    """The address of a copy of this test's own; the test runs once on each kind."""
    with filled.copy(tmp_path) as url:
        yield url


def moment(value: Any) -> datetime:
    """As UTC, on SQLite too, which stores no zone."""
    assert isinstance(value, datetime)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


async def test_messages_keep_their_keys_and_have_their_destination_in_columns(filled_url: str) -> None:
    upgrade_to(filled_url, AFTER)
    rows = await rows_of(filled_url, "messages")
    assert {(row["protocol"], row["workspace"], row["address"]) for row in rows} == {("slack", None, "C0ALERTS")}
    assert {(row["posted_address"], row["posted_id"]) for row in rows} == {("C0ALERTS", "1.2")}
    assert [(row["key"], row["kind"]) for row in rows] == [
        ("card:1", "card"),
        ("limit:1:begin", "limit_begin"),
        ("limit:2:begin", "limit_begin"),
        ("limit:2:end", "limit_end"),
        ("limit:3:begin", "limit_begin"),
        ("notice:limit:9:end", "notice"),
    ]


async def test_an_episode_has_the_reset_that_its_first_message_told(filled_url: str) -> None:
    upgrade_to(filled_url, AFTER)
    episodes = await rows_of(filled_url, "limit_episodes")
    resets = {row["family"]: moment(row["reset_at"]) for row in episodes}
    assert resets == {"orgs": RESET, "repositories": RESET, "scim": NOW}
    assert [(row["id"], row["open_key"]) for row in episodes] == [(1, "orgs"), (2, None), (3, "scim")]


async def test_rows_of_before_have_no_workspace_yet(filled_url: str) -> None:
    upgrade_to(filled_url, AFTER)
    for table in ("requests", "messages", "audit_trail"):
        assert {row["workspace"] for row in await rows_of(filled_url, table)} == {None}


async def test_taken_back_it_leaves_what_was_there(filled_url: str) -> None:
    tables = ("requests", "messages", "audit_trail", "limit_episodes")
    before = {table: await rows_of(filled_url, table) for table in tables}
    upgrade_to(filled_url, AFTER)
    downgrade_to(filled_url, BEFORE)
    assert {table: await rows_of(filled_url, table) for table in tables} == before


@pytest.mark.parametrize("revision", [AFTER, BEFORE])
async def test_sqlite_uses_no_number_twice(bare_sqlite_url: str, revision: str) -> None:
    upgrade_to(bare_sqlite_url, AFTER)
    downgrade_to(bare_sqlite_url, revision)
    engine = create_engine(bare_sqlite_url)
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        made: dict[str, str] = {row.name: row.sql for row in found}
    await engine.dispose()
    numbered = {name for name, table in Base.metadata.tables.items() if table.kwargs.get("sqlite_autoincrement")}
    assert {name for name, sql in made.items() if "AUTOINCREMENT" in sql} == numbered & set(made)
