"""The buttons below an alert: looking after it; its others open a page, or a form that is filled in."""

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.alerts.acknowledging import acknowledge
from bot.errors import UserError
from bot.governance.requests.authority import require_insider
from bot.inbox.arrivals import Lane
from bot.slack.alerts_said import ACKNOWLEDGE, OPEN_PAGE
from bot.slack.arrivals import Kind, as_before, in_lane
from bot.slack.presses import Press, pressed
from bot.slack.replies import ReplyAddress
from bot.slack.sentences import said
from bot.slack.surface import Surface
from bot.slack.text import mention, moment
from bot.slack.texts import alert as texts


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the buttons to what follows from them."""
    app.action(ACKNOWLEDGE)(pressed(surface, LOOKED_AFTER))
    app.action(OPEN_PAGE)(page_opened)


async def page_opened(ack: AsyncAck) -> None:
    """The browser has opened it; Slack tells of the press all the same."""
    await ack()


async def look_after(surface: Surface, address: ReplyAddress, press: Press) -> None:
    """The alert says from now on who looks after it; whoever is not the first is told who is. Raises `UserError`."""
    context = surface.context
    await require_insider(context, address.user)
    async with context.acting() as session:
        found = await acknowledge(session, press.value, address.user, clock=context.clock)
    if found is None:
        raise UserError(texts.NO_ALERT)
    if found.is_new:
        context.wake()
        return
    by_you = found.person == address.user
    line = texts.ACKNOWLEDGED_BY_YOU if by_you else texts.ACKNOWLEDGED_BEFORE
    await surface.replies.answer(address, said(line.format(person=mention(found.person), at=moment(found.at))))


LOOKED_AFTER = Kind(
    name=ACKNOWLEDGE, sent=Press, lane=in_lane(Lane.DECISIONS), work=look_after, resume=as_before(look_after)
)
KINDS = (LOOKED_AFTER,)
