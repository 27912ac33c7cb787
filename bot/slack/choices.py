"""Answers the menus of forms with what Docker Hub really has, within Slack's three seconds."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.errors import UserError
from bot.slack.commands import metadata_of
from bot.slack.modals import CHOICE, element_value, option
from bot.slack.services import Services

log = structlog.stdlib.get_logger(__name__)

SECONDS = 2.2
FRESH_SECONDS = 30.0
REMEMBERED = 500


class ChoiceCache:
    """What Docker Hub answered lately, for a menu that asks at every letter."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known: dict[tuple[str, ...], tuple[float, Sequence[str]]] = {}

    async def find(self, operation: str, field_name: str, organization: str, typed: str) -> Sequence[str]:
        """The values for a field, at most half a minute old."""
        key = (operation, field_name, organization, typed)
        known = self._known.get(key)
        if known and known[0] > time.monotonic():
            return known[1]
        found = await self._services.requests.choices(
            self._services.operation(operation), field_name, organization, typed
        )
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[key] = (time.monotonic() + FRESH_SECONDS, found)
        return found


def register(app: AsyncApp, services: Services) -> None:
    """Tie every menu of ours to its values."""
    cache = ChoiceCache(services)

    async def menu_opened(ack: AsyncAck, body: dict[str, Any]) -> None:
        typed = str(body.get("value") or "").strip()
        try:
            async with asyncio.timeout(SECONDS):
                found = await cache.find(
                    metadata_of(body)["operation"], body["block_id"], organization_of(services, body), typed
                )
        except (TimeoutError, UserError) as error:
            log.info("choices.unavailable", error=type(error).__name__)
            found = ()
        values = [value for value in found if len(value) <= 75][:99]
        if typed and len(typed) <= 75 and typed not in values:
            # Docker Hub may be slow: what was typed is always on offer, and checked like any text.
            values.append(typed)
        await ack(options=[option(value) for value in values])

    app.options(CHOICE)(menu_opened)


def organization_of(services: Services, body: dict[str, Any]) -> str:
    """The organization that the form has chosen; the default where it has no such input."""
    state = ((body.get("view") or {}).get("state") or {}).get("values") or {}
    for element in state.get("organization", {}).values():
        if chosen := element_value(element):
            return str(chosen)
    return services.organizations[0]
