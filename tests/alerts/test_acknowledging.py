"""Looking after an alert: once, whoever presses at the same time."""

import asyncio
from datetime import timedelta

from bot import outbox as messages_of_ours
from bot.alerts.acknowledging import Acknowledged, acknowledge
from bot.clock import standing_at
from bot.db.session import Database
from bot.outbox.destination import slack_channel
from bot.outbox.kinds import ALERT, NOTICE

from .conftest import outbox
from .far_side import START

KEY = "alert:7:owner-added"


async def told(database: Database) -> None:
    """An alert, and something that is none."""
    async with database.begin() as session:
        for key, kind in ((KEY, ALERT), ("notice:x", NOTICE)):
            await messages_of_ours.want(
                session,
                key,
                kind=kind,
                destination=slack_channel("C0ALERTS"),
                clock=standing_at(START),
                payload={"a": 1},
            )


async def look_after(database: Database, person: str, *, key: str = KEY, after: float = 0.0) -> Acknowledged | None:
    async with database.begin() as session:
        return await acknowledge(session, key, person, clock=standing_at(START + timedelta(seconds=after)))


async def test_whoever_says_so_first_looks_after_it_and_the_alert_says_so(database: Database) -> None:
    await told(database)
    assert await look_after(database, "U0LENA") == Acknowledged("U0LENA", START, is_new=True)
    for person in ("U0OMAR", "U0LENA"):
        assert await look_after(database, person, after=9) == Acknowledged("U0LENA", START, is_new=False)
    alert, _ = await outbox(database)
    assert alert.payload == {"a": 1, "acknowledged": {"person": "U0LENA", "at": START.isoformat()}}
    assert alert.wanted == 2


async def test_what_is_no_alert_is_looked_after_by_nobody(database: Database) -> None:
    await told(database)
    assert await look_after(database, "U0LENA", key="notice:x") is None
    assert await look_after(database, "U0LENA", key="alert:8:x") is None


async def test_of_two_who_press_at_once_one_looks_after_it(database: Database, other_database: Database) -> None:
    await told(database)
    found = await asyncio.gather(look_after(database, "U0LENA"), look_after(other_database, "U0OMAR"))
    assert sorted(each.is_new for each in found if each) == [False, True]
    assert len({each.person for each in found if each}) == 1
    alert, _ = await outbox(database)
    assert alert.wanted == 2
