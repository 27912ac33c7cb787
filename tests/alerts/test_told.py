"""What an alert says of an entry."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.alerts.entries import AuditLogEntry, StoredEntry
from bot.alerts.matching import Alert
from bot.alerts.rules import load_rules, standard_rules
from bot.alerts.told import Knowledge, changes_of, page_of, payload_of, undoing
from bot.operations import OPERATIONS
from bot.operations.kit.consequences import Prepared

from .far_side import ORGANIZATION, START

[RULE] = load_rules(
    """
version: 1
rules:
  - {name: one, title: One, severity: info, text: "{actor}: {name}", actions: ["*"], before: "{data.k}", now: gone,
     means: "{name} is gone.", do: "Ask {actor}."}
""",
    "t",
)


def entry(action: str = "repo.delete", name: str = "acme/api", data: Mapping[str, str] | None = None) -> AuditLogEntry:
    return AuditLogEntry(ORGANIZATION, action, name, "omarh", START, data or {}, "did it")


def said(of: AuditLogEntry, **known: Any) -> dict[str, Any]:
    return payload_of(Alert(StoredEntry(7, ("7", 0), of), RULE), ties={}, knowledge=Knowledge(**known))


def test_a_message_has_everything_that_it_can_say() -> None:
    assert said(entry(data={"k": "v"})) == {
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
        "people": [],
        "by_us": False,
        "changes": [["", "v", "gone"]],
        "page": "https://hub.docker.com/repositories/acme",
        "means": "acme/api is gone.",
        "do": "Ask omarh.",
        "revert": None,
    }


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"old_role": "editor", "new_role": "owner"}, [["role", "editor", "owner"]]),
        ({"previousPrivacy": "private", "privacy": "public"}, [["privacy", "private", "public"]]),
        ({"settings.tags.before": "a", "settings.tags.after": "b"}, [["settings tags", "a", "b"]]),
        ({"from": "a", "to": "b"}, [["", "a", "b"]]),
        ({"old_role": "owner", "role": "owner"}, [["", "(unknown)", "gone"]]),
        ({"old_role": "owner"}, [["", "(unknown)", "gone"]]),
        ({}, [["", "(unknown)", "gone"]]),
    ],
)
def test_what_was_otherwise_is_read_from_the_entry_else_from_the_rule(
    data: Mapping[str, str], told: list[list[str]]
) -> None:
    assert changes_of(RULE, entry(data=data)) == told


@pytest.mark.parametrize(
    ("action", "name", "page"),
    [
        ("repo.change_privacy", "acme/api", "/repository/docker/acme/api"),
        ("repo.change_privacy", "acme/a b?#", "/repository/docker/acme/a%20b%3F%23"),
        ("repo.delete", "acme/api", "/repositories/acme"),
        ("repo.tag.push", "api", "/repositories/acme"),
        ("org.member.role.change", "annberg", "/orgs/acme/members"),
        ("plan.upgrade", "acme", "/repositories/acme"),
    ],
)
def test_where_it_is_seen(action: str, name: str, page: str) -> None:
    assert page_of(entry(action, name)) == f"https://hub.docker.com{page}"


def test_what_would_undo_an_entry_is_what_the_operation_says_under_whose_action_it_is_logged() -> None:
    data = {"old_role": "editor", "new_role": "owner"}
    told = said(entry("org.member.role.change", "annberg", data), inverse=undoing(OPERATIONS))
    assert told["revert"] == {
        "operation": "member.role",
        "values": {"organization": "acme", "username": "annberg", "role": "editor"},
        "reason": "To take back what the audit log of 2026-11-23 12:00 UTC has: omarh: annberg",
    }
    assert undoing(OPERATIONS)(entry()) is None
    assert undoing(())(entry("org.member.role.change", "annberg", data)) is None


def test_every_rule_that_comes_with_us_says_what_it_means_and_what_to_do() -> None:
    assert [rule.name for rule in standard_rules() if not (rule.means and rule.do)] == []


def test_nothing_known_prepares_nothing() -> None:
    assert said(entry(), inverse=lambda _: Prepared("repo.create", {"name": "api"}))["revert"] is not None
    assert said(entry())["revert"] is None
