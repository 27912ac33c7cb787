"""What the rules make of a batch."""

from bot.alerts.entries import AuditLogEntry, NumberedEntry, StoredEntry
from bot.alerts.matching import Alert, candidates, match_batch
from bot.alerts.rules import Rules, load_rules, standard_rules

from .far_side import ORGANIZATION, START

STANDARD = Rules(standard_rules())
TWO = Rules(
    load_rules(
        """
version: 1
rules:
  - {name: push, title: A push, severity: info, text: t, actions: [repo.tag.push]}
  - {name: again, title: Again, severity: info, text: t, actions: [repo.tag.push], facts: [pushed_before]}
""",
        "t",
    )
)


def push(tag: str, *, action: str = "repo.tag.push") -> AuditLogEntry:
    return AuditLogEntry(ORGANIZATION, action, "acme/api", "omarh", START, {"tag": tag})


def numbered(number: int, entry: AuditLogEntry) -> NumberedEntry:
    return NumberedEntry(entry, f"{number}", 0, {})


def stored(number: int, entry: AuditLogEntry) -> StoredEntry:
    return StoredEntry(number, (f"{number}", 0), entry)


def told(alerts: list[Alert]) -> list[tuple[int, str]]:
    return [(alert.stored.id, alert.rule.name) for alert in alerts]


def test_only_entries_on_which_a_rule_would_fire_are_candidates() -> None:
    version, latest, deleted = push("v1.2.3"), push("latest"), push("v1.2.3", action="repo.tag.delete")
    batch = [numbered(number, entry) for number, entry in enumerate((latest, version, deleted, version))]
    assert candidates(STANDARD, batch) == {"pushed_before": [batch[1], batch[3]]}


def test_a_batch_that_needs_no_fact_has_no_candidates() -> None:
    assert candidates(STANDARD, [numbered(1, push("latest"))]) == {}


def test_a_rule_with_a_fact_fires_only_on_the_entries_of_which_it_is_so() -> None:
    batch = [stored(1, push("v1")), stored(2, push("v2"))]
    assert told(match_batch(TWO, batch, {"pushed_before": {("2", 0)}})) == [(1, "push"), (2, "push"), (2, "again")]


def test_an_identical_entry_has_facts_of_its_own() -> None:
    batch = [StoredEntry(1, ("same", 0), push("v1.0")), StoredEntry(2, ("same", 1), push("v1.0"))]
    assert told(match_batch(STANDARD, batch, {"pushed_before": {("same", 1)}})) == [(2, "version-overwritten")]


def test_without_facts_only_rules_without_them_fire() -> None:
    assert told(match_batch(TWO, [stored(1, push("v1"))], {})) == [(1, "push")]
