"""An intent fulfilled for somebody in Slack: read at once, or recorded as a request."""

from bot.governance.requests.queries import by_source
from bot.governance.requests.read import read
from bot.governance.requests.submit import submit
from bot.operations.kit.base import Intent, is_read
from bot.slack.answers import PAGE, answer_message
from bot.slack.blocks import Content
from bot.slack.receipts import receipt
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface
from bot.slack.texts.receipt import RESTARTED


async def fulfil(surface: Surface, intent: Intent, user: str) -> Content:
    """Read, or ask for the write; answers what to tell the person. Raises what the use cases raise.

    One delivery is one request, however often it is worked on.
    """
    if is_read(intent.operation):
        return await first_page(surface, intent, user)
    delivery = surface.context.delivery
    view = await submit(surface.context, intent, user, source_key=delivery.key if delivery else None)
    return await receipt(surface, view, notes=intent.notes)


async def answer_interrupted(surface: Surface, address: ReplyAddress) -> None:
    """Tell what was recorded before a restart: whether the answer had left by then, nobody knows."""
    delivery = surface.context.delivery
    view = await by_source(surface.context, delivery.key) if delivery else None
    if view is not None:
        await surface.replies.answer(address, await receipt(surface, view, notes=(RESTARTED,)))


async def first_page(surface: Surface, intent: Intent, user: str) -> Content:
    """The first page of the answer; a file that belongs to it goes to the direct messages."""
    found = await read(surface.context, intent, user, page=PAGE)
    if found.answer.document is not None:
        await surface.replies.send_file(user, found.answer.document)
    return answer_message(found.answer, token=found.token, timezone=await surface.directory.timezone(user))
