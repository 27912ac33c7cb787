"""Looking after an alert: whoever says first that they do is shown, and nobody after them."""

from dataclasses import dataclass
from datetime import datetime

from bot import outbox
from bot.clock import Clock
from bot.db import acknowledgements, messages
from bot.db.session import Session
from bot.outbox.kinds import ALERT


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Who looks after an alert, since when, and whether they have said so just now."""

    person: str
    at: datetime
    is_new: bool


async def acknowledge(session: Session, key: str, person: str, *, clock: Clock) -> Acknowledged | None:
    """Note that the person looks after the alert of this key, where nobody does; None where there is no such alert.

    The alert says so from then on, with the same commit.
    """
    message = await messages.by_key(session, key)
    if message is None or message.kind != ALERT.name:
        return None
    now = clock.now()
    if await acknowledgements.add(session, key, person, now):
        await outbox.change(session, key, {"acknowledged": {"person": person, "at": now.isoformat()}}, clock=clock)
        return Acknowledged(person, now, is_new=True)
    known = await acknowledgements.get(session, key)
    return None if known is None else Acknowledged(known.person, known.at, is_new=False)
