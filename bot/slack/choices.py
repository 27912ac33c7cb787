"""Answers the menus of forms with what Docker Hub really has, within Slack's three seconds."""

import asyncio
import time
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.errors import UserError
from bot.governance.requests import lookups
from bot.governance.requests.authority import require_somebody
from bot.operations.kit.base import Choices, Lookup, field_named, marker_of
from bot.slack.commands import metadata_of
from bot.slack.modals import CHOICE, OPTION_VALUE, element_value, option
from bot.slack.services import Services

log = structlog.stdlib.get_logger(__name__)

SECONDS = 2.2
FRESH_SECONDS = 30.0
REMEMBERED = 500


class ChoiceCache:
    """What Docker Hub answered lately, for a menu that asks at every letter."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known: dict[tuple[Hashable, ...], tuple[float, Sequence[str]]] = {}

    async def find(self, choices: Choices, lookup: Lookup) -> Sequence[str]:
        """The values for a field, at most half a minute old."""
        key = (choices.find, lookup.organization, lookup.typed, *sorted(lookup.values.items()))
        known = self._known.get(key)
        if known and known[0] > time.monotonic():
            return known[1]
        found = await lookups.choices(self._services.context, choices, lookup)
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
                operation = services.operation(metadata_of(body)["operation"])
                await require_somebody(services.context, operation, body["user"]["id"])
                found = await find_values(cache, services, body, typed)
        except (TimeoutError, UserError) as error:
            log.info("choices.unavailable", error=type(error).__name__)
            found = ()
        values = [value for value in found if len(value) <= OPTION_VALUE][:99]
        if typed and len(typed) <= OPTION_VALUE and typed not in values:
            # Docker Hub may be slow: what was typed is always on offer, and checked like any text.
            values.append(typed)
        await ack(options=[option(value) for value in values])

    app.options(CHOICE)(menu_opened)


async def find_values(cache: ChoiceCache, services: Services, body: Mapping[str, Any], typed: str) -> Sequence[str]:
    """What the menu that asks has on offer; nothing where it is no menu of ours any more."""
    operation = services.operation(metadata_of(body)["operation"])
    info = field_named(operation.params, str(body["block_id"]))
    choices = marker_of(info, Choices) if info else None
    if choices is None:
        return ()
    organization = chosen(body, "organization") or services.organizations[0]
    values = {name: value for name in choices.given if (value := chosen(body, name))}
    return await cache.find(choices, Lookup(organization, typed, values))


def chosen(body: Mapping[str, Any], name: str) -> str:
    """What the form's input of this name holds so far; empty where there is none."""
    state = ((body.get("view") or {}).get("state") or {}).get("values") or {}
    return next((str(element_value(element) or "") for element in state.get(name, {}).values()), "")
