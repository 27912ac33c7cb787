"""What happens when somebody presses a button, or answers the form behind one."""

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.errors import RequestNotFound
from bot.governance.context import Context
from bot.governance.ledger.lifecycle import Act
from bot.governance.requests.cancel import cancel
from bot.governance.requests.queries import by_number
from bot.governance.requests.read import read
from bot.governance.requests.settle import settle
from bot.governance.requests.vote import approve, deny
from bot.governance.views import RequestView
from bot.operations.kit.base import Intent
from bot.slack.answers import AS_FILE, MORE, answer_message, as_document, from_page_value, said
from bot.slack.commands import metadata_of
from bot.slack.grammar import parse_words
from bot.slack.modals import DENY, PICK, REASON, deny_view, details_view, element_value, form_view
from bot.slack.services import Person, Services

Decide = Callable[[Context, int, str], Awaitable[RequestView]]

DECISIONS: Mapping[Act, Decide] = {
    Act.APPROVE: approve,
    Act.CANCEL: cancel,
    Act.SETTLE_DONE: partial(settle, done=True),
    Act.SETTLE_NOT_DONE: partial(settle, done=False),
}


def register(app: AsyncApp, services: Services) -> None:
    """Tie every button and menu of ours to what it does."""
    for act, decide in DECISIONS.items():
        app.action(act)(pressed(services, decide_on(decide)))
    app.action(Act.DENY)(pressed(services, open_deny_form))
    app.action("details")(pressed(services, open_details))
    app.action(PICK)(pressed(services, open_picked_form))
    app.action(re.compile(rf"^{MORE}_"))(pressed(services, show_page))
    app.view(DENY)(deny_submitted(services))


Handler = Callable[[Services, Person, dict[str, Any]], Awaitable[None]]


def pressed(services: Services, handler: Handler) -> Callable[..., Awaitable[None]]:
    """A listener that acks and hands the press to a task of ours."""

    async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        channel = (body.get("channel") or {}).get("id")
        person = Person(body["user"]["id"], channel, body.get("response_url"))

        async def work() -> None:
            await handler(services, person, body)

        services.run(work(), person)

    return listener


def request_id_of(body: dict[str, Any]) -> int:
    """Which request a button means; it says no more than that."""
    value = str(body["actions"][0].get("value", ""))
    if not value.isdecimal() or len(value) > 12:
        raise RequestNotFound
    return int(value)


def decide_on(decide: Decide) -> Handler:
    """A press that is a decision; the card shows what came of it."""

    async def handler(services: Services, person: Person, body: dict[str, Any]) -> None:
        await decide(services.context, request_id_of(body), person.user)

    return handler


async def open_deny_form(services: Services, person: Person, body: dict[str, Any]) -> None:
    """Ask why."""
    request = await by_number(services.context, request_id_of(body))
    title = services.operation(request.operation).title
    await services.open_view(body["trigger_id"], deny_view(request.id, title), person)


async def open_details(services: Services, person: Person, body: dict[str, Any]) -> None:
    """Show all of the request."""
    request = await by_number(services.context, request_id_of(body))
    view = details_view(request, services.operation(request.operation))
    await services.open_view(body["trigger_id"], view, person)


async def open_picked_form(services: Services, person: Person, body: dict[str, Any]) -> None:
    """Turn the picker into the form of what was picked."""
    picked = element_value(body["actions"][0])
    operation = services.operation(str(picked))
    channel = metadata_of(body)["channel"]
    view = form_view(operation, {}, "", organizations=services.organizations, channel=channel)
    await services.update_view(body["view"]["id"], view)


async def show_page(services: Services, person: Person, body: dict[str, Any]) -> None:
    """Ask the same question again, and show another part of the answer in place."""
    words, offset = from_page_value(str(body["actions"][0]["value"]))
    intent = parse_words(words, services.operations, services.organizations[0])
    if isinstance(intent, Intent):
        answer = await read(services.context, intent, person.user)
        if offset == AS_FILE:
            await services.send_file(person.user, as_document(answer, intent.operation.name))
            await services.answer(person, said("The file is in your messages with Hubwarden."))
            return
        timezone = await services.timezone(person.user)
        await services.answer(person, answer_message(answer, intent, offset, timezone=timezone), replace=True)


def deny_submitted(services: Services) -> Callable[..., Awaitable[None]]:
    """The form behind Deny."""

    async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
        person = Person(body["user"]["id"])
        state = body["view"]["state"]["values"]
        reason = str(element_value(next(iter(state[REASON].values()))) or "").strip()
        if not reason:
            await ack(response_action="errors", errors={REASON: "Say why: the requester and the audit trail read it."})
            return
        await ack()

        async def work() -> None:
            await deny(services.context, int(body["view"]["private_metadata"]), person.user, reason)

        services.run(work(), person)

    return listener
