"""An outbox with one deliverer, a far side that does what a test says, and clocks that stand still."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot import outbox
from bot.clock import Clock
from bot.db.models import Message
from bot.db.session import Database
from bot.outbox.delivery import Delivery
from bot.outbox.destination import SLACK, Destination, slack_channel
from bot.outbox.kinds import ALERT, NOTICE, Kind
from bot.outbox.sender import Outgoing, Place
from tests.db.rows import message_of

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)
ADMINISTRATORS = slack_channel("C0ADMIN")


@dataclass
class FarSide:
    """A `Sender` whose messages are texts. `troubles` are raised by the next sends, one each."""

    title: str = "Pigeon post"
    pause_seconds: float = 1.0
    troubles: list[Exception] = field(default_factory=list)
    search_trouble: Exception | None = None
    refusal: Exception | None = None
    unspeakable: Exception | None = None
    before_post: Callable[[], Any] | None = None
    hangs: bool = False
    posts: list[str] = field(default_factory=list)
    threads: dict[str, Place] = field(default_factory=dict)
    updates: list[tuple[Place, str]] = field(default_factory=list)
    searches: list[str] = field(default_factory=list)
    retired: list[Place] = field(default_factory=list)

    def describe(self, destination: Destination) -> str:
        """By its address."""
        return f"the perch {destination.address}"

    async def render(self, message: Outgoing) -> str:
        """Its text."""
        if self.unspeakable is not None and message.kind != NOTICE.name:
            raise self.unspeakable
        return str(message.payload["text"])

    async def post(self, message: Outgoing, content: str) -> Place:
        """Take it, if nothing is the matter."""
        self._take(message.destination)
        if self.before_post is not None:
            await self.before_post()
        self.posts.append(message.key)
        if message.thread_of is not None:
            self.threads[message.key] = message.thread_of
        if self.hangs:
            await asyncio.Event().wait()
        return Place(message.destination.address, str(len(self.posts)))

    async def update(self, place: Place, content: str) -> None:
        """Change it, if nothing is the matter."""
        self._take(None)
        self.updates.append((place, content))

    async def retire(self, place: Place) -> None:
        """Remember that it is to go."""
        self.retired.append(place)

    async def find(self, message: Outgoing) -> Place | None:
        """Where it stands among what was posted."""
        self.searches.append(message.key)
        if self.search_trouble is not None:
            raise self.search_trouble
        if message.key not in self.posts:
            return None
        return Place(message.destination.address, str(self.posts.index(message.key) + 1))

    def _take(self, destination: Destination | None) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        if self.refusal is not None and destination != ADMINISTRATORS:
            raise self.refusal


class Rig:
    """`business` and `machine` are the two times, `monotonic` what pacing goes by; all of them stand still."""

    def __init__(self, database: Database, *, lease: timedelta = LEASE) -> None:
        self.database = database
        self.far = FarSide()
        self.business = self.machine = NOW
        self.monotonic = 0.0
        self.clock = Clock(now=lambda: self.business, real=lambda: self.machine)
        self.delivery = self.replica(lease=lease)

    def replica(self, *, lease: timedelta = LEASE) -> Delivery:
        """A deliverer on the same database, as another process has it."""
        return Delivery(
            database=self.database,
            senders={SLACK: self.far},
            administrators=ADMINISTRATORS,
            lease=lease,
            clock=self.clock,
            monotonic=lambda: self.monotonic,
        )

    async def want(
        self,
        key: str,
        channel: str | Destination = "C0ALERTS",
        *,
        kind: Kind = ALERT,
        text: str = "t",
        thread_of: str | None = None,
    ) -> None:
        """Ask for a message."""
        to = channel if isinstance(channel, Destination) else slack_channel(channel)
        async with self.database.begin() as session:
            payload = {"text": text}
            assert await outbox.want(
                session, key, kind=kind, destination=to, clock=self.clock, payload=payload, thread_of=thread_of
            )

    async def touch(self, key: str) -> None:
        """Ask for it to be brought up to date."""
        async with self.database.begin() as session:
            await outbox.touch(session, key, clock=self.clock)

    async def step(self) -> float:
        """Deliver one message after everybody has rested."""
        self.monotonic += 1000
        return await self.delivery.step()

    async def drain(self) -> None:
        """Deliver all that is due."""
        while await self.step() == 0:
            pass

    def pass_by(self, **time: float) -> None:
        """Both clocks go on."""
        self.business += timedelta(**time)
        self.machine += timedelta(**time)

    def notices(self) -> list[str]:
        """What the administrators were told, by key."""
        return [key for key in self.far.posts if key.startswith("notice:")]

    async def message(self, key: str) -> Message:
        """As its row stands."""
        async with self.database.begin() as session:
            found = await message_of(session, key)
        assert found is not None
        return found

    async def text_of(self, key: str) -> str:
        """What the message with this key was asked to say."""
        return str((await self.message(key)).payload["text"])
