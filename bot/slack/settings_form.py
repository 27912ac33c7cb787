"""What each person wants to hear, and when: the form for it, opened and sent."""

from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.governance.preferences import preferences_of
from bot.governance.requests.authority import require_insider
from bot.governance.requests.reminding import settle_wants
from bot.inbox.arrivals import Lane, NotStored
from bot.slack.arrivals import Interruption, Kind, as_before, in_lane, keep
from bot.slack.modals import message_view
from bot.slack.presses import Press, pressed
from bot.slack.replies import ReplyAddress
from bot.slack.settings_view import (
    SETTINGS,
    SETTINGS_FORM,
    WANTED,
    filled_in,
    preferences_in,
    problem_with,
    settings_button,
    settings_view,
)
from bot.slack.surface import Surface
from bot.slack.texts import settings as texts


@dataclass(frozen=True, slots=True)
class Settled:
    """The form, sent: what they want, and when it begins and ends to be quiet."""

    wants: tuple[str, ...]
    begin: str | None
    end: str | None


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the button and the form to what they do."""

    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        wants, begin, end = filled_in(body["view"]["state"]["values"])
        if errors := problem_with(begin, end):
            await ack(response_action="errors", errors=errors)
            return
        settled, address = Settled(tuple(wants), begin, end), ReplyAddress(body["user"]["id"])
        try:
            await keep(surface, SETTLED, settled, key=body["view"]["id"], address=address)
        except NotStored as error:
            await ack(response_action="errors", errors={WANTED: error.text})
        else:
            await ack(response_action="update", view=message_view(texts.TITLE, texts.KEPT))

    app.action(SETTINGS)(pressed(surface, OPENING))
    app.view(SETTINGS_FORM)(submitted)


async def open_settings(surface: Surface, address: ReplyAddress, press: Press) -> None:
    """Open the form, as things are settled; raises `RequestRefused` for guests, who are told nothing."""
    await require_insider(surface.context, address.user)
    view = settings_view(await preferences_of(surface.context.database, address.user))
    await surface.views.open(press.trigger, view, address, again=settings_button())


async def offer_settings(surface: Surface, address: ReplyAddress, _press: Press, _interruption: Interruption) -> None:
    """The form that a restart has cost, behind a button."""
    await surface.views.offer(address, again=settings_button())


async def settle(surface: Surface, address: ReplyAddress, settled: Settled) -> None:
    """Keep it."""
    preferences = preferences_in(list(settled.wants), settled.begin, settled.end)
    await settle_wants(surface.context, address.user, preferences)


OPENING = Kind(name=SETTINGS, sent=Press, lane=in_lane(Lane.COMMANDS), work=open_settings, resume=offer_settings)
SETTLED = Kind(name="settled", sent=Settled, lane=in_lane(Lane.COMMANDS), work=settle, resume=as_before(settle))
KINDS: tuple[Kind[Any], ...] = (OPENING, SETTLED)
