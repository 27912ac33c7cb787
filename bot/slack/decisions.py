"""What happens when somebody presses a button of a request's card, or says why they deny it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.errors import RequestNotFound, UserError
from bot.governance.context import Context
from bot.governance.ledger.lifecycle import Act
from bot.governance.requests.cancel import cancel
from bot.governance.requests.homes import refresh_home
from bot.governance.requests.queries import by_number
from bot.governance.requests.settle import settle
from bot.governance.requests.vote import approve, deny
from bot.governance.views import RequestView
from bot.inbox.arrivals import Lane, NotStored
from bot.intents.forms import REASON
from bot.slack.arrivals import Interruption, Kind, as_before, in_lane, keep
from bot.slack.blocks import Block, button
from bot.slack.card import request_card
from bot.slack.inputs import element_value
from bot.slack.modals import DENY, deny_view, details_view
from bot.slack.presses import Press, pressed
from bot.slack.replies import ReplyAddress
from bot.slack.sentences import error_text
from bot.slack.surface import Surface

DETAILS = "details"
SAY_WHY = "Say why: the requester and the audit trail read it."

Decide: TypeAlias = Callable[[Context, int, str], Awaitable[RequestView]]
Handler: TypeAlias = Callable[[Surface, ReplyAddress, Press], Awaitable[None]]

DECISIONS: Mapping[Act, Decide] = {
    Act.APPROVE: approve,
    Act.CANCEL: cancel,
    Act.SETTLE_DONE: partial(settle, done=True),
    Act.SETTLE_NOT_DONE: partial(settle, done=False),
}


@dataclass(frozen=True, slots=True)
class Denial:
    """The form behind Deny, sent."""

    request_id: int
    reason: str


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie every button of a card to what it does."""
    for kind in (*DECIDING, ASKING_WHY, SHOWING_ALL):
        app.action(kind.name)(pressed(surface, kind))
    app.view(DENY)(deny_submitted(surface))


def number_of(press: Press) -> int:
    """Which request a button means; it says no more than that. Raises `RequestNotFound`."""
    # A longer one is no number of ours, and more than a database takes for one.
    if not press.value.isdecimal() or len(press.value) > 12:
        raise RequestNotFound
    return int(press.value)


def decide_on(decide: Decide) -> Handler:
    """A press that is a decision; the card shows what came of it, and so does wherever else it was pressed."""

    async def handler(surface: Surface, address: ReplyAddress, press: Press) -> None:
        try:
            view = await decide(surface.context, number_of(press), address.user)
        except UserError as error:
            # Their home is beside no conversation in which they would read an answer.
            if press.view is None or not await surface.views.say(press.trigger, "Nothing was done", error_text(error)):
                raise
        else:
            if press.is_ephemeral:
                card = request_card(view, surface.operation(view.operation))
                await surface.replies.answer(address, card, replace=True)
        finally:
            if press.view is not None:
                await refresh_home(surface.context, address.user)

    return handler


async def open_deny_form(surface: Surface, address: ReplyAddress, press: Press) -> None:
    """Ask why."""
    request = await by_number(surface.context, number_of(press))
    view = deny_view(request.id, surface.operation(request.operation).title)
    await surface.views.open(press.trigger, view, address, again=deny_again(press))


async def open_details(surface: Surface, address: ReplyAddress, press: Press) -> None:
    """Show all of the request."""
    request = await by_number(surface.context, number_of(press))
    view = details_view(request, surface.operation(request.operation))
    await surface.views.open(press.trigger, view, address, again=details_again(press))


def deny_again(press: Press) -> Block:
    """The button for the form that asks why; raises `RequestNotFound`."""
    return button("Open the form", Act.DENY, str(number_of(press)))


def details_again(press: Press) -> Block:
    """The button for the details; raises `RequestNotFound`."""
    return button("Show details", DETAILS, str(number_of(press)))


def behind(again: Callable[[Press], Block]) -> Callable[[Surface, ReplyAddress, Press, Interruption], Awaitable[None]]:
    """What a restart has cost, behind this button; it raises as the button does."""

    async def resume(surface: Surface, address: ReplyAddress, press: Press, _interruption: Interruption) -> None:
        await surface.views.offer(address, again=again(press))

    return resume


def deny_submitted(surface: Surface) -> Callable[..., Awaitable[None]]:
    """The form behind Deny."""

    async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
        view = body["view"]
        reason = str(element_value(next(iter(view["state"]["values"][REASON].values()))) or "").strip()
        if not reason:
            await ack(response_action="errors", errors={REASON: SAY_WHY})
            return
        denial = Denial(int(view["private_metadata"]), reason)
        try:
            await keep(surface, DENIAL, denial, key=view["id"], address=ReplyAddress(body["user"]["id"]))
        except NotStored as error:
            await ack(response_action="errors", errors={REASON: error.text})
        else:
            await ack()

    return listener


async def work_on_denial(surface: Surface, address: ReplyAddress, denial: Denial) -> None:
    """Deny; the card shows it. Raises what `deny` raises."""
    await deny(surface.context, denial.request_id, address.user, denial.reason)


DECIDING = tuple(
    Kind(
        name=act, sent=Press, lane=in_lane(Lane.DECISIONS), work=decide_on(decide), resume=as_before(decide_on(decide))
    )
    for act, decide in DECISIONS.items()
)
ASKING_WHY = Kind(
    name=Act.DENY, sent=Press, lane=in_lane(Lane.DECISIONS), work=open_deny_form, resume=behind(deny_again)
)
SHOWING_ALL = Kind(
    name=DETAILS, sent=Press, lane=in_lane(Lane.DECISIONS), work=open_details, resume=behind(details_again)
)
DENIAL = Kind(
    name="denial",
    sent=Denial,
    lane=in_lane(Lane.DECISIONS),
    work=work_on_denial,
    resume=as_before(work_on_denial),
)
KINDS = (*DECIDING, ASKING_WHY, SHOWING_ALL, DENIAL)
