"""Messages from before there were threads go on as they were, and whoever does not know of threads can still write."""

from typing import Any

import bot.db.surfaces  # noqa: F401  `Base` knows its tables by that
from bot.db import messages
from bot.db.models import Base
from bot.db.session import Database
from tests.db.old_rows import OLD_REQUEST, add_old, downgrade_to, newest, rows_of, upgrade_to
from tests.db.rows import NOW, SOON, message_of

BEFORE = "0012"
NEW_TABLES = {"preferences", "homes", "proposals", "acknowledgements", "alert_groups", "traits"}
STATES = ("due", "sent", "failed")
GONE = {"required", "approver_users", "approver_groups"}
REQUEST: dict[str, Any] = {key: value for key, value in OLD_REQUEST.items() if key not in GONE} | {
    "requirement": {"stages": [], "deadline": 60.0, "execute_within": 60.0}
}
KINDS = ("card", "result", "alert", "limit_begin", "limit_end", "notice")


def old_message(number: int, kind: str, state: str) -> dict[str, Any]:
    """A message as the version before wrote it."""
    place = {"posted_address": "C0X", "posted_id": f"{number}.1"} if state == "sent" else {}
    return {
        "id": number,
        "key": f"{kind}:{number}",
        "kind": kind,
        "protocol": "slack",
        "address": "C0X",
        "request_id": 1 if kind in {"card", "result"} else None,
        "payload": {"text": "hello"},
        "state": state,
        "wanted": 1,
        "sent": 1 if state == "sent" else 0,
        "created_at": NOW,
        "due_at": NOW,
        "attempts": 0,
    } | place


async def old_house(url: str) -> list[str]:
    """One message of every kind in every state; answers their keys."""
    upgrade_to(url, BEFORE)
    await add_old(url, "requests", **REQUEST)
    rows = [
        old_message(number, kind, state)
        for number, (kind, state) in enumerate(((kind, state) for kind in KINDS for state in STATES), start=1)
    ]
    for row in rows:
        await add_old(url, "messages", **row)
    newest(url)
    return [row["key"] for row in rows]


async def test_messages_from_before_are_in_no_thread_and_can_still_be_changed(bare_database_url: str) -> None:
    keys = await old_house(bare_database_url)
    database = Database(bare_database_url)
    async with database.begin() as session:
        for key in keys:
            assert await messages.change(session, key, {"count": 2}, SOON)
    async with database.begin() as session:
        rows = [await message_of(session, key) for key in keys]
    await database.close()
    assert [(row.thread_of, row.wanted, row.state, row.payload) for row in rows if row is not None] == [
        (None, 2, "due", {"text": "hello", "count": 2})
    ] * len(keys)


async def test_the_version_before_can_still_write(bare_database_url: str) -> None:
    newest(bare_database_url)
    await add_old(bare_database_url, "messages", **old_message(1, "notice", "due"))
    [row] = await rows_of(bare_database_url, "messages")
    assert row["thread_of"] is None


async def test_it_can_be_taken_back_and_the_messages_stay(bare_database_url: str) -> None:
    keys = await old_house(bare_database_url)
    downgrade_to(bare_database_url, BEFORE)
    rows = await rows_of(bare_database_url, "messages")
    assert [row["key"] for row in rows] == keys
    assert "thread_of" not in rows[0]


def test_every_table_of_it_is_known_to_the_models() -> None:
    assert set(Base.metadata.tables) >= NEW_TABLES
