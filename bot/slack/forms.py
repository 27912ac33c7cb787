"""What happens when somebody sends an operation's form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.errors import UsageError, UserError
from bot.inbox.arrivals import Lane, NotStored
from bot.intents.forms import Draft, complete_draft, read_form
from bot.operations.kit.base import Intent, is_read
from bot.slack.arrivals import Interruption, Kind, as_before, in_lane, keep
from bot.slack.attachments import read_files
from bot.slack.blocks import Content
from bot.slack.drafts import correctable, form_button
from bot.slack.fulfilment import answer_interrupted, fulfil
from bot.slack.modals import (
    ATTACH,
    FILE,
    FORM,
    attached_files,
    content_view,
    form_values,
    form_view,
    message_view,
    metadata_of,
)
from bot.slack.presses import keep_or_tell
from bot.slack.replies import ReplyAddress
from bot.slack.sentences import error_text, said
from bot.slack.surface import Surface
from bot.slack.text import escape

WAIT = "Asking Docker Hub…"
ANSWERED = "The answer is in your messages with Hubwarden."
FILE_AGAIN = "Please attach the file once more: Slack's forms forget files."
RESTARTED = "Hubwarden was restarted before it could answer. Please ask once more."


@dataclass(frozen=True, slots=True, kw_only=True)
class SentForm:
    """An operation's form as it was sent: `values` by parameter, `files` the ids of what was attached for each."""

    operation: str
    values: Mapping[str, Any]
    reason: str
    files: Mapping[str, str]
    view: str
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantsFile:
    """A form as it stands, whose values shall come from a file, or not any more."""

    form: SentForm
    attaches: bool


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the operations' forms to what they do."""

    async def form_submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        state = body["view"]["state"]["values"]
        # Before the ack: errors stand beside their inputs only where the ack itself brings them.
        try:
            form = sent_form(surface, body)
            wish_of(surface, form)
            await keep(surface, SENT, form, key=key_of(body), address=ReplyAddress(body["user"]["id"]))
        except UsageError as error:
            await ack(response_action="errors", errors=beside_inputs(error.fields, state))
        except NotStored as error:
            await ack(response_action="errors", errors=beside_inputs({"": error.text}, state))
        except UserError as error:
            await ack(response_action="update", view=message_view("Nothing was done", error.text))
        else:
            title = surface.operation(form.operation).title
            await ack(response_action="update", view=message_view(title, WAIT))

    async def file_wanted(ack: AsyncAck, body: dict[str, Any]) -> None:
        wanted = WantsFile(form=sent_form(surface, body), attaches=body["actions"][0]["value"] == ATTACH)
        address = ReplyAddress(body["user"]["id"])
        await keep_or_tell(surface, WANTS_FILE, wanted, key=body["trigger_id"], address=address)
        await ack()

    app.view(FORM)(form_submitted)
    app.action(ATTACH)(file_wanted)


def sent_form(surface: Surface, body: dict[str, Any]) -> SentForm:
    """The form of a payload: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload"""
    metadata, state = metadata_of(body), body["view"]["state"]["values"]
    operation = surface.operation(metadata["operation"])
    values, reason = form_values(operation, state)
    return SentForm(
        operation=operation.name,
        values=values,
        reason=reason,
        files=attached_files(operation, state),
        view=str(body["view"]["id"]),
        channel=metadata.get("channel"),
    )


def key_of(body: dict[str, Any]) -> str:
    """What tells this sending of the form from the next one of the same view, after it was shown again."""
    view = body["view"]
    return f"{view['id']}:{view.get('hash', '')}"


def wish_of(surface: Surface, form: SentForm) -> Intent | Draft:
    """What the form wants; raises `UsageError`."""
    return read_form(
        surface.operation(form.operation),
        form.values,
        form.reason,
        organization=surface.vocabulary.organization,
        attached=form.files.keys(),
    )


def beside_inputs(errors: Mapping[str, str], state: Mapping[str, Any]) -> dict[str, str]:
    """The errors by input. Slack shows them only beside inputs that the form has: others go to the first one."""
    first = next(iter(state))
    found: dict[str, str] = {}
    for name, text in errors.items():
        place = name if name in state else first
        found[place] = f"{found[place]} {text}" if place in found else text
    return found


async def run_form(surface: Surface, address: ReplyAddress, form: SentForm) -> None:
    """Fulfil what a form asked for, and say so in the form; in a direct message where it has been closed."""
    try:
        wish = wish_of(surface, form)
        if isinstance(wish, Draft):
            wish = complete_draft(wish, await read_files(surface.replies.client, wish.operation, form.files))
        content = await fulfil(surface, wish, address.user)
    except UserError as error:
        await show_again(surface, address, form, error)
        return
    if is_read(wish.operation):
        elsewhere = message_view(wish.operation.title, ANSWERED)
        await surface.views.update(form.view, elsewhere)
        await surface.replies.answer(address, content)
    else:
        await say_in_form(surface, address, form, content)


async def show_again(surface: Surface, address: ReplyAddress, form: SentForm, error: UserError) -> None:
    """The form with all that was put into it, and what is in the way beside what it is about."""
    operation = surface.operation(form.operation)
    errors = {name: escape(text) for name, text in error.fields.items()} or {"": error_text(error)}
    errors |= {f"{name}{FILE}": FILE_AGAIN for name in form.files}
    view = form_view(
        operation,
        form.values,
        form.reason,
        organizations=surface.organizations,
        channel=form.channel,
        errors=errors,
        attaches=bool(form.files),
    )
    if not await surface.views.update(form.view, view):
        again = await form_button(surface, operation, form.values, form.reason, address.user)
        await surface.replies.answer(address, correctable(error, again))


async def resume_form(surface: Surface, address: ReplyAddress, form: SentForm, interruption: Interruption) -> None:
    """Go on after a restart; what would only have been read is to be asked for anew."""
    if interruption.has_acted:
        await answer_interrupted(surface, address)
    elif is_read(surface.operation(form.operation)):
        await say_in_form(surface, address, form, said(RESTARTED))
    else:
        await run_form(surface, address, form)


async def ask_for_file(surface: Surface, _address: ReplyAddress, wanted: WantsFile) -> None:
    """The form with an input for a file or without one, and all that was put into it."""
    form = wanted.form
    view = form_view(
        surface.operation(form.operation),
        form.values,
        form.reason,
        organizations=surface.organizations,
        channel=form.channel,
        attaches=wanted.attaches,
    )
    await surface.views.update(form.view, view)


async def say_in_form(surface: Surface, address: ReplyAddress, form: SentForm, content: Content) -> None:
    """Where the form was; in a direct message where it has been closed."""
    if not await surface.views.update(form.view, content_view(surface.operation(form.operation).title, content)):
        await surface.replies.answer(address, content)


def lane_of(surface: Surface, form: SentForm) -> Lane:
    """Reads wait for each other."""
    return Lane.READS if is_read(surface.operation(form.operation)) else Lane.COMMANDS


SENT = Kind(name="form", sent=SentForm, lane=lane_of, work=run_form, resume=resume_form)
WANTS_FILE = Kind(
    name=ATTACH,
    sent=WantsFile,
    lane=in_lane(Lane.COMMANDS),
    work=ask_for_file,
    resume=as_before(ask_for_file),
)
KINDS = (SENT, WANTS_FILE)
