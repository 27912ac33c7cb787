"""Publishes the app's home, as the outbox has it: one message for each person, changed in place for ever."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.governance.people import DirectoryUnavailable
from bot.outbox.destination import Destination
from bot.outbox.sender import Outgoing, Place, Refused, Unclear
from bot.slack.budget import Budget
from bot.slack.sender import called

log = structlog.stdlib.get_logger(__name__)

# What of the budget stays for cards: somebody waits for those.
FOR_CARDS = 20
# Where Slack does not give the person's view an id of its own to be found by.
NOWHERE = "-"

HomeView: TypeAlias = Callable[[str], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What homes show: `view` is what a person's shows now, and may raise `DirectoryUnavailable`.

    `digest` is that of what stands there, None where that is not known; `note` keeps it.
    """

    view: HomeView
    digest: Callable[[str], Awaitable[str | None]]
    note: Callable[[str, str | None], Awaitable[None]]


class SlackHome:
    """The `Sender` for homes. To post and to change is the same call, so nothing has ever to be looked for.

    Nothing is asked of Slack where the home shows what it should. Whom Slack shows no home, since the app has none or
    since they have left, is no administrator's trouble: it is tried again when they open it.
    https://docs.slack.dev/reference/methods/views.publish
    """

    title = "Slack"
    pause_seconds: float = 1.0

    def __init__(self, client: AsyncWebClient, shown: Shown, *, budget: Budget) -> None:
        self._client = client
        self._shown = shown
        self._budget = budget

    def describe(self, destination: Destination) -> str:
        """Whose home."""
        return f"the home of {destination.address}"

    async def render(self, message: Outgoing) -> dict[str, Any] | None:
        """The view as of now; None where Slack does not say who they are."""
        try:
            return await self._shown.view(message.destination.address)
        except DirectoryUnavailable:
            return None

    async def post(self, message: Outgoing, content: dict[str, Any] | None) -> Place:
        """Publish it; its place is the person, and the view's id."""
        return await self._publish(message.destination.address, content)

    async def update(self, place: Place, content: dict[str, Any] | None) -> None:
        """Publish it anew, where it is another one than what stands there."""
        if content is None or await self._shown.digest(place.address) != digest_of(content):
            await self._publish(place.address, content)

    async def retire(self, place: Place) -> None:
        """A home stays where it is."""

    async def find(self, message: Outgoing) -> Place | None:
        """Nowhere: published twice is published once."""
        return None

    async def _publish(self, person: str, view: dict[str, Any] | None) -> Place:
        if view is None:
            raise Unclear("Slack does not say who it is")
        self._budget.take(reserve=FOR_CARDS)
        # Should the answer get lost, nobody knows which of the two stands there.
        await self._shown.note(person, None)
        try:
            answer = await called(self._client, "views.publish", {"user_id": person, "view": view})
        except Refused as error:
            if error.trouble is not None:
                raise
            log.warning("home.refused", person=person, code=error.code)
            return Place(person, NOWHERE)
        await self._shown.note(person, digest_of(view))
        return Place(person, str(answer["view"]["id"]))


def digest_of(view: dict[str, Any]) -> str:
    """What tells one view from another."""
    return hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
