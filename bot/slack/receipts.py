"""What somebody is shown who has asked for a change: what it waits for, where its card is, and how to take it back."""

from collections.abc import Sequence

from slack_bolt.app.async_app import AsyncApp

from bot.governance.ledger.lifecycle import STATES, Status
from bot.governance.ledger.subscribers import card_key
from bot.governance.requests.cancel import cancel
from bot.governance.views import RequestView
from bot.inbox.arrivals import Lane
from bot.operations.kit.base import Operation
from bot.operations.kit.text import count
from bot.slack.arrivals import Kind, as_before, in_lane
from bot.slack.blocks import Block, Content, actions, button, confirmation, content, context, header, section
from bot.slack.card import DETAILS, headline
from bot.slack.conversations import is_channel_id
from bot.slack.decisions import number_of
from bot.slack.presses import Press, pressed
from bot.slack.replies import ReplyAddress
from bot.slack.sentences import said
from bot.slack.surface import Surface
from bot.slack.text import escape, one_line
from bot.slack.texts import receipt as texts

TAKE_BACK = "take_back"
# For so long an answer may wait for the card that it links to.
CARD_SECONDS = 0.25


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the button of a receipt to what it does."""
    app.action(TAKE_BACK)(pressed(surface, TAKING_BACK))


async def receipt(surface: Surface, view: RequestView, *, notes: Sequence[str] = ()) -> Content:
    """What to answer whoever asked, with the way to the card where that stands soon enough."""
    link = ""
    if view.status is Status.PENDING:
        link = await card_link(surface, view)
    operation = surface.operation(view.operation)
    return receipt_message(view, operation, channel=surface.approvals_channel, link=link, notes=notes)


async def card_link(surface: Surface, view: RequestView) -> str:
    """The address of the request's card, as soon as that stands; empty where it takes longer than anybody should wait.

    Nothing is read for it: what only another replica knows is told by the result.
    """
    place = view.card or await surface.posted.place_of(
        card_key(view.id), surface.context.approvals_channel, within=CARD_SECONDS
    )
    return surface.links.message(place) if place else ""


def receipt_message(
    view: RequestView, operation: Operation, *, channel: str, link: str = "", notes: Sequence[str] = ()
) -> Content:
    """That it is recorded, what it waits for, in which channel and at which `link`, and what was made of the words."""
    lines = [standing_text(view, channel=channel, link=link), *(one_line(note) for note in notes)]
    blocks = [header(headline(view, operation)), section("\n".join(lines))]
    buttons = [button("Details", DETAILS, str(view.id))]
    if view.status is Status.PENDING:
        buttons.insert(0, take_back_button(view, operation))
    number = texts.REQUEST.format(number=view.id)
    return content(*blocks, actions(f"receipt-{view.id}-{view.version}", *buttons), context(number))


def standing_text(view: RequestView, *, channel: str, link: str) -> str:
    """What it waits for, or how it stands."""
    if view.status is Status.PENDING:
        where = f"<#{channel}>" if is_channel_id(channel) else escape(channel)
        card = texts.CARD.format(link=link) if link else ""
        return texts.WAITS.format(approvals=count(view.required, "approval"), channel=where, card=card)
    if view.status is Status.APPROVED:
        return texts.NO_APPROVAL
    state = STATES[view.status]
    return texts.STANDS.format(mark=state.mark, said=state.said).lstrip()


def take_back_button(view: RequestView, operation: Operation) -> Block:
    """Cancel, for whoever asked; it asks back."""
    asked = texts.CANCEL.format(what=headline(view, operation)[:200].rstrip("."))
    ask = confirmation(texts.CANCEL_TITLE, asked, "Cancel request", danger=True)
    return button("Cancel", TAKE_BACK, str(view.id), confirm=ask)


async def take_back(surface: Surface, address: ReplyAddress, press: Press) -> None:
    """Cancel it, as the card's button does; the receipt makes room for that it is cancelled."""
    number = number_of(press)
    await cancel(surface.context, number, address.user)
    told = said(texts.CANCELLED.format(number=number))
    await surface.replies.answer(address, told, replace=press.view is None)


TAKING_BACK = Kind(
    name=TAKE_BACK, sent=Press, lane=in_lane(Lane.DECISIONS), work=take_back, resume=as_before(take_back)
)
KINDS = (TAKING_BACK,)
