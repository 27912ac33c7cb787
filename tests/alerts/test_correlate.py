"""Was it us? By the bot's account, on what it was about to change, while it was at it, and once."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from bot.alerts.archive import store
from bot.alerts.correlate import CLOCK_SKEW, explanations, find_ours, index_by_subject, is_by, names_in, was_under_way
from bot.alerts.entries import AuditLogEntry, NumberedEntry, StoredEntry
from bot.alerts.rules import load_rules
from bot.db.hub_events import OpenExpectation
from bot.db.models import ExpectedEvent
from bot.db.session import Database

from .conftest import ADDED, OWN, MakePoller, Polling, alerts, expect, outbox
from .far_side import ORGANIZATION, START, Clock, FarSide

EVERY_ADDITION = """
version: 1
rules:
  - {name: added, title: Added, severity: info, text: "{name}", actions: [org.team.member.add]}
"""


@pytest.mark.parametrize("actor", ["acme-hubwarden", OWN, "Acme-Hubwarden"])
async def test_what_the_bot_did_itself_raises_no_alarm(
    poller: Polling, far: FarSide, clock: Clock, database: Database, actor: str
) -> None:
    await expect(database, clock)
    far.happen(**ADDED, actor=actor)
    assert await poller.poll() == 1
    assert await outbox(database) == []


async def test_the_same_once_more_by_the_bots_account_raises_an_alarm(
    poller: Polling, far: FarSide, clock: Clock, database: Database
) -> None:
    await expect(database, clock)
    far.happen(**ADDED, actor=OWN)
    far.happen(**ADDED, actor=OWN)
    assert await poller.poll() == 2
    assert await alerts(database) == [("owner-added", "annberg")]
    clock.advance(30)
    far.happen(**ADDED, actor=OWN)
    await poller.poll()
    assert len(await alerts(database)) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": "omarh"},
        {"actor": "acme-hubwarden2"},
        {"actor": 'omarh - access token "acme-hubwarden"'},
        {"name": "kofim", "data": {"member": "kofim", "role": "owner", "group": "owners2", "team": "Owners "}},
    ],
)
async def test_what_somebody_else_did_meanwhile_or_to_others_raises_an_alarm(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database, changes: dict[str, Any]
) -> None:
    poller = make_poller(rules=load_rules(EVERY_ADDITION, "t"))
    await poller.poll()
    clock.advance(60)
    await expect(database, clock)
    far.happen(**{**ADDED, "actor": OWN, **changes})
    await poller.poll()
    assert len(await outbox(database)) == 1


@pytest.mark.parametrize("case", [(0.0, 0), (60.0, 0), (600.0, 1)])
async def test_an_execution_that_has_long_finished_excuses_nothing(
    poller: Polling, far: FarSide, clock: Clock, database: Database, case: tuple[float, int]
) -> None:
    finished_ago, told = case
    await expect(database, clock, finished_ago=finished_ago)
    far.happen(**ADDED, actor=OWN)
    await poller.poll()
    assert len(await outbox(database)) == told


async def test_what_happened_before_the_execution_is_not_its_doing(
    poller: Polling, far: FarSide, clock: Clock, database: Database
) -> None:
    clock.advance(600)
    await expect(database, clock)
    far.happen(**ADDED, actor=OWN, seconds_ago=180)
    await poller.poll()
    assert len(await outbox(database)) == 1


@pytest.mark.parametrize("name", ["acme/api", "api", "ACME/API"])
async def test_a_repository_is_ours_with_and_without_its_organization(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database, name: str
) -> None:
    poller = make_poller(own_actor="Acme-Hubwarden")
    await poller.poll()
    clock.advance(60)
    await expect(database, clock, subjects=("api",))
    far.happen("org.team.member.add", name.lower(), data={"team": "owners"}, actor=OWN)
    await poller.poll()
    assert await outbox(database) == []


# The stage by itself


def added(member: str, *, actor: str = OWN, ago: float = 0.0, action: str = ADDED["action"]) -> AuditLogEntry:
    return AuditLogEntry(ORGANIZATION, action, member, actor, START - timedelta(seconds=ago), {"team": "owners"})


async def keep(database: Database, *entries: AuditLogEntry) -> list[StoredEntry]:
    async with database.begin() as session:
        numbered = [NumberedEntry(entry, f"{number}", 0, {}) for number, entry in enumerate(entries)]
        return await store(session, numbered, now=START)


async def ours(database: Database, batch: list[StoredEntry]) -> list[str]:
    """The names in those entries of a batch that the bot caused."""
    async with database.begin() as session:
        found = await find_ours(session, ORGANIZATION, batch, account="acme-hubwarden")
    return [each.entry.name for each in batch if each.id in found]


async def met(database: Database) -> list[int | None]:
    """What each expectation was met by, oldest expectation first."""
    async with database.begin() as session:
        return list(await session.scalars(select(ExpectedEvent.event_id).order_by(ExpectedEvent.id)))


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Every SQL statement from here on."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def test_each_expectation_meets_one_entry_of_the_batch_the_oldest_first(database: Database, clock: Clock) -> None:
    for subjects in (("annberg",), ("annberg",), ("samok",)):
        await expect(database, clock, subjects=subjects)
    batch = await keep(database, *(added("annberg", ago=each) for each in (3, 2, 1)), added("samok"), added("kofim"))
    assert await ours(database, batch) == ["annberg", "annberg", "samok"]
    assert await met(database) == [batch[0].id, batch[1].id, batch[3].id]


async def test_an_expectation_that_was_met_in_an_earlier_batch_is_met_no_more(database: Database, clock: Clock) -> None:
    await expect(database, clock)
    first, second = await keep(database, added("annberg", ago=1), added("annberg"))
    assert await ours(database, [first]) == ["annberg"]
    assert await ours(database, [second]) == []


async def test_the_expectations_of_a_batch_are_one_question(database: Database, clock: Clock) -> None:
    await expect(database, clock, subjects=("annberg",))
    batch = await keep(database, *(added("annberg", ago=each) for each in range(50)), added("x", action="repo.delete"))
    with statements(database) as seen:
        await ours(database, batch)
    assert [each.split()[0] for each in seen if "expected_events" in each] == ["SELECT", "UPDATE"]


async def test_what_others_did_asks_nothing(database: Database) -> None:
    batch = await keep(database, added("annberg", actor="omarh"))
    with statements(database) as seen:
        assert await ours(database, batch) == []
    assert [each for each in seen if "expected_events" in each] == []


async def test_another_organization_and_another_action_are_not_expected(database: Database, clock: Clock) -> None:
    await expect(database, clock, organization="other")
    await expect(database, clock, action="org.team.member.remove")
    assert await ours(database, await keep(database, added("annberg"))) == []


async def test_a_long_batch_has_a_time_of_its_own_for_each_entry(database: Database, clock: Clock) -> None:
    await expect(database, clock, finished_ago=600)
    batch = await keep(database, added("annberg", ago=601), added("annberg"))
    assert await ours(database, list(reversed(batch))) == ["annberg"]
    assert await met(database) == [batch[0].id]


async def test_docker_hubs_clock_may_be_behind_ours(database: Database, clock: Clock) -> None:
    await expect(database, clock)  # begun five seconds ago
    assert await ours(database, await keep(database, added("annberg", ago=120))) == ["annberg"]


async def test_an_old_entry_in_the_batch_hides_no_execution_that_began_after_it(
    database: Database, clock: Clock
) -> None:
    await expect(database, clock)
    batch = await keep(database, added("kofim", ago=600), added("annberg"))
    assert await ours(database, batch) == ["annberg"]


async def test_an_expectation_that_another_poller_met_meanwhile_is_left_for_the_next(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    for _ in range(2):
        await expect(database, Clock())
    one, other = await keep(database, added("annberg", ago=1), added("annberg"))
    async with database.begin() as session:
        assert await find_ours(session, ORGANIZATION, [one], account="acme-hubwarden")
        late = asyncio.create_task(ours(database, [other]))  # reads both as open, and waits for the first one's row
        await asyncio.wait([late], timeout=0.3)
    assert await late == ["annberg"]
    assert await met(database) == [one.id, other.id]
    await database.close()


def expected(number: int, *subjects: str, action: str = ADDED["action"], ended: float | None = None) -> OpenExpectation:
    finished_at = None if ended is None else START + timedelta(seconds=ended)
    return OpenExpectation(number, action, subjects, START, finished_at)


def test_what_explains_an_entry_is_named_by_it_and_oldest_first() -> None:
    index = index_by_subject(
        [
            expected(1, "samok"),
            expected(2, "Owners", "AnnBerg"),
            expected(3, "annberg"),
            expected(4, "annberg", ended=-999),
        ]
    )
    assert [each.id for each in explanations(index, added("annberg"))] == [2, 3]
    assert explanations(index, added("annberg", action="repo.delete")) == []


@pytest.mark.parametrize(
    ("seconds", "ended", "was"),
    [(-120, None, True), (-121, None, False), (120, 0, True), (121, 0, False), (9_999, None, True)],
)
def test_an_execution_causes_nothing_before_it_began_nor_after_it_has_finished(
    seconds: float, ended: float | None, was: bool
) -> None:
    assert timedelta(seconds=120) == CLOCK_SKEW
    assert was_under_way(expected(1, "x", ended=ended), START + timedelta(seconds=seconds)) is was


@pytest.mark.parametrize(
    ("actor", "ours_"),
    [
        ("acme-hubwarden", True),
        ("ACME-Hubwarden", True),
        (OWN, True),
        ("acme-hubwarden2", False),
        ("acme-hubwarden access token", False),
        (f"omarh - access token {OWN!r}", False),
        ("", False),
    ],
)
def test_an_actor_is_the_account_with_and_without_a_token(actor: str, ours_: bool) -> None:
    assert is_by("acme-hubwarden", actor) is ours_


def test_an_entry_names_what_it_is_about_but_not_the_token_that_was_used() -> None:
    entry = AuditLogEntry("acme", "a", "acme/API", "x", START, {"team": "Owners", "access_token_label": "annberg"})
    assert names_in(entry) == {"acme/api", "api", "owners"}
