"""What Slack tells of by itself: direct messages, and changes that make the directory forget."""

from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp

from bot.governance.people import DirectoryUnavailable
from bot.inbox.arrivals import Lane
from bot.slack.arrivals import Kind, as_before, in_lane
from bot.slack.help import help_now
from bot.slack.presses import keep_or_tell
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DirectMessage:
    """Somebody wrote to the bot; what they wrote is not kept, since the answer is always the same."""


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the events to what follows from them."""

    async def message_received(event: dict[str, Any], body: dict[str, Any]) -> None:
        if event.get("channel_type") != "im" or event.get("subtype") or event.get("bot_id"):
            return
        key = str(body.get("event_id") or event.get("ts"))
        await keep_or_tell(surface, WRITTEN, DirectMessage(), key=key, address=ReplyAddress(str(event["user"])))

    async def group_changed(event: dict[str, Any]) -> None:
        surface.directory.forget_group(str(event.get("subteam_id") or (event.get("subteam") or {}).get("id")))

    async def person_changed(event: dict[str, Any]) -> None:
        try:
            await surface.directory.changed(event.get("user") or {})
        except DirectoryUnavailable:
            log.info("slack.change_not_kept")

    app.event("message")(message_received)
    app.event("subteam_members_changed")(group_changed)
    app.event("subteam_updated")(group_changed)
    app.event("user_change")(person_changed)
    app.event("team_join")(person_changed)


async def help_out(surface: Surface, address: ReplyAddress, _message: DirectMessage) -> None:
    """Say what can be asked for."""
    await surface.replies.answer(address, help_now(surface.context, ""))


WRITTEN = Kind(
    name="direct_message", sent=DirectMessage, lane=in_lane(Lane.READS), work=help_out, resume=as_before(help_out)
)
KINDS = (WRITTEN,)
