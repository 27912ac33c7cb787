"""Menus that ask Docker Hub: what matches, what was typed, and nothing for those who may not ask."""

import json
from typing import Any

import pytest

from bot.slack.choices import FRESH_SECONDS, MAX_FOUND, offered
from bot.slack.inputs import OPTION_VALUE
from sandbox.slack import View
from sandbox.slack.transport.envelopes import Acked
from tests.slack.conftest import Desk


async def form_of(desk: Desk, line: str, title: str, user: str = "U0ANN") -> View:
    """The form that the command opens."""
    await desk.person(user).command(line)
    return await desk.person(user).wait_for_view(title)


async def shown(desk: Desk, form: View, name: str, typed: str = "", **more: Any) -> list[str]:
    """The menu's entries."""
    return [option["value"] for option in await desk.ann.options(form, name, typed, **more)]


def asked(desk: Desk, path: str) -> int:
    """How often Docker Hub was asked."""
    return len([one for one in desk.hub.requests if one.path == path])


@pytest.mark.parametrize(
    ("found", "typed", "values"),
    [
        ((), "", []),
        ((), "web", ["web"]),
        (("api", "web"), "web", ["api", "web"]),
        (("api",), "web", ["api", "web"]),
        (("x" * 151, "api"), "", ["api"]),
        ((), "x" * 151, []),
    ],
)
def test_what_was_typed_is_on_offer_once_and_what_slack_does_not_take_is_not(
    found: tuple[str, ...], typed: str, values: list[str]
) -> None:
    assert offered(found, typed) == values


def test_a_menu_has_room_for_a_hundred_with_what_was_typed() -> None:
    found = [f"v{number}" for number in range(200)]
    assert offered(found, "") == found[:MAX_FOUND]
    assert offered(found, "typed") == [*found[:MAX_FOUND], "typed"]
    assert len(offered(found, "typed")) == 100
    assert OPTION_VALUE == 150


async def test_a_menu_shows_what_docker_hub_has(desk: Desk) -> None:
    form = await form_of(desk, "/hub repo immutable set", "Set immutable tags")
    assert (await shown(desk, form, "repository", "mail"))[:2] == ["mail-service", "mail-tools"]
    assert desk.slack.violations == []


async def test_the_same_letters_are_looked_up_once_in_half_a_minute(desk: Desk) -> None:
    form = await form_of(desk, "/hub team member add", "Add to team")
    address = "/v2/orgs/acme/groups"
    for _ in range(3):
        await shown(desk, form, "team", "back")
    once = asked(desk, address)
    assert once >= 1
    await shown(desk, form, "team", "data")
    assert asked(desk, address) == 2 * once
    assert FRESH_SECONDS == 30


async def test_a_menu_looks_at_what_else_the_form_holds(desk: Desk) -> None:
    form = await form_of(desk, "/hub tag show", "Show a tag")
    assert await shown(desk, form, "tag") == []
    chosen = {"text": {"type": "plain_text", "text": "api"}, "value": "api"}
    assert "latest" in await shown(desk, form, "tag", state={"repository": {"choice": chosen}})


@pytest.mark.parametrize("trouble", ["hub", "slack"])
async def test_where_nobody_answers_what_was_typed_is_still_on_offer(desk: Desk, trouble: str) -> None:
    form = await form_of(desk, "/hub team member add", "Add to team")
    if trouble == "hub":
        await desk.hub.stop()
    else:
        desk.surface.directory.forget_person("U0ANN")
        desk.slack.faults.add("users.info", drop=True, times=9)
    assert await shown(desk, form, "team", "back") == ["back"]


async def suggestion(desk: Desk, user: str, operation: str, block: str) -> Any:
    """What a menu is answered that somebody opens by hand, whatever form they are in."""
    view = {"private_metadata": json.dumps({"operation": operation, "channel": None}), "state": {"values": {}}}
    body = {
        "type": "block_suggestion",
        "user": {"id": user, "team_id": "T0ACME"},
        "action_id": "choice",
        "block_id": block,
        "value": "",
        "view": view,
    }
    outcome = await desk.slack.sockets.deliver("interactive", body, accepts_payload=True)
    assert isinstance(outcome, Acked)
    return outcome.payload


async def test_a_guest_learns_no_names_not_even_remembered_ones(desk: Desk) -> None:
    assert (await suggestion(desk, "U0ANN", "team.member.add", "team"))["options"]
    assert await suggestion(desk, "U0GUS", "team.member.add", "team") == {"options": []}


@pytest.mark.parametrize("block", ["role", "nothing"])
async def test_a_field_that_has_no_menu_is_answered_with_nothing(desk: Desk, block: str) -> None:
    assert await suggestion(desk, "U0ANN", "invite.send", block) == {"options": []}
