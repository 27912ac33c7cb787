"""A pass: nothing is lost, nothing is told twice, and Docker Hub is asked as little as it takes."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.alerts.entries import Key
from bot.alerts.facts import Provider, Question, Sources
from bot.alerts.passes import AuditLogPass, Passed, span_of
from bot.alerts.rules import Rules, load_rules, standard_rules
from bot.db import hub_events
from bot.db.models import Cursor
from bot.db.session import Database
from bot.hub.client import Hub

from .conftest import ADDED, OWN, MakePoller, Polling, alerts, expect, outbox, stored
from .far_side import ORGANIZATION, START, Clock, FarSide

EVERY_PUSH = """
version: 1
rules:
  - {name: push, title: A push, severity: info, text: "{actor} pushed {name}:{data.tag}", actions: [repo.tag.push]}
"""


async def cursor(database: Database) -> Cursor | None:
    async with database.begin() as session:
        return await hub_events.cursor(session, ORGANIZATION)


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
    poller: Polling, far: FarSide, clock: Clock, database: Database, woken: list[str]
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
    assert message.payload == message.payload | {
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
        "key": message.key,
        "page": "https://hub.docker.com/repositories/acme",
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
    poller: Polling, far: FarSide, clock: Clock, database: Database
) -> None:
    far.happen("repo.delete")
    assert await poller.poll() == 1
    clock.advance(60)
    far.happen("repo.delete", seconds_ago=60)
    assert await poller.poll() == 1
    assert len(await alerts(database)) == 2


async def test_identical_events_at_the_edge_of_the_window_are_not_cut_in_two(
    poller: Polling, far: FarSide, clock: Clock, database: Database
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
    poller: Polling, far: FarSide, clock: Clock, database: Database
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
    poller: Polling, far: FarSide, database: Database, woken: list[str]
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


# Around it


async def test_hostile_names_stay_data(poller: Polling, far: FarSide, clock: Clock, database: Database) -> None:
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


# What a pass reads


@pytest.mark.parametrize(
    ("position", "overlap", "since"),
    [
        (START, 300.0, START - timedelta(seconds=300)),
        (START + timedelta(seconds=0.9), 299.5, START - timedelta(seconds=299)),
        (START + timedelta(hours=9), 300.0, START),
    ],
)
def test_a_span_is_whole_seconds_from_overlap_to_now(position: datetime, overlap: float, since: datetime) -> None:
    polled = Cursor(organization=ORGANIZATION, position=position, polled_at=START)
    span = span_of(polled, now=START + timedelta(seconds=0.7), overlap=timedelta(seconds=overlap))
    assert (span.organization, span.since, span.until) == (ORGANIZATION, since, START)
    assert span.is_news(START - timedelta(days=1))


def test_until_a_pass_has_succeeded_only_what_follows_the_cursor_is_news() -> None:
    started = Cursor(organization=ORGANIZATION, position=START, polled_at=hub_events.NEVER)
    span = span_of(started, now=START, overlap=timedelta(0))
    assert (span.is_news(START), span.is_news(START + timedelta(seconds=1))) == (False, True)


# Facts


@dataclass
class Recorded:
    """A fact that is so of everything, and notes of what it is asked, and how many connections were out then."""

    database: Database
    questions: list[Question] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)

    async def find(self, question: Question, _: Sources) -> set[Key]:
        self.questions.append(question)
        self.connections.append(connections_out(self.database))
        return {each.key for each in question.window}

    @property
    def asked(self) -> list[list[str]]:
        """The tags that it was asked of, for each question."""
        return [[each.entry.data["tag"] for each in question.candidates] for question in self.questions]


def connections_out(database: Database) -> int:
    """How many transactions are open."""
    return int(database.engine.pool.checkedout())  # type: ignore[attr-defined]


@pytest.fixture
def recorded(database: Database) -> Recorded:
    return Recorded(database)


@pytest.fixture
def one_pass(database: Database, hub: Hub, clock: Clock, recorded: Recorded) -> AuditLogPass:
    return AuditLogPass(
        database=database,
        begin=lambda _: database.begin(),
        hub=hub,
        rules=Rules(standard_rules()),
        channel="hub-alerts",
        account="acme-hubwarden",
        overlap=timedelta(minutes=5),
        now=clock.now,
        providers=[Provider("pushed_before", recorded.find)],
    )


async def test_a_provider_is_asked_only_of_news_on_which_a_rule_would_fire(
    one_pass: AuditLogPass, far: FarSide, clock: Clock, recorded: Recorded
) -> None:
    far.happen(data={"tag": "v0.1"}, seconds_ago=5)  # before the first pass, so no news
    await one_pass.run(ORGANIZATION)
    clock.advance(60)
    for action, tag in (
        ("repo.tag.push", "v1.0"),
        ("repo.tag.push", "latest"),
        ("repo.tag.delete", "v1.1"),
        ("repo.tag.push", "v1.2"),
    ):
        far.happen(action, data={"tag": tag}, seconds_ago=10.0 if tag == "v1.0" else 0.0)
    assert await one_pass.run(ORGANIZATION) == Passed(news=4, told=2)
    clock.advance(60)
    far.happen(data={"tag": "v1.3"})
    await one_pass.run(ORGANIZATION)
    clock.advance(60)
    await one_pass.run(ORGANIZATION)
    assert recorded.asked == [["v1.0", "v1.2"], ["v1.3"]]
    assert [len(question.window) for question in recorded.questions] == [5, 6]


async def test_what_a_provider_says_of_others_than_its_candidates_tells_nothing(
    one_pass: AuditLogPass, far: FarSide, clock: Clock, database: Database
) -> None:
    await one_pass.run(ORGANIZATION)
    clock.advance(60)
    far.happen(data={"tag": "latest"})
    far.happen(data={"tag": "v1.0"})
    await one_pass.run(ORGANIZATION)
    assert [message.payload["data"]["tag"] for message in await outbox(database)] == ["v1.0"]


async def test_nothing_waits_for_the_network_inside_a_transaction(
    one_pass: AuditLogPass, far: FarSide, clock: Clock, database: Database, recorded: Recorded
) -> None:
    out: list[int] = []
    far.before_page = lambda _: out.append(connections_out(database))
    await one_pass.run(ORGANIZATION)
    clock.advance(60)
    far.happen(data={"tag": "v1.0"})
    await one_pass.run(ORGANIZATION)
    assert (out, recorded.connections) == ([0, 0], [0])


async def test_what_the_bot_did_before_the_first_pass_is_expected_no_longer_after_it(
    one_pass: AuditLogPass, far: FarSide, clock: Clock, database: Database
) -> None:
    await expect(database, clock)
    far.happen(**ADDED, actor=OWN)
    assert await one_pass.run(ORGANIZATION) == Passed(news=0, told=0)
    clock.advance(60)
    far.happen(**ADDED, actor=OWN)
    assert await one_pass.run(ORGANIZATION) == Passed(news=1, told=1)


# Two at once


async def test_two_pollers_with_different_clocks_tell_once_on_postgresql(
    postgresql_url: str, hub: Hub, far: FarSide, clock: Clock
) -> None:
    first, second = Database(postgresql_url), Database(postgresql_url)

    def make(database: Database, behind: float) -> AuditLogPass:
        return AuditLogPass(
            database=database,
            begin=lambda _: database.begin(),
            hub=hub,
            rules=Rules(load_rules(EVERY_PUSH, "t")),
            channel="hub-alerts",
            account="acme-hubwarden",
            overlap=timedelta(minutes=5),
            now=lambda: clock.now() - timedelta(seconds=behind),
        )

    pollers = [make(first, 0.0), make(second, 2.0), make(first, 1.0), make(second, 3.0)]
    await asyncio.gather(*(each.run(ORGANIZATION) for each in pollers))
    for _ in range(5):
        clock.advance(60)
        for number in range(120):
            far.happen(name=f"acme/r{number}", seconds_ago=10)
        passed = await asyncio.gather(*(each.run(ORGANIZATION) for each in pollers))
        assert sum(each.told for each in passed) == sum(each.news for each in passed) == 120
    assert len(await outbox(first)) == len(await stored(second)) == 600
    await first.close()
    await second.close()
