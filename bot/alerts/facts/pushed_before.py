"""Whether the tag that an entry pushes had been pushed before, as the window, our tables or Docker Hub know."""

from collections.abc import Iterable, Sequence

from bot.alerts.entries import AuditLogEntry, Key, NumberedEntry
from bot.alerts.facts.base import Provider, Question, Sources

TAG_PUSH = "repo.tag.push"
# https://docs.docker.com/reference/api/hub/latest/ has it in its example.
TAG = "tag"


async def find(question: Question, sources: Sources) -> set[Key]:
    """The candidates whose tag had been pushed before.

    Docker Hub is asked once for each repository, ever, and only of one that has a tag of which nothing nearer tells.
    """
    found = pushed_again(question.window)
    found |= await pushed_by_then(question, without(found, question.candidates), sources)
    unclear = without(found, question.candidates)
    asked = await ask_histories(question, unclear, sources)
    found |= await pushed_by_then(question, [each for each in unclear if each.entry.name in asked], sources)
    return found & {each.key for each in question.candidates}


def pushed_again(entries: Iterable[NumberedEntry]) -> set[Key]:
    """Keys of those entries, oldest first, that push a tag which an earlier one of them pushed."""
    again: set[Key] = set()
    pushed: set[tuple[str, str]] = set()
    for each in entries:
        if each.entry.action == TAG_PUSH:
            again |= {each.key} if pushed_tag(each.entry) in pushed else set()
            pushed.add(pushed_tag(each.entry))
    return again


async def pushed_by_then(question: Question, asked: Sequence[NumberedEntry], sources: Sources) -> set[Key]:
    """Keys of the entries whose tag was pushed by then, as far as our tables know."""
    if not asked:
        return set()
    first = await sources.pushes.first(question.organization, {pushed_tag(each.entry) for each in asked})
    return {each.key for each in asked if (at := first.get(pushed_tag(each.entry))) is not None and at <= each.entry.at}


async def ask_histories(question: Question, unclear: Sequence[NumberedEntry], sources: Sources) -> set[str]:
    """Have Docker Hub tell of the repositories that it was never asked of; answers these."""
    organization, since = question.organization, question.since
    unasked = await sources.pushes.unasked(organization, {each.entry.name for each in unclear}) if unclear else []
    for repository in unasked:
        history = await sources.log.history(organization, action=TAG_PUSH, name=repository, until=since)
        # What is younger is in the window or comes in a later one, and would look like its own predecessor here.
        await sources.pushes.keep(organization, repository, [entry for entry in history if entry.at < since])
    return set(unasked)


def without(found: set[Key], entries: Sequence[NumberedEntry]) -> list[NumberedEntry]:
    """Those of which it is not known yet."""
    return [each for each in entries if each.key not in found]


def pushed_tag(entry: AuditLogEntry) -> tuple[str, str]:
    """The repository and the tag that was pushed."""
    return entry.name, entry.data.get(TAG, "")


PUSHED_BEFORE = Provider("pushed_before", find)
