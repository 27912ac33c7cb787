import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from bot.alerts.poller import AuditLogPoller
from bot.alerts.rules import load_rules
from bot.db import hub_events
from bot.db.models import Cursor, ExpectedEvent, OperationRequest
from bot.db.session import Database

from .conftest import MakePoller, outbox, stored
from .far_side import ORGANIZATION, START, Clock, FarSide

EVERY_PUSH = """
version: 1
rules:
  - {name: push, title: A push, severity: info, text: "{actor} pushed {name}:{data.tag}", actions: [repo.tag.push]}
"""
OWN = 'acme-hubwarden - access token "hubwarden"'
ADDED: dict[str, Any] = {"action": "org.team.member.add", "name": "annberg", "data": {"team": "owners"}}


async def cursor(database: Database) -> Cursor | None:
    async with database.begin() as session:
        return await hub_events.cursor(session, ORGANIZATION)


async def alerts(database: Database) -> list[tuple[str, str]]:
    return [(message.payload["rule"], message.payload["name"]) for message in await outbox(database)]


# The first run


async def test_the_first_run_tells_nothing_of_the_past(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database, woken: list[str]
) -> None:
    for seconds in range(120):
        far.happen("repo.delete", f"acme/r{seconds}", seconds_ago=float(seconds))
    poller = make_poller()
    for _ in range(3):
        assert await poller.poll() == 0
        clock.advance(60)
    assert await outbox(database) == []
    assert woken == []


async def test_the_first_run_starts_the_cursor_now(make_poller: MakePoller, database: Database) -> None:
    await make_poller().poll()
    started = await cursor(database)
    assert started is not None
    assert started.position == START


async def test_what_happens_after_a_first_run_that_failed_is_told_and_what_happened_before_it_is_not(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database
) -> None:
    far.happen("repo.delete", "acme/before", seconds_ago=10)
    far.failing = {1}
    assert await make_poller().poll() == 0
    clock.advance(30)
    far.happen("repo.delete", "acme/after")
    clock.advance(30)
    far.failing = set()
    assert await make_poller().poll() == 1
    assert await alerts(database) == [("repository-deleted", "acme/after")]


# Nothing lost, nothing twice


async def test_an_event_its_cursor_and_its_alert_are_there_after_a_poll(
    poller: AuditLogPoller, far: FarSide, clock: Clock, database: Database, woken: list[str]
) -> None:
    far.happen("repo.delete", "acme/web", data={}, action_description="deleted acme/web\n")
    assert await poller.poll() == 1
    [event], [message], now = await stored(database), await outbox(database), await cursor(database)
    assert (event.action, event.name, event.at) == ("repo.delete", "acme/web", clock.now())
    assert now is not None
    assert now.position == clock.now()
    assert (message.key, message.kind, message.address) == (
        f"alert:{event.id}:repository-deleted",
        "alert",
        "hub-alerts",
    )
    assert message.payload == {
        "rule": "repository-deleted",
        "title": "A repository was deleted",
        "severity": "critical",
        "text": "omarh deleted the repository acme/web.",
        "organization": "acme",
        "action": "repo.delete",
        "name": "acme/web",
        "actor": "omarh",
        "at": "2026-11-23T12:01:00+00:00",
        "data": {},
    }
    assert woken == ["woken"]


async def test_two_identical_events_in_a_second_are_two_and_the_overlap_makes_no_third(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database
) -> None:
    poller = make_poller(rules=load_rules(EVERY_PUSH, "t"))
    await poller.poll()
    clock.advance(60)
    far.happen()
    far.happen()
    assert await poller.poll() == 2
    clock.advance(60)
    assert await poller.poll() == 0
    assert [event.ordinal for event in await stored(database)] == [0, 1]
    assert await alerts(database) == [("push", "acme/api")] * 2


async def test_an_identical_event_that_arrives_late_is_another_one(
    poller: AuditLogPoller, far: FarSide, clock: Clock, database: Database
) -> None:
    far.happen("repo.delete")
    assert await poller.poll() == 1
    clock.advance(60)
    far.happen("repo.delete", seconds_ago=60)
    assert await poller.poll() == 1
    assert len(await alerts(database)) == 2


async def test_identical_events_at_the_edge_of_the_window_are_not_cut_in_two(
    poller: AuditLogPoller, far: FarSide, clock: Clock, database: Database
) -> None:
    far.happen("repo.delete")
    far.happen("repo.delete")
    assert await poller.poll() == 2
    for seconds in (299.0, 0.4, 0.3, 0.3, 0.4, 0.6):  # the window's start comes up to the second, into it and past it
        clock.advance(seconds)
        assert await poller.poll() == 0
    assert len(await stored(database)) == 2


