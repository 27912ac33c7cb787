"""What the rules make of a batch: which entries need a fact, and which are to be told: pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from bot.alerts.entries import Key, NumberedEntry, StoredEntry
from bot.alerts.rules import AlertRule, Rules, match, needed_facts


@dataclass(frozen=True, slots=True)
class Alert:
    """An entry, and a rule that fired on it."""

    stored: StoredEntry
    rule: AlertRule


def candidates(rules: Rules, entries: Iterable[NumberedEntry]) -> dict[str, list[NumberedEntry]]:
    """For each fact the entries, in order, on which a rule would fire if it were so."""
    wanted: defaultdict[str, list[NumberedEntry]] = defaultdict(list)
    for each in entries:
        for fact in needed_facts(rules, each.entry):
            wanted[fact].append(each)
    return dict(wanted)


def match_batch(rules: Rules, entries: Iterable[StoredEntry], facts: Mapping[str, Collection[Key]]) -> list[Alert]:
    """The alerts that the entries raise, in order. `facts` names those of which a fact is so."""
    return [
        Alert(each, rule)
        for each in entries
        for rule in match(rules, each.entry, (fact for fact, keys in facts.items() if each.key in keys))
    ]
