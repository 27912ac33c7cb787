"""The outbox's sender for Slack, against the sandbox's workspace: where messages stand, and what its answers mean."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bot.governance.views import RequestView
from bot.operations import BY_NAME as OPERATIONS
from bot.outbox.destination import slack_channel, slack_person
from bot.outbox.kinds import CARD, NOTICE
from bot.outbox.sender import Gone, Outgoing, Place, RateLimited, Refused, Unclear
from bot.slack.blocks import Block, Content, actions, button, content, section
from bot.slack.client import build_client
from bot.slack.rendering import Rendering
from bot.slack.sender import CHANNEL_SECONDS, MENDABLE, SlackSender
from sandbox.clock import Clock
from sandbox.servers import read_manifest
from sandbox.slack import SlackSandbox, words_of
from tests.slack.samples import request_view

GENERAL, APPROVALS = "C0GENERAL", "C0APPROVALS"
SAID = Content("hello", (section("*hello*"),))
CHANGED = Content("goodbye", (section("*goodbye*"),))


async def view(number: int) -> RequestView:
    """An ordinary request."""
    return request_view(OPERATIONS["invite.send"], id=number)


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    """A workspace, listening."""
    sandbox = SlackSandbox(clock=Clock(), manifest=read_manifest())
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def sender(slack: SlackSandbox) -> AsyncIterator[SlackSender]:
    """The sender, which knows one channel by the settings' name for it."""
    async with aiohttp.ClientSession() as session:
        client = build_client(SecretStr(slack.bot_token), url=slack.api_url, session=session)
        rendering = Rendering(view=view, operations=OPERATIONS)
        yield SlackSender(client, rendering, channel_ids={"the approvals": APPROVALS})


def message(slack: SlackSandbox, address: str = APPROVALS, *, key: str = "notice:1", **more: Any) -> Outgoing:
    """A notice, just asked for."""
    values: dict[str, Any] = {
        "key": key,
        "kind": NOTICE.name,
        "destination": slack_person(address) if address.startswith("U") else slack_channel(address),
        "created_at": slack.parts.clock.datetime(),
        "request_id": None,
        "payload": {"text": "hello"},
    }
    return Outgoing(**(values | more))


def texts(slack: SlackSandbox, channel: str = APPROVALS) -> list[str]:
    """What stands in the channel."""
    return [words_of(one) for one in slack.workspace.channels[channel].messages.values()]


# Where messages stand


async def test_a_message_is_posted_with_its_words_and_its_place_is_where_it_stands(
    slack: SlackSandbox, sender: SlackSender
) -> None:
    place = await sender.post(message(slack), SAID)
    assert place.address == APPROVALS
    posted = slack.workspace.channels[APPROVALS].messages[place.id]
    assert "*hello*" in words_of(posted)
    assert slack.violations == []


async def test_a_person_has_it_in_the_direct_messages(slack: SlackSandbox, sender: SlackSender) -> None:
    place = await sender.post(message(slack, "U0ANN"), SAID)
    ann = slack.person("U0ANN")
    assert place.address == ann.direct_channel
    assert [one.ts for one in ann.messages(place.address)] == [place.id]


async def test_a_channel_that_a_row_names_as_the_settings_do_is_known_by_its_id(
    slack: SlackSandbox, sender: SlackSender
) -> None:
    assert (await sender.post(message(slack, "the approvals"), SAID)).address == APPROVALS


async def test_a_message_is_changed_in_place(slack: SlackSandbox, sender: SlackSender) -> None:
    place = await sender.post(message(slack), SAID)
    await sender.update(place, CHANGED)
    [text] = texts(slack)
    assert "goodbye" in text
    assert "hello" not in text


async def test_blocks_that_a_workspace_does_not_take_are_sent_as_text(slack: SlackSandbox, sender: SlackSender) -> None:
    slack.faults.add("chat.*", error="invalid_blocks")
    place = await sender.post(message(slack), SAID)
    slack.faults.add("chat.*", error="msg_blocks_too_long")
    await sender.update(place, Content("short", ()))
    assert [one["type"] for one in slack.workspace.channels[APPROVALS].messages[place.id].body["blocks"]] == ["section"]
    assert len(texts(slack)) == 1


TABLE: Block = {"type": "table", "rows": [[{"type": "raw_text", "text": "cell"}]]}
PRESS = actions("row", button("Go", "go", "1"))