async def test_the_windows_edge_hides_no_event_that_is_identical_and_late(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database
) -> None:
    poller = make_poller(overlap=timedelta(seconds=299.5))
    await poller.poll()
    clock.advance(60.2)
    far.happen("repo.delete")
    clock.advance(0.8)
    assert await poller.poll() == 1
    clock.advance(299)
    await poller.poll()
    clock.advance(1)
    far.happen("repo.delete", seconds_ago=300.3)  # in the second of the first one, and on the other side of the edge
    assert await poller.poll() == 1


@pytest.mark.parametrize("inclusive", [True, False])
async def test_an_event_in_the_second_of_the_poll_is_found_without_any_overlap(
    make_poller: MakePoller, far: FarSide, clock: Clock, inclusive: bool
) -> None:
    far.inclusive = inclusive
    poller = make_poller(overlap=timedelta(0))
    await poller.poll()
    clock.advance(60)
    assert await poller.poll() == 0
    far.happen("repo.delete")
    clock.advance(60)
    assert await poller.poll() == 1
    clock.advance(1)
    assert await poller.poll() == 0


async def test_an_event_that_arrives_late_is_told(
    poller: AuditLogPoller, far: FarSide, clock: Clock, database: Database
) -> None:
    clock.advance(600)
    await poller.poll()
    far.happen("repo.delete", seconds_ago=290)
    assert await poller.poll() == 1


async def test_new_events_while_paging_lose_none_and_double_none(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database
) -> None:
    poller = make_poller(rules=load_rules(EVERY_PUSH, "t"))
    await poller.poll()
    clock.advance(60)
    for number in range(250):
        far.happen(name=f"acme/r{number}", seconds_ago=number % 50)

    def push_meanwhile(_: int) -> None:
        far.happen(name=f"acme/new{len(far.rows)}")

    far.before_page = push_meanwhile
    assert await poller.poll() >= 250
    assert sum(query.get("page") == "3" for query in far.queries) >= 1
    far.before_page = lambda _: None
    clock.advance(60)
    await poller.poll()
    expected = Counter(each["name"] for each in far.rows)
    assert Counter(event.name for event in await stored(database)) == expected
    assert Counter(name for _, name in await alerts(database)) == expected


async def test_a_poll_that_fails_on_the_second_page_changes_nothing_and_loses_none(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database, woken: list[str]
) -> None:
    poller = make_poller(rules=load_rules(EVERY_PUSH, "t"))
    await poller.poll()
    clock.advance(60)
    for number in range(150):
        far.happen(name=f"acme/r{number}")
    before = await cursor(database)
    far.failing = {2}
    assert await poller.poll() == 0
    after = await cursor(database)
    assert before is not None
    assert after is not None
    assert (after.position, after.polled_at) == (before.position, before.polled_at)
    assert (await stored(database), await outbox(database), woken) == ([], [], [])
    clock.advance(3600)
    far.failing = set()
    assert await poller.poll() == 150
    assert len(await outbox(database)) == 150


async def test_event_cursor_and_alert_commit_together_or_not_at_all(
    poller: AuditLogPoller, far: FarSide, database: Database, woken: list[str]
) -> None:
    far.happen("repo.delete")
    before = await cursor(database)
    async with database.begin() as session:
        await session.execute(text("ALTER TABLE messages RENAME TO elsewhere"))
    with pytest.raises(DBAPIError):
        await poller.poll()
    after = await cursor(database)
    assert before is not None
    assert after is not None
    assert (await stored(database), after.position, woken) == ([], before.position, [])
    async with database.begin() as session:
        await session.execute(text("ALTER TABLE elsewhere RENAME TO messages"))
    assert await poller.poll() == 1
    assert len(await outbox(database)) == 1


async def test_two_replicas_that_poll_at_once_tell_nothing_twice(
    make_poller: MakePoller, other_database: Database, far: FarSide, clock: Clock, database: Database
) -> None:
    rules = load_rules(EVERY_PUSH, "t")
    replicas = [make_poller(rules=rules), make_poller(rules=rules, database=other_database)]
    await asyncio.gather(*(replica.poll() for replica in replicas))
    for _ in range(3):
        clock.advance(60)
        for number in range(130):
            far.happen(name=f"acme/r{number % 90}")
        assert sum(await asyncio.gather(*(replica.poll() for replica in replicas))) == 130
    assert len(await stored(database)) == len(await outbox(database)) == 390


