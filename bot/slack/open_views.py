"""Views that people have open: opening them, and changing them."""

from dataclasses import dataclass

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.slack.blocks import Block
from bot.slack.client import TROUBLE, code_of, short
from bot.slack.modals import message_view
from bot.slack.offers import offer
from bot.slack.replies import Replies, ReplyAddress

log = structlog.stdlib.get_logger(__name__)

SLOW = "Slack was slow, and its form can no longer be opened."
RESTARTED = "Hubwarden was restarted before it could open the form."


@dataclass(frozen=True, slots=True)
class OpenViews:
    """Opens views, and says so through `replies` where Slack does not."""

    replies: Replies

    async def open(self, trigger: str, view: Block, address: ReplyAddress, *, again: Block | None) -> None:
        """Open a form; where Slack's three seconds are over, or Slack is away, `again` is a button for another try."""
        try:
            await self.replies.client.views_open(trigger_id=trigger, view=view)
        except SlackApiError as error:
            code = code_of(error)
            log.warning("view.not_opened", error=code)
            sentence = SLOW if "trigger" in code else f"Slack did not open the form: {code}."
            await self.replies.answer(address, offer(sentence, again))
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("view.not_opened", error=short(error))
            await self.replies.answer(address, offer("Slack could not be reached to open the form.", again))

    async def say(self, trigger: str, title: str, text: str) -> bool:
        """Say something in front of whatever they look at; False where that could not be opened."""
        try:
            await self.replies.client.views_open(trigger_id=trigger, view=message_view(title, text))
        except TROUBLE as error:
            log.info("view.not_opened", error=short(error))
            return False
        return True

    async def offer(self, address: ReplyAddress, *, again: Block | None) -> None:
        """Say that a restart came before the form, and give the button for it."""
        await self.replies.answer(address, offer(RESTARTED, again))

    async def update(self, view_id: str, view: Block) -> bool:
        """Change an open form; False where the person has closed it."""
        try:
            await self.replies.client.views_update(view_id=view_id, view=view)
        except TROUBLE as error:
            log.info("view.not_updated", error=short(error))
            return False
        return True
