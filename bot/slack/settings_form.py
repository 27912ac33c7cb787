"""What each person wants to hear, and when: the form for it."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.slack.arrivals import Kind
from bot.slack.surface import Surface


def register(_app: AsyncApp, _surface: Surface) -> None:
    """Tie the form to what follows from it."""


KINDS: tuple[Kind[Any], ...] = ()
