"""The buttons below an alert: looking after it, and asking for it to be taken back."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.slack.arrivals import Kind
from bot.slack.surface import Surface


def register(_app: AsyncApp, _surface: Surface) -> None:
    """Tie the buttons to what follows from it."""


KINDS: tuple[Kind[Any], ...] = ()
