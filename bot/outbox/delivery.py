"""One outbox message from due to sent: claimed, handed to its protocol's sender, and marked by what came of it."""

import asyncio
import time
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any, assert_never

import structlog
from cachetools import TTLCache

from bot import outbox
from bot.clock import Clock
from bot.db import messages
from bot.db.models import Message
from bot.db.session import Database, Session
from bot.outbox.destination import Destination
from bot.outbox.kinds import BY_NAME, NOTICE, URGENCY, Kind
from bot.outbox.posted import Posted
from bot.outbox.sender import Gone, Outgoing, Place, RateLimited, Refused, Sender, Unclear

log = structlog.stdlib.get_logger(__name__)

UNRENDERABLE = "could not be rendered by this version"
LONGEST_REST = 60.0
LONGEST_RETRY = timedelta(minutes=5)
TROUBLE_RETRY = timedelta(minutes=5)
# How soon it is looked again whether the message that a reply belongs to stands by now.
THREAD_RETRY = timedelta(seconds=1)
# What is left of a claim when a send is given up: enough to write down what came of it before somebody else takes it.
SEND_SHARE = 0.8
# What had to be posted anew is not posted a third time within that.
ANEW_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Brings every destination to what the outbox says, with the pause between messages that its sender asks for.

    A claim lasts for `lease`; `administrators` is where trouble is told. `clock.real` rules what is due and claimed:
    a business clock that jumps neither delays nor hastens a message. `posted` is told of
    every message that is sent.
    """

    database: Database
    senders: Mapping[str, Sender[Any]]
    administrators: Destination
    lease: timedelta
    clock: Clock
    monotonic: Callable[[], float] = time.monotonic
    rests_until: dict[tuple[str, str], float] = field(default_factory=dict)
    posted: Posted = field(default_factory=Posted)
    anew: MutableMapping[str, bool] = field(init=False)

    def __post_init__(self) -> None:
        """What was posted anew is remembered for an hour of this delivery's own time."""
        object.__setattr__(self, "anew", TTLCache(maxsize=10_000, ttl=ANEW_SECONDS, timer=self.monotonic))

    async def step(self) -> float:
        """Deliver one message; answers for how many seconds there is none to deliver."""
        now, busy = self.clock.real(), self._busy()
        async with self.database.reading() as session:
            # An address that has to wait holds up no other, however much there is for it.
            candidates = await messages.candidates(session, now, 1, urgency=URGENCY, busy=busy)
            upcoming = await messages.next_due(session)
        if not candidates:
            rest = min((LONGEST_REST, *busy.values()))
            until_due = (upcoming - now).total_seconds() if upcoming and upcoming > now else rest
            return max(0.01, min(rest, until_due))
        async with self.database.begin() as session:
            message = await messages.claim(session, candidates[0].id, now=now, lease_until=now + self.lease)
        if message is not None:
            with structlog.contextvars.bound_contextvars(message=message.key):
                await self._deliver(message)
        return 0

    def _busy(self) -> dict[tuple[str, str], float]:
        """The addresses that may not have a message yet, and for how many seconds."""
        now = self.monotonic()
        return {address: moment - now for address, moment in self.rests_until.items() if moment > now}

    def _let_rest(self, message: Message, seconds: float) -> None:
        self.rests_until[message.protocol, message.address] = self.monotonic() + seconds

    async def _deliver(self, message: Message) -> None:
        thread = await self._thread_of(message)
        if isinstance(thread, timedelta):
            await self._postpone(
                message, thread, LookupError(f"{message.thread_of} does not stand yet"), was_refused=True
            )
            return
        outgoing = outgoing_of(message, thread_of=thread)
        try:
            kind, sender = BY_NAME[message.kind], self.senders[message.protocol]
            content = await sender.render(outgoing)
        except OSError:
            raise  # the database is away; a certificate that it cannot verify is a ValueError as well
        except (LookupError, TypeError, ValueError) as error:
            # Such as an operation that this version no longer has: the next attempt would come to the same.
            log.exception("delivery.unrenderable")
            why = f"{UNRENDERABLE}: {type(error).__name__}"
            await self._give_up(message, why, unrenderable_text(message.key, self._described(outgoing.destination)))
            return
        self._let_rest(message, sender.pause_seconds)
        with self.posted.sending(message.key, message.address, rest_seconds=sender.pause_seconds):
            await self._hand_over(message, outgoing, content, kind=kind, sender=sender)

    async def _hand_over(
        self, message: Message, outgoing: Outgoing, content: Any, *, kind: Kind, sender: Sender[Any]
    ) -> None:
        try:
            place = await self._send_in_time(message, outgoing, content, kind=kind, sender=sender)
        except (RateLimited, Unclear, Gone, Refused) as error:
            await self._sort(message, error, sender)
        else:
            self.posted.note(message.key, place)
            async with self.database.begin() as session:
                await messages.mark_sent(
                    session, message.id, version=message.wanted, address=place.address, posted_id=place.id
                )

    async def _thread_of(self, message: Message) -> Place | timedelta | None:
        """Where the message stands that this one is a reply to, or for how long it has to wait for that.

        None where it is a reply to none, or to one that will never stand: better told beside it than not at all.
        """
        if message.thread_of is None or place_of(message):
            return None
        async with self.database.reading() as session:
            parent = await messages.by_key(session, message.thread_of)
        if parent is None:
            return None
        if place := place_of(parent):
            return place
        return None if parent.state == messages.FAILED else max(THREAD_RETRY, parent.due_at - self.clock.real())

    async def _send_in_time(
        self, message: Message, outgoing: Outgoing, content: Any, *, kind: Kind, sender: Sender[Any]
    ) -> Place:
        """A send must not outlast its claim, or another replica would post the same beside it."""
        seconds = self.lease.total_seconds() * SEND_SHARE
        try:
            async with asyncio.timeout(seconds):
                return await self._send(message, outgoing, content, kind=kind, sender=sender)
        except TimeoutError:
            raise Unclear(f"no answer within {seconds:g} s") from None

    async def _send(
        self, message: Message, outgoing: Outgoing, content: Any, *, kind: Kind, sender: Sender[Any]
    ) -> Place:
        place = place_of(message)
        # A second attempt at a post: the first may have arrived though we never heard so.
        if place is None and message.attempts > 1:
            place = await self._find(outgoing, sender)
        if place is None:
            return await sender.post(outgoing, content)
        if kind.updates:
            await sender.update(place, content)
        return place

    async def _find(self, outgoing: Outgoing, sender: Sender[Any]) -> Place | None:
        """Where the message stands; None also where the far side does not let us look: rather twice than never."""
        try:
            return await sender.find(outgoing)
        except Refused as error:
            log.warning("delivery.find_refused", destination=str(outgoing.destination), code=error.code)
            return None

    async def _sort(self, message: Message, error: RateLimited | Unclear | Gone | Refused, sender: Sender[Any]) -> None:
        """Later, anew, or never: what is to be done about a send that did not come off."""
        match error:
            case RateLimited(seconds=seconds, holds_up=holds_up):
                if holds_up:
                    self._let_rest(message, seconds)
                await self._postpone(message, timedelta(seconds=seconds), error, was_refused=True)
            case Unclear():
                # The exponent is kept within what a timedelta holds.
                pause = min(LONGEST_RETRY, timedelta(seconds=2 ** min(message.attempts, 16)))
                await self._postpone(message, pause, error)
            case Gone():
                await self._post_anew(message, error, sender)
            case Refused():
                await self._refused(message, error, sender)
            case _:
                assert_never(error)

    async def _post_anew(self, message: Message, error: Gone, sender: Sender[Any]) -> None:
        """Post again what can no longer be changed where it stands, once an hour: the newest one stays as it is then.

        A place that lets nothing be changed would else have as many messages as there are changes.
        """
        place = place_of(message)
        if place is not None and message.key in self.anew:
            log.warning("delivery.left_as_it_is", error=str(error))
            async with self.database.begin() as session:
                await messages.mark_sent(
                    session, message.id, version=message.wanted, address=place.address, posted_id=place.id
                )
            return
        log.info("delivery.posted_anew", error=str(error))
        self.anew[message.key] = True
        if place is not None:
            await sender.retire(place)
        async with self.database.begin() as session:
            await messages.forget_post(session, message.id, self.clock.real())

    async def _postpone(
        self, message: Message, pause: timedelta, error: Exception, *, was_refused: bool = False
    ) -> None:
        log.info("delivery.postponed", seconds=pause.total_seconds(), error=str(error))
        until = self.clock.real() + pause
        async with self.database.begin() as session:
            await messages.postpone(session, message.id, until=until, error=str(error), was_refused=was_refused)

    async def _refused(self, message: Message, error: Refused, sender: Sender[Any]) -> None:
        """Keep trying where the trouble can be mended; the administrators hear of it either way."""
        log.warning("delivery.refused", address=message.address, code=error.code)
        place = self._described(destination_of(message))
        if not error.is_told:
            async with self.database.begin() as session:
                await messages.give_up(session, message.id, error.code)
            return
        if error.trouble is None:
            await self._give_up(message, error.code, refused_text(message.key, place, error.code, title=sender.title))
            return
        text = trouble_text(place, error.code, error.trouble)
        async with self.database.begin() as session:
            until = self.clock.real() + TROUBLE_RETRY
            await messages.postpone(session, message.id, until=until, error=error.code, was_refused=True)
            # Once a day for each address and trouble, so that the same trouble is told when it comes back.
            day = f"{self.clock.now().astimezone(UTC):%Y-%m-%d}"
            await self._tell(session, message, f"{message.address}:{error.code}:{day}", text)

    async def _give_up(self, message: Message, why: str, text: str) -> None:
        """Keep the message unsent for good, and tell the administrators of this very one."""
        async with self.database.begin() as session:
            await messages.give_up(session, message.id, why)
            await self._tell(session, message, f"{message.key}:{why}", text)

    async def _tell(self, session: Session, message: Message, key: str, text: str) -> None:
        """Ask for a notice, once for each key; none of a notice, which would be told of in turn."""
        if message.kind == NOTICE.name:
            return
        await outbox.want(
            session,
            f"notice:{key}",
            kind=NOTICE,
            destination=self.administrators,
            clock=self.clock,
            payload={"text": text},
        )

    def _described(self, destination: Destination) -> str:
        """The destination for people, as its sender says it; as it is where nobody here sends there."""
        sender = self.senders.get(destination.protocol)
        return sender.describe(destination) if sender else str(destination)


