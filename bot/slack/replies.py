"""Answers to one person: beside what they did, in their direct messages, or as a file there."""

from dataclasses import dataclass

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.errors import UserError
from bot.operations.kit.base import Document
from bot.slack.blocks import Content, ways_to_show
from bot.slack.client import TROUBLE, short

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """Where somebody is answered: through `response_url` where there is one, else in their direct messages.

    `channel` is where they were.
    """

    user: str
    channel: str | None = None
    response_url: str | None = None


@dataclass(frozen=True, slots=True)
class Replies:
    """Answers people through this client."""

    client: AsyncWebClient

    async def answer(self, address: ReplyAddress, content: Content, *, replace: bool = False) -> None:
        """Say it to this person alone; where the short-lived address is spent, in a direct message.

        `replace` puts it in the place of what they pressed.
        """
        if address.response_url and await self._respond(address.response_url, content, replace=replace):
            return
        # Blocks can be refused, and a connection can break: an answer that comes twice is better than none.
        for blocks in ways_to_show(content):
            try:
                await self.client.chat_postMessage(channel=address.user, text=content.text, blocks=blocks)
            except TROUBLE as error:
                log.warning("answer.undeliverable", user=address.user, error=short(error))
            else:
                return

    async def send_file(self, user: str, document: Document) -> None:
        """Give a file to this person alone, in the direct messages; raises `UserError` where Slack does not take it."""
        try:
            channel = (await self.client.conversations_open(users=user))["channel"]["id"]
            await self.client.files_upload_v2(
                channel=channel, filename=document.name, title=document.name, content=document.content
            )
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            # A refused upload is no SlackApiError.
            raise UserError(f"Slack did not take the file {document.name} ({short(error)}).") from None

    async def _respond(self, url: str, content: Content, *, replace: bool) -> bool:
        webhook = AsyncWebhookClient(url, session=self.client.session)
        for blocks in ways_to_show(content):
            try:
                answer = await webhook.send(
                    text=content.text, blocks=blocks, response_type="ephemeral", replace_original=replace
                )
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                log.info("answer.response_url_failed", error=short(error))
                return False
            if answer.status_code == 200:
                return True
            log.info("answer.response_url_refused", status=answer.status_code, body=answer.body[:200])
            if "blocks" not in answer.body:
                return False
        return False
