"""What happens when somebody sends an operation's form."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.errors import UsageError, UserError
from bot.intents.forms import Draft, complete_draft, read_form
from bot.operations.kit.base import Intent, is_read
from bot.slack.attachments import read_files
from bot.slack.fulfilment import fulfil
from bot.slack.modals import FORM, attached_files, form_values, message_view, metadata_of
from bot.slack.replies import ReplyAddress
from bot.slack.sentences import error_message, error_text
from bot.slack.surface import Surface

WAIT = "Asking Docker Hub…"


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the operations' forms to what they do."""

    async def form_submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        address = ReplyAddress(body["user"]["id"])
        operation = surface.operation(metadata_of(body)["operation"])
        state = body["view"]["state"]["values"]
        values, reason = form_values(operation, state)
        files = attached_files(operation, state)
        # Before the ack: errors stand beside their inputs only where the ack itself brings them.
        try:
            wish = read_form(
                operation, values, reason, organization=surface.vocabulary.organization, attached=files.keys()
            )
        except UsageError as error:
            await ack(response_action="errors", errors=beside_inputs(error.fields, state))
            return
        await ack(response_action="update", view=message_view(operation.title, WAIT))
        surface.tasks.run(run_form(surface, address, wish, files, view_id=body["view"]["id"]), address)

    app.view(FORM)(form_submitted)


def beside_inputs(errors: Mapping[str, str], state: Mapping[str, Any]) -> dict[str, str]:
    """The errors by input. Slack shows them only beside inputs that the form has: others go to the first one."""
    first = next(iter(state))
    found: dict[str, str] = {}
    for name, text in errors.items():
        place = name if name in state else first
        found[place] = f"{found[place]} {text}" if place in found else text
    return found


async def run_form(
    surface: Surface, address: ReplyAddress, wish: Intent | Draft, files: Mapping[str, str], *, view_id: str
) -> None:
    """Fulfil what a form asked for, and say so in the form; in a direct message where it has been closed."""
    operation, title = wish.operation, wish.operation.title
    try:
        if isinstance(wish, Draft):
            wish = complete_draft(wish, await read_files(surface.replies.client, operation, files))
        content = await fulfil(surface, wish, address.user, source_key=f"view:{view_id}")
    except UserError as error:
        if not await surface.views.update(view_id, message_view(title, error_text(error))):
            await surface.replies.answer(address, error_message(error))
        return
    if is_read(operation):
        await surface.views.update(view_id, message_view(title, "The answer is in your messages with Hubwarden."))
        await surface.replies.answer(address, content)
    elif not await surface.views.update(view_id, message_view(title, content.text)):
        await surface.replies.answer(address, content)
