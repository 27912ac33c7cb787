"""What somebody wants, answered, in whichever way they said it: typed behind the command, in a message, by a button."""

from typing import assert_never

from bot.errors import UserError
from bot.governance.ledger.lifecycle import STATES, Act, Status
from bot.governance.requests.authority import require_insider
from bot.governance.requests.cancel import cancel
from bot.governance.requests.own_tables import tables_of
from bot.governance.requests.vote import approve, deny
from bot.governance.views import RequestView
from bot.intents.typed import ValuesAtFault
from bot.intents.usage import usage_error
from bot.intents.wishes import Decide, Doctor, Form, Help, Look, Pick, Small, Wish
from bot.operations.kit.base import Intent, is_read
from bot.slack.blocks import Block, Content, button
from bot.slack.card import request_card
from bot.slack.changes import value_text
from bot.slack.doctor_said import doctor_message
from bot.slack.drafts import correctable, form_button
from bot.slack.fulfilment import fulfil
from bot.slack.help import help_now, small_message
from bot.slack.modals import deny_view, form_view, picker_view, without_room
from bot.slack.offers import offer, open_again
from bot.slack.replies import ReplyAddress
from bot.slack.sentences import said
from bot.slack.surface import Surface
from bot.slack.text import code, escape, fit

TOO_LONG = (
    "Something is missing, and the form that would ask for it takes 3,000 characters a field, fewer than were typed "
    "for: {titles}. Give everything at once, or less of it."
)


async def answer(surface: Surface, address: ReplyAddress, wish: Wish, *, text: str, trigger: str | None) -> None:
    """Answer a wish, which was said in the words of `text`; raises `UserError`.

    `trigger` opens one form, within three seconds. Where there is none, as in a message, a button is offered for it.
    """
    match wish:
        case Help(topic):
            await surface.replies.answer(address, help_now(surface.context, topic))
        case Pick():
            view = picker_view(channel=address.channel)
            await _open(surface, address, view, trigger=trigger, again=open_again(text))
        case Form() as form:
            await open_form(surface, address, form, trigger=trigger, again=open_again(text))
        case Intent() as intent:
            await surface.replies.answer(address, await _fulfilled(surface, intent, address.user))
        case Decide() as decision:
            await _decide(surface, address, decision, trigger=trigger)
        case Look(number):
            seen = await _seen(surface, number, address.user)
            await surface.replies.answer(address, request_card(seen, surface.operation(seen.operation)))
        case Doctor():
            await require_insider(surface.context, address.user)
            await surface.replies.answer(address, doctor_message(await surface.doctor()))
        case Small():
            await surface.replies.answer(address, small_message())
        case other:
            assert_never(other)


async def offer_correction(surface: Surface, address: ReplyAddress, error: ValuesAtFault) -> None:
    """Say what is wrong with what was typed, and give the button for the form that has all of it."""
    form = error.form
    again = await form_button(surface, form.operation, form.values, form.reason, address.user)
    await surface.replies.answer(address, correctable(error, again))


async def answer_decided(surface: Surface, address: ReplyAddress, decision: Decide) -> None:
    """Tell how the request stands that somebody decided before a restart."""
    view = await _seen(surface, decision.number, address.user)
    await surface.replies.answer(address, said(f"Hubwarden was restarted meanwhile. {decided_text(surface, view)}"))


async def _decide(surface: Surface, address: ReplyAddress, wish: Decide, *, trigger: str | None) -> None:
    """Do what the button on the card does, for whoever may see that card; raises `UserError`."""
    view = await _seen(surface, wish.number, address.user)
    match wish.act:
        case "approve":
            view = await approve(surface.context, wish.number, address.user)
        case "cancel":
            view = await cancel(surface.context, wish.number, address.user)
        case "deny" if not wish.reason:
            form = deny_view(view.id, surface.operation(view.operation).title)
            again = button("Open the form", Act.DENY, str(view.id))
            await _open(surface, address, form, trigger=trigger, again=again)
            return
        case "deny":
            view = await deny(surface.context, wish.number, address.user, wish.reason)
        case other:
            assert_never(other)
    await surface.replies.answer(address, said(decided_text(surface, view)))


async def _seen(surface: Surface, number: int, person: str) -> RequestView:
    """The request, where it concerns the person; raises `RequestNotFound`."""
    return await (await tables_of(surface.context, person)).request(number)


def decided_text(surface: Surface, view: RequestView) -> str:
    """How the request stands after somebody has said something to it."""
    given = f", {len(view.approvals)} of {view.required} given" if view.status is Status.PENDING else ""
    return f"Request {view.id} ({escape(surface.operation(view.operation).title)}) {STATES[view.status].said}{given}."


async def open_form(
    surface: Surface, address: ReplyAddress, form: Form, *, trigger: str | None, again: Block | None
) -> None:
    """Ask for what is missing, or offer the button that does; raises `UsageError` where the form has no room for it."""
    if titles := without_room(form.operation, form.values):
        raise usage_error(TOO_LONG.format(titles=", ".join(titles)), form.operation)
    if trigger is None:
        button_for_it = again or await form_button(surface, form.operation, form.values, form.reason, address.user)
        await surface.replies.answer(address, offer(proposed_text(form), button_for_it))
        return
    view = form_view(
        form.operation, form.values, form.reason, organizations=surface.organizations, channel=address.channel
    )
    await surface.views.open(trigger, view, address, again=again)


def proposed_text(form: Form) -> str:
    """What a form holds already, and that nothing is asked for before it is sent."""
    known = [f"{escape(name)} {code(value_text(value))}" for name, value in form.values.items() if value]
    reason = [f"reason “{escape(fit(form.reason, 200))}”"] if form.reason else []
    told = f": {', '.join([*known, *reason])}" if known or reason else ""
    after = "" if is_read(form.operation) else " Nothing is asked for until you send the form."
    return f"*{escape(form.operation.title)}*{told}.{after}"


async def _fulfilled(surface: Surface, intent: Intent, user: str) -> Content:
    """What came of it; where something can be corrected, a button opens the form with all of it. Raises `UserError`."""
    try:
        return await fulfil(surface, intent, user)
    except UserError as error:
        if not error.fields or is_read(intent.operation):
            raise
        values = intent.params.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return correctable(error, await form_button(surface, intent.operation, values, intent.reason, user))


async def _open(
    surface: Surface, address: ReplyAddress, view: Block, *, trigger: str | None, again: Block | None
) -> None:
    """Open the view, or offer the button that does."""
    if trigger is None:
        sentence = "Nothing was asked for yet: there is a form for that."
        await surface.replies.answer(address, offer(sentence, again))
    else:
        await surface.views.open(trigger, view, address, again=again)