# What the bot did itself


async def expect(
    database: Database,
    clock: Clock,
    *,
    finished_ago: float | None = None,
    subjects: tuple[str, ...] = ("owners", "annberg"),
) -> None:
    """The bot is executing a request, or has finished it some seconds ago."""
    now = clock.now()
    finished = None if finished_ago is None else now - timedelta(seconds=finished_ago)
    async with database.begin() as session:
        request = OperationRequest(
            status="executing" if finished is None else "succeeded",
            created_at=now,
            organization=ORGANIZATION,
            operation="team.member.add",
            params={},
            reason="",
            requester="U0ANN",
            rule="r",
            required=0,
            approver_users=[],
            approver_groups=[],
            expires_at=now,
            preview={},
            fingerprint="",
            finished_at=finished,
        )
        session.add(request)
        await session.flush()
        since = (finished or now) - timedelta(seconds=5)
        expected = ExpectedEvent(
            request_id=request.id,
            organization=ORGANIZATION,
            action=ADDED["action"],
            subjects=list(subjects),
            since=since,
        )
        hub_events.expect(session, expected)


@pytest.mark.parametrize("actor", ["acme-hubwarden", OWN, "Acme-Hubwarden"])
async def test_what_the_bot_did_itself_raises_no_alarm(
    poller: AuditLogPoller, far: FarSide, clock: Clock, database: Database, actor: str
) -> None:
    await expect(database, clock)
    far.happen(**ADDED, actor=actor)
    assert await poller.poll() == 1
    assert await outbox(database) == []


