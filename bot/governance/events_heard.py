"""Which events a surface has ever told us of: that cannot be asked, and says which of its parts are installed."""

import structlog

from bot.db import traits
from bot.db.session import DATABASE_AWAY
from bot.governance.context import Context

log = structlog.stdlib.get_logger(__name__)
HEARD = "event:"


async def note_heard(context: Context, event: str) -> bool:
    """Remember that such an event has come; False where the database is away, and it is to be noted another time."""
    try:
        async with context.database.begin() as session:
            await traits.note_first(session, f"{HEARD}{event}", "", context.clock.now())
    except DATABASE_AWAY as error:
        log.info("events.not_noted", event_type=event, error=type(error).__name__)
        return False
    return True
