"""What Slack tells of channels by itself: that the bot was let into one."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.slack.arrivals import Kind
from bot.slack.surface import Surface


def register(_app: AsyncApp, _surface: Surface) -> None:
    """Tie such an event to what follows from it."""


KINDS: tuple[Kind[Any], ...] = ()
