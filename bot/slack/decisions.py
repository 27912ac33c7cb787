"""What happens when somebody presses a button of a request's card, or says why they deny it."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.errors import RequestNotFound
from bot.governance.context import Context
from bot.governance.ledger.lifecycle import Act
from bot.governance.requests.cancel import cancel
from bot.governance.requests.queries import by_number
from bot.governance.requests.settle import settle
from bot.governance.requests.vote import approve, deny
from bot.governance.views import RequestView
from bot.intents.forms import REASON
from bot.slack.modals import DENY, deny_view, details_view, element_value
from bot.slack.presses import Handler, pressed, value_of
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface

Decide: TypeAlias = Callable[[Context, int, str], Awaitable[RequestView]]

DECISIONS: Mapping[Act, Decide] = {
    Act.APPROVE: approve,
    Act.CANCEL: cancel,
    Act.SETTLE_DONE: partial(settle, done=True),
    Act.SETTLE_NOT_DONE: partial(settle, done=False),
}


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie every button of a card to what it does."""
    for act, decide in DECISIONS.items():
        app.action(act)(pressed(surface, decide_on(decide)))
    app.action(Act.DENY)(pressed(surface, open_deny_form))
    app.action("details")(pressed(surface, open_details))
    app.view(DENY)(deny_submitted(surface))


def request_id_of(body: dict[str, Any]) -> int:
    """Which request a button means; it says no more than that. Raises `RequestNotFound`."""
    value = value_of(body)
    # A longer one is no number of ours, and more than a database takes for one.
    if not value.isdecimal() or len(value) > 12:
        raise RequestNotFound
    return int(value)


def decide_on(decide: Decide) -> Handler:
    """A press that is a decision; the card shows what came of it."""

    async def handler(surface: Surface, address: ReplyAddress, body: dict[str, Any]) -> None:
        await decide(surface.context, request_id_of(body), address.user)

    return handler


async def open_deny_form(surface: Surface, address: ReplyAddress, body: dict[str, Any]) -> None:
    """Ask why."""
    request = await by_number(surface.context, request_id_of(body))
    title = surface.operation(request.operation).title
    await surface.views.open(body["trigger_id"], deny_view(request.id, title), address)


async def open_details(surface: Surface, address: ReplyAddress, body: dict[str, Any]) -> None:
    """Show all of the request."""
    request = await by_number(surface.context, request_id_of(body))
    view = details_view(request, surface.operation(request.operation))
    await surface.views.open(body["trigger_id"], view, address)


def deny_submitted(surface: Surface) -> Callable[..., Awaitable[None]]:
    """The form behind Deny."""

    async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
        address = ReplyAddress(body["user"]["id"])
        state = body["view"]["state"]["values"]
        reason = str(element_value(next(iter(state[REASON].values()))) or "").strip()
        if not reason:
            await ack(response_action="errors", errors={REASON: "Say why: the requester and the audit trail read it."})
            return
        await ack()

        async def work() -> None:
            await deny(surface.context, int(body["view"]["private_metadata"]), address.user, reason)

        surface.tasks.run(work(), address)

    return listener
