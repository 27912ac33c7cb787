"""The button that opens a form filled in; until the form is sent nothing is asked for, and nothing recorded."""

import re

from slack_bolt.app.async_app import AsyncApp

from bot.governance.requests.proposals import find_proposed
from bot.inbox.arrivals import Lane
from bot.intents.wishes import Form
from bot.slack.arrivals import Interruption, Kind, in_lane
from bot.slack.offers import PROPOSE, propose_button
from bot.slack.presses import Press, pressed
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface
from bot.slack.wishes import open_form

AGAIN = "Open the form"
ONE_OF_SEVERAL = re.compile(rf"^{PROPOSE}_\d+$")


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the button to its form."""
    app.action(PROPOSE)(pressed(surface, PROPOSED))
    app.action(ONE_OF_SEVERAL)(pressed(surface, PROPOSED))


async def open_proposal(surface: Surface, address: ReplyAddress, press: Press) -> None:
    """Open the form for whoever presses, in whose name it is asked for; raises what `find_proposed` raises."""
    found = await find_proposed(surface.context, press.value, address.user)
    form = Form(surface.operation(found.prepared.operation), found.prepared.values, found.reason)
    await open_form(surface, address, form, trigger=press.trigger, again=propose_button(AGAIN, press.value))


async def offer_proposal(surface: Surface, address: ReplyAddress, press: Press, _interruption: Interruption) -> None:
    """The form that a restart has cost, behind the same button."""
    await surface.views.offer(address, again=propose_button(AGAIN, press.value))


PROPOSED = Kind(name=PROPOSE, sent=Press, lane=in_lane(Lane.COMMANDS), work=open_proposal, resume=offer_proposal)
KINDS = (PROPOSED,)
