"""What happens when somebody types the slash command, or presses what stands for a typed one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, assert_never

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.governance.accounts import MentionedAccounts
from bot.inbox.arrivals import Lane, NotStored
from bot.intents.grammar import operation_begun
from bot.intents.typed import read_text
from bot.intents.usage import usage_error
from bot.intents.wishes import Form, Help, Pick, Wish
from bot.intents.words import as_words, split_line
from bot.operations.kit.base import Intent, is_read
from bot.slack.arrivals import Interruption, Kind, keep
from bot.slack.fulfilment import answer_interrupted, fulfil
from bot.slack.help import help_now
from bot.slack.manifest import COMMAND
from bot.slack.markup import undone
from bot.slack.modals import form_view, picker_view, without_room
from bot.slack.offers import AGAIN, ask_again, open_again
from bot.slack.presses import Press, pressed
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface
from bot.slack.text import code, fit

TOO_LONG = (
    "Something is missing, and the form that would ask for it takes 3,000 characters a field, fewer than were typed "
    "for: {titles}. Give everything at once, or less of it."
)
# As long as Slack lets us answer beside a command. Whoever has waited longer has asked again, or in another way.
STILL_MEANT = timedelta(minutes=30)
# Words of the longest name, and characters that hold them.
LONGEST_NAME, BEGINNING = 4, 200


@dataclass(frozen=True, slots=True)
class Typed:
    """A slash command: the text behind its name, and what opens one form, within three seconds."""

    text: str
    trigger: str


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the slash command to what it does."""

    async def command_given(ack: AsyncAck, body: dict[str, Any]) -> None:
        address = ReplyAddress(body["user_id"], body.get("channel_id"), body.get("response_url"))
        typed = Typed(str(body.get("text") or ""), str(body["trigger_id"]))
        try:
            await keep(surface, TYPED, typed, key=typed.trigger, address=address)
        except NotStored as error:
            await ack(text=error.text)
        else:
            await ack()

    app.command(COMMAND)(command_given)
    app.action(AGAIN)(pressed(surface, PRESSED_AGAIN))


async def run_command(surface: Surface, address: ReplyAddress, typed: Typed) -> None:
    """Answer a slash command; raises `UserError`."""
    match await read(surface, address, typed):
        case Help(topic):
            await surface.replies.answer(address, help_now(surface.context, topic))
        case Pick():
            view = picker_view(surface.vocabulary.operations, channel=address.channel)
            await surface.views.open(typed.trigger, view, address, again=open_again(typed.text))
        case Form() as form:
            await open_form(surface, address, form, typed)
        case Intent() as intent:
            await surface.replies.answer(address, await fulfil(surface, intent, address.user))
        case other:
            assert_never(other)


async def resume_command(surface: Surface, address: ReplyAddress, typed: Typed, interruption: Interruption) -> None:
    """Go on after a restart: what can still be done is done, and for the rest there is a button; raises `UserError`."""
    if interruption.has_acted:
        await answer_interrupted(surface, address)
        return
    quoted = code(fit(f"{COMMAND} {typed.text}".strip(), 200))
    match await read(surface, address, typed):
        case Pick() | Form():
            await surface.views.offer(address, again=open_again(typed.text))
        case Intent() as intent if is_read(intent.operation):
            sentence = f"Hubwarden was restarted before it could answer {quoted}."
            await surface.replies.answer(address, ask_again(sentence, typed.text))
        case Intent() if surface.context.clock.real() - interruption.received_at > STILL_MEANT:
            sentence = f"Hubwarden did not run when you typed {quoted}, and has not asked for it since."
            await surface.replies.answer(address, ask_again(sentence, typed.text))
        case _:
            await run_command(surface, address, typed)


async def read(surface: Surface, address: ReplyAddress, typed: Typed) -> Wish:
    """What the words want; raises `UserError`."""
    accounts = MentionedAccounts(surface.context, address.user)
    return await read_text(split_line(undone(typed.text)), surface.vocabulary, accounts=accounts)


async def open_form(surface: Surface, address: ReplyAddress, form: Form, typed: Typed) -> None:
    """Ask for what is missing; raises `UsageError` where the form has no room for what is there."""
    if titles := without_room(form.operation, form.values):
        raise usage_error(TOO_LONG.format(titles=", ".join(titles)), form.operation)
    view = form_view(
        form.operation, form.values, form.reason, organizations=surface.organizations, channel=address.channel
    )
    await surface.views.open(typed.trigger, view, address, again=open_again(typed.text))


def lane_of(surface: Surface, typed: Typed) -> Lane:
    """By its first words, with no time to understand it: who waits for an acknowledgement would wait for that too."""
    first = typed.text[:BEGINNING].split(maxsplit=LONGEST_NAME)[:LONGEST_NAME]
    begun = operation_begun(as_words(first), surface.vocabulary)
    is_command = not first or (begun is not None and not is_read(begun))
    return Lane.COMMANDS if is_command else Lane.READS


def typed_by(press: Press) -> Typed:
    """The command that a button stands for."""
    return Typed(press.value, press.trigger)


async def run_pressed(surface: Surface, address: ReplyAddress, press: Press) -> None:
    """Answer the command that a button stands for; raises `UserError`."""
    await run_command(surface, address, typed_by(press))


async def resume_pressed(surface: Surface, address: ReplyAddress, press: Press, interruption: Interruption) -> None:
    """Go on with it after a restart; raises `UserError`."""
    await resume_command(surface, address, typed_by(press), interruption)


TYPED = Kind(name="command", sent=Typed, lane=lane_of, work=run_command, resume=resume_command)
PRESSED_AGAIN = Kind(
    name=AGAIN,
    sent=Press,
    lane=lambda surface, press: lane_of(surface, typed_by(press)),
    work=run_pressed,
    resume=resume_pressed,
)
KINDS = (TYPED, PRESSED_AGAIN)
