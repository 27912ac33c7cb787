"""What happens when somebody types the slash command, or presses what stands for a typed one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.governance.accounts import MentionedAccounts
from bot.inbox.arrivals import Lane, NotStored
from bot.intents.grammar import operation_begun
from bot.intents.numbers import about_a_request, decides
from bot.intents.plain_words import begins_plainly
from bot.intents.typed import ValuesAtFault, read_any
from bot.intents.wishes import Decide, Form, Pick, Wish
from bot.intents.words import as_words, split_line
from bot.operations.kit.base import Intent, is_read
from bot.slack.arrivals import Interruption, Kind, keep
from bot.slack.fulfilment import answer_interrupted
from bot.slack.help import HELP, TOPIC_CHOSEN
from bot.slack.manifest import COMMAND
from bot.slack.markup import undone
from bot.slack.offers import AGAIN, AGAIN_TOO, ask_again, open_again
from bot.slack.presses import Press, pressed
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface
from bot.slack.text import code, fit
from bot.slack.wishes import answer, answer_decided, offer_correction

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
    for name in (AGAIN, AGAIN_TOO):
        app.action(name)(pressed(surface, PRESSED_AGAIN))
    app.action(HELP)(pressed(surface, TOPIC_CHOSEN))


async def run_command(surface: Surface, address: ReplyAddress, typed: Typed) -> None:
    """Answer a slash command; raises `UserError`."""
    try:
        wish = await read(surface, address, typed)
    except ValuesAtFault as error:
        await offer_correction(surface, address, error)
        return
    await answer(surface, address, wish, text=typed.text, trigger=typed.trigger)


async def resume_command(surface: Surface, address: ReplyAddress, typed: Typed, interruption: Interruption) -> None:
    """Go on after a restart: what can still be done is done, and for the rest there is a button; raises `UserError`."""
    if interruption.has_acted:
        match about_a_request(split_line(undone(typed.text)) or as_words([""])):
            case Decide() as decision:
                await answer_decided(surface, address, decision)
            case _:
                await answer_interrupted(surface, address)
        return
    quoted = code(fit(f"{COMMAND} {typed.text}".strip(), 200))
    match await read(surface, address, typed):
        case Pick() | Form():
            await surface.views.offer(address, again=open_again(typed.text))
        case Intent() as intent if is_read(intent.operation):
            sentence = f"Hubwarden was restarted before it could answer {quoted}."
            await surface.replies.answer(address, ask_again(sentence, typed.text))
        case Intent() | Decide() if surface.context.clock.real() - interruption.received_at > STILL_MEANT:
            sentence = f"Hubwarden did not run when you typed {quoted}, and has not asked for it since."
            await surface.replies.answer(address, ask_again(sentence, typed.text))
        case _:
            await run_command(surface, address, typed)


async def read(surface: Surface, address: ReplyAddress, typed: Typed) -> Wish:
    """What the words want; raises `UserError`."""
    accounts = MentionedAccounts(surface.context, address.user)
    return await read_any(split_line(undone(typed.text)), surface.vocabulary, accounts=accounts)


def lane_of(surface: Surface, typed: Typed) -> Lane:
    """By its first words, with no time to understand it: who waits for an acknowledgement would wait for that too."""
    first = as_words(typed.text[:BEGINNING].split(maxsplit=LONGEST_NAME)[:LONGEST_NAME])
    if first and decides(first[0]):
        return Lane.DECISIONS
    begun = operation_begun(first, surface.vocabulary)
    is_command = not first or begins_plainly(first[0]) or (begun is not None and not is_read(begun))
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
KINDS = (TYPED, PRESSED_AGAIN, TOPIC_CHOSEN)
