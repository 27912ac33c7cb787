"""What is put into the outbox, and how often."""

from datetime import timedelta

from bot.alerts.entries import AuditLogEntry, StoredEntry
from bot.alerts.matching import Alert
from bot.alerts.rules import load_rules
from bot.alerts.tell import payload_of, tell, tell_unreadable
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


def stored(number: int, name: str = "acme/api") -> StoredEntry:
    entry = AuditLogEntry(ORGANIZATION, "repo.delete", name, "omarh", START, {"k": "v"}, "deleted it")
    return StoredEntry(number, (f"{number}", 0), entry)


async def told(database: Database, *batch: Alert) -> int:
    async with database.begin() as session:
        return await tell(session, batch, channel="C0ALERTS", now=START)


async def told_unreadable(database: Database, *, hours: float = 0.0, organization: str = ORGANIZATION) -> bool:
    async with database.begin() as session:
        now = START + timedelta(hours=hours)
        return await tell_unreadable(session, organization, "It is down.", channel="C0ADMIN", now=now)


async def test_each_rule_that_fired_on_an_entry_makes_a_message(database: Database) -> None:
    assert await told(database, Alert(stored(7), ONE), Alert(stored(7), TWO), Alert(stored(8), ONE)) == 3
    messages = await outbox(database)
    assert [each.key for each in messages] == ["alert:7:one", "alert:7:two", "alert:8:one"]
    assert {(each.kind, each.address, each.created_at) for each in messages} == {("alert", "C0ALERTS", START)}


async def test_an_alert_is_in_the_outbox_once(database: Database) -> None:
    for _ in range(2):
        await told(database, Alert(stored(7), ONE))
    assert len(await outbox(database)) == 1


async def test_nothing_to_tell_makes_no_message(database: Database) -> None:
    assert await told(database) == 0
    assert await outbox(database) == []


def test_a_message_has_everything_that_it_can_say() -> None:
    assert payload_of(Alert(stored(7), ONE)) == {
        "rule": "one",
        "title": "One",
        "severity": "info",
        "text": "omarh: acme/api",
        "organization": "acme",
        "action": "repo.delete",
        "name": "acme/api",
        "actor": "omarh",
        "at": "2026-11-23T12:00:00+00:00",
        "data": {"k": "v"},
    }


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
