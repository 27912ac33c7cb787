"""Which workspace rows belong to: those that were written before it was known are given it once it is."""

from typing import cast

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.batches import BATCH
from bot.db.dialect import changed
from bot.db.models import Message, OperationRequest, TrailRecord


def workspace_of(session: AsyncSession) -> str | None:
    """The workspace that `Database.belong_to` named, for rows that are not given another."""
    return cast("str | None", session.info.get("workspace"))


async def adopt_some(session: AsyncSession, workspace: str) -> int:
    """Give some of the rows without a workspace this one: written before there was such a column, or at the terminal.

    Answers how many; 0 once there are none.
    """
    for model in (OperationRequest, Message, TrailRecord):
        homeless = select(model.id).where(model.workspace.is_(None)).order_by(model.id).limit(BATCH)
        result = await session.execute(update(model).where(model.id.in_(homeless)).values(workspace=workspace))
        if count := changed(result):
            return count
    return 0
