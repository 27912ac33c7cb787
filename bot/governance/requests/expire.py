"""Ending requests whose time has run out."""

from datetime import datetime

from bot.db import requests
from bot.db.session import Session
from bot.governance.context import Context
from bot.governance.ledger.events import HUBWARDEN
from bot.governance.ledger.facts import Moved
from bot.governance.ledger.lifecycle import Status, sources_of
from bot.governance.ledger.record import record


async def expire(context: Context) -> int:
    """End every request whose time has run out; answers how many."""
    async with context.database.begin() as session:
        due = await requests.due(session, sources_of(Status.EXPIRED), context.clock.now())
    expired = 0
    for request_id in due:
        async with context.database.begin() as session:
            expired += await expire_in(session, request_id, context.clock.now())
    if expired:
        context.wake()
    return expired


async def expire_in(session: Session, request_id: int, now: datetime) -> bool:
    """End this one in the caller's transaction; False where somebody was faster."""
    fact = Moved(actor=HUBWARDEN, at=now, status=Status.EXPIRED)
    return await record(session, request_id, fact) is not None
