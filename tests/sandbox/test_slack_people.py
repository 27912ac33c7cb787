"""People of every kind: guests, other apps, colleagues of another workspace, another company; and their languages."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.slack import NotPossibleError, SlackSandbox
from sandbox.world import read_world
from tests.contract.slack import answer_schema, breaches, event_schema, payload_schema
from tests.sandbox.slack_support import manifest, raw_socket, web_client

Json = dict[str, Any]
EXAMPLE = Path(__file__).parents[2] / "sandbox" / "example-world.yml"
SUPPLIERS = "C0SUPPLIERS"


@pytest.fixture
async def northwind(clock: Clock) -> AsyncIterator[SlackSandbox]:
    """The example's workspace, where somebody of every kind is."""
    sandbox = SlackSandbox(clock=clock, manifest=manifest(), world=read_world(EXAMPLE, app="Hubwarden"))
    sandbox.app.events |= {"message.channels"}
    sandbox.limits.enabled = False
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def caller(northwind: SlackSandbox) -> AsyncIterator[AsyncWebClient]:
    """Slack's own client, there."""
    async with web_client(northwind) as found:
        yield found


async def told_of(client: AsyncWebClient, user_id: str) -> Json:
    """What the app is told of somebody."""
    answer = await client.users_info(user=user_id, include_locale=True)
    assert breaches(answer.data, answer_schema("users.info")) == []
    found: Json = answer["user"]
    return found


async def test_each_kind_is_told_apart(caller: AsyncWebClient) -> None:
    ida, gil, sol, freya, eve, robot = [
        await told_of(caller, f"U0{name}") for name in ("IDA", "GIL", "SOL", "FREYA", "EVE", "DEPLOY")
    ]
    assert [(one["is_restricted"], one["is_ultra_restricted"]) for one in (ida, gil, sol)] == [
        (False, False), (True, False), (True, True),
    ]  # fmt: skip
    assert (robot["is_bot"], "email" in robot["profile"]) == (True, False)
    assert {one["team_id"] for one in (ida, gil, sol, robot)} == {"T0NORTHWIND"}
    assert (freya["team_id"], freya["enterprise_user"]["enterprise_id"]) == ("T0NORTHWINDSISTER", "E0NORTHWIND")
    assert ida["enterprise_user"]["enterprise_id"] == "E0NORTHWIND"
    assert (eve["team_id"], eve["is_stranger"], "enterprise_user" in eve) == ("T0SUPPLIER", False, False)
    assert "is_stranger" not in freya
    assert [one["locale"] for one in (ida, freya, eve)] == ["en-US", "da-DK", "ja-JP"]


async def test_somebody_of_a_company_that_shares_no_channel_is_a_stranger(
    northwind: SlackSandbox, caller: AsyncWebClient
) -> None:
    northwind.leave_channel(SUPPLIERS, "U0HUBWARDEN")
    assert (await told_of(caller, "U0EVE"))["is_stranger"] is True


async def test_nobody_from_elsewhere_is_where_everybody_is(northwind: SlackSandbox) -> None:
    members = set(northwind.workspace.channels["C0GENERAL"].members)
    assert members == {"U0IDA", "U0NOOR", "U0PAVELSOKOL", "U0GIL", "U0SOL", "U0HUBWARDEN"}
    assert set(northwind.workspace.channels[SUPPLIERS].members) == {
        "U0IDA", "U0EVE", "U0FREYA", "U0DEPLOY", "U0HUBWARDEN",
    }  # fmt: skip


async def test_what_an_outsider_does_carries_where_they_are_from(northwind: SlackSandbox) -> None:
    eve, freya = northwind.person("U0EVE"), northwind.person("U0FREYA")
    async with raw_socket(northwind) as socket:
        eve.say("hello", channel=SUPPLIERS)
        said = (await socket.take())["payload"]
        running = asyncio.create_task(freya.command("/hub help", channel=SUPPLIERS))
        command = (await socket.take())["payload"]
        await running
    assert breaches(said, event_schema("message")) == []
    assert (said["event"]["team"], said["is_ext_shared_channel"]) == ("T0SUPPLIER", True)
    assert breaches(command, payload_schema("slash_command")) == []


async def test_another_apps_bot_writes_and_does_nothing_else(northwind: SlackSandbox, caller: AsyncWebClient) -> None:
    robot = northwind.person("U0DEPLOY")
    async with raw_socket(northwind) as socket:
        robot.say("deployed, @hubwarden", channel=SUPPLIERS)
        payload, mention = [(await socket.take())["payload"] for _ in range(2)]
        await caller.chat_postMessage(channel=SUPPLIERS, text="I, <@U0HUBWARDEN>, say so")
        robot.say("over", channel=SUPPLIERS)
        told = [(await socket.take())["payload"]["event"] for _ in range(2)]
    assert [one["type"] for one in told] == ["message", "message"]
    assert breaches(payload, event_schema("message")) == []
    assert breaches(mention, event_schema("app_mention")) == []
    assert (payload["event"]["bot_id"], "client_msg_id" in payload["event"]) == ("B0DEPLOY", False)
    assert (await caller.bots_info(bot="B0DEPLOY"))["bot"]["user_id"] == "U0DEPLOY"
    for act in (robot.command("/hub help", channel=SUPPLIERS), robot.shortcut("new_request")):
        with pytest.raises(NotPossibleError):
            await act
    with pytest.raises(NotPossibleError):
        northwind.person("U0HUBWARDEN").say("as myself", channel=SUPPLIERS)


async def test_the_time_of_year_is_the_clocks(slack: SlackSandbox, client: AsyncWebClient, clock: Clock) -> None:
    zones = set()
    for _ in range(4):
        found = (await client.users_info(user="U0ANN"))["user"]
        zones.add((found["tz_label"], found["tz_offset"]))
        clock.advance(92 * 86400)
    assert zones == {("CET", 3600), ("CEST", 7200)}
