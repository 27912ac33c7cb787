"""The global shortcut, direct messages, and the events that make the directory forget."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.modals import picker_view
from bot.slack.services import Person, Services

SHORTCUT = "ask_hubwarden"


def register(app: AsyncApp, services: Services) -> None:
    """Tie the shortcut and the events to what they do."""

    async def shortcut_chosen(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        person = Person(body["user"]["id"])

        async def work() -> None:
            await services.open_view(body["trigger_id"], picker_view(services.operations, channel=None), person)

        services.run(work(), person)

    async def message_received(event: dict[str, Any]) -> None:
        if event.get("channel_type") != "im" or event.get("subtype") or event.get("bot_id"):
            return
        person = Person(str(event["user"]))
        work = services.answer(person, services.help(""))
        services.run(work, person)

    async def group_changed(event: dict[str, Any]) -> None:
        services.directory.forget_group(str(event.get("subteam_id") or (event.get("subteam") or {}).get("id")))

    async def person_changed(event: dict[str, Any]) -> None:
        services.directory.forget_person(str((event.get("user") or {}).get("id")))

    app.shortcut(SHORTCUT)(shortcut_chosen)
    app.event("message")(message_received)
    app.event("subteam_members_changed")(group_changed)
    app.event("subteam_updated")(group_changed)
    app.event("user_change")(person_changed)
