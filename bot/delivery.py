"""One outbox message from due to sent: claimed, rendered from its row, posted or updated, and marked."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from bot.db import messages
from bot.db.models import Message
from bot.db.session import Database, Session
from bot.governance.recording import CARD, RESULT
from bot.governance.requests import Requests
from bot.operations.kit.base import Operation
from bot.slack import cards
from bot.slack.cards import Content
from bot.slack.conversations import is_direct
from bot.slack.poster import Poster, SlackGone, SlackRateLimited, SlackRefused, SlackUnclear

log = structlog.stdlib.get_logger(__name__)

NOTICE = "notice"
LIMIT = "limit"
UNRENDERABLE = "could not be rendered by this version"
CHANNEL_SECONDS = 1.0
LONGEST_REST = 60.0
LEASE = timedelta(seconds=30)
CHANNEL_RETRY = timedelta(minutes=5)
CHANNEL_TROUBLE = {
    "channel_not_found": "it does not exist, or it is private and Hubwarden is not in it",
    "not_in_channel": "Hubwarden is not in it: invite it there",
    "is_archived": "it is archived",
    "is_inactive": "it is archived",
    "restricted_action": "the workspace does not let Hubwarden post there",
    "restricted_action_read_only_channel": "it is read-only",
    "missing_scope": "a scope is missing: install the app again from its manifest",
    "invalid_auth": "Slack does not accept the bot's token",
    "account_inactive": "the app has been removed from the workspace",
    "token_revoked": "the bot's token has been revoked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Brings Slack to what the outbox says, at most one message a second in each channel."""

    database: Database
    requests: Requests
    operations: Mapping[str, Operation]
    poster: Poster
    admin_channel: str
    channel_ids: Mapping[str, str]
    now: Callable[[], datetime]
    lease: timedelta = LEASE
    monotonic: Callable[[], float] = time.monotonic
    next_in_channel: dict[str, float] = field(default_factory=dict)

    async def step(self) -> float:
        """Deliver one message; answers for how many seconds there is none to deliver."""
        now, busy = self.now(), self._busy_channels()
        async with self.database.begin() as session:
            # A channel that has to wait holds up no other, however much there is for it.
            candidates = await messages.candidates(session, now, 1, busy=busy)
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

    def _busy_channels(self) -> dict[str, float]:
        """The channels that may not have a message yet, and for how many seconds."""
        now = self.monotonic()
        return {channel: moment - now for channel, moment in self.next_in_channel.items() if moment > now}

    async def _deliver(self, message: Message) -> None:
        self.next_in_channel[message.channel] = self.monotonic() + CHANNEL_SECONDS
        try:
            content = await self._render(message)
        except OSError:
            raise  # the database is away; a certificate that it cannot verify is a ValueError as well
        except (LookupError, TypeError, ValueError) as error:
            # Such as an operation that this version no longer has: the next attempt would come to the same.
            log.exception("delivery.unrenderable")
            await self._give_up(message, f"{UNRENDERABLE}: {type(error).__name__}", unrenderable_text(message))
            return
        try:
            channel, ts = await self._send_in_time(message, content)
        except SlackRateLimited as error:
            self.next_in_channel[message.channel] = self.monotonic() + error.seconds
            await self._postpone(message, timedelta(seconds=error.seconds), error, was_refused=True)
        except SlackUnclear as error:
            await self._postpone(message, timedelta(seconds=min(300, 2**message.attempts)), error)
        except SlackGone:
            async with self.database.begin() as session:
                await messages.forget_post(session, message.id, self.now())
        except SlackRefused as error:
            await self._refused(message, error)
        else:
            async with self.database.begin() as session:
                await messages.mark_sent(session, message.id, version=message.wanted, channel=channel, ts=ts)

    async def _send_in_time(self, message: Message, content: Content) -> tuple[str, str]:
        """A send must not outlast its claim, or another replica would post the same beside it."""
        try:
            async with asyncio.timeout(self.lease.total_seconds()):
                return await self._send(message, content)
        except TimeoutError:
            raise SlackUnclear(f"no answer within {self.lease.total_seconds():g} s") from None

    async def _send(self, message: Message, content: Content) -> tuple[str, str]:
        # The terminal knows the channel only as the settings name it.
        channel = self.channel_ids.get(message.channel, message.channel)
        if message.posted_ts and message.posted_channel:
            await self.poster.update(message.posted_channel, message.posted_ts, content)
            return message.posted_channel, message.posted_ts
        # A second attempt at a post: the first may have arrived though we never heard so.
        if message.attempts > 1 and (found := await self._find(channel, message)):
            await self.poster.update(*found, content)
            return found
        return await self.poster.post(channel, content, key=message.key)

    async def _find(self, channel: str, message: Message) -> tuple[str, str] | None:
        """Where the message stands; None also where Slack does not let us look: rather twice than never."""
        try:
            return await self.poster.find(channel, key=message.key, since=message.created_at - timedelta(minutes=1))
        except SlackRefused as error:
            log.warning("delivery.find_refused", channel=channel, code=error.code)
            return None

    async def _render(self, message: Message) -> Content:
        if message.kind in {CARD, RESULT} and message.request_id is not None:
            view = await self.requests.view(message.request_id)
            operation = self.operations[view.operation]
            return (cards.request_card if message.kind == CARD else cards.result_message)(view, operation)
        if message.kind == LIMIT:
            # Whether it begins or ends is in its key alone: limit:7:begin, limit:7:end.
            return cards.limit_message({**message.payload, "phase": message.key.rpartition(":")[2]})
        return {"alert": cards.alert_message, NOTICE: cards.notice_message}[message.kind](message.payload)

    async def _postpone(
        self, message: Message, pause: timedelta, error: Exception, *, was_refused: bool = False
    ) -> None:
        log.info("delivery.postponed", seconds=pause.total_seconds(), error=str(error))
        until = self.now() + pause
        async with self.database.begin() as session:
            await messages.postpone(session, message.id, until=until, error=str(error), was_refused=was_refused)

    async def _refused(self, message: Message, error: SlackRefused) -> None:
        """Keep trying where the channel is the trouble, for somebody may mend it; the administrators hear of it."""
        log.warning("delivery.refused", channel=message.channel, code=error.code)
        text = trouble_text(message, error.code)
        if error.code not in CHANNEL_TROUBLE:
            await self._give_up(message, error.code, text)
            return
        now = self.now()
        async with self.database.begin() as session:
            until = now + CHANNEL_RETRY
            await messages.postpone(session, message.id, until=until, error=error.code, was_refused=True)
            # Once a day for each channel and trouble, so that the same trouble is told when it comes back.
            await self._tell(session, message, f"{message.channel}:{error.code}:{now.astimezone(UTC):%Y-%m-%d}", text)

    async def _give_up(self, message: Message, why: str, text: str) -> None:
        """Keep the message unsent for good, and tell the administrators of this very one."""
        async with self.database.begin() as session:
            await messages.give_up(session, message.id, why)
            await self._tell(session, message, f"{message.key}:{why}", text)

    async def _tell(self, session: Session, message: Message, key: str, text: str) -> None:
        """Ask for a notice, once for each key; none of a notice, which would be told of in turn."""
        if message.kind != NOTICE:
            await messages.want(
                session,
                f"{NOTICE}:{key}",
                kind=NOTICE,
                channel=self.admin_channel,
                now=self.now(),
                payload={"text": text},
            )


def trouble_text(message: Message, code: str) -> str:
    """What an administrator has to know about a message that Slack refuses."""
    why = CHANNEL_TROUBLE.get(code)
    place = place_of(message)
    if why is None:
        return f"Slack refused the message {message.key} for {place}: {code}. It will not be sent again."
    minutes = int(CHANNEL_RETRY.total_seconds() / 60)
    kept = f"What waits there is kept, and tried every {minutes} minutes."
    return f"Hubwarden cannot post in {place}: {why} ({code}). {kept}"


def unrenderable_text(message: Message) -> str:
    """What an administrator has to know about a message that we cannot put into words."""
    return (
        f"The message {message.key} for {place_of(message)} {UNRENDERABLE} of Hubwarden, which may be older or newer "
        "than what it speaks of. It will not be sent. The log says more."
    )


def place_of(message: Message) -> str:
    """Where the message was to go."""
    kind = "direct messages of" if is_direct(message.channel) else "channel"
    return f"the {kind} {message.channel}"
