"""What is put into the outbox, and how often."""

from datetime import timedelta

from bot.alerts.entries import AuditLogEntry, StoredEntry
from bot.alerts.matching import Alert
from bot.alerts.rules import load_rules
from bot.alerts.tell import tell, tell_unreadable
from bot.alerts.told import Knowledge
from bot.db import humans
from bot.db.session import Database

from .conftest import outbox
from .far_side import ORGANIZATION, START

ONE, TWO = load_rules(
    """
version: 1
rules:
  - {name: one, title: One, severity: info, text: "{actor}: {name}", actions: [repo.delete]}
  - {name: two, title: Two, severity: critical, text: t, actions: [repo.delete]}
""",
    "t",
)


def stored(number: int, name: str = "acme/api", *, after: float = 0.0, actor: str = "omarh") -> StoredEntry:
    at = START + timedelta(seconds=after)
    entry = AuditLogEntry(ORGANIZATION, "repo.delete", name, actor, at, {"k": "v"}, "deleted it")
    return StoredEntry(number, (f"{number}", 0), entry)


async def told(database: Database, *batch: Alert) -> int:
    async with database.begin() as session:
        return await tell(session, batch, channel="C0ALERTS", now=START)


async def told_unreadable(database: Database, *, hours: float = 0.0, organization: str = ORGANIZATION) -> bool:
    async with database.begin() as session:
        now = START + timedelta(hours=hours)
        return await tell_unreadable(session, organization, "It is down.", channel="C0ADMIN", now=now)


async def test_each_rule_that_fired_on_an_entry_makes_a_message(database: Database) -> None:
    assert await told(database, Alert(stored(7), ONE), Alert(stored(7), TWO), Alert(stored(8, after=61), ONE)) == 3
    messages = await outbox(database)
    assert sorted(each.key for each in messages) == ["alert:7:one", "alert:7:two", "alert:8:one"]
    assert {(each.kind, each.address, each.created_at) for each in messages} == {("alert", "C0ALERTS", START)}


async def test_what_comes_within_a_minute_of_the_first_is_counted_there_and_told_in_its_thread(
    database: Database,
) -> None:
    await told(database, Alert(stored(7), ONE), Alert(stored(8, "acme/web", after=60), ONE))
    first, more = await outbox(database)
    assert (first.key, first.payload["count"], first.payload["more"]) == ("alert:7:one", 2, ["omarh: acme/web"])
    assert (more.key, more.kind, more.thread_of) == ("alert-more:8:one", "alert_more", "alert:7:one")

    await told(database, Alert(stored(9, "acme/docs", after=30), ONE))
    await told(database, Alert(stored(10, "acme/late", after=61), ONE), Alert(stored(11, after=62), ONE))
    messages = {each.key: each for each in await outbox(database)}
    first = messages["alert:7:one"]
    assert (first.payload["count"], first.payload["more"]) == (3, ["omarh: acme/web", "omarh: acme/docs"])
    assert (first.wanted, messages["alert-more:9:one"].thread_of) == (2, "alert:7:one")
    assert messages["alert:10:one"].payload["count"] == 2
    assert messages["alert-more:11:one"].thread_of == "alert:10:one"


async def test_of_hundreds_that_come_together_some_are_named_and_all_are_counted(database: Database) -> None:
    await told(database, *(Alert(stored(number, f"acme/r{number}"), ONE) for number in range(1, 301)))
    first, *more = sorted(await outbox(database), key=lambda each: each.kind)
    assert (first.payload["count"], len(first.payload["more"]), len(more)) == (300, 10, 299)


async def test_an_alert_is_in_the_outbox_once(database: Database) -> None:
    for _ in range(2):
        await told(database, Alert(stored(7), ONE))
    [message] = await outbox(database)
    assert "count" not in message.payload


async def test_who_is_known_for_a_docker_id_is_named_by_the_policys_word_or_as_it_was_learned(
    database: Database,
) -> None:
    async with database.begin() as session:
        for docker_id, person in (("omarh", "U0OMAR"), ("annberg", "U0ELSE")):
            await humans.tie(session, docker_id, person, how="e-mail", now=START)
    knowledge = Knowledge(whose={"annberg": "U0ANN"}.get, account="acme-hubwarden")
    batch = [Alert(stored(7, "AnnBerg", actor='OmarH - access token "ci"'), ONE)]
    batch += [Alert(stored(8, after=90, actor="acme-hubwarden"), ONE)]
    async with database.begin() as session:
        await tell(session, batch, channel="C0ALERTS", now=START, knowledge=knowledge)
    by_somebody, by_machine = await outbox(database)
    assert by_somebody.payload["people"] == [["omarh", "U0OMAR"], ["annberg", "U0ANN"]]
    assert (by_somebody.payload["by_us"], by_machine.payload["by_us"]) == (False, True)


async def test_nothing_to_tell_makes_no_message(database: Database) -> None:
    assert await told(database) == 0
    assert await outbox(database) == []


async def test_that_no_alert_can_come_is_said_once_a_day_for_each_organization(database: Database) -> None:
    said = [await told_unreadable(database, hours=hours) for hours in (0, 1, 11, 12, 13)]
    assert said == [True, False, False, True, False]
    assert await told_unreadable(database, organization="other")
    messages = await outbox(database)
    assert [each.key for each in messages] == [
        "notice:audit-log:acme:2026-11-23",
        "notice:audit-log:acme:2026-11-24",
        "notice:audit-log:other:2026-11-23",
    ]
    assert (messages[0].kind, messages[0].address, messages[0].payload) == (
        "notice",
        "C0ADMIN",
        {"text": "Docker Hub's audit log of acme cannot be read, so no alert can come: It is down."},
    )
