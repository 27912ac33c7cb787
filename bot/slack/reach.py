"""Slack asked who is who from outside of the bot: by a command in a terminal, where there is a token for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from bot.governance.people import Directory
from bot.settings import TerminalSettings
from bot.slack.client import build_client
from bot.slack.directory import Hear, SlackDirectory

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)


@asynccontextmanager
async def reached(settings: TerminalSettings, hear: Hear) -> AsyncIterator[Directory | None]:
    """A directory that asks Slack; None where the settings have no token. `hear` is told of whom Slack tells of."""
    if settings.slack_bot_token is None:
        yield None
        return
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        client = build_client(settings.slack_bot_token, url=settings.slack_api_url, session=session)
        yield SlackDirectory(client, workspace=settings.slack_workspace, hear=hear)
