"""A version that is pushed over: found as near as possible, and Docker Hub asked as little as possible."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest

from bot.alerts.archive import Archive, store
from bot.alerts.entries import AuditLogEntry, NumberedEntry
from bot.alerts.facts import Question, Sources
from bot.alerts.facts.pushed_before import PUSHED_BEFORE, pushed_again
from bot.alerts.poller import AuditLogPoller
from bot.db.session import Database
from tests.alerts.conftest import alerts, outbox, stored
from tests.alerts.far_side import ORGANIZATION, START, Clock, FarSide

if TYPE_CHECKING:
    from bot.alerts.reading import AuditLog


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


# The provider by itself


@dataclass
class ScriptedLog:
    """What Docker Hub remembers, and what it was asked."""

    pushes: Sequence[AuditLogEntry] = ()
    asked: list[str] = field(default_factory=list)

    async def history(self, _: str, *, action: str, name: str, until: datetime) -> list[AuditLogEntry]:
        self.asked.append(name)
        mine = [each for each in self.pushes if (each.action, each.name) == (action, name) and each.at <= until]
        return sorted(mine, key=lambda each: each.at, reverse=True)


def pushed(tag: str, *, ago: float = 0.0, name: str = "acme/api", action: str = "repo.tag.push") -> AuditLogEntry:
    return AuditLogEntry(ORGANIZATION, action, name, "omarh", START - timedelta(seconds=ago), {"tag": tag})


def numbered(*entries: AuditLogEntry) -> list[NumberedEntry]:
    return [NumberedEntry(entry, f"{number}", 0, {}) for number, entry in enumerate(entries)]


async def found(
    database: Database, log: ScriptedLog, candidates: Sequence[NumberedEntry], window: Sequence[NumberedEntry] = ()
) -> set[str]:
    """The digests of those that were pushed before."""
    sources = Sources(Archive(database), cast("AuditLog", log))
    question = Question(ORGANIZATION, candidates, window or candidates)
    return {digest for digest, _ in await PUSHED_BEFORE.find(question, sources)}


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
    async with database.begin() as session:
        await store(session, numbered(pushed("v1", ago=99, name="acme/web")), now=START)
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


@pytest.mark.parametrize(("ago", "counts"), [(0.0, True), (0.001, True), (-0.001, False)])
async def test_the_archive_knows_pushes_up_to_the_moment_and_none_after_it(
    database: Database, ago: float, counts: bool
) -> None:
    async with database.begin() as session:
        await store(session, numbered(pushed("v1", ago=ago)), now=START)
    assert (await found(database, ScriptedLog(), numbered(pushed("v1")))) == ({"0"} if counts else set())


@pytest.mark.parametrize(("ago", "counts"), [(1.0, True), (0.0, False)])
async def test_docker_hub_knows_itself_so_only_an_earlier_second_counts(
    database: Database, ago: float, counts: bool
) -> None:
    log = ScriptedLog([pushed("v1", ago=ago)])
    assert await found(database, log, numbered(pushed("v1"))) == ({"0"} if counts else set())


async def test_the_oldest_push_that_docker_hub_remembers_decides(database: Database) -> None:
    log = ScriptedLog([pushed("v1", ago=5), pushed("v1", ago=500)])
    assert await found(database, log, numbered(pushed("v1", ago=100), pushed("v1"))) == {"0", "1"}


async def test_the_question_reaches_up_to_the_youngest_of_a_repository(database: Database) -> None:
    log = ScriptedLog([pushed("v2", ago=50)])
    assert await found(database, log, numbered(pushed("v1", ago=100), pushed("v2"))) == {"1"}


async def test_what_is_stored_already_is_no_candidate_so_nothing_is_asked_of_it(
    poller: AuditLogPoller, far: FarSide, clock: Clock
) -> None:
    push(far, "v1.4.2")
    await poller.poll()
    clock.advance(30)
    far.queries.clear()
    await poller.poll()
    assert [query for query in far.queries if "name" in query] == []
