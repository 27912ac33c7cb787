"""Whether the tag that an entry pushes had been pushed before, as the window, the archive or Docker Hub knows."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.alerts.entries import AuditLogEntry, Key, NumberedEntry
from bot.alerts.facts.base import Provider, Question, Sources

TAG_PUSH = "repo.tag.push"
# https://docs.docker.com/reference/api/hub/latest/ has it in its example.
TAG = "tag"


async def find(question: Question, sources: Sources) -> set[Key]:
    """The candidates whose tag had been pushed before; Docker Hub is asked only of those that nothing nearer tells."""
    found = pushed_again(question.window)
    found |= await pushed_in_archive(question.organization, without(found, question.candidates), sources)
    found |= await pushed_long_ago(question.organization, without(found, question.candidates), sources)
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


async def pushed_in_archive(organization: str, asked: Sequence[NumberedEntry], sources: Sources) -> set[Key]:
    """Keys of the entries whose tag was pushed by then, as far as it is stored."""
    if not asked:
        return set()
    tags = {pushed_tag(each.entry) for each in asked}
    first = await sources.archive.earliest(organization, action=TAG_PUSH, key=TAG, wanted=tags)
    return {each.key for each in asked if (at := first.get(pushed_tag(each.entry))) is not None and at <= each.entry.at}


async def pushed_long_ago(organization: str, asked: Sequence[NumberedEntry], sources: Sources) -> set[Key]:
    """Keys of the entries whose tag Docker Hub saw pushed in an earlier second: one question for each repository."""
    found: set[Key] = set()
    for repository in sorted({each.entry.name for each in asked}):
        mine = [each for each in asked if each.entry.name == repository]
        until = second_before(max(each.entry.at for each in mine))
        history = await sources.log.history(organization, action=TAG_PUSH, name=repository, until=until)
        first = {pushed_tag(entry): entry.at for entry in history}  # newest first, so the oldest stays
        found |= {each.key for each in mine if first.get(pushed_tag(each.entry), each.entry.at) < each.entry.at}
    return found


def without(found: set[Key], entries: Sequence[NumberedEntry]) -> list[NumberedEntry]:
    """Those of which it is not known yet."""
    return [each for each in entries if each.key not in found]


def pushed_tag(entry: AuditLogEntry) -> tuple[str, str]:
    """The repository and the tag that was pushed."""
    return entry.name, entry.data.get(TAG, "")


def second_before(moment: datetime) -> datetime:
    """The second before the one that the moment is in."""
    return moment.replace(microsecond=0) - timedelta(seconds=1)


PUSHED_BEFORE = Provider("pushed_before", find)
