"""Requests of the version before, which did not note whom they are about, go on and bar whom they name."""

from dataclasses import replace
from typing import Any

import pytest

from bot.db.session import Database
from bot.governance.approval.reconsideration import NOTHING_FOUND
from bot.governance.policy import load_policy
from bot.governance.requests.bars import Concerned
from bot.governance.requests.hearing import hear, not_barred
from bot.governance.requests.queries import by_number
from bot.operations import BY_NAME, OPERATIONS
from tests.db.old_rows import add_old, newest, upgrade_to
from tests.db.rows import NOW
from tests.governance.conftest import KnownHumans
from tests.governance.parts import LENA, OMAR, ONE_AGREES, SAM, Desk

OLD: dict[str, Any] = {
    "id": 1,
    "version": 1,
    "status": "pending",
    "created_at": NOW,
    "organization": "acme",
    "operation": "invite.send",
    "params": {"organization": "acme", "invitees": ["jane@example.com", "kim"]},
    "reason": "why",
    "requester": "U0ANN",
    "rule": "a rule",
    "requirement": {
        "stages": [{"need": 1, "of": [{"kind": "user", "id": OMAR}]}],
        "deadline": 3600,
        "execute_within": 86400,
    },
    "expires_at": NOW,
    "preview": {"changes": [], "notes": []},
    "fingerprint": "f" * 64,
    "attempts": 0,
}


@pytest.fixture(params=["before the migration", "after it, by a replica that is not replaced yet"])
async def old_url(request: pytest.FixtureRequest, bare_database_url: str) -> str:
    """A database that holds a request of the version before."""
    upgrade_to(bare_database_url, "0005")
    if request.param == "before the migration":
        await add_old(bare_database_url, "requests", **OLD)
        newest(bare_database_url)
    else:
        newest(bare_database_url)
        await add_old(bare_database_url, "requests", **OLD)
    return bare_database_url


async def test_whom_it_names_is_barred_and_nothing_was_found_yet(old_url: str, desk: Desk, known: KnownHumans) -> None:
    database = Database(old_url)
    policy = load_policy(ONE_AGREES, OPERATIONS, source="the test")
    context = replace(desk.context, database=database, operations=BY_NAME, policy=policy)
    known.behind = {"jane@example.com": frozenset({OMAR}), "kim": frozenset({SAM})}
    view = await by_number(context, 1)
    assert (view.about, view.reconsidered) == (None, NOTHING_FOUND)
    hearing = await hear(context, view, (OMAR,))
    assert {user: bar for user, bar in hearing.bars.items() if isinstance(bar, Concerned)} == {
        OMAR: Concerned("jane@example.com"),
        SAM: Concerned("kim"),
    }
    assert [await not_barred(context, [view], user) for user in (OMAR, SAM, LENA)] == [(), (), (view,)]
    await database.close()
