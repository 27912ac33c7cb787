"""What people write to the bot where others read it too: the app, mentioned in a channel."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.slack.arrivals import Kind
from bot.slack.surface import Surface


def register(_app: AsyncApp, _surface: Surface) -> None:
    """Tie a mention to what follows from it."""


KINDS: tuple[Kind[Any], ...] = ()
