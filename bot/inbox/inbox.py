"""The inbox: an arrival is stored, acknowledged, worked on in its lane and marked done; what is left, taken over."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import partial

import structlog

from bot.clock import Clock
from bot.db import inbox as rows
from bot.db.batches import BATCH, until_none_is_left
from bot.db.models import StoredArrival
from bot.db.session import DATABASE_AWAY, VALUES_REFUSED, Database
from bot.errors import UserError
from bot.heartbeats import Heartbeats
from bot.inbox.arrivals import Arrival, Delivery, Desk, Lane, Stage, Superseded
from bot.inbox.committer import Committer
from bot.inbox.lanes import Slots

log = structlog.stdlib.get_logger(__name__)

# At once, and of one person: a person's slow reads neither stop others' nor anybody's decisions.
SLOTS: Mapping[Lane, tuple[int, int]] = {Lane.DECISIONS: (32, 8), Lane.COMMANDS: (32, 8), Lane.READS: (16, 4)}
ATTEMPTS = 5
AT_ONCE = 50
# A repetition of what was delivered comes within minutes: https://docs.slack.dev/apis/events-api/
REMEMBERED = timedelta(hours=24)
# A lease of which so much is left is not extended: whoever takes over a thousand rows looks often.
FRESH = 0.9


class Inbox:
    """`name` is this process's own, as whoever has not extended what it holds for `lease` (machine time) is dead.

    `alone`: no other process shares the database, so what is unfinished at the start was left behind.
    """

    def __init__(self, *, database: Database, name: str, lease: timedelta, clock: Clock, alone: bool) -> None:
        self._database = database
        self._name = name
        self._lease = lease
        self._clock = clock
        self._is_first_look = alone
        self._committer = Committer(
            database=database, name=name, clock=clock, lease=lease, on_begun=partial(self._put, stage=Stage.FRESH)
        )
        self._lanes = {lane: Slots(most=most, each=each) for lane, (most, each) in SLOTS.items()}
        self._desk: Desk | None = None
        self._held: ContextVar[list[Arrival] | None] = ContextVar("held", default=None)
        self._failures: dict[str, int] = {}
        self._again: set[str] = set()

    def watch(self, heartbeats: Heartbeats) -> None:
        """Have the loop watched that stores what arrives."""
        heartbeats.add(self._committer.heartbeat)

    def start(self, desk: Desk) -> None:
        """Begin to store; `desk` works on what arrives."""
        self._desk = desk
        self._committer.start()

    async def accept(self, arrival: Arrival) -> None:
        """Return once it is stored; from then on it is worked on. What is known already is not worked on again.

        Raises `NotStored` where the database does not take it.
        """
        if not await self._committer.store(arrival):
            return
        held = self._held.get()
        if held is None:
            self._committer.begin(arrival)
        else:
            held.append(arrival)

    @contextmanager
    def acknowledging(self) -> Iterator[None]:
        """What is accepted inside begins at the end, however that comes: an acknowledgement waits for no work."""
        held: list[Arrival] = []
        token = self._held.set(held)
        try:
            yield
        finally:
            self._held.reset(token)
            for arrival in held:
                self._committer.begin(arrival)

    async def step(self) -> float:
        """Keep what is ours, take over what others left, and try again what failed; answers when to look again."""
        real_now = self._clock.real()
        over_by = real_now + 2 * self._lease if self._is_first_look else real_now
        due_by, until = real_now + self._lease * FRESH, real_now + self._lease
        keep = partial(rows.extend, holder=self._name, due_by=due_by, lease_until=until, limit=BATCH)
        await until_none_is_left(self._database.begin, keep)
        async with self._database.begin() as session:
            left = await rows.take_over(session, holder=self._name, over_by=over_by, lease_until=until, limit=AT_ONCE)
        for row in left:
            self._put_again(row)
        if len(left) == AT_ONCE:
            return 0
        self._is_first_look = False
        await self._try_again()
        return self._lease.total_seconds() / 3

    async def drain(self, seconds: float) -> None:
        """Let what runs come to its end, at most so long each lane; what has not begun waits for the next start."""
        for slots in self._lanes.values():
            await slots.drain(seconds)
        await self._committer.stop()
        try:
            let_go = partial(rows.release, holder=self._name, now=self._clock.real(), limit=BATCH)
            await until_none_is_left(self._database.begin, let_go)
        except DATABASE_AWAY as error:
            log.warning("inbox.not_released", error=type(error).__name__)

    async def sweep(self) -> int:
        """Forget what was done long ago; answers how much."""
        step = partial(rows.sweep, before=self._clock.real() - REMEMBERED, limit=BATCH)
        return await until_none_is_left(self._database.begin, step)

    def _put(self, arrival: Arrival, *, stage: Stage) -> None:
        try:
            lane = self._at_work.lane_of(arrival)
        except Exception:
            # One that nobody can read holds up no other: its work will say what is wrong.
            log.exception("arrival.laneless", kind=arrival.kind)
            lane = Lane.READS
        self._lanes[lane].put(arrival.person, partial(self._work, arrival, stage))

    def _put_again(self, row: StoredArrival) -> None:
        arrival = arrival_of(row)
        log.info("inbox.taken_up_again", kind=arrival.kind, state=row.state)
        self._put(arrival, stage=Stage.ACTED if row.state == rows.ACTED else Stage.INTERRUPTED)

    async def _work(self, arrival: Arrival, stage: Stage) -> None:
        """Nothing that goes wrong gets out of here: it is said to the person, or tried again."""
        with structlog.contextvars.bound_contextvars(user=arrival.person, kind=arrival.kind):
            try:
                await self._at_work.work(arrival, Delivery(arrival.key, self._name), stage)
            except Superseded:
                log.info("inbox.superseded")
                return
            except UserError as error:
                await self._fail(arrival, error)
            except DATABASE_AWAY as error:
                if self._may_try_again(arrival, error):
                    return
                await self._fail(arrival, error)
            except Exception as error:
                log.exception("arrival.failed")
                await self._fail(arrival, error)
            self._failures.pop(arrival.key, None)
            self._committer.mark_done(arrival.key)

    async def _fail(self, arrival: Arrival, error: Exception) -> None:
        if not await self._is_ours(arrival.key):
            return
        try:
            await self._at_work.fail(arrival, error)
        except Exception:
            # Whatever cannot be said would be tried at every start for ever.
            log.exception("arrival.untold", kind=arrival.kind)

    async def _is_ours(self, key: str) -> bool:
        """Whoever was frozen for longer than its lease has nothing to say any more: another one has said it."""
        try:
            async with self._database.reading() as session:
                return await rows.is_held(session, key, holder=self._name)
        except DATABASE_AWAY:
            return True

    def _may_try_again(self, arrival: Arrival, error: Exception) -> bool:
        failures = self._failures[arrival.key] = self._failures.get(arrival.key, 0) + 1
        log.warning("arrival.database_away", error=type(error).__name__, attempt=failures)
        if failures >= ATTEMPTS or isinstance(error, VALUES_REFUSED):
            return False
        self._again.add(arrival.key)
        return True

    async def _try_again(self) -> None:
        while self._again:
            key = self._again.pop()
            try:
                async with self._database.reading() as session:
                    row = await rows.get(session, key)
            except BaseException:
                self._again.add(key)
                raise
            if row is not None and row.claimed_by == self._name and row.state != rows.DONE:
                self._put_again(row)

    @property
    def _at_work(self) -> Desk:
        if self._desk is None:
            raise RuntimeError("the inbox was not started")
        return self._desk


def arrival_of(row: StoredArrival) -> Arrival:
    """The arrival of a row."""
    return Arrival(
        key=row.key, kind=row.kind, person=row.person, received_at=row.received_at, payload=dict(row.payload)
    )
