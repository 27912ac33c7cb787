"""What has been learned of the workspace: kinds of blocks that it does not take."""

from bot.clock import utc_now
from bot.db import traits
from bot.db.session import Database

BLOCKS = "blocks:"


async def refused_blocks(database: Database) -> frozenset[str]:
    """The kinds of blocks that the workspace has refused."""
    async with database.reading() as session:
        return frozenset(name.removeprefix(BLOCKS) for name in await traits.beginning(session, BLOCKS))


async def note_refused_block(database: Database, kind: str) -> None:
    """Remember that the workspace does not take this kind."""
    async with database.begin() as session:
        await traits.note(session, f"{BLOCKS}{kind}", "refused", utc_now())
