"""What people write to the bot where others read it too: the app, mentioned in a channel."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.slack.arrivals import Kind
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface
from bot.slack.talk import is_from_a_person, keep_said


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie a mention to its answer, which stands where it was written and which nobody else sees."""

    async def app_mentioned(event: dict[str, Any], body: dict[str, Any]) -> None:
        if not is_from_a_person(event):
            return
        thread = str(event["thread_ts"]) if event.get("thread_ts") else None
        address = ReplyAddress(str(event["user"]), str(event["channel"]), is_beside=True, thread=thread)
        await keep_said(surface, event, body, address=address)

    app.event("app_mention")(app_mentioned)


KINDS: tuple[Kind[Any], ...] = ()