async def test_a_kind_that_the_workspace_refuses_is_not_tried_again_and_buttons_stay(
    slack: SlackSandbox, sender: SlackSender
) -> None:
    shown = content(section("head"), TABLE, PRESS, classic=(section("head"), section("cell"), PRESS))
    slack.faults.add("chat.postMessage", error="invalid_blocks")
    for _ in range(2):
        place = await sender.post(message(slack), shown)
        posted = slack.workspace.channels[APPROVALS].messages[place.id].body["blocks"]
        assert [one["type"] for one in posted] == ["section", "section", "actions"], "the second time it is not tried"


async def test_what_is_refused_even_without_newer_kinds_keeps_its_buttons_and_teaches_nothing(
    slack: SlackSandbox, sender: SlackSender
) -> None:
    shown = content(section("head"), TABLE, PRESS)
    slack.faults.add("chat.postMessage", error="invalid_blocks", times=2)
    place = await sender.post(message(slack), shown)
    posted = slack.workspace.channels[APPROVALS].messages[place.id].body["blocks"]
    assert [one["type"] for one in posted] == ["section", "actions"]
    assert posted[0]["text"]["text"] == "head\ncell"
    place = await sender.post(message(slack), shown)
    posted = slack.workspace.channels[APPROVALS].messages[place.id].body["blocks"]
    assert [one["type"] for one in posted] == ["section", "table", "actions"]


async def test_what_can_no_longer_be_changed_is_deleted_where_that_is_possible(
    slack: SlackSandbox, sender: SlackSender
) -> None:
    place = await sender.post(message(slack), SAID)
    await sender.retire(place)
    assert texts(slack) == []
    await sender.retire(place)  # nothing is there any more, and nobody minds


async def test_a_card_is_rendered_from_its_request(slack: SlackSandbox, sender: SlackSender) -> None:
    content = await sender.render(message(slack, kind=CARD.name, request_id=7))
    assert "Invite jane@example.com as member" in content.text


# Found again


@pytest.mark.parametrize("address", [APPROVALS, "hub-approvals", "#hub-approvals", "the approvals", "U0ANN"])
async def test_what_was_posted_is_found_by_its_key_however_its_place_is_named(
    slack: SlackSandbox, sender: SlackSender, address: str
) -> None:
    wanted = message(slack, address)
    place = await sender.post(message(slack, address, key="notice:0"), SAID)
    place = await sender.post(wanted, SAID)
    await sender.post(message(slack, address, key="notice:2"), SAID)
    assert await sender.find(wanted) == place


async def test_what_was_never_posted_is_not_found(slack: SlackSandbox, sender: SlackSender) -> None:
    await sender.post(message(slack, key="notice:2"), SAID)
    assert await sender.find(message(slack)) is None


async def test_it_is_found_behind_more_messages_than_one_page_has(slack: SlackSandbox, sender: SlackSender) -> None:
    slack.limits.enabled = False
    wanted = message(slack)
    place = await sender.post(wanted, SAID)
    for number in range(205):
        await sender.post(message(slack, key=f"alert:{number}"), SAID)
    assert await sender.find(wanted) == place
    assert len(slack.calls_of("conversations.history")) > 1


async def test_it_is_looked_for_from_a_minute_before_it_was_asked_for(slack: SlackSandbox, sender: SlackSender) -> None:
    place = await sender.post(message(slack), SAID)
    posted_at = slack.parts.clock.datetime()
    assert await sender.find(message(slack, created_at=posted_at + timedelta(seconds=50))) == place
    assert await sender.find(message(slack, created_at=posted_at + timedelta(seconds=70))) is None


async def test_somebody_elses_message_with_metadata_is_not_ours(slack: SlackSandbox, sender: SlackSender) -> None:
    metadata = {"event_type": "another_app", "event_payload": {"key": "notice:1"}}
    place = await sender.post(message(slack), SAID)
    slack.workspace.channels[APPROVALS].messages[place.id].body["metadata"] = metadata
    assert await sender.find(message(slack)) is None


async def test_a_channel_that_nobody_knows_by_this_name_is_refused(slack: SlackSandbox, sender: SlackSender) -> None:
    with pytest.raises(Refused) as caught:
        await sender.find(message(slack, "nowhere"))
    assert (caught.value.code, caught.value.trouble) == ("channel_not_found", MENDABLE["channel_not_found"])


async def test_who_has_left_has_no_direct_messages_and_that_is_nobodys_trouble(
    slack: SlackSandbox, sender: SlackSender
) -> None:
    with pytest.raises(Refused) as left:
        await sender.post(message(slack, "U0DEE"), SAID)
    assert (left.value.trouble, left.value.is_told) == (None, False)
    with pytest.raises(Refused) as closed:
        await sender.post(message(slack, "C0NONE"), SAID)
    assert closed.value.is_told


# In a thread


