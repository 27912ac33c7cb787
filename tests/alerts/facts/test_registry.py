"""Facts are asked for where a rule needs them, of the entries that it needs them of, and nowhere else."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from bot.alerts import facts
from bot.alerts.entries import AuditLogEntry, Key, NumberedEntry
from bot.alerts.facts import FACTS, Provider, Question, Sources, find_facts
from tests.alerts.far_side import ORGANIZATION, START

if TYPE_CHECKING:
    from bot.alerts.pushes import Pushes
    from bot.alerts.reading import AuditLog

NOWHERE = Sources(cast("Pushes", None), cast("AuditLog", None))


@dataclass
class Asked:
    """A fact that is so of what is named `so`, and notes what it is asked."""

    name: str
    so: frozenset[str] = frozenset()
    questions: list[Question] = field(default_factory=list)

    async def find(self, question: Question, _: Sources) -> set[Key]:
        self.questions.append(question)
        return {each.key for each in question.candidates if each.entry.name in self.so}

    @property
    def provider(self) -> Provider:
        return Provider(self.name, self.find)


def numbered(name: str) -> NumberedEntry:
    return NumberedEntry(
        AuditLogEntry(ORGANIZATION, "repo.delete", name, "omarh", START, {}), f"digest of {name}", 0, {}
    )


WINDOW = [numbered(name) for name in ("a", "b", "c")]


def test_the_names_of_facts_are_unique_and_are_words_of_a_rule() -> None:
    names = [fact.name for fact in FACTS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", name) for name in names)


def test_a_fact_stands_in_the_file_of_its_name() -> None:
    assert all(fact.find.__module__ == f"{facts.__name__}.{fact.name}" for fact in FACTS)


async def test_a_provider_is_asked_once_for_all_its_candidates_and_for_no_others() -> None:
    fact = Asked("f", frozenset("abc"))
    found = await find_facts(
        ORGANIZATION, {"f": WINDOW[:2]}, window=WINDOW, since=START, sources=NOWHERE, providers=[fact.provider]
    )
    assert found == {"f": {WINDOW[0].key, WINDOW[1].key}}
    assert fact.questions == [Question(ORGANIZATION, WINDOW[:2], WINDOW, START)]


async def test_a_provider_without_candidates_is_not_asked() -> None:
    fact, other = Asked("f"), Asked("g", frozenset("c"))
    found = await find_facts(
        ORGANIZATION,
        {"f": [], "g": WINDOW[2:]},
        window=WINDOW,
        since=START,
        sources=NOWHERE,
        providers=[fact.provider, other.provider],
    )
    assert (found, fact.questions) == ({"g": {WINDOW[2].key}}, [])


async def test_each_provider_answers_for_its_own_candidates() -> None:
    one, two = Asked("f", frozenset("ab")), Asked("g", frozenset("b"))
    candidates = {"f": WINDOW[:1], "g": WINDOW[:2]}
    found = await find_facts(
        ORGANIZATION, candidates, window=WINDOW, since=START, sources=NOWHERE, providers=[one.provider, two.provider]
    )
    assert found == {"f": {WINDOW[0].key}, "g": {WINDOW[1].key}}
