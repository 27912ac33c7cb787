"""How this replica is: whether it is alive, whether it is ready, and its numbers and those that all replicas share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.clock import Clock
from bot.db import backlog, hub_events, inbox, replicas
from bot.db import requests as request_queries
from bot.db.session import DATABASE_AWAY, Database, cause_of
from bot.health import Check, Metric, Provider
from bot.heartbeats import Heartbeats
from bot.hub import Hub
from bot.jobs import Timetable
from bot.slack.socket import SocketMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """This replica under its `name`, for what `bot.health` tells."""

    name: str
    database: Database
    hub: Hub
    heartbeats: Heartbeats
    timetable: Timetable
    socket: SocketMode
    clock: Clock
    organizations: Sequence[str]

    def ailments(self) -> Sequence[str]:
        """What a restart would mend: loops that hang or have ended; never that somebody else is away."""
        return [*self.heartbeats.problems, *(f"{job} is no longer scheduled" for job in self.timetable.gone)]

    @property
    def checks(self) -> Mapping[str, Check]:
        """What has to be well for this replica to work. What all replicas share is a metric and a notice."""
        return {"database": self._database_problem, "slack": self._slack_problem, "loops": self._loop_problem}

    @property
    def providers(self) -> Mapping[str, Provider]:
        """The numbers, by what they are read from."""
        return {
            "process": self._own,
            "requests": self._requests,
            "inbox": self._inbox,
            "outbox": self._outbox,
            "audit-log": self._polls,
        }

    async def _database_problem(self) -> str | None:
        """It writes: a database that can only be read, as on a full disk, is of no use."""
        try:
            async with self.database.begin() as session:
                await replicas.beat(session, self.name, self.clock.real())
        except DATABASE_AWAY as error:
            return f"takes no writes: {cause_of(error)}"
        return None

    async def _slack_problem(self) -> str | None:
        return None if self.socket.is_ready else "Slack has not said hello"

    async def _loop_problem(self) -> str | None:
        return ", ".join(self.ailments()) or None

    async def _own(self) -> Sequence[Metric]:
        limits = {limit.family: float(limit.remaining) for limit in self.hub.rate_limits}
        return (
            Metric("loop_age_seconds", "Seconds since a loop's last sign of life", self.heartbeats.ages),
            Metric("slack_socket_ready", "Whether Slack has said hello", float(self.socket.is_ready)),
            Metric("hub_requests_left", "Docker Hub requests left by route family", limits),
        )

    async def _requests(self) -> Sequence[Metric]:
        async with self.database.reading() as session:
            counts = await request_queries.count_by_status(session)
            oldest = await backlog.oldest_approved(session)
        age = (self.clock.now() - oldest).total_seconds() if oldest else 0.0
        return (
            Metric("requests", "Requests by status", {status: float(number) for status, number in counts.items()}),
            Metric("approved_oldest_age_seconds", "Age of the oldest request that is approved and not begun", age),
        )

    async def _inbox(self) -> Sequence[Metric]:
        async with self.database.reading() as session:
            depth, oldest = await inbox.depth(session)
        age = (self.clock.real() - oldest).total_seconds() if oldest else 0.0
        return (
            Metric("inbox_arrivals", "Commands, presses and forms that are not done", float(depth)),
            Metric("inbox_oldest_age_seconds", "Age of the oldest of them", age),
        )

    async def _outbox(self) -> Sequence[Metric]:
        async with self.database.reading() as session:
            depth, oldest = await backlog.undelivered(session)
        age = (self.clock.now() - oldest).total_seconds() if oldest else 0.0
        return (
            Metric("outbox_messages", "Messages that are to be delivered", float(depth)),
            Metric("outbox_oldest_age_seconds", "Age of the oldest message that is to be delivered", age),
        )

    async def _polls(self) -> Sequence[Metric]:
        async with self.database.reading() as session:
            polled = await hub_events.polled(session, self.organizations)
        now = self.clock.now()
        ages = {organization: (now - at).total_seconds() for organization, at in polled.items()}
        return (Metric("audit_log_poll_age_seconds", "Seconds since an organization's audit log was read", ages),)
