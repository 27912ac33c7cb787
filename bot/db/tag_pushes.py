"""When a tag was first pushed, as far as we know: from the entries that are stored, and from what Docker Hub was asked.

It is an index of `hub_events`, and of what is older than these. Entries are taken into it later than they are stored,
a few at a time, so whoever stores them need not know of it: an older version of the bot does not.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.batches import BATCH
from bot.db.dialect import insert_ignoring_conflicts, insert_into
from bot.db.models import AskedHistory, Cursor, FirstPush, HubEvent

# A repository and a tag.
Tag: TypeAlias = tuple[str, str]


def push_key(tag: Tag) -> str:
    """SHA-256 of the two, in hexadecimal: names can be longer than what PostgreSQL takes into an index."""
    return hashlib.sha256("\0".join(tag).encode(errors="surrogatepass")).hexdigest()


async def index_some(session: AsyncSession, organization: str, *, action: str, key: str) -> int:
    """Take the next stored entries into account; answers how many there were, of whatever kind and organization.

    A push is an entry of `action`, and its tag is `data[key]`.
    """
    # The cursor's row first: entries of an organization are stored by whoever has it, so their ids come in order.
    mine = Cursor.organization == organization
    taken = update(Cursor).where(mine).values(pushes_known_to=Cursor.pushes_known_to)
    known_to = await session.scalar(taken.returning(Cursor.pushes_known_to))
    columns = (HubEvent.id, HubEvent.organization, HubEvent.action, HubEvent.name, HubEvent.at)
    statement = select(*columns, func.coalesce(HubEvent.data[key].as_string(), ""))
    rows = (await session.execute(statement.where(HubEvent.id > known_to).order_by(HubEvent.id).limit(BATCH))).all()
    first: dict[Tag, datetime] = {}
    for _, of, what, name, at, tag in rows:
        if (of, what) == (organization, action):
            first[name, tag] = min(at, first.get((name, tag), at))
    await note(session, organization, first)
    if rows:
        await session.execute(update(Cursor).where(mine).values(pushes_known_to=rows[-1][0]))
    return len(rows)


async def note(session: AsyncSession, organization: str, first: Mapping[Tag, datetime]) -> None:
    """Each tag was pushed at that moment; the earliest that was ever noted stays."""
    statement = insert_into(session, FirstPush)
    statement = statement.on_conflict_do_update(
        index_elements=[FirstPush.organization, FirstPush.key],
        set_={"at": statement.excluded.at},
        where=FirstPush.at > statement.excluded.at,
    )
    rows = [{"organization": organization, "key": push_key(tag), "at": at} for tag, at in first.items()]
    if rows:
        # Sorted, so that two who note the same cannot wait for each other.
        await session.execute(statement, sorted(rows, key=lambda row: str(row["key"])))


async def first_pushed(session: AsyncSession, organization: str, tags: Collection[Tag]) -> dict[Tag, datetime]:
    """When each of the tags was first pushed; what never was is not there. At most `BATCH` tags."""
    by_key = {push_key(tag): tag for tag in tags}
    statement = select(FirstPush.key, FirstPush.at).where(
        FirstPush.organization == organization, FirstPush.key.in_(sorted(by_key))
    )
    return {by_key[key]: at for key, at in await session.execute(statement)}


async def asked(session: AsyncSession, organization: str, repositories: Collection[str]) -> set[str]:
    """Those of the repositories whose history Docker Hub has been asked for. At most `BATCH`."""
    statement = select(AskedHistory.repository).where(
        AskedHistory.organization == organization, AskedHistory.repository.in_(sorted(repositories))
    )
    return set((await session.scalars(statement)).all())


async def note_asked(session: AsyncSession, organization: str, repository: str, now: datetime) -> None:
    """Docker Hub has been asked for the repository's history, and what it answered is noted."""
    row = {"organization": organization, "repository": repository, "asked_at": now}
    await session.execute(insert_ignoring_conflicts(session, AskedHistory).values(row))