async def test_the_same_once_more_by_the_bots_account_raises_an_alarm(
    poller: AuditLogPoller, far: FarSide, clock: Clock, database: Database
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
    poller = make_poller(rules=load_rules(EVERY_PUSH.replace("repo.tag.push", ADDED["action"]), "t"))
    await poller.poll()
    clock.advance(60)
    await expect(database, clock)
    far.happen(**{**ADDED, "actor": OWN, **changes})
    await poller.poll()
    assert len(await outbox(database)) == 1


@pytest.mark.parametrize("case", [(0.0, 0), (60.0, 0), (600.0, 1)])
async def test_an_execution_that_has_long_finished_excuses_nothing(
    poller: AuditLogPoller, far: FarSide, clock: Clock, database: Database, case: tuple[float, int]
) -> None:
    finished_ago, told = case
    await expect(database, clock, finished_ago=finished_ago)
    far.happen(**ADDED, actor=OWN)
    await poller.poll()
    assert len(await outbox(database)) == told


async def test_what_happened_before_the_execution_is_not_its_doing(
    poller: AuditLogPoller, far: FarSide, clock: Clock, database: Database
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


# A version pushed over


def push(far: FarSide, tag: str, *, name: str = "acme/api", seconds_ago: float = 0.0, digest: str = "sha256:1") -> None:
    far.happen("repo.tag.push", name, data={"tag": tag, "digest": digest}, seconds_ago=seconds_ago)


async def test_a_version_that_was_pushed_long_ago_is_found_in_dockers_log_with_one_question(
    poller: AuditLogPoller, far: FarSide, clock: Clock, database: Database
) -> None:
    push(far, "v1.4.2", seconds_ago=86_400 * 90)
    push(far, "v1.4.2")
    push(far, "v1.4.3")
    far.queries.clear()
    await poller.poll()
    [message] = await outbox(database)
    assert message.payload["text"] == "omarh pushed acme/api:v1.4.2 again: that version had been pushed before."
    asked = [query for query in far.queries if "name" in query]
    assert [(query["name"], query["action"], query["to"]) for query in asked] == [
        ("acme/api", "repo.tag.push", "2026-11-23T12:00:59Z")
    ]
    clock.advance(30)
    far.queries.clear()
    await poller.poll()
    assert [query for query in far.queries if "name" in query] == []


async def test_a_version_whose_push_is_stored_needs_no_question(
    poller: AuditLogPoller, far: FarSide, clock: Clock, database: Database
) -> None:
    push(far, "v1.4.2")
    await poller.poll()
    clock.advance(3600)
    await poller.poll()
    push(far, "v1.4.2", digest="sha256:2")
    far.queries.clear()
    await poller.poll()
    assert await alerts(database) == [("version-overwritten", "acme/api")]
    assert [query for query in far.queries if "name" in query] == []


async def test_a_version_that_is_pushed_twice_between_two_polls_is_told_once(
    poller: AuditLogPoller, far: FarSide, clock: Clock, database: Database
) -> None:
    push(far, "v1.4.2", seconds_ago=10)
    push(far, "v1.4.2", digest="sha256:2")
    await poller.poll()
    assert await alerts(database) == [("version-overwritten", "acme/api")]


@pytest.mark.parametrize(
    "pushes",
    [
        [("v1.4.2", "acme/web"), ("v1.4.2", "acme/api")],
        [("v1.4.1", "acme/api"), ("v1.4.2", "acme/api")],
        [("latest", "acme/api"), ("latest", "acme/api")],
    ],
)
async def test_another_repository_another_version_and_no_version_are_not_pushed_over(
    poller: AuditLogPoller, far: FarSide, database: Database, pushes: list[tuple[str, str]]
) -> None:
    for seconds_ago, (tag, name) in zip((30.0, 0.0), pushes, strict=True):
        push(far, tag, name=name, seconds_ago=seconds_ago)
    assert await poller.poll() >= 1
    assert await alerts(database) == []


async def test_where_the_history_cannot_be_read_the_poll_fails_and_is_made_up_for(
    poller: AuditLogPoller, far: FarSide, clock: Clock, database: Database
) -> None:
    push(far, "v1.4.2", seconds_ago=3600)
    push(far, "v1.4.2")
    readings = iter(range(100))
    far.before_page = lambda _: far.failing.update({1} if next(readings) else set())
    assert await poller.poll() == 0
    assert await stored(database) == []
    far.before_page, far.failing = (lambda _: None), set()
    clock.advance(60)
    assert await poller.poll() == 1
    assert await alerts(database) == [("version-overwritten", "acme/api")]


# Around it


async def test_hostile_names_stay_data(poller: AuditLogPoller, far: FarSide, clock: Clock, database: Database) -> None:
    name = "{actor}<!channel>\x00\ud800'; DROP TABLE messages; --" + "x" * 600
    far.happen("repo.delete", name)
    far.happen("repo.delete", "acme/api", data={"tag\x00": ["\x00", {"a": "\ud800"}]})
    far.odd = [None, [], 7, {"action": {"a": 1}, "timestamp": -1, "data": [name]}]
    assert await poller.poll() == 6
    texts = [message.payload["text"] for message in await outbox(database)]
    assert texts[0].startswith(
        "omarh deleted the repository {actor}<!channel>\ufffd\ufffd'; DROP TABLE messages; --xxx"
    )
    clock.advance(60)
    assert await poller.poll() == 0


async def test_a_failure_is_logged_once_and_so_is_its_end(poller: AuditLogPoller, far: FarSide) -> None:
    with capture_logs() as logs:
        far.failing = {1}
        await poller.poll()
        await poller.poll()
        far.failing = set()
        await poller.poll()
        await poller.poll()
    assert [each["event"] for each in logs] == ["alerts.poll_failed", "alerts.poll_recovered"]


async def test_the_last_success_is_that_of_the_organization_that_waits_longest(
    make_poller: MakePoller, far: FarSide, clock: Clock
) -> None:
    poller = make_poller(organizations=["acme", "other"])
    assert poller.last_success is None
    far.failing_organizations = {"other"}
    await poller.poll()
    assert poller.last_success is None
    far.failing_organizations = set()
    await poller.poll()
    both = poller.last_success
    far.failing_organizations = {"acme"}
    clock.advance(60)
    await poller.poll()
    assert poller.last_success == both


async def test_an_organization_that_fails_does_not_keep_the_others_waiting(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database
) -> None:
    poller = make_poller(organizations=["broken", "acme"])
    await poller.poll()
    clock.advance(60)
    far.failing_organizations = {"broken"}
    far.happen("repo.delete")
    assert await poller.poll() == 1


async def test_organizations_are_kept_apart(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database
) -> None:
    poller = make_poller(organizations=["acme", "other"])
    await poller.poll()
    clock.advance(60)
    far.happen("repo.delete", "x/y")
    far.happen("repo.delete", "x/y", account="other")
    assert await poller.poll() == 2
    assert [message.payload["organization"] for message in await outbox(database)] == ["acme", "other"]


async def test_where_the_log_stays_unreadable_the_administrators_are_told_once_a_day(
    poller: AuditLogPoller, far: FarSide, clock: Clock, database: Database
) -> None:
    far.failing = {1}
    for _ in range(4):
        assert await poller.poll() == 0
        clock.advance(600)
    [message] = await outbox(database)
    assert (message.kind, message.address) == ("notice", "C0ADMIN")
    assert "cannot be read, so no alert can come" in message.payload["text"]
