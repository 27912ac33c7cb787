"""The app's home: opening it, and what can be pressed there."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.slack.arrivals import Kind
from bot.slack.surface import Surface


def register(_app: AsyncApp, _surface: Surface) -> None:
    """Tie the home to what follows from it."""


KINDS: tuple[Kind[Any], ...] = ()
