"""Links to Docker Hub that people share: shown with what whoever shares them may see."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.slack.arrivals import Kind
from bot.slack.surface import Surface


def register(_app: AsyncApp, _surface: Surface) -> None:
    """Tie a shared link to what follows from it."""


KINDS: tuple[Kind[Any], ...] = ()
