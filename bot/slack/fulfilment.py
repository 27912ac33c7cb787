"""An intent fulfilled for somebody in Slack: read at once, or recorded as a request."""

from bot.governance.ledger.lifecycle import STATES, Status
from bot.governance.requests.queries import by_source
from bot.governance.requests.read import read
from bot.governance.requests.submit import submit
from bot.governance.views import RequestView
from bot.operations.kit.base import Intent, Operation, is_read
from bot.operations.kit.text import count
from bot.slack.answers import PAGE, answer_message
from bot.slack.blocks import Content
from bot.slack.conversations import is_channel_id
from bot.slack.replies import ReplyAddress
from bot.slack.sentences import said
from bot.slack.surface import Surface
from bot.slack.text import escape, one_line


async def fulfil(surface: Surface, intent: Intent, user: str) -> Content:
    """Read, or ask for the write; answers what to tell the person. Raises what the use cases raise.

    One delivery is one request, however often it is worked on.
    """
    if is_read(intent.operation):
        return await first_page(surface, intent, user)
    delivery = surface.context.delivery
    view = await submit(surface.context, intent, user, source_key=delivery.key if delivery else None)
    lines = [submitted_text(view, intent.operation, channel=surface.approvals_channel)]
    return said("\n".join([*lines, *(one_line(note) for note in intent.notes)]))


async def answer_interrupted(surface: Surface, address: ReplyAddress) -> None:
    """Tell what was recorded before a restart: whether the answer had left by then, nobody knows."""
    delivery = surface.context.delivery
    view = await by_source(surface.context, delivery.key) if delivery else None
    if view is not None:
        text = submitted_text(view, surface.operation(view.operation), channel=surface.approvals_channel)
        await surface.replies.answer(address, said(f"Hubwarden was restarted meanwhile. {text}"))


async def first_page(surface: Surface, intent: Intent, user: str) -> Content:
    """The first page of the answer; a file that belongs to it goes to the direct messages."""
    found = await read(surface.context, intent, user, page=PAGE)
    if found.answer.document is not None:
        await surface.replies.send_file(user, found.answer.document)
    return answer_message(found.answer, token=found.token, timezone=await surface.directory.timezone(user))


def submitted_text(view: RequestView, operation: Operation, *, channel: str) -> str:
    """That it is recorded, what it waits for, and in which channel."""
    name = f"Request {view.id} ({escape(operation.title)})"
    where = f"<#{channel}>" if is_channel_id(channel) else escape(channel)
    if view.status is Status.PENDING:
        return f"{name} waits for {count(view.required, 'approval')} in {where}. You will be told what becomes of it."
    if view.status is Status.APPROVED:
        return f"{name} needs no approval and is being done. You will be told what becomes of it."
    return f"{name} {STATES[view.status].said}."
