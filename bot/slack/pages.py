"""The pages of a long answer, turned, and the whole of it as a file."""

import re

from slack_bolt.app.async_app import AsyncApp

from bot.governance.requests.read import more
from bot.inbox.arrivals import Lane
from bot.slack.answers import AS_FILE, MORE, answer_message, as_document, page_of
from bot.slack.arrivals import Interruption, Kind, in_lane
from bot.slack.presses import Press, pressed
from bot.slack.replies import ReplyAddress
from bot.slack.sentences import said
from bot.slack.surface import Surface

RESTARTED = "Hubwarden was restarted before it could show more of the answer. Please press once more."


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the buttons below an answer to what they do."""
    app.action(re.compile(rf"^{MORE}_"))(pressed(surface, TURNED))


async def show_page(surface: Surface, address: ReplyAddress, press: Press) -> None:
    """Show another part of the answer in place, or send all of it; raises what `more` raises."""
    token, offset = page_of(press.value)
    found = await more(surface.context, token, address.user)
    if offset == AS_FILE:
        await surface.replies.send_file(address.user, as_document(found.answer, found.operation.name))
        await surface.replies.answer(address, said("The file is in your messages with Hubwarden."))
        return
    timezone = await surface.directory.timezone(address.user)
    content = answer_message(found.answer, token=found.token, offset=offset, timezone=timezone)
    await surface.replies.answer(address, content, replace=True)


async def ask_for_another_press(
    surface: Surface, address: ReplyAddress, _press: Press, _interruption: Interruption
) -> None:
    """The answer still stands there, with its buttons."""
    await surface.replies.answer(address, said(RESTARTED))


TURNED = Kind(name=MORE, sent=Press, lane=in_lane(Lane.READS), work=show_page, resume=ask_for_another_press)
KINDS = (TURNED,)
