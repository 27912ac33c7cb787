"""Every kind of message has words in Slack, from its request's row or from its payload."""

from typing import Any

import pytest

from bot.governance.ledger.lifecycle import Status
from bot.governance.views import RequestView
from bot.operations import BY_NAME as OPERATIONS
from bot.outbox.destination import slack_channel
from bot.outbox.kinds import HOME, KINDS, Kind
from bot.outbox.sender import Outgoing
from bot.slack.rendering import RENDERERS, OfReader, OfRequest, Rendering
from bot.slack.spoken import missing_from
from tests.slack.samples import NOW, flaws, request_view

INVITE = OPERATIONS["invite.send"]
ALERT = {
    "severity": "info",
    "title": "A repository was deleted",
    "organization": "acme",
    "action": "repo.delete",
    "rule": "r",
    "at": "2026-11-23T12:00:00Z",
    "text": "omarh deleted acme/web",
}
LIMIT = {"family": "orgs", "limit": 600, "remaining": 3, "reset_at": NOW.isoformat()}
SAYS: dict[str, tuple[dict[str, Any], str]] = {
    "card": ({}, "Request 7 · acme"),
    "result": ({}, "Your request is done"),
    "alert": (ALERT, "omarh deleted acme/web"),
    "limit_begin": (LIMIT, "is nearly spent"),
    "limit_end": (LIMIT, "has recovered"),
    "notice": ({"text": "look here"}, "look here"),
    "ask": ({}, "Request 7 · acme"),
    "reminder": ({}, "Request 7 · acme"),
    "log": ({"text": "<@U0OMAR> approved it."}, "approved it."),
    "alert_more": (ALERT, "omarh deleted acme/web"),
    "limit": ({"families": ["teams"], "since": NOW.isoformat()}, "Docker Hub slows us down"),
    "welcome": ({"to": "channel", "organizations": ["acme"], "approvals": "C0APPROVALS"}, "`/hub` asks for a change"),
    "leaver": (
        {
            "person": "U0JANE",
            "organization": "acme",
            "docker_id": "janedoe",
            "operation": "member.offboard",
            "values": {"person": "janedoe"},
        },
        "is still in `acme` on Docker Hub as `janedoe`",
    ),
}


def message(kind: str, payload: dict[str, Any], *, request_id: int | None = 7) -> Outgoing:
    """A message of this kind."""
    return Outgoing(
        key="k",
        kind=kind,
        destination=slack_channel("C0X"),
        created_at=NOW,
        request_id=request_id,
        payload=payload,
    )


async def view(number: int) -> RequestView:
    """Request 7, which is done."""
    assert number == 7
    return request_view(INVITE, Status.SUCCEEDED)


# Homes are views, and another sender's.
SENT = tuple(kind for kind in KINDS if kind is not HOME)
RENDERING = Rendering(view=view, operations=OPERATIONS)


def test_every_kind_has_a_renderer_and_every_renderer_a_kind() -> None:
    assert set(RENDERERS) == {kind.name for kind in SENT}


@pytest.mark.parametrize("kind", SENT, ids=lambda kind: kind.name)
def test_what_is_told_from_a_request_is_rendered_from_it(kind: Kind) -> None:
    assert isinstance(RENDERERS[kind.name], OfRequest | OfReader) == kind.of_request


@pytest.mark.parametrize("kind", SENT, ids=lambda kind: kind.name)
async def test_every_kind_says_what_it_is_for_as_slack_takes_it(kind: Kind) -> None:
    payload, words = SAYS[kind.name]
    content = await RENDERING.content(message(kind.name, payload))
    assert words in content.text
    assert missing_from(content.text, content.blocks) == []
    assert flaws(content) == []


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("kind of tomorrow", {}),
        ("alert", {}),
        ("alert", ALERT | {"at": "noon"}),
        ("alert", ALERT | {"at": 7}),
        ("limit_begin", {}),
        ("limit_begin", LIMIT | {"remaining": None}),
        ("notice", {}),
    ],
)
async def test_what_this_version_cannot_say_is_an_error_that_delivery_knows(kind: str, payload: dict[str, Any]) -> None:
    with pytest.raises((LookupError, TypeError, ValueError)):
        await RENDERING.content(message(kind, payload))


async def test_a_card_without_its_request_cannot_be_said() -> None:
    with pytest.raises(LookupError, match="k names no request"):
        await RENDERING.content(message("card", {}, request_id=None))


async def test_a_request_on_an_operation_of_another_version_cannot_be_said() -> None:
    with pytest.raises(LookupError):
        await Rendering(view=view, operations={}).content(message("card", {}))
