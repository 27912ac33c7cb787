"""The menu of everything: opened by the global shortcut, and turned into the form of what is picked."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.manifest import SHORTCUT
from bot.slack.modals import PICK, element_value, form_view, metadata_of, picker_view
from bot.slack.presses import pressed
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the shortcut and the menu to what they do."""

    async def shortcut_chosen(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        address = ReplyAddress(body["user"]["id"])
        view = picker_view(surface.vocabulary.operations, channel=None)
        surface.tasks.run(surface.views.open(body["trigger_id"], view, address), address)

    app.shortcut(SHORTCUT)(shortcut_chosen)
    app.action(PICK)(pressed(surface, open_picked_form))


async def open_picked_form(surface: Surface, address: ReplyAddress, body: dict[str, Any]) -> None:
    """Turn the picker into the form of what was picked."""
    operation = surface.operation(str(element_value(body["actions"][0])))
    channel = metadata_of(body)["channel"]
    view = form_view(operation, {}, "", organizations=surface.organizations, channel=channel)
    await surface.views.update(body["view"]["id"], view)
