"""Answers to one person: beside what they did, in their direct messages, or as a file there."""

from dataclasses import dataclass, field

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.errors import UserError
from bot.operations.kit.base import Document
from bot.slack.blocks import Content
from bot.slack.client import TROUBLE, short
from bot.slack.refused import RefusedKinds

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """Where somebody is answered: through `response_url` where there is one, else in their direct messages.

    `channel` is where they were. Where they are answered there (`is_beside`), for them alone, `thread` is the one that
    they wrote in.
    """

    user: str
    channel: str | None = None
    response_url: str | None = None
    is_beside: bool = False
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Replies:
    """Answers people through this client; `refused` remembers what the workspace does not take."""

    client: AsyncWebClient
    refused: RefusedKinds = field(default_factory=RefusedKinds)

    async def answer(self, address: ReplyAddress, content: Content, *, replace: bool = False) -> None:
        """Say it to this person alone; where the short-lived address is spent, in a direct message.

        `replace` puts it in the place of what they pressed.
        """
        if address.response_url and await self._respond(address.response_url, content, replace=replace):
            return
        if address.is_beside and address.channel and await self._beside(address.channel, address, content):
            return
        # Blocks can be refused, and a connection can break: an answer that comes twice is better than none.
        for blocks in await self.refused.ways(content):
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

    async def _beside(self, channel: str, address: ReplyAddress, content: Content) -> bool:
        """Say it where they are, to them alone; False where Slack does not take it, as after they have left."""
        for blocks in await self.refused.ways(content):
            try:
                await self.client.chat_postEphemeral(
                    channel=channel, user=address.user, text=content.text, blocks=blocks, thread_ts=address.thread
                )
            except TROUBLE as error:
                log.info("answer.not_beside", error=short(error))
            else:
                return True
        return False

    async def _respond(self, url: str, content: Content, *, replace: bool) -> bool:
        webhook = AsyncWebhookClient(url, session=self.client.session)
        is_refused = False
        for blocks in await self.refused.ways(content):
            try:
                answer = await webhook.send(
                    text=content.text, blocks=blocks, response_type="ephemeral", replace_original=replace
                )
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                log.info("answer.response_url_failed", error=short(error))
                return False
            if answer.status_code == 200:
                if is_refused:
                    await self.refused.learn(content, blocks)
                return True
            log.info("answer.response_url_refused", status=answer.status_code, body=answer.body[:200])
            is_refused = "blocks" in answer.body
            if not is_refused:
                return False
        return False
