"""Everybody in the workspace, asked for page by page, so that whoever changes their address was known before."""

import time
from collections.abc import Callable

import structlog

from bot.governance.people import DirectoryUnavailable
from bot.slack.directory import SlackDirectory

log = structlog.stdlib.get_logger(__name__)

ROUND_SECONDS = 3600.0
# Slack answers twenty a minute: https://docs.slack.dev/reference/methods/users.list
PAGES = 15


class Roll:
    """Goes through everybody once an hour, some pages at a time; where Slack does not answer, it goes on from there."""

    def __init__(self, directory: SlackDirectory, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._directory = directory
        self._monotonic = monotonic
        self._cursor = ""
        self._next_round = monotonic()

    async def call(self) -> bool:
        """Ask for the next pages; True where a round has come to its end."""
        if not self._cursor and self._monotonic() < self._next_round:
            return False
        try:
            return await self._ask()
        except DirectoryUnavailable:
            log.info("roll.interrupted")
            return False

    async def _ask(self) -> bool:
        for _ in range(PAGES):
            self._cursor = await self._directory.page_of_people(self._cursor)
            if not self._cursor:
                self._next_round = self._monotonic() + ROUND_SECONDS
                return True
        return False
