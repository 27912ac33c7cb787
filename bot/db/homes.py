"""Queries on who has opened the app's home."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.dialect import insert_into
from bot.db.surfaces import OpenedHome


async def opened(session: AsyncSession, person: str, now: datetime) -> None:
    """Note that the person has opened it now; what it showed is kept."""
    statement = insert_into(session, OpenedHome).values(person=person, opened_at=now)
    await session.execute(statement.on_conflict_do_update(index_elements=["person"], set_={"opened_at": now}))


async def since(session: AsyncSession, moment: datetime, *, limit: int) -> Sequence[str]:
    """Who has opened it at the moment or later, whoever did last first."""
    statement = select(OpenedHome.person).where(OpenedHome.opened_at >= moment)
    return (await session.scalars(statement.order_by(OpenedHome.opened_at.desc()).limit(limit))).all()


async def digest_of(session: AsyncSession, person: str) -> str | None:
    """The digest of what the person's home shows; None where it shows nothing of ours yet."""
    return await session.scalar(select(OpenedHome.digest).where(OpenedHome.person == person))


async def shown(session: AsyncSession, person: str, digest: str | None) -> None:
    """Note what the person's home shows now; None where that is not known any more."""
    await session.execute(update(OpenedHome).where(OpenedHome.person == person).values(digest=digest))
