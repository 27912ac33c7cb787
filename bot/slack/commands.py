"""What happens when somebody types the slash command."""

from collections.abc import Mapping
from typing import Any, assert_never

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.governance.accounts import MentionedAccounts
from bot.intents.typed import read_text
from bot.intents.usage import usage_error
from bot.intents.wishes import Form, Help, Pick
from bot.intents.words import split_line
from bot.operations.kit.base import Intent
from bot.slack.fulfilment import fulfil
from bot.slack.help import help_now
from bot.slack.manifest import COMMAND
from bot.slack.markup import undone
from bot.slack.modals import form_view, picker_view, without_room
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface

TOO_LONG = (
    "Something is missing, and the form that would ask for it takes 3,000 characters a field, fewer than were typed "
    "for: {titles}. Give everything at once, or less of it."
)


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the slash command to what it does."""

    async def command_given(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        address = ReplyAddress(body["user_id"], body.get("channel_id"), body.get("response_url"))
        surface.tasks.run(run_command(surface, address, body), address)

    app.command(COMMAND)(command_given)


async def run_command(surface: Surface, address: ReplyAddress, body: Mapping[str, Any]) -> None:
    """Answer a slash command; raises `UserError`."""
    trigger, channel = body["trigger_id"], address.channel
    words = split_line(undone(str(body.get("text") or "")))
    accounts = MentionedAccounts(surface.context, address.user)
    match await read_text(words, surface.vocabulary, accounts=accounts):
        case Help(topic):
            await surface.replies.answer(address, help_now(surface.context, topic))
        case Pick():
            view = picker_view(surface.vocabulary.operations, channel=channel)
            await surface.views.open(trigger, view, address)
        case Form() as form:
            await open_form(surface, address, form, trigger=trigger)
        case Intent() as intent:
            content = await fulfil(surface, intent, address.user, source_key=trigger)
            await surface.replies.answer(address, content)
        case other:
            assert_never(other)


async def open_form(surface: Surface, address: ReplyAddress, form: Form, *, trigger: str) -> None:
    """Ask for what is missing; raises `UsageError` where the form has no room for what is there."""
    if titles := without_room(form.operation, form.values):
        raise usage_error(TOO_LONG.format(titles=", ".join(titles)), form.operation)
    view = form_view(
        form.operation, form.values, form.reason, organizations=surface.organizations, channel=address.channel
    )
    await surface.views.open(trigger, view, address)
