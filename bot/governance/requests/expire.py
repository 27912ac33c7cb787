"""Ending requests whose time has run out."""

from collections.abc import AsyncIterator
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
    expired = 0
    async for request_id in due(context):
        async with context.database.begin() as session:
            expired += await expire_in(session, request_id, context.clock.now())
    if expired:
        context.wake()
    return expired


async def due(context: Context) -> AsyncIterator[int]:
    """The numbers of all requests whose time has run out."""
    last = 0
    while True:
        async with context.database.reading() as session:
            found = await requests.due(session, sources_of(Status.EXPIRED), context.clock.now(), after=last)
        if not found:
            return
        for last in found:
            yield last


async def expire_in(session: Session, request_id: int, now: datetime) -> bool:
    """End this one in the caller's transaction; False where somebody was faster."""
    fact = Moved(actor=HUBWARDEN, at=now, status=Status.EXPIRED)
    return await record(session, request_id, fact) is not None
