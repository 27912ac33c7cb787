"""Which workspace rows belong to: those that were written before it was known are given it once it is."""

from typing import cast

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.models import Message, OperationRequest, TrailRecord


def workspace_of(session: AsyncSession) -> str | None:
    """The workspace that `Database.belong_to` named, for rows that are not given another."""
    return cast("str | None", session.info.get("workspace"))


async def adopt(session: AsyncSession, workspace: str) -> None:
    """Give every row without a workspace this one: written before there was such a column, or at the terminal."""
    for model in (OperationRequest, Message, TrailRecord):
        await session.execute(update(model).where(model.workspace.is_(None)).values(workspace=workspace))
