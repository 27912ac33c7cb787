"""Shows a new token to its requester alone, in a message that Slack keeps nowhere."""

import structlog
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.blocks import section
from bot.slack.client import TROUBLE, short
from bot.slack.text import code, escape

log = structlog.stdlib.get_logger(__name__)


class SlackCourier:
    """A `Courier` through ephemeral messages, which are in no history, export or search.

    https://docs.slack.dev/reference/methods/chat.postEphemeral
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def hand_over(self, user: str, text: str, secret: SecretStr) -> bool:
        """Show it in the direct messages with the bot."""
        said = (
            f"{escape(text)}\n{code(secret.get_secret_value())}\nThis disappears, and is stored nowhere: copy it now."
        )
        try:
            opened = await self._client.conversations_open(users=user)
            await self._client.chat_postEphemeral(
                channel=opened["channel"]["id"], user=user, text=said, blocks=[section(said)]
            )
        except TROUBLE as error:
            log.warning("secret.undeliverable", user=user, error=short(error))
            return False
        return True
