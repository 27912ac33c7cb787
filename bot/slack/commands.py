"""What happens when somebody types the slash command, or finishes a form."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, assert_never

from pydantic import ValidationError
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.errors import UserError
from bot.governance.ledger.lifecycle import Status
from bot.governance.requests.authority import require_somebody
from bot.governance.requests.lookups import find_account
from bot.governance.requests.read import read as read_at_once
from bot.governance.requests.submit import submit
from bot.governance.views import RequestView
from bot.operations.kit.base import Intent, Mentions, Operation, Read, marker_of
from bot.operations.kit.parameters import parameters
from bot.slack.answers import answer_message, error_message, phrase_text, said
from bot.slack.attachments import Draft, with_files
from bot.slack.cards import Content
from bot.slack.grammar import COMMAND, Command, Form, Help, Pick, Typed, complete, field_errors, read, usage_error
from bot.slack.modals import FORM, REASON, attached_files, form_view, message_view, picker_view, read_form, without_room
from bot.slack.services import Person, Services
from bot.slack.text import escape

MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
WAIT = "Asking Docker Hub…"
TOO_LONG = (
    "Something is missing, and the form that would ask for it takes 3,000 characters a field, fewer than were typed "
    "for: {titles}. Give everything at once, or less of it."
)


def register(app: AsyncApp, services: Services) -> None:
    """Tie the slash command and the operations' forms to what they do."""

    async def command_given(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        person = Person(body["user_id"], body.get("channel_id"), body.get("response_url"))
        services.run(run_command(services, person, body), person)

    async def form_submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        person = Person(body["user"]["id"])
        operation = services.operation(metadata_of(body)["operation"])
        checked = check_form(services, operation, body["view"]["state"]["values"])
        if isinstance(checked, dict):
            await ack(response_action="errors", errors=checked)
            return
        await ack(response_action="update", view=message_view(operation.title, WAIT))
        services.run(run_form(services, person, checked, view_id=body["view"]["id"]), person)

    app.command(COMMAND)(command_given)
    app.view(FORM)(form_submitted)


def metadata_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a form of ours remembers of where it came from: routing, never a right."""
    found: dict[str, Any] = json.loads(body["view"]["private_metadata"])
    return found


async def run_command(services: Services, person: Person, body: Mapping[str, Any]) -> None:
    """Answer a slash command."""
    parsed: Command | Typed = read(str(body.get("text") or ""), services.operations)
    if isinstance(parsed, Typed):
        parsed = complete(await resolve_mentions(services, parsed, person.user), services.organizations[0])
    channel = person.channel
    match parsed:
        case Help(topic):
            await services.answer(person, services.help(topic))
        case Pick():
            await services.open_view(body["trigger_id"], picker_view(services.operations, channel=channel), person)
        case Form(operation, values, reason):
            if titles := without_room(operation, values):
                raise usage_error(TOO_LONG.format(titles=", ".join(titles)), operation)
            view = form_view(operation, values, reason, organizations=services.organizations, channel=channel)
            await services.open_view(body["trigger_id"], view, person)
        case Intent():
            await services.answer(person, await carry_out(services, parsed, person, source_key=body["trigger_id"]))
        case _:
            assert_never(parsed)


async def resolve_mentions(services: Services, typed: Typed, requester: str) -> Typed:
    """The same with people of the workspace replaced by who they are in Docker Hub; raises `UserError`."""
    organization = str(typed.values.get("organization") or services.organizations[0]).lower()
    values = dict(typed.values)
    for parameter in parameters(typed.operation.params):
        takes = marker_of(parameter.info, Mentions)
        value = values.get(parameter.name)
        if takes is None or value is None:
            continue
        given = value if isinstance(value, list) else [value]
        if any(MENTION.fullmatch(text) for text in given):
            await require_somebody(services.context, typed.operation, requester)
        found = [await resolve_mention(services, text, organization, takes) for text in given]
        values[parameter.name] = found if isinstance(value, list) else found[0]
    return replace(typed, values=values)


async def resolve_mention(services: Services, text: str, organization: str, takes: Mentions) -> str:
    """The account that a mention means; any other text as it is."""
    mentioned = MENTION.fullmatch(text)
    if mentioned is None:
        return text
    return await find_account(services.context, organization, mentioned[1], takes_addresses=takes.addresses)


async def carry_out(services: Services, intent: Intent, person: Person, *, source_key: str) -> Content:
    """Read at once, or ask for the write; answers what to tell the person."""
    if isinstance(intent.operation, Read):
        answer = await read_at_once(services.context, intent, person.user)
        if answer.document is not None:
            await services.send_file(person.user, answer.document)
        return answer_message(answer, intent, timezone=await services.timezone(person.user))
    view = await submit(services.context, intent, person.user, source_key=source_key)
    return said(submitted_text(services, view, intent.operation))


def submitted_text(services: Services, view: RequestView, operation: Operation) -> str:
    """That it is recorded, what it waits for, and where."""
    name = f"Request {view.id} ({escape(operation.title)})"
    channel = services.approvals_channel
    where = f"<#{channel}>" if channel[:1] in "CG" and channel.isupper() else escape(channel)
    if view.status is Status.PENDING:
        wanted = "1 approval" if view.required == 1 else f"{view.required} approvals"
        return f"{name} waits for {wanted} in {where}. You will be told what becomes of it."
    return f"{name} needs no approval and is being done. You will be told what becomes of it."


def check_form(services: Services, operation: Operation, state: Mapping[str, Any]) -> Intent | Draft | dict[str, str]:
    """The form's intent, or what is to be completed from files, or a sentence for each input at fault."""
    values, reason = read_form(operation, state)
    values.setdefault("organization", services.organizations[0])
    files = attached_files(operation, state)
    errors: dict[str, str] = {}
    params = None
    try:
        params = operation.params.model_validate(values)
    except ValidationError as error:
        problems = [p for p in error.errors() if not (p["type"] == "missing" and p["loc"][0] in files)]
        errors = {name: f"{text}." for name, text in field_errors(problems).items()}
    if not isinstance(operation, Read) and not reason:
        errors[REASON] = "Say why: the approvers and the audit trail read it."
    if errors:
        # Slack shows errors only beside inputs that the form has.
        return {name if name in state else next(iter(state)): text for name, text in errors.items()}
    if params is None or files:
        typed = params.model_dump(by_alias=True, exclude_unset=True) if params else values
        return Draft(operation, typed, files, reason)
    return Intent(operation, params, reason)


async def run_form(services: Services, person: Person, wish: Intent | Draft, *, view_id: str) -> None:
    """Carry out what a form asked for, and say so in the form; in a direct message where it has been closed."""
    title = wish.operation.title
    try:
        intent = wish if isinstance(wish, Intent) else await with_files(services.client, wish)
        content = await carry_out(services, intent, person, source_key=f"view:{view_id}")
    except UserError as error:
        if not await services.update_view(view_id, message_view(title, phrase_text(error.said))):
            await services.answer(person, error_message(error))
        return
    if isinstance(wish.operation, Read):
        await services.update_view(view_id, message_view(title, "The answer is in your messages with Hubwarden."))
        await services.answer(person, content)
    elif not await services.update_view(view_id, message_view(title, content.text)):
        await services.answer(person, content)