async def test_a_reply_stands_in_its_thread_and_not_in_the_channel(slack: SlackSandbox, sender: SlackSender) -> None:
    parent = await sender.post(message(slack, key="card:1"), SAID)
    reply = await sender.post(message(slack, key="log:1:1", thread_of=parent), CHANGED)
    posted = slack.workspace.channels[APPROVALS].messages[reply.id]
    assert (reply.address, posted.body["thread_ts"]) == (APPROVALS, parent.id)
    assert "reply_broadcast" not in slack.calls_of("chat.postMessage")[-1].args
    assert slack.violations == []


async def test_a_reply_is_found_in_its_thread_where_the_history_has_none(
    slack: SlackSandbox, sender: SlackSender
) -> None:
    parent = await sender.post(message(slack, key="card:1"), SAID)
    other = await sender.post(message(slack, key="card:2"), SAID)
    wanted = message(slack, key="log:1:1", thread_of=parent)
    reply = await sender.post(wanted, CHANGED)
    assert await sender.find(wanted) == reply
    assert await sender.find(message(slack, key="log:1:1")) is None
    assert await sender.find(message(slack, key="log:1:1", thread_of=other)) is None
    assert await sender.find(message(slack, key="log:1:2", thread_of=parent)) is None


async def test_changes_are_taken_from_one_budget(slack: SlackSandbox, sender: SlackSender) -> None:
    sender._budget.per_minute = 1
    place = await sender.post(message(slack), SAID)
    await sender.update(place, CHANGED)
    with pytest.raises(RateLimited):
        await sender.update(place, SAID)
    assert len(slack.calls_of("chat.update")) == 1


# What Slack's answers mean


async def test_a_limit_says_for_how_long(slack: SlackSandbox, sender: SlackSender) -> None:
    slack.faults.add("chat.postMessage", status=429, retry_after=40)
    with pytest.raises(RateLimited) as caught:
        await sender.post(message(slack), SAID)
    assert caught.value.seconds == 40


async def test_a_limit_that_does_not_say_how_long_is_half_a_minute(slack: SlackSandbox, sender: SlackSender) -> None:
    slack.faults.add("chat.postMessage", error="ratelimited")
    with pytest.raises(RateLimited) as caught:
        await sender.post(message(slack), SAID)
    assert caught.value.seconds == 30


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": True},
        {"status": 500},
        {"status": 503, "body": "upstream is busy"},
        {"status": 200, "body": "<html>"},
        {"status": 200, "body": "[]"},
        {"status": 404, "body": "nothing here"},
        {"error": "internal_error"},
        {"error": "service_unavailable"},
    ],
    ids=str,
)
async def test_an_answer_that_says_nothing_is_unclear(
    slack: SlackSandbox, sender: SlackSender, fault: dict[str, Any]
) -> None:
    slack.faults.add("chat.postMessage", **fault)
    with pytest.raises(Unclear):
        await sender.post(message(slack), SAID)
    assert len(slack.calls_of("chat.postMessage")) <= 1, "a post is never repeated blindly"


async def test_a_message_that_somebody_deleted_is_gone(slack: SlackSandbox, sender: SlackSender) -> None:
    with pytest.raises(Gone):
        await sender.update(Place(APPROVALS, "1.000001"), CHANGED)


async def test_what_somebody_can_mend_is_refused_with_how(slack: SlackSandbox, sender: SlackSender) -> None:
    slack.leave_channel(APPROVALS, slack.app.bot_user_id)
    with pytest.raises(Refused) as caught:
        await sender.post(message(slack), SAID)
    assert (caught.value.code, caught.value.trouble) == ("not_in_channel", "Hubwarden is not in it: invite it there")


async def test_what_nobody_can_mend_is_refused_without_a_way_out(slack: SlackSandbox, sender: SlackSender) -> None:
    slack.faults.add("chat.postMessage", error="msg_too_long")
    with pytest.raises(Refused) as caught:
        await sender.post(message(slack), SAID)
    assert (caught.value.code, caught.value.trouble) == ("msg_too_long", None)


# For people


def test_a_place_is_called_by_what_it_is() -> None:
    sender = SlackSender.__new__(SlackSender)
    assert sender.describe(slack_channel(APPROVALS)) == "the channel C0APPROVALS"
    assert sender.describe(slack_channel("unnamed-warehouse")) == "the channel unnamed-warehouse"
    assert sender.describe(slack_person("U0ANN")) == "the direct messages of U0ANN"


async def test_a_channel_rests_for_a_second_after_each_message(sender: SlackSender) -> None:
    assert sender.pause_seconds == CHANNEL_SECONDS == 1
