"""Queries on alerts of one rule that come close together."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.batches import BATCH
from bot.db.dialect import changed, insert_into
from bot.db.surfaces import AlertGroup


async def get(session: AsyncSession, organization: str, rule: str) -> AlertGroup | None:
    """The rule's group in the organization, however long ago its last alert was; locked until the transaction ends."""
    return await session.get(AlertGroup, (organization, rule), with_for_update=True, populate_existing=True)


async def begin(
    session: AsyncSession, organization: str, rule: str, *, message_key: str, now: datetime, count: int = 1
) -> None:
    """A group begins with this message, in place of the one before."""
    values = {"message_key": message_key, "began_at": now, "last_at": now, "count": count}
    statement = insert_into(session, AlertGroup).values(organization=organization, rule=rule, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["organization", "rule"], set_=values))


async def keep_each(session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
    """Each of these is its rule's group from now on; `rows` have every column."""
    statement = insert_into(session, AlertGroup)
    new = statement.excluded
    values = {"message_key": new.message_key, "began_at": new.began_at, "last_at": new.last_at, "count": new.count}
    if rows:
        statement = statement.on_conflict_do_update(index_elements=["organization", "rule"], set_=values)
        await session.execute(statement, list(rows))


async def grow(session: AsyncSession, group: AlertGroup, *, by: int, now: datetime) -> int:
    """`by` more alerts belong to the group, which `get` has locked; answers how many do now."""
    group.count += by
    group.last_at = now
    await session.flush()
    return group.count


async def of_organization(session: AsyncSession, organization: str) -> Sequence[AlertGroup]:
    """All of the organization's groups, by rule."""
    statement = select(AlertGroup).where(AlertGroup.organization == organization).order_by(AlertGroup.rule)
    return (await session.scalars(statement)).all()


async def sweep_some(session: AsyncSession, before: datetime) -> int:
    """Delete some of the groups whose last alert was at that moment or before; answers how many, and 0 at the end."""
    old = select(AlertGroup.message_key).where(AlertGroup.last_at <= before).limit(BATCH)
    statement = delete(AlertGroup).where(AlertGroup.message_key.in_(old), AlertGroup.last_at <= before)
    return changed(await session.execute(statement))
