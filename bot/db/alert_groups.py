"""Queries on alerts of one rule that come close together."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.dialect import insert_into
from bot.db.surfaces import AlertGroup


async def keep_each(session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
    """Each of these is its rule's group from now on; `rows` have every column."""
    statement = insert_into(session, AlertGroup)
    new = statement.excluded
    values = {"message_key": new.message_key, "began_at": new.began_at, "last_at": new.last_at, "count": new.count}
    if rows:
        statement = statement.on_conflict_do_update(index_elements=["organization", "rule"], set_=values)
        await session.execute(statement, list(rows))


async def of_organization(session: AsyncSession, organization: str) -> Sequence[AlertGroup]:
    """All of the organization's groups, by rule."""
    statement = select(AlertGroup).where(AlertGroup.organization == organization).order_by(AlertGroup.rule)
    return (await session.scalars(statement)).all()
