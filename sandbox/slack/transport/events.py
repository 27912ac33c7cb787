"""The Events API over Socket Mode: https://docs.slack.dev/apis/events-api"""

import copy
from typing import Any

from sandbox.slack.parts import Parts
from sandbox.slack.workspace.state import Json, fresh_id

VERIFICATION_TOKEN = "sandbox-verification-token"  # noqa: S105  Slack's deprecated one; nobody checks it


def emit(parts: Parts, name: str, event: Json, *, external: bool = False) -> None:
    """Send an event if the app subscribed to it; `name` is the subscription, such as `message.im`.

    `external`: it is of a channel that is shared with another company.
    """
    if parts.app.wants(name):
        parts.sockets.spawn(_send(parts, copy.deepcopy(event), external=external))


async def _send(parts: Parts, event: Json, *, external: bool) -> None:
    team, app = parts.workspace.team, parts.app
    authorization: dict[str, Any] = {
        "enterprise_id": team.enterprise or None,
        "team_id": team.id,
        "user_id": app.bot_user_id,
    }
    payload = {
        "token": VERIFICATION_TOKEN,
        "team_id": team.id,
        "api_app_id": app.id,
        "event": event,
        "type": "event_callback",
        "event_id": fresh_id("Ev"),
        "event_time": parts.workspace.seconds(),
        "authorizations": [{**authorization, "is_bot": True, "is_enterprise_install": team.is_org_install}],
        "is_ext_shared_channel": external,
        "event_context": fresh_id("4-", 40),
    }
    await parts.sockets.deliver("events_api", payload)
