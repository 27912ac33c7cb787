"""Watching Docker Hub's rate limits: one message for a time in which they hold us up, which changes and ends."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot import outbox
from bot.alerts.texts import words_of
from bot.clock import Clock
from bot.db import backlog, limit_episodes, limit_snapshots, messages
from bot.db.models import LimitSnapshot
from bot.db.session import Database, Session
from bot.hub import Hub, RateLimit
from bot.outbox.destination import Destination
from bot.outbox.kinds import LIMIT

TROUBLE = "rate-limit"
# A window lasts for a minute: what is low for that long is low in more than one.
LASTS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitWatch:
    """Watches each route family's limit. It is low where less than `share` (0 to 1) of it is left.

    Each replica sees the limit in the answers to its own calls: all of them `note` what they see, and one of them at a
    time does the `check`, of everything that was noted. People hear of it where it is low for a minute, or where a
    request waits because of it (its row says `limited`): what is spent and full again by itself has held up nobody.
    It is over once no family was low for a whole window and nothing waits. `wake` rouses the delivery after a commit.
    """

    database: Database
    hub: Hub
    share: float
    limited: str
    destination: Destination
    clock: Clock
    wake: Callable[[], None]

    async def note(self) -> None:
        """Store what this process last saw of windows that have not ended; asks Docker Hub nothing."""
        now = self.clock.now()
        seen = [row_of(limit) for limit in self.hub.rate_limits if limit.reset_at > now]
        if seen:
            async with self.database.begin() as session:
                await limit_snapshots.note(session, seen, now)

    async def check(self) -> None:
        """Compare what was noted with the episodes that are open, and say what has changed for people."""
        now = self.clock.now()
        async with self.database.begin() as session:
            current = {row.family: rate_limit(row) for row in await limit_snapshots.current(session, now)}
            low = {family: limit for family, limit in current.items() if limit.share < self.share}
            begun = await self._follow(session, low, now)
            lasting = any(now - at >= LASTS for family, at in begun.items() if family in low)
            waiting = await backlog.count_waiting(session, self.limited)
            told = await self._say(session, begun, lasting=lasting, waiting=waiting, now=now)
        if told:
            self.wake()

    async def _follow(self, session: Session, low: Mapping[str, RateLimit], now: datetime) -> dict[str, datetime]:
        """Begin, prolong and end the families' episodes; answers since when those are low that are open."""
        begun = {}
        episodes = {episode.family: episode for episode in await limit_episodes.open_episodes(session)}
        for family in sorted(low.keys() - episodes.keys()):
            limit = low[family]
            await limit_episodes.begin(
                session, family, remaining=limit.remaining, limit=limit.limit, reset_at=limit.reset_at, now=now
            )
            begun[family] = now
        for family, episode in episodes.items():
            if family not in low and now >= episode.reset_at + LASTS:
                await limit_episodes.end(session, episode.id, now)
                continue
            begun[family] = episode.started_at
            if family in low and low[family].reset_at > episode.reset_at:
                await limit_episodes.prolong(session, episode.id, low[family].reset_at)
        return begun

    async def _say(
        self, session: Session, begun: Mapping[str, datetime], *, lasting: bool, waiting: int, now: datetime
    ) -> bool:
        """Ask for the message, bring it up to date or end it; answers whether there is something to deliver."""
        since = await backlog.trouble_since(session, TROUBLE)
        said = {"families": families_of(begun), "waiting": waiting}
        if since is None:
            if not (lasting or waiting) or not await backlog.begin_trouble(session, TROUBLE, now):
                return False
            payload = said | {"since": min([now, *begun.values()]).isoformat()}
            return await outbox.want(
                session, key_of(now), kind=LIMIT, destination=self.destination, clock=self.clock, payload=payload
            )
        if not begun and not waiting:
            await backlog.end_trouble(session, TROUBLE)
            ended = {"waiting": 0, "until": now.isoformat()}
            return await outbox.change(session, key_of(since), ended, clock=self.clock)
        return await self._update(session, key_of(since), said)

    async def _update(self, session: Session, key: str, said: Mapping[str, Any]) -> bool:
        """Change the message where it would say something else."""
        message = await messages.by_key(session, key)
        if message is None:
            return False
        known = message.payload
        now = {**said, "families": sorted({*known["families"], *said["families"]})}
        if all(known.get(name) == value for name, value in now.items()):
            return False
        return await outbox.change(session, key, now, clock=self.clock)


def key_of(began_at: datetime) -> str:
    """The message of the time that began then."""
    return f"limit:{began_at.isoformat()}"


def families_of(families: Collection[str]) -> list[str]:
    """What the route families are about, each once."""
    return sorted({words_of(family) for family in families})


def rate_limit(row: LimitSnapshot) -> RateLimit:
    """The snapshot of a row."""
    return RateLimit(row.family, row.limit, row.remaining, row.reset_at)


def row_of(limit: RateLimit) -> dict[str, Any]:
    """The row of a snapshot."""
    return {"family": limit.family, "limit": limit.limit, "remaining": limit.remaining, "reset_at": limit.reset_at}
