"""When tags were pushed first: what is stored, and what Docker Hub is asked for once for each repository."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.alerts.entries import AuditLogEntry
from bot.alerts.facts.pushed_before import TAG, TAG_PUSH, pushed_tag
from bot.db import tag_pushes
from bot.db.batches import BeginFor, batches, until_none_is_left
from bot.db.tag_pushes import Tag


@dataclass(frozen=True, slots=True)
class Pushes:
    """What is known of tags; each question is made of short transactions, of which `begin` begins one."""

    begin: BeginFor
    now: Callable[[], datetime]

    async def first(self, organization: str, tags: Collection[Tag]) -> dict[Tag, datetime]:
        """When each tag (repository, name) was first pushed, of those that are known to have been."""
        step = partial(tag_pushes.index_some, organization=organization, action=TAG_PUSH, key=TAG)
        await until_none_is_left(partial(self.begin, organization), step)
        first: dict[Tag, datetime] = {}
        for batch in batches(sorted(set(tags))):
            async with self.begin(organization) as session:
                first |= await tag_pushes.first_pushed(session, organization, batch)
        return first

    async def unasked(self, organization: str, repositories: Collection[str]) -> list[str]:
        """Those of the repositories whose history Docker Hub has never been asked for."""
        asked: set[str] = set()
        for batch in batches(sorted(set(repositories))):
            async with self.begin(organization) as session:
                asked |= await tag_pushes.asked(session, organization, batch)
        return sorted(set(repositories) - asked)

    async def keep(self, organization: str, repository: str, history: Iterable[AuditLogEntry]) -> None:
        """Keep what Docker Hub has answered, whole, before it is noted that it has been asked."""
        first: dict[Tag, datetime] = {}
        for entry in history:
            tag = pushed_tag(entry)
            first[tag] = min(entry.at, first.get(tag, entry.at))
        for batch in batches(list(first)):
            async with self.begin(organization) as session:
                await tag_pushes.note(session, organization, {tag: first[tag] for tag in batch})
        async with self.begin(organization) as session:
            await tag_pushes.note_asked(session, organization, repository, self.now())
