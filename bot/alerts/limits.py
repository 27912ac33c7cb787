"""Warning before Docker Hub's rate limit is spent, once an episode, and saying when it is over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.alerts.entries import read_moment
from bot.db import limit_episodes, messages
from bot.db.models import LimitEpisode
from bot.db.session import Database
from bot.hub import Hub, RateLimit

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class LimitWatch:
    """Watches each route family's limit. An episode begins when less than `share` (0 to 1) of it is left.

    It ends when a later window has that share again, or when the window in which it began has ended and nothing newer
    is known. `now` answers an aware datetime; `wake` rouses the delivery after a commit.
    """

    database: Database
    hub: Hub
    share: float
    channel: str
    now: Callable[[], datetime]
    wake: Callable[[], None]

    async def check(self) -> None:
        """Compare the last snapshots with the episodes that are open; asks Docker Hub nothing."""
        now = self.now()
        current = {limit.family: limit for limit in self.hub.rate_limits if limit.reset_at > now}
        low = {family: limit for family, limit in current.items() if limit.share < self.share}
        told = False
        async with self.database.begin() as session:
            open_episodes = {episode.family: episode for episode in await limit_episodes.open_episodes(session)}
            for family in sorted(low.keys() - open_episodes.keys()):
                told |= await self._begin(session, low[family], now)
            for family in sorted(open_episodes.keys() - low.keys()):
                told |= await self._end_if_over(session, open_episodes[family], current.get(family), now)
        if told:
            self.wake()

    async def _begin(self, session: "AsyncSession", limit: RateLimit, now: datetime) -> bool:
        episode = await limit_episodes.begin(
            session, limit.family, remaining=limit.remaining, limit=limit.limit, now=now
        )
        if episode is None:
            return False
        return await self._tell(session, f"limit:{episode.id}:begin", limit, now)

    async def _end_if_over(
        self, session: "AsyncSession", episode: LimitEpisode, newest: RateLimit | None, now: datetime
    ) -> bool:
        reset_at = await reset_of(session, episode)
        # Another process may have a snapshot of the same window from before it was spent; only a later one counts.
        if now < reset_at and (newest is None or newest.reset_at <= reset_at):
            return False
        if not await limit_episodes.end(session, episode.id, now):
            return False
        # Nothing has been asked since the reset, so all of the limit is there.
        limit = newest or RateLimit(episode.family, episode.limit, episode.limit, reset_at)
        return await self._tell(session, f"limit:{episode.id}:end", limit, now)

    async def _tell(self, session: "AsyncSession", key: str, limit: RateLimit, now: datetime) -> bool:
        return await messages.want(session, key, kind=LIMIT, channel=self.channel, now=now, payload=limit.as_json())


async def reset_of(session: "AsyncSession", episode: LimitEpisode) -> datetime:
    """When the window in which the episode began ends, as its first message says."""
    message = await messages.get_by_key(session, f"limit:{episode.id}:begin")
    return (read_moment(message.payload.get("reset_at")) if message else None) or episode.started_at
