"""What a rule may ask about an entry besides what it says: a fact is one file, and one line here."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.alerts.entries import Key, NumberedEntry
from bot.alerts.facts.base import Provider, Question, Sources
from bot.alerts.facts.pushed_before import PUSHED_BEFORE

__all__ = ["FACTS", "Provider", "Question", "Sources", "find_facts"]

FACTS: tuple[Provider, ...] = (PUSHED_BEFORE,)


async def find_facts(
    organization: str,
    candidates: Mapping[str, Sequence[NumberedEntry]],
    *,
    window: Sequence[NumberedEntry],
    since: datetime,
    sources: Sources,
    providers: Sequence[Provider] = FACTS,
) -> dict[str, set[Key]]:
    """For each fact the keys of those of its candidates of which it is so. Raises HubError.

    A provider without candidates is not asked. Network calls happen here, so never inside a transaction.
    """
    asked = [provider for provider in providers if candidates.get(provider.name)]
    return {
        each.name: await each.find(Question(organization, candidates[each.name], window, since), sources)
        for each in asked
    }
