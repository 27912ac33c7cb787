"""The menu of everything: from the command or the shortcut to the form of what is picked."""

import json

import pytest

from bot.operations import OPERATIONS
from tests.slack.conftest import Desk
from tests.slack.picking import MENU, pick


@pytest.mark.parametrize("way", ["command", "shortcut"])
async def test_the_menu_becomes_the_form_of_what_is_picked(desk: Desk, way: str) -> None:
    await (desk.ann.command("/hub") if way == "command" else desk.ann.shortcut("ask_hubwarden"))
    picker = await desk.ann.wait_for_view(MENU)
    assert (await pick(desk.ann, picker, "team.member.add")).ok
    form = await desk.ann.wait_for_view("Add a member to a team.")
    assert form.id == picker.id
    remembered = json.loads(form.body["private_metadata"])
    assert remembered == {"operation": "team.member.add", "channel": "C0GENERAL" if way == "command" else None}
    assert desk.slack.violations == []


async def test_everything_is_on_the_menu_once(desk: Desk) -> None:
    await desk.ann.shortcut("ask_hubwarden")
    shown = await desk.ann.options(await desk.ann.wait_for_view(MENU), "pick")
    assert sorted(entry["value"] for entry in shown) == sorted(operation.name for operation in OPERATIONS)
    assert shown[0]["value"] == "member.list"
    assert desk.slack.violations == []


@pytest.mark.parametrize(
    ("typed", "first"),
    [("make owner", "member.role"), ("lock tags", "repo.immutable.set"), ("KICK", "member.remove"), ("nonsense", None)],
)
async def test_the_menu_finds_what_people_call_it(desk: Desk, typed: str, first: str | None) -> None:
    await desk.ann.shortcut("ask_hubwarden")
    shown = await desk.ann.options(await desk.ann.wait_for_view(MENU), "pick", typed)
    assert [entry["value"] for entry in shown[:1]] == ([first] if first else [])
    assert desk.slack.violations == []


async def test_a_menu_that_is_closed_meanwhile_leaves_nothing_behind(desk: Desk) -> None:
    await desk.ann.shortcut("ask_hubwarden")
    picker = await desk.ann.wait_for_view(MENU)
    held = desk.slack.hold("views.update")
    await pick(desk.ann, picker, "team.list")
    await held.arrived()
    await desk.ann.close(picker)
    held.release()
    await desk.settled()
    assert desk.ann.view is None
    assert desk.ann.messages(desk.ann.direct_channel) == []


async def test_a_shortcut_that_slack_was_slow_with_is_said(desk: Desk) -> None:
    desk.slack.faults.add("views.open", error="expired_trigger_id", times=9)
    await desk.ann.shortcut("ask_hubwarden")
    await desk.told(desk.ann, "Slack was slow, and its form can no longer be opened.")
