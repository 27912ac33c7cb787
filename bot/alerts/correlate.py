"""Was it us? The entries of a batch that stand in Docker Hub's log because of what the bot itself did."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from bot.alerts.entries import AuditLogEntry, StoredEntry
from bot.db import hub_events
from bot.db.hub_events import OpenExpectation
from bot.db.session import Session

# How far Docker Hub's clock may be from ours.
CLOCK_SKEW = timedelta(minutes=2)

# By action, and by subject in lower case.
Index: TypeAlias = Mapping[tuple[str, str], Sequence[OpenExpectation]]


async def find_ours(session: Session, organization: str, entries: Sequence[StoredEntry], *, account: str) -> set[int]:
    """The ids of those entries that the bot caused: by its account, on what it was about to change, in that time.

    `account` is in lower case. An expectation meets one entry, the oldest; the same once more was not expected.
    """
    by_us = [each for each in entries if is_by(account, each.entry.actor)]
    if not by_us:
        return set()
    expected = await hub_events.open_expectations(
        session,
        organization,
        actions={each.entry.action for each in by_us},
        begun_by=max(each.entry.at for each in by_us) + CLOCK_SKEW,
        under_way_at=min(each.entry.at for each in by_us) - CLOCK_SKEW,
    )
    index = index_by_subject(expected)
    met: set[int] = set()
    return {each.id for each in by_us if await meet_one(session, each, explanations(index, each.entry), met=met)}


async def meet_one(
    session: Session, stored: StoredEntry, expected: Iterable[OpenExpectation], *, met: set[int]
) -> bool:
    """Tie the entry to the first of the expectations that no other entry has met; `met` is added to."""
    for each in expected:
        if each.id not in met:
            met.add(each.id)
            if await hub_events.meet_expectation(session, each.id, stored.id):
                return True
    return False


def index_by_subject(expected: Iterable[OpenExpectation]) -> Index:
    """The expectations, oldest first, under each of their subjects."""
    index: defaultdict[tuple[str, str], list[OpenExpectation]] = defaultdict(list)
    for each in expected:
        for subject in {subject.casefold() for subject in each.subjects}:
            index[each.action, subject].append(each)
    return index


def explanations(index: Index, entry: AuditLogEntry) -> list[OpenExpectation]:
    """What may have caused the entry, oldest first."""
    named = (each for name in names_in(entry) for each in index.get((entry.action, name), ()))
    return sorted({each for each in named if was_under_way(each, entry.at)}, key=lambda each: each.id)


def was_under_way(expected: OpenExpectation, at: datetime) -> bool:
    """Whether its execution can have caused something at that moment: not before it began nor after it has finished."""
    has_begun = expected.since <= at + CLOCK_SKEW
    return has_begun and (expected.finished_at is None or expected.finished_at >= at - CLOCK_SKEW)


def is_by(account: str, actor: str) -> bool:
    """Whether the actor is the account (in lower case), with or without an access token."""
    actor = actor.casefold()
    return actor == account or actor.startswith(f"{account} - access token")


def names_in(entry: AuditLogEntry) -> set[str]:
    """What the entry names, in lower case: its name, with and without the organization, and all values of `data`."""
    bare = entry.name.removeprefix(f"{entry.organization}/")
    return {text.casefold() for text in (entry.name, bare, *(value for _, value in entry.facts_of_data()))}
