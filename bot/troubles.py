"""What all replicas share and what has waited too long there: told to the administrators, once an episode."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import outbox
from bot.clock import Clock
from bot.db import backlog
from bot.db.session import Database, Session
from bot.outbox.destination import Destination
from bot.outbox.kinds import NOTICE

TOO_LONG = timedelta(minutes=10)
# A business clock that jumps makes everything late for as long as it takes to do it.
STANDS_SECONDS = 60.0
SAID = {
    "outbox": "A message of Hubwarden has waited for {minutes} minutes to be delivered.",
    "approved": "An approved request has waited for {minutes} minutes to be begun.",
}
WHERE_TO_LOOK = "Look at /readyz and /metrics of each replica, and at its log."


@dataclass(slots=True, kw_only=True)
class TroubleWatch:
    """Looks at the backlog; `wake` rouses the delivery after a commit."""

    database: Database
    administrators: Destination
    clock: Clock
    wake: Callable[[], None]
    monotonic: Callable[[], float] = time.monotonic
    _late_since: dict[str, float] = field(default_factory=dict)

    async def check(self) -> None:
        """Tell what has been late for a minute, and end the episodes of what is not late any more."""
        now, told = self.clock.now(), False
        async with self.database.begin() as session:
            for name, oldest in (await self._oldest(session)).items():
                age = now - oldest if oldest else timedelta()
                if age <= TOO_LONG:
                    self._late_since.pop(name, None)
                    await backlog.end_trouble(session, name)
                elif self.monotonic() - self._late_since.setdefault(name, self.monotonic()) >= STANDS_SECONDS:
                    told |= await self._tell(session, name, age)
        if told:
            self.wake()

    async def _oldest(self, session: Session) -> Mapping[str, datetime | None]:
        _, message = await backlog.undelivered(session)
        return {"outbox": message, "approved": await backlog.oldest_approved(session)}

    async def _tell(self, session: Session, name: str, age: timedelta) -> bool:
        now = self.clock.now()
        if not await backlog.begin_trouble(session, name, now):
            return False
        text = f"{SAID[name].format(minutes=int(age.total_seconds() // 60))} {WHERE_TO_LOOK}"
        key = f"notice:{name}:{now.isoformat()}"
        return await outbox.want(
            session, key, kind=NOTICE, destination=self.administrators, clock=self.clock, payload={"text": text}
        )
