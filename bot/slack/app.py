"""The Bolt app: every listener, and a last one for whatever no other takes."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import (
    alert_presses,
    channel_events,
    choices,
    commands,
    decisions,
    forms,
    greetings,
    home,
    links_shared,
    mentions,
    pages,
    people_events,
    picker,
    proposals,
    receipts,
    settings_form,
    shortcuts,
    talk,
)
from bot.slack.arrivals import Kind
from bot.slack.heard import remembering_events
from bot.slack.manifest import COMMAND
from bot.slack.sentences import SORRY
from bot.slack.surface import Surface

log = structlog.stdlib.get_logger(__name__)

EVERYTHING = re.compile(r"[\s\S]*")


PARTS = (
    *(commands, forms, picker, proposals, decisions, receipts, pages, settings_form, alert_presses),
    *(home, shortcuts, links_shared, greetings),
    *(talk, mentions, people_events, channel_events),
)
# Everything that is kept before it is acknowledged.
KINDS: tuple[Kind[Any], ...] = tuple(kind for part in PARTS for kind in part.KINDS)


def build_app(client: AsyncWebClient, surface: Surface) -> AsyncApp:
    """An app with all of our listeners; no error in one of them costs anybody an answer."""
    # Bolt polls for the ack every 10 ms otherwise; the work itself runs in tasks of ours.
    # And it looks for its name through every source file that is loaded, where it is given none.
    app = AsyncApp(name="hubwarden", client=client, process_before_response=True, ignoring_self_events_enabled=True)
    app.use(remembering_events(surface))
    for part in (*PARTS, choices):
        part.register(app, surface)
    catch_all(app)
    app.error(listener_failed)
    return app


def catch_all(app: AsyncApp) -> None:
    """Nothing unanswered runs into Slack's three seconds: these come last."""
    app.command(EVERYTHING)(acknowledging(text=f"Hubwarden listens to {COMMAND}. “{COMMAND} help” lists everything."))
    app.action(EVERYTHING)(acknowledging())
    app.shortcut(EVERYTHING)(acknowledging())
    app.options(EVERYTHING)(acknowledging(options=[]))
    app.view(EVERYTHING)(acknowledging())
    app.view_closed(EVERYTHING)(acknowledging())
    app.event(EVERYTHING)(acknowledging())


def acknowledging(**answer: Any) -> Callable[..., Awaitable[None]]:
    """A listener that only acks."""

    async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
        log.info("slack.unhandled", type=body.get("type"), command=body.get("command"))
        await ack(**answer)

    return listener


async def listener_failed(error: Exception, body: dict[str, Any]) -> BoltResponse:
    """A bug before the ack: the person reads a sentence instead of waiting for three seconds."""
    log.error("slack.listener_failed", exc_info=error, type=body.get("type"))
    return BoltResponse(status=200, body=SORRY if "command" in body else "")
