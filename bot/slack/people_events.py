"""What Slack tells of people and groups by itself: changes that make the directory forget, and people who leave."""

from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp

from bot.governance.departures import offer_offboarding
from bot.governance.people import DirectoryUnavailable
from bot.inbox.arrivals import Lane
from bot.slack.arrivals import Kind, as_before, in_lane
from bot.slack.presses import keep_or_tell
from bot.slack.replies import ReplyAddress
from bot.slack.surface import Surface

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody was deactivated in Slack."""

    person: str


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the events to what follows from them."""

    async def group_changed(event: dict[str, Any]) -> None:
        surface.directory.forget_group(str(event.get("subteam_id") or (event.get("subteam") or {}).get("id")))

    async def person_changed(event: dict[str, Any]) -> None:
        try:
            await surface.directory.changed(event.get("user") or {})
        except DirectoryUnavailable:
            log.info("slack.change_not_kept")

    async def person_left_or_changed(event: dict[str, Any], body: dict[str, Any]) -> None:
        await person_changed(event)
        user = event.get("user") or {}
        if user.get("deleted") and not user.get("is_bot"):
            key, person = str(body.get("event_id") or event.get("event_ts")), str(user["id"])
            await keep_or_tell(surface, LEFT, Left(person), key=key, address=ReplyAddress(person))

    app.event("subteam_members_changed")(group_changed)
    app.event("subteam_updated")(group_changed)
    app.event("user_change")(person_left_or_changed)
    app.event("team_join")(person_changed)


async def offer_to_offboard(surface: Surface, _address: ReplyAddress, left: Left) -> None:
    """The administrators are offered it, where Docker Hub still has them."""
    await offer_offboarding(surface.context, left.person)


LEFT = Kind(
    name="left", sent=Left, lane=in_lane(Lane.READS), work=offer_to_offboard, resume=as_before(offer_to_offboard)
)
KINDS: tuple[Kind[Any], ...] = (LEFT,)
