"""The app's home: opening it, and the buttons there that stand for no request."""

import re
from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.governance.requests.homes import home_opened
from bot.inbox.arrivals import Lane
from bot.slack.arrivals import Interruption, Kind, as_before, in_lane
from bot.slack.blocks import Block
from bot.slack.home_view import QUICK
from bot.slack.modals import form_view
from bot.slack.offers import open_again
from bot.slack.presses import Press, keep_or_tell, pressed
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody looks at their home."""


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the home to what follows from it."""

    async def opened(event: dict[str, Any], body: dict[str, Any]) -> None:
        # The same event tells of the messages beside it: https://docs.slack.dev/reference/events/app_home_opened
        if event.get("tab") == "home":
            key = str(body.get("event_id") or event.get("event_ts"))
            await keep_or_tell(surface, OPENED, Opened(), key=key, address=ReplyAddress(str(event["user"])))

    app.event("app_home_opened")(opened)
    app.action(re.compile(rf"^{QUICK}_[0-9]$"))(pressed(surface, PICKED_AT_HOME))


async def show_home(surface: Surface, address: ReplyAddress, _opened: Opened) -> None:
    """Have it shown as it is now."""
    await home_opened(surface.context, address.user)


async def open_quick_form(surface: Surface, address: ReplyAddress, press: Press) -> None:
    """Open the form of what was picked; raises `UserError` where there is no such operation any more."""
    operation = surface.operation(press.value)
    view = form_view(operation, {}, "", organizations=surface.organizations, channel=None)
    await surface.views.open(press.trigger, view, address, again=again(surface, press))


async def offer_quick_form(surface: Surface, address: ReplyAddress, press: Press, _interruption: Interruption) -> None:
    """The form that a restart has cost, behind a button."""
    await surface.views.offer(address, again=again(surface, press))


def again(surface: Surface, press: Press) -> Block | None:
    """The button for the form."""
    return open_again(surface.operation(press.value).name.replace(".", " "))


OPENED = Kind(name="home_opened", sent=Opened, lane=in_lane(Lane.READS), work=show_home, resume=as_before(show_home))
PICKED_AT_HOME = Kind(
    name=QUICK, sent=Press, lane=in_lane(Lane.COMMANDS), work=open_quick_form, resume=offer_quick_form
)
KINDS: tuple[Kind[Any], ...] = (OPENED, PICKED_AT_HOME)
