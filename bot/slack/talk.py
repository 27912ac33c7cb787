"""What people write to the bot: in their direct messages, or where others read it too and the app is mentioned."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.governance.accounts import MentionedAccounts
from bot.inbox.arrivals import Lane
from bot.intents.grammar import NothingNamed
from bot.intents.typed import ValuesAtFault, read_any
from bot.intents.wishes import Small, Wish
from bot.intents.words import split_line
from bot.slack.arrivals import Interruption, Kind, as_before, in_lane
from bot.slack.commands import Typed, lane_of, resume_command
from bot.slack.markup import undone
from bot.slack.presses import keep_or_tell
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface
from bot.slack.wishes import answer, offer_correction


@dataclass(frozen=True, slots=True)
class DirectMessage:
    """Somebody wrote to the bot; an earlier version did not keep what they wrote."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote to the bot, in Slack's markup; the bot's own mention is taken out."""

    text: str


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie direct messages to what is answered."""

    async def message_received(event: dict[str, Any], body: dict[str, Any]) -> None:
        if event.get("channel_type") == "im" and is_from_a_person(event):
            await keep_said(surface, event, body, address=ReplyAddress(str(event["user"])))

    app.event("message")(message_received)


def is_from_a_person(event: dict[str, Any]) -> bool:
    """Whether somebody wrote it: no bot, not us, and nothing that only tells of a change."""
    return bool(event.get("user")) and not event.get("subtype") and not event.get("bot_id")


async def keep_said(surface: Surface, event: dict[str, Any], body: dict[str, Any], *, address: ReplyAddress) -> None:
    """Keep what was written; the same event twice is one."""
    text = str(event.get("text") or "")
    for authorization in body.get("authorizations") or ():
        text = text.replace(f"<@{authorization.get('user_id')}>", " ")
    key = str(body.get("event_id") or event.get("ts"))
    await keep_or_tell(surface, SAID, Said(text.strip()), key=key, address=address)


async def run_said(surface: Surface, address: ReplyAddress, said: Said) -> None:
    """Answer the words of a command, or plain words, and anything else in three lines; raises `UserError`."""
    try:
        wish = await wish_of(surface, address, said)
    except ValuesAtFault as error:
        await offer_correction(surface, address, error)
        return
    await answer(surface, address, wish, text=said.text, trigger=None)


async def wish_of(surface: Surface, address: ReplyAddress, said: Said) -> Wish:
    """What the words want; `Small` where they name nothing. Raises `UserError` where what they name is wrong."""
    words = split_line(undone(said.text))
    if not words:
        return Small()
    accounts = MentionedAccounts(surface.context, address.user)
    try:
        return await read_any(words, surface.vocabulary, accounts=accounts)
    except NothingNamed:
        return Small()


async def resume_said(surface: Surface, address: ReplyAddress, said: Said, interruption: Interruption) -> None:
    """Go on after a restart, as with a typed command."""
    if isinstance(await wish_of(surface, address, said), Small):
        await run_said(surface, address, said)
    else:
        await resume_command(surface, address, Typed(said.text, ""), interruption)


async def help_out(surface: Surface, address: ReplyAddress, _message: DirectMessage) -> None:
    """Say what can be asked for."""
    await answer(surface, address, Small(), text="", trigger=None)


SAID = Kind(
    name="said",
    sent=Said,
    lane=lambda surface, said: lane_of(surface, Typed(said.text, "")),
    work=run_said,
    resume=resume_said,
)
WRITTEN = Kind(
    name="direct_message", sent=DirectMessage, lane=in_lane(Lane.READS), work=help_out, resume=as_before(help_out)
)
KINDS = (SAID, WRITTEN)
