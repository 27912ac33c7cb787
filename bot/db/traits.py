"""Queries on what has been learned of a workspace."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.dialect import changed, insert_ignoring_conflicts, insert_into
from bot.db.surfaces import Trait
from bot.db.workspaces import workspace_of


def _here(session: AsyncSession) -> str:
    """The workspace that the database belongs to; empty until it is known."""
    return workspace_of(session) or ""


async def note(session: AsyncSession, name: str, value: str, now: datetime) -> None:
    """Keep it, in place of what was known under this name."""
    values = {"value": value, "noted_at": now}
    statement = insert_into(session, Trait).values(workspace=_here(session), name=name, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["workspace", "name"], set_=values))


async def note_first(session: AsyncSession, name: str, value: str, now: datetime) -> bool:
    """Keep it where nothing is known under this name; False where something is: of two who do so together, one does."""
    row = {"workspace": _here(session), "name": name, "value": value, "noted_at": now}
    return changed(await session.execute(insert_ignoring_conflicts(session, Trait).values(row))) == 1


async def get(session: AsyncSession, name: str) -> Trait | None:
    """What is known under this name."""
    return await session.get(Trait, (_here(session), name))


async def beginning(session: AsyncSession, prefix: str) -> Mapping[str, Trait]:
    """Everything that is known under a name that begins so, by name."""
    statement = select(Trait).where(Trait.workspace == _here(session), Trait.name.startswith(prefix, autoescape=True))
    return {trait.name: trait for trait in await session.scalars(statement)}


async def forget(session: AsyncSession, name: str) -> None:
    """Nothing is known under this name any more."""
    await session.execute(delete(Trait).where(Trait.workspace == _here(session), Trait.name == name))
