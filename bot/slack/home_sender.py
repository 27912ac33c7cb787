"""Publishes the app's home, as the outbox has it: one message for each person, changed in place for ever."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from slack_sdk.web.async_client import AsyncWebClient

from bot.outbox.destination import Destination
from bot.outbox.sender import Outgoing, Place
from bot.slack.budget import Budget
from bot.slack.sender import called

# What a person's home shows now, as a view; raises as `Sender.render`.
HomeView: TypeAlias = Callable[[str], Awaitable[dict[str, Any]]]
# What of the budget stays for cards: somebody waits for those.
FOR_CARDS = 20


class SlackHome:
    """The `Sender` for homes. To post and to change is the same call, so nothing has ever to be looked for.

    https://docs.slack.dev/reference/methods/views.publish
    """

    title = "Slack"
    pause_seconds: float = 1.0

    def __init__(self, client: AsyncWebClient, show: HomeView, *, budget: Budget) -> None:
        self._client = client
        self._show = show
        self._budget = budget

    def describe(self, destination: Destination) -> str:
        """Whose home."""
        return f"the home of {destination.address}"

    async def render(self, message: Outgoing) -> dict[str, Any]:
        """The view as of now."""
        return await self._show(message.destination.address)

    async def post(self, message: Outgoing, content: dict[str, Any]) -> Place:
        """Publish it; its place is the person, and the view's id."""
        return await self._publish(message.destination.address, content)

    async def update(self, place: Place, content: dict[str, Any]) -> None:
        """Publish it anew."""
        await self._publish(place.address, content)

    async def find(self, message: Outgoing) -> Place | None:
        """Nowhere: published twice is published once."""
        return None

    async def _publish(self, person: str, view: dict[str, Any]) -> Place:
        self._budget.take(reserve=FOR_CARDS)
        answer = await called(self._client, "views.publish", {"user_id": person, "view": view})
        return Place(person, str(answer["view"]["id"]))
