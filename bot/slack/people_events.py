"""What Slack tells of people and groups by itself: changes that make the directory forget."""

from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp

from bot.governance.people import DirectoryUnavailable
from bot.slack.arrivals import Kind
from bot.slack.surface import Surface

log = structlog.stdlib.get_logger(__name__)


def register(app: AsyncApp, surface: Surface) -> None:
    """Tie the events to what follows from them."""

    async def group_changed(event: dict[str, Any]) -> None:
        surface.directory.forget_group(str(event.get("subteam_id") or (event.get("subteam") or {}).get("id")))

    async def person_changed(event: dict[str, Any]) -> None:
        try:
            await surface.directory.changed(event.get("user") or {})
        except DirectoryUnavailable:
            log.info("slack.change_not_kept")

    app.event("subteam_members_changed")(group_changed)
    app.event("subteam_updated")(group_changed)
    app.event("user_change")(person_changed)
    app.event("team_join")(person_changed)


KINDS: tuple[Kind[Any], ...] = ()
