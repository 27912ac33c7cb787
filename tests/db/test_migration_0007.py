"""Requests from before they could wait go on as they were, and whoever does not know of waiting can still write."""

from typing import Any

from bot.db import claims, requests
from bot.db.session import Database
from tests.db.old_rows import OLD_REQUEST, add_old, downgrade_to, newest, rows_of, upgrade_to
from tests.db.rows import NOW

BEFORE = "0005"
NEW = {"subjects", "resume_at", "waits_because", "waits_since", "postponements"}
STATES = ("pending", "approved", "executing", "succeeded", "failed", "unknown", "denied", "cancelled", "expired")
GONE = {"required", "approver_users", "approver_groups"}
REQUIREMENT = {"stages": [], "deadline": 60.0, "execute_within": 60.0}
OLD: dict[str, Any] = {key: value for key, value in OLD_REQUEST.items() if key not in GONE}


async def old_house(url: str) -> None:
    """One request in every state, by a version that knew nothing of waiting."""
    upgrade_to(url, BEFORE)
    for number, status in enumerate(STATES, start=1):
        claim = {"claimed_by": "dead", "lease_until": NOW} if status == "executing" else {}
        await add_old(url, "requests", **OLD | {"id": number, "status": status, "requirement": REQUIREMENT} | claim)
    newest(url)


async def test_what_was_approved_or_being_done_waits_for_nothing(bare_database_url: str) -> None:
    await old_house(bare_database_url)
    database = Database(bare_database_url)
    async with database.begin() as session:
        approved, executing = await claims.in_states(session, ["approved", "executing"])
        row = await requests.get(session, approved.id)
    await database.close()
    assert [(each.resume_at, each.waits_because, each.subjects) for each in (approved, executing)] == [(None,) * 3] * 2
    assert (executing.claimed_by, executing.lease_until) == ("dead", NOW)
    assert row is not None
    assert row.postponements == 0


async def test_the_version_before_can_still_write(bare_database_url: str) -> None:
    newest(bare_database_url)
    await add_old(bare_database_url, "requests", **OLD | {"requirement": REQUIREMENT})
    [row] = await rows_of(bare_database_url, "requests")
    assert {name: row[name] for name in NEW} == dict.fromkeys(NEW) | {"postponements": 0}


async def test_it_can_be_taken_back_and_the_requests_stay(bare_database_url: str) -> None:
    await old_house(bare_database_url)
    downgrade_to(bare_database_url, BEFORE)
    rows = await rows_of(bare_database_url, "requests")
    assert [row["status"] for row in rows] == list(STATES)
    assert not NEW & rows[0].keys()