def destination_of(message: Message) -> Destination:
    """Where the row says that the message goes."""
    return Destination(message.protocol, message.address, message.workspace)


def outgoing_of(message: Message, *, thread_of: Place | None = None) -> Outgoing:
    """The row as a sender sees it, in this thread."""
    return Outgoing(
        key=message.key,
        kind=message.kind,
        destination=destination_of(message),
        created_at=message.created_at,
        request_id=message.request_id,
        payload=message.payload,
        thread_of=thread_of,
    )


def place_of(message: Message) -> Place | None:
    """Where the row says that the message stands."""
    if not message.posted_id or not message.posted_address:
        return None
    return Place(message.posted_address, message.posted_id)


def refused_text(key: str, place: str, code: str, *, title: str) -> str:
    """What an administrator has to know about a message that is never taken."""
    return f"{title} refused the message {key} for {place}: {code}. It will not be sent again."


def trouble_text(place: str, code: str, trouble: str) -> str:
    """What an administrator has to know about a place where nothing can be sent at the moment."""
    minutes = int(TROUBLE_RETRY.total_seconds() / 60)
    kept = f"What waits there is kept, and tried every {minutes} minutes."
    return f"Hubwarden cannot post in {place}: {trouble} ({code}). {kept}"


def unrenderable_text(key: str, place: str) -> str:
    """What an administrator has to know about a message that we cannot put into words."""
    return (
        f"The message {key} for {place} {UNRENDERABLE} of Hubwarden, which may be older or newer "
        "than what it speaks of. It will not be sent. The log says more."
    )
