"""Trouble with Slack that is ordered at the page."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSandbox
from sandbox.slack.page.trouble import SWITCHES
from tests.sandbox.slack_support import section

CHANNEL = "C0GENERAL"


async def order(slack: SlackSandbox, name: str, **args: Any) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session:
        sent = {"name": name, "args": args}
        async with session.post(f"{slack.url}/browser/faults", json=sent) as response:
            found: dict[str, Any] = await response.json()
            return found


async def post(client: AsyncWebClient) -> str:
    """The error that posting meets, or nothing."""
    try:
        await client.chat_postMessage(channel=CHANNEL, text="x", blocks=[section("x")])
    except SlackApiError as refused:
        return str(refused.response.get("error") or refused.response.status_code)
    return ""


async def test_every_switch_is_offered_and_says_what_it_did(slack: SlackSandbox) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{slack.url}/browser/faults") as response:
        offered = (await response.json())["actions"]
    assert [one["name"] for one in offered] == [switch.name for switch in SWITCHES]
    for one in offered:
        answer = await order(slack, one["name"], **{arg["name"]: arg["default"] for arg in one["args"]})
        assert answer["ok"] is True
        assert answer["text"].endswith(".")


async def test_blocks_are_refused_so_often_as_was_said(slack: SlackSandbox, client: AsyncWebClient) -> None:
    assert (await order(slack, "invalid_blocks", times=2))["ok"] is True
    assert [await post(client) for _ in range(3)] == ["invalid_blocks", "invalid_blocks", ""]


async def test_a_message_is_too_old_to_change(slack: SlackSandbox, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=CHANNEL, text="x")
    await order(slack, "edit_window_closed", times=1)
    with pytest.raises(SlackApiError, match="edit_window_closed"):
        await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="y")
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="y")


async def test_only_what_was_chosen_is_in_trouble(slack: SlackSandbox, client: AsyncWebClient) -> None:
    await order(slack, "fail", what="looking somebody up", times=1)
    assert await post(client) == ""
    with pytest.raises(SlackApiError):
        await client.users_info(user="U0ANN")


async def test_slack_is_slow_and_then_does_it(slack: SlackSandbox, client: AsyncWebClient) -> None:
    await order(slack, "slow", what="posting", seconds=600)
    posting = asyncio.create_task(post(client))
    await asyncio.sleep(0.1)
    assert not posting.done()
    await order(slack, "nothing")
    assert await posting == ""


@pytest.mark.parametrize(
    ("name", "args", "said"),
    [
        ("meteor", {}, "There is no trouble called meteor."),
        ("fail", {"what": "dancing"}, "Choose one of: everything"),
        ("fail", {"times": "-1"}, "Say how many times as a whole number from 1 to 1000."),
        ("slow", {"seconds": "9999"}, "Say how many seconds as a whole number from 1 to 600."),
    ],
)
async def test_what_cannot_be_ordered_is_said(slack: SlackSandbox, name: str, args: dict[str, Any], said: str) -> None:
    answer = await order(slack, name, **args)
    assert answer["ok"] is False
    assert said in answer["error"]
