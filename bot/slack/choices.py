"""Answers the menus of forms with what Docker Hub really has, within Slack's three seconds."""

import asyncio
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import structlog
from cachetools import TTLCache
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.errors import UserError
from bot.governance.requests import lookups
from bot.governance.requests.authority import require_somebody
from bot.operations.kit.base import Choices, Lookup, field_named, marker_of
from bot.slack.inputs import CHOICE, OPTION_VALUE, element_value, option
from bot.slack.modals import metadata_of
from bot.slack.remembering import remembered
from bot.slack.surface import Surface

log = structlog.stdlib.get_logger(__name__)

# Slack gives up after three seconds, the way there and back included.
SECONDS = 2.2
# A menu asks at every letter.
FRESH_SECONDS = 30.0
REMEMBERED = 500
# Slack takes 100; one place is left for what was typed.
MAX_FOUND = 99


Memory: TypeAlias = TTLCache[tuple[Hashable, ...], Sequence[str]]


def register(app: AsyncApp, surface: Surface, *, monotonic: Callable[[], float] = time.monotonic) -> None:
    """Tie every menu of ours to its values."""
    memory: Memory = TTLCache(REMEMBERED, FRESH_SECONDS, timer=monotonic)

    async def menu_opened(ack: AsyncAck, body: dict[str, Any]) -> None:
        typed = str(body.get("value") or "").strip()
        try:
            async with asyncio.timeout(SECONDS):
                found = await find_values(surface, memory, body, typed)
        except (TimeoutError, UserError) as error:
            log.info("choices.unavailable", error=type(error).__name__)
            found = ()
        await ack(options=[option(value) for value in offered(found, typed)])

    app.options(CHOICE)(menu_opened)


def offered(found: Sequence[str], typed: str) -> list[str]:
    """What the menu shows: what was found, as far as Slack takes it, and what was typed."""
    values = [value for value in found if len(value) <= OPTION_VALUE][:MAX_FOUND]
    if typed and len(typed) <= OPTION_VALUE and typed not in values:
        # Docker Hub may be slow: what was typed is always on offer, and checked like any text.
        values.append(typed)
    return values


async def find_values(surface: Surface, memory: Memory, body: Mapping[str, Any], typed: str) -> Sequence[str]:
    """What the menu that asks has on offer; nothing where it is no menu of ours any more. Raises `UserError`."""
    operation = surface.operation(metadata_of(body)["operation"])
    # Remembered or not, whoever may not ask for the operation learns nothing from its menus.
    await require_somebody(surface.context, operation, body["user"]["id"])
    info = field_named(operation.params, str(body["block_id"]))
    choices = marker_of(info, Choices) if info else None
    if choices is None:
        return ()
    organization = chosen(body, "organization") or surface.vocabulary.organization
    values = {name: value for name in choices.given if (value := chosen(body, name))}
    lookup = Lookup(organization, typed, values)
    key = (choices.find, organization, typed, *sorted(values.items()))
    return await remembered(memory, key, partial(lookups.choices, surface.context, choices, lookup))


def chosen(body: Mapping[str, Any], name: str) -> str:
    """What the form's input of this name holds so far; empty where there is none."""
    state = ((body.get("view") or {}).get("state") or {}).get("values") or {}
    return next((str(element_value(element) or "") for element in state.get(name, {}).values()), "")
