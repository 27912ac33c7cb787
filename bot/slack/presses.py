"""Buttons and menus that are pressed: kept, acknowledged, and handed to whoever knows what they mean."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.inbox.arrivals import NotStored
from bot.slack.arrivals import Kind, keep
from bot.slack.inputs import element_value
from bot.slack.replies import ReplyAddress
from bot.slack.sentences import error_message
from bot.slack.surface import Surface


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What was pressed: `value` is what the button carries or what was chosen, `metadata` that of the `view` around it.

    `trigger` opens one form, within three seconds. `is_ephemeral` is what stands in a message for one person alone.
    """

    value: str
    trigger: str
    view: str | None = None
    metadata: str = ""
    is_ephemeral: bool = False


def pressed(surface: Surface, kind: Kind[Press]) -> Callable[..., Awaitable[None]]:
    """A listener that keeps the press as one of this kind, and acks."""

    async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
        channel = (body.get("channel") or {}).get("id")
        address = ReplyAddress(body["user"]["id"], channel, body.get("response_url"))
        await keep_or_tell(surface, kind, press_of(body), key=body["trigger_id"], address=address)
        await ack()

    return listener


async def keep_or_tell(surface: Surface, kind: Kind[Any], sent: object, *, key: str, address: ReplyAddress) -> None:
    """Keep it; where that fails, the person is told at once."""
    try:
        await keep(surface, kind, sent, key=key, address=address)
    except NotStored as error:
        await surface.replies.answer(address, error_message(error))


def press_of(body: dict[str, Any]) -> Press:
    """The press as Slack delivers it: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload"""
    action, view = body["actions"][0], body.get("view") or {}
    return Press(
        value=str(element_value(action) or ""),
        trigger=str(body["trigger_id"]),
        view=view.get("id"),
        metadata=str(view.get("private_metadata") or ""),
        is_ephemeral=bool((body.get("container") or {}).get("is_ephemeral")),
    )
