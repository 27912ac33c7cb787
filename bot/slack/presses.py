"""A button or menu that is pressed: acknowledged at once, and handed to a task of ours."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface

Handler: TypeAlias = Callable[[Surface, ReplyAddress, dict[str, Any]], Awaitable[None]]


def pressed(surface: Surface, handler: Handler) -> Callable[..., Awaitable[None]]:
    """A listener that acks and has the press handled; the handler may raise `UserError`."""

    async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        channel = (body.get("channel") or {}).get("id")
        address = ReplyAddress(body["user"]["id"], channel, body.get("response_url"))

        async def work() -> None:
            await handler(surface, address, body)

        surface.tasks.run(work(), address)

    return listener


def value_of(body: dict[str, Any]) -> str:
    """What the button that was pressed carries."""
    return str(body["actions"][0].get("value", ""))
