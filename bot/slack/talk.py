"""What people write to the bot in their direct messages."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.inbox.arrivals import Lane
from bot.slack.arrivals import Kind, as_before, in_lane
from bot.slack.help import help_now
from bot.slack.presses import keep_or_tell
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface


@dataclass(frozen=True, slots=True)
class DirectMessage:
    """Somebody wrote to the bot; what they wrote is not kept, since the answer is always the same."""


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie direct messages to what is answered."""

    async def message_received(event: dict[str, Any], body: dict[str, Any]) -> None:
        if event.get("channel_type") != "im" or event.get("subtype") or event.get("bot_id"):
            return
        key = str(body.get("event_id") or event.get("ts"))
        await keep_or_tell(surface, WRITTEN, DirectMessage(), key=key, address=ReplyAddress(str(event["user"])))

    app.event("message")(message_received)


async def help_out(surface: Surface, address: ReplyAddress, _message: DirectMessage) -> None:
    """Say what can be asked for."""
    await surface.replies.answer(address, help_now(surface.context, ""))


WRITTEN = Kind(
    name="direct_message", sent=DirectMessage, lane=in_lane(Lane.READS), work=help_out, resume=as_before(help_out)
)
KINDS = (WRITTEN,)
