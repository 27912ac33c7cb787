"""Warning before Docker Hub's rate limit is spent, once an episode, and saying when it is over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import outbox
from bot.clock import Clock
from bot.db import limit_episodes, limit_snapshots
from bot.db.models import LimitEpisode, LimitSnapshot
from bot.db.session import Database, Session
from bot.hub import Hub, RateLimit
from bot.outbox.destination import Destination
from bot.outbox.kinds import LIMIT_BEGIN, LIMIT_END, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitWatch:
    """Watches each route family's limit. An episode begins when less than `share` (0 to 1) of it is left.

    Each replica sees the limit in the answers to its own calls: all of them `note` what they see, and one of them at a
    time does the `check`, of everything that was noted. An episode ends when a later window has that share again, or
    when the window in which it began has ended and nothing newer is known. `wake` rouses the delivery after a commit.
    """

    database: Database
    hub: Hub
    share: float
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
        """Compare what was noted with the episodes that are open."""
        now = self.clock.now()
        told = False
        async with self.database.begin() as session:
            current = {row.family: rate_limit(row) for row in await limit_snapshots.current(session, now)}
            low = {family: limit for family, limit in current.items() if limit.share < self.share}
            open_episodes = {episode.family: episode for episode in await limit_episodes.open_episodes(session)}
            for family in sorted(low.keys() - open_episodes.keys()):
                told |= await self._begin(session, low[family], now)
            for family in sorted(open_episodes.keys() - low.keys()):
                told |= await self._end_if_over(session, open_episodes[family], current.get(family), now)
        if told:
            self.wake()

    async def _begin(self, session: Session, limit: RateLimit, now: datetime) -> bool:
        episode = await limit_episodes.begin(
            session, limit.family, remaining=limit.remaining, limit=limit.limit, reset_at=limit.reset_at, now=now
        )
        if episode is None:
            return False
        return await self._tell(session, f"limit:{episode.id}:begin", LIMIT_BEGIN, limit)

    async def _end_if_over(
        self, session: Session, episode: LimitEpisode, newest: RateLimit | None, now: datetime
    ) -> bool:
        # What is left of a window never grows; only a later one counts.
        if now < episode.reset_at and (newest is None or newest.reset_at <= episode.reset_at):
            return False
        if not await limit_episodes.end(session, episode.id, now):
            return False
        # Nothing has been asked since the reset, so all of the limit is there.
        limit = newest or RateLimit(episode.family, episode.limit, episode.limit, episode.reset_at)
        return await self._tell(session, f"limit:{episode.id}:end", LIMIT_END, limit)

    async def _tell(self, session: Session, key: str, kind: Kind, limit: RateLimit) -> bool:
        return await outbox.want(
            session, key, kind=kind, destination=self.destination, clock=self.clock, payload=limit.as_json()
        )


def rate_limit(row: LimitSnapshot) -> RateLimit:
    """The snapshot of a row."""
    return RateLimit(row.family, row.limit, row.remaining, row.reset_at)


def row_of(limit: RateLimit) -> dict[str, Any]:
    """The row of a snapshot."""
    return {"family": limit.family, "limit": limit.limit, "remaining": limit.remaining, "reset_at": limit.reset_at}
