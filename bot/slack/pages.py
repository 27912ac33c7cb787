"""The pages of a long answer, turned, and the whole of it as a file."""

import re
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.governance.requests.read import more
from bot.slack.answers import AS_FILE, MORE, answer_message, as_document, page_of
from bot.slack.presses import pressed, value_of
from bot.slack.replies import ReplyAddress
from bot.slack.sentences import said
from bot.slack.surface import Surface


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the buttons below an answer to what they do."""
    app.action(re.compile(rf"^{MORE}_"))(pressed(surface, show_page))


async def show_page(surface: Surface, address: ReplyAddress, body: dict[str, Any]) -> None:
    """Show another part of the answer in place, or send all of it; raises what `more` raises."""
    token, offset = page_of(value_of(body))
    found = await more(surface.context, token, address.user)
    if offset == AS_FILE:
        await surface.replies.send_file(address.user, as_document(found.answer, found.operation.name))
        await surface.replies.answer(address, said("The file is in your messages with Hubwarden."))
        return
    timezone = await surface.directory.timezone(address.user)
    content = answer_message(found.answer, token=found.token, offset=offset, timezone=timezone)
    await surface.replies.answer(address, content, replace=True)
