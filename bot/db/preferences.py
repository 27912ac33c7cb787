"""Queries on what people want to hear."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.dialect import insert_into
from bot.db.surfaces import StoredPreferences


async def get(session: AsyncSession, person: str) -> StoredPreferences | None:
    """What the person has settled; None where they never did."""
    return await session.get(StoredPreferences, person)


async def get_each(session: AsyncSession, people: Collection[str]) -> Mapping[str, StoredPreferences]:
    """What each of these people has settled, by person; who never did is left out."""
    found = await session.scalars(select(StoredPreferences).where(StoredPreferences.person.in_(people)))
    return {each.person: each for each in found}


async def somebody_wants(session: AsyncSession, want: str) -> bool:
    """Whether anybody has settled that they want this."""
    return any(want in wants for wants in await session.scalars(select(StoredPreferences.wants)))


async def put(
    session: AsyncSession,
    person: str,
    *,
    wants: Collection[str],
    quiet_from: str | None,
    quiet_until: str | None,
    now: datetime,
) -> None:
    """Keep what the person settles, in place of what they had."""
    values = {"wants": sorted(wants), "quiet_from": quiet_from, "quiet_until": quiet_until, "changed_at": now}
    statement = insert_into(session, StoredPreferences).values(person=person, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["person"], set_=values))
