"""Remembers which kinds of events Slack tells of: a surface whose event never comes is not installed."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.governance.events_heard import note_heard
from bot.slack.features import EVENTS
from bot.slack.surface import Surface


def remembering_events(surface: Surface) -> Callable[..., Awaitable[None]]:
    """A middleware that notes the first event of each kind that some surface lives on; once a process."""
    known: set[str] = set()

    async def note_event(body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002  Bolt's name
        event = event_of(body)
        if event in EVENTS and event not in known and await note_heard(surface.context, event):
            known.add(event)
        await next()

    return note_event


def event_of(body: dict[str, Any]) -> str:
    """The event's name as manifests have it; empty for what is none."""
    event = body.get("event") or {}
    name = str(event.get("type") or "")
    return f"message.{event.get('channel_type')}" if name == "message" else name
