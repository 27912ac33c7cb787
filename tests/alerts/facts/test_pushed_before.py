"""A version that is pushed over: found as near as possible, and Docker Hub asked as little as possible."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest

from bot.alerts.archive import store
from bot.alerts.entries import AuditLogEntry, NumberedEntry
from bot.alerts.facts import Question, Sources
from bot.alerts.facts.pushed_before import PUSHED_BEFORE, pushed_again
from bot.alerts.pushes import Pushes
from bot.db import hub_events
from bot.db.batches import BATCH
from bot.db.session import Database
from bot.db.tag_pushes import push_key
from bot.hub import HubUnreachable
from bot.hub.errors import Call
from tests.alerts.conftest import MakePoller, Polling, alerts, outbox, stored
from tests.alerts.far_side import ORGANIZATION, START, Clock, FarSide

if TYPE_CHECKING:
    from bot.alerts.reading import AuditLog

SINCE = START - timedelta(minutes=2)


def push(far: FarSide, tag: str, *, name: str = "acme/api", seconds_ago: float = 0.0, digest: str = "sha256:1") -> None:
    far.happen("repo.tag.push", name, data={"tag": tag, "digest": digest}, seconds_ago=seconds_ago)


async def test_a_version_that_was_pushed_long_ago_is_found_in_dockers_log_with_one_question(
    poller: Polling, far: FarSide, clock: Clock, database: Database
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
        ("acme/api", "repo.tag.push", "2026-11-23T11:55:00Z")
    ]
    clock.advance(30)
    far.queries.clear()
    await poller.poll()
    assert [query for query in far.queries if "name" in query] == []


async def test_a_busy_repository_is_asked_of_once_however_many_versions_and_polls_there_are(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database
) -> None:
    push(far, "v0.0", seconds_ago=86_400 * 90)
    poller = make_poller()
    await poller.poll()
    for number in range(20):
        clock.advance(60)
        push(far, f"v1.{number}")
        push(far, f"v2.{number}", name="acme/web")
        await (poller if number % 2 else make_poller()).poll()  # half of them after a restart
    clock.advance(60)
    push(far, "v0.0")
    await poller.poll()
    asked = [query["name"] for query in far.queries if "name" in query]
    assert asked == ["acme/api", "acme/web"]
    assert await alerts(database) == [("version-overwritten", "acme/api")]


async def test_a_version_whose_push_is_stored_needs_no_question(
    poller: Polling, far: FarSide, clock: Clock, database: Database
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
    poller: Polling, far: FarSide, clock: Clock, database: Database
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
    poller: Polling, far: FarSide, database: Database, pushes: list[tuple[str, str]]
) -> None:
    for seconds_ago, (tag, name) in zip((30.0, 0.0), pushes, strict=True):
        push(far, tag, name=name, seconds_ago=seconds_ago)
    assert await poller.poll() >= 1
    assert await alerts(database) == []


async def test_where_the_history_cannot_be_read_the_poll_fails_and_is_made_up_for(
    poller: Polling, far: FarSide, clock: Clock, database: Database
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


# The provider by itself


@dataclass
class ScriptedLog:
    """What Docker Hub remembers, and what it was asked."""

    pushes: Sequence[AuditLogEntry] = ()
    asked: list[str] = field(default_factory=list)
    until: list[datetime] = field(default_factory=list)

    async def history(self, _: str, *, action: str, name: str, until: datetime) -> list[AuditLogEntry]:
        self.asked.append(name)
        self.until.append(until)
        mine = [each for each in self.pushes if (each.action, each.name) == (action, name) and each.at <= until]
        return sorted(mine, key=lambda each: each.at, reverse=True)


def pushed(tag: str, *, ago: float = 0.0, name: str = "acme/api", action: str = "repo.tag.push") -> AuditLogEntry:
    return AuditLogEntry(ORGANIZATION, action, name, "omarh", START - timedelta(seconds=ago), {"tag": tag})


def numbered(*entries: AuditLogEntry) -> list[NumberedEntry]:
    return [NumberedEntry(entry, f"{number}", 0, {}) for number, entry in enumerate(entries)]


async def found(
    database: Database,
    log: ScriptedLog,
    candidates: Sequence[NumberedEntry],
    window: Sequence[NumberedEntry] = (),
    *,
    since: datetime = SINCE,
) -> set[str]:
    """The digests of those that were pushed before."""
    pushes = Pushes(lambda _: database.begin(), lambda: START)
    async with database.begin() as session:
        await hub_events.start_cursor(session, ORGANIZATION, START)
    question = Question(ORGANIZATION, candidates, window or candidates, since)
    return {digest for digest, _ in await PUSHED_BEFORE.find(question, Sources(pushes, cast("AuditLog", log)))}


async def keep(database: Database, *entries: AuditLogEntry) -> None:
    """Store entries that other windows had."""
    kept = [NumberedEntry(entry, f"kept {number}", 0, {}) for number, entry in enumerate(entries)]
    async with database.begin() as session:
        await store(session, kept, now=START)


def test_of_two_pushes_in_a_window_the_second_is_one_again() -> None:
    window = numbered(pushed("v1", ago=9), pushed("v2", ago=8), pushed("v1", name="acme/web"), pushed("v1"))
    assert pushed_again(window) == {("3", 0)}


def test_what_is_no_push_is_none_again() -> None:
    assert pushed_again(numbered(pushed("v1", action="repo.tag.delete"), pushed("v1"))) == set()


async def test_a_push_in_the_window_that_is_no_candidate_counts_and_is_not_answered(database: Database) -> None:
    window = numbered(pushed("v1", ago=9), pushed("v1", ago=8), pushed("v1"))
    log = ScriptedLog()
    assert await found(database, log, window[2:], window) == {"2"}
    assert log.asked == []


async def test_docker_hub_is_asked_once_a_repository_and_only_of_what_nothing_nearer_tells(database: Database) -> None:
    await keep(database, pushed("v1", ago=99, name="acme/web"))
    window = numbered(
        pushed("v1", name="acme/web"),
        pushed("v1", name="acme/api"),
        pushed("v2", name="acme/api"),
        pushed("v1", name="acme/docs", ago=5),
        pushed("v1", name="acme/docs"),
    )
    log = ScriptedLog([pushed("v2", ago=86_400)])
    assert await found(database, log, window) == {"0", "2", "4"}
    assert log.asked == ["acme/api", "acme/docs"]


async def test_what_docker_hub_has_answered_once_answers_for_ever(database: Database) -> None:
    log = ScriptedLog([pushed("v1", ago=86_400), pushed("v2", ago=86_000), pushed("v3", ago=80_000, name="acme/web")])
    assert await found(database, log, numbered(pushed("new"))) == set()
    assert await found(database, log, numbered(pushed("v2"), pushed("v1"), pushed("v4"))) == {"0", "1"}
    assert await found(database, log, numbered(pushed("v3", name="acme/web"))) == {"0"}
    assert log.asked == ["acme/api", "acme/web"]


async def test_a_question_that_failed_is_asked_again_and_one_whose_answer_was_kept_is_not(database: Database) -> None:
    class Failing(ScriptedLog):
        async def history(self, _: str, *, action: str, name: str, until: datetime) -> list[AuditLogEntry]:
            answer = await super().history(_, action=action, name=name, until=until)
            if name == "acme/web" and self.asked.count(name) == 1:
                raise HubUnreachable(Call("GET", "/v2/auditlogs/acme"), sent=True)
            return answer

    log = Failing([pushed("v1", ago=86_400), pushed("v1", ago=86_400, name="acme/web")])
    candidates = numbered(pushed("v1"), pushed("v1", name="acme/web"))
    with pytest.raises(HubUnreachable):
        await found(database, log, candidates)
    assert await found(database, log, candidates) == {"0", "1"}
    assert log.asked == ["acme/api", "acme/web", "acme/web"]


async def test_a_tag_of_another_repository_is_another_one(database: Database) -> None:
    await keep(database, pushed("v1", ago=99, name="acme/web"), pushed("web:v1", ago=99, name="acme"))
    assert await found(database, ScriptedLog(), numbered(pushed("v1"), pushed("v1", name="acme:web"))) == set()


async def test_an_organization_knows_nothing_of_anothers_pushes(database: Database) -> None:
    elsewhere = replace(pushed("v1", ago=99), organization="other")
    await keep(database, elsewhere)
    log = ScriptedLog()
    assert await found(database, log, numbered(pushed("v1"))) == set()
    assert log.asked == ["acme/api"]


async def test_names_and_tags_of_any_length_and_letters_are_kept_apart(database: Database) -> None:
    strange = ["🐳" * 2_000, "🐳" * 1_999, "a\ud800", "a", "", "acme/api", "'; DROP TABLE first_pushes; --"]
    await keep(database, *(pushed(tag.replace("\ud800", "\ufffd"), ago=99) for tag in strange[:3]))
    window = numbered(*(pushed(tag.replace("\ud800", "\ufffd")) for tag in strange))
    assert await found(database, ScriptedLog(), window) == {"0", "1", "2"}
    assert push_key(("a", "b/c")) != push_key(("a/b", "c"))
    assert len(push_key(("\ud800", ""))) == 64


async def test_more_entries_than_one_step_takes_are_all_taken(database: Database) -> None:
    last = f"v{5 * BATCH}"
    await keep(database, *(pushed(f"v{number}", ago=1_000 - number) for number in range(5 * BATCH + 1)))
    assert await found(database, ScriptedLog(), numbered(pushed("v0"), pushed(last), pushed("w"))) == {"0", "1"}


async def test_entries_that_an_older_version_stored_meanwhile_are_known(database: Database) -> None:
    """It writes `hub_events` alone."""
    assert await found(database, ScriptedLog(), numbered(pushed("v1"))) == set()
    await keep(database, pushed("v1", ago=50))
    assert await found(database, ScriptedLog(), numbered(pushed("v1"))) == {"0"}


@pytest.mark.parametrize(("ago", "counts"), [(0.0, True), (0.001, True), (-0.001, False)])
async def test_our_tables_know_pushes_up_to_the_moment_and_none_after_it(
    database: Database, ago: float, counts: bool
) -> None:
    await keep(database, pushed("v1", ago=ago))
    assert await found(database, ScriptedLog(), numbered(pushed("v1"))) == ({"0"} if counts else set())


async def test_an_entry_that_comes_late_is_not_taken_for_its_own_predecessor(database: Database) -> None:
    late = pushed("v1", ago=30)
    log = ScriptedLog([late])  # it came in between the reading of the window and the question
    assert await found(database, log, numbered(pushed("v2"))) == set()
    assert await found(database, log, numbered(late)) == set()


@pytest.mark.parametrize(("ago", "counts"), [(120.0, False), (121.0, True)])
async def test_docker_hub_is_asked_up_to_the_window_and_what_the_window_has_does_not_count(
    database: Database, ago: float, counts: bool
) -> None:
    log = ScriptedLog([pushed("v1", ago=ago)])
    assert await found(database, log, numbered(pushed("v1"))) == ({"0"} if counts else set())
    assert log.until == [SINCE]


async def test_the_oldest_push_that_is_known_decides(database: Database) -> None:
    log = ScriptedLog([pushed("v1", ago=500), pushed("v1", ago=5000)])
    assert await found(database, log, numbered(pushed("v2"))) == set()
    await keep(database, pushed("v1", ago=300))
    assert await found(database, log, numbered(pushed("v1", ago=4000)), since=START - timedelta(hours=2)) == {"0"}


async def test_what_is_stored_already_is_no_candidate_so_nothing_is_asked_of_it(
    poller: Polling, far: FarSide, clock: Clock
) -> None:
    push(far, "v1.4.2")
    await poller.poll()
    clock.advance(30)
    far.queries.clear()
    await poller.poll()
    assert [query for query in far.queries if "name" in query] == []
