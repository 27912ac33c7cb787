"""What Slack tells of by itself: direct messages, and changes that make the directory forget."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.slack.help import help_now
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the events to what follows from them."""

    async def message_received(event: dict[str, Any]) -> None:
        if event.get("channel_type") != "im" or event.get("subtype") or event.get("bot_id"):
            return
        address = ReplyAddress(str(event["user"]))
        surface.tasks.run(surface.replies.answer(address, help_now(surface.context, "")), address)

    async def group_changed(event: dict[str, Any]) -> None:
        surface.directory.forget_group(str(event.get("subteam_id") or (event.get("subteam") or {}).get("id")))

    async def person_changed(event: dict[str, Any]) -> None:
        surface.directory.forget_person(str((event.get("user") or {}).get("id")))

    app.event("message")(message_received)
    app.event("subteam_members_changed")(group_changed)
    app.event("subteam_updated")(group_changed)
    app.event("user_change")(person_changed)
