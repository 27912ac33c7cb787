"""What Slack tells of channels by itself: that the bot was let into one."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.governance.greetings import greet_channel
from bot.inbox.arrivals import Lane
from bot.slack.arrivals import Kind, as_before, in_lane
from bot.slack.conversations import is_channel_id
from bot.slack.presses import keep_or_tell
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface


@dataclass(frozen=True, slots=True)
class Joined:
    """The bot came into this channel."""

    channel: str


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie such an event to what follows from it."""

    async def somebody_joined(event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext) -> None:
        if event.get("user") != context.bot_user_id:
            return
        key = str(body.get("event_id") or event.get("event_ts"))
        whom = ReplyAddress(str(event.get("inviter") or event["user"]))
        await keep_or_tell(surface, JOINED, Joined(str(event["channel"])), key=key, address=whom)

    app.event("member_joined_channel")(somebody_joined)


async def say_who_came(surface: Surface, _address: ReplyAddress, joined: Joined) -> None:
    """Two lines in the channel; those that were named in the settings know already. Raises `DirectoryUnavailable`."""
    context = surface.context
    for known in (context.approvals_channel, context.admin_channel):
        # One that was private when we started is known by its name alone.
        if joined.channel == (known if is_channel_id(known) else await surface.directory.channel_id(known)):
            return
    if await greet_channel(context, joined.channel):
        context.wake()


JOINED = Kind(name="joined", sent=Joined, lane=in_lane(Lane.READS), work=say_who_came, resume=as_before(say_who_came))
KINDS = (JOINED,)
