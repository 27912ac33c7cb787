"""Methods that Hubwarden does not call, and other apps do: channels, group messages, what is said later, who is who."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.slack import Person, SlackSandbox
from tests.sandbox.slack_support import raw_socket, web_client

Json = dict[str, Any]
BOT = "U0HUBWARDEN"
HERE = "C0GENERAL"


@pytest.fixture(autouse=True)
def unlimited(slack: SlackSandbox) -> None:
    """These tests are not about rates."""
    slack.limits.enabled = False


async def refusal(call: Any) -> str:
    """What a call is refused with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_a_channel_that_the_app_makes_is_its_own(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person, omar: Person
) -> None:
    async with raw_socket(slack) as socket:
        made = (await client.conversations_create(name="war-room"))["channel"]
        assert (made["name"], made["creator"], made["is_member"], made["is_private"]) == ("war-room", BOT, True, False)
        await client.conversations_invite(channel=made["id"], users=[ann.id, omar.id])
        told = [(await socket.take())["payload"]["event"] for _ in range(3)]
    assert [one["type"] for one in told] == ["channel_created", "member_joined_channel", "member_joined_channel"]
    assert [(one["user"], one["inviter"]) for one in told[1:]] == [(ann.id, BOT), (omar.id, BOT)]
    assert slack.workspace.channels[made["id"]].members == [BOT, ann.id, omar.id]
    await client.conversations_setTopic(channel=made["id"], topic="Quiet, please")
    found = (await client.conversations_info(channel=made["id"]))["channel"]
    assert (found["topic"]["value"], found["topic"]["creator"]) == ("Quiet, please", BOT)
    line = (await client.conversations_history(channel=made["id"]))["messages"][0]
    assert (line["subtype"], line["topic"]) == ("channel_topic", "Quiet, please")


async def test_channels_that_cannot_be_made(slack: SlackSandbox, client: AsyncWebClient) -> None:
    for name, error in (
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("War room", "invalid_name_specials"),
        ("--", "invalid_name_punctuation"),
        ("general", "name_taken"),
    ):
        assert await refusal(client.conversations_create(name=name)) == error
    slack.app.scopes.discard("channels:manage")
    assert await refusal(client.conversations_create(name="fine")) == "missing_scope"
    private = await client.conversations_create(name="fine", is_private=True)
    assert private["channel"]["is_private"]


async def test_people_who_cannot_be_invited(slack: SlackSandbox, client: AsyncWebClient) -> None:
    made = (await client.conversations_create(name="war-room"))["channel"]["id"]
    for users, error in (
        ([BOT], "cant_invite_self"),
        (["U0NOBODY"], "user_not_found"),
        (["U0DEE"], "user_not_found"),
        (["U0ANN", "U0NOBODY"], "user_not_found"),
        ("", "no_user"),
    ):
        assert await refusal(client.conversations_invite(channel=made, users=users)) == error
    assert slack.workspace.channels[made].members == [BOT]
    alone = client.conversations_invite(channel=made, users=["U0NOBODY"], force=True)
    assert await refusal(alone) == "user_not_found"
    await client.conversations_invite(channel=made, users=["U0ANN", "U0NOBODY"], force=True)
    assert await refusal(client.conversations_invite(channel=made, users=["U0ANN"])) == "already_in_channel"
    slack.make_channel("quiet", ["U0ANN"], channel_id="C0QUIET")
    assert await refusal(client.conversations_invite(channel="C0QUIET", users=["U0OMAR"])) == "not_in_channel"
    slack.archive_channel(made)
    assert await refusal(client.conversations_setTopic(channel=made, topic="x")) == "is_archived"
    assert await refusal(client.conversations_setTopic(channel=HERE, topic="x" * 251)) == "too_long"


async def test_a_group_message_is_one_conversation_of_its_people(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person, omar: Person
) -> None:
    opened = await client.conversations_open(users=[ann.id, omar.id])
    again = await client.conversations_open(users=[omar.id, ann.id])
    group = opened["channel"]["id"]
    assert (again["channel"]["id"], again["already_open"], opened.get("already_open")) == (group, True, None)
    shown = (await client.conversations_info(channel=group))["channel"]
    assert (shown["is_mpim"], shown["is_group"], shown["is_im"], shown["is_private"]) == (True, False, False, True)
    await client.chat_postMessage(channel=group, text="Hello both")
    assert (await omar.wait_for_message(group, "Hello both")).body["user"] == BOT
    async with raw_socket(slack) as socket:
        ann.say("hi", channel=group)
        event = (await socket.take())["payload"]["event"]
    assert (event["channel_type"], event["text"]) == ("mpim", "hi")
    listed = (await client.conversations_list(types="mpim"))["channels"]
    assert [one["id"] for one in listed] == [group]
    slack.app.scopes.discard("mpim:write")
    assert await refusal(client.conversations_open(users=["U0LENA", omar.id])) == "missing_scope"


async def test_a_group_of_nine_is_too_many(slack: SlackSandbox, client: AsyncWebClient) -> None:
    assert await refusal(client.conversations_open(users=[f"U0{number}" for number in range(9)])) == "too_many_users"
    assert await refusal(client.conversations_open(users=["U0ANN", "U0DEE"])) == "user_disabled"


async def test_what_is_to_be_said_later_is_said_by_the_clock(
    slack: SlackSandbox, client: AsyncWebClient, clock: Clock, ann: Person
) -> None:
    at = int(clock.now()) + 3600
    planned = await client.chat_scheduleMessage(channel="#general", post_at=at, text="Later")
    assert (planned["channel"], planned["post_at"], planned["message"]["text"]) == (HERE, at, "Later")
    other = await client.chat_scheduleMessage(channel=HERE, post_at=at + 60, text="Never")
    rows = (await client.chat_scheduledMessages_list())["scheduled_messages"]
    assert [(one["text"], one["channel_id"]) for one in rows] == [("Later", HERE), ("Never", HERE)]
    await client.chat_deleteScheduledMessage(channel=HERE, scheduled_message_id=other["scheduled_message_id"])
    clock.advance(3590)
    assert not any(one.body["text"] == "Later" for one in ann.messages(HERE))
    clock.advance(100)
    await ann.wait_for_message(HERE, "Later")
    assert (await client.chat_scheduledMessages_list())["scheduled_messages"] == []
    assert not any(one.body["text"] == "Never" for one in ann.messages(HERE))


async def test_what_cannot_be_said_later(client: AsyncWebClient, clock: Clock) -> None:
    now = int(clock.now())
    for post_at, error in ((now - 1, "time_in_past"), (now + 121 * 86400, "time_too_far"), ("soon", "invalid_time")):
        assert await refusal(client.chat_scheduleMessage(channel=HERE, post_at=post_at, text="x")) == error
    soon = await client.chat_scheduleMessage(channel=HERE, post_at=now + 30, text="x")
    gone = client.chat_deleteScheduledMessage(channel=HERE, scheduled_message_id=soon["scheduled_message_id"])
    assert await refusal(gone) == "invalid_scheduled_message_id"
    empty = client.api_call("chat.scheduleMessage", json={"channel": HERE, "post_at": now + 60})
    assert await refusal(empty) == "no_text"


async def test_who_the_workspace_and_the_bot_are(slack: SlackSandbox, client: AsyncWebClient) -> None:
    assert (await client.team_info())["team"]["name"] == "Acme"
    assert await refusal(client.team_info(team="T0OTHER")) == "team_not_found"
    bot = (await client.bots_info(bot="B0HUBWARDEN"))["bot"]
    assert (bot["user_id"], bot["app_id"], bot["name"]) == (BOT, "A0HUBWARDEN", "hubwarden")
    assert await refusal(client.bots_info(bot="B0OTHER")) == "bot_not_found"
    profile = (await client.users_profile_get(user="U0ANN"))["profile"]
    assert (profile["real_name"], profile["email"], profile["title"]) == (
        "Ann Berg", "ann@example.com", "Backend engineer",
    )  # fmt: skip
    slack.app.scopes.discard("users:read.email")
    assert "email" not in (await client.users_profile_get(user="U0ANN"))["profile"]


async def test_api_test_needs_no_token_and_fails_on_demand(slack: SlackSandbox) -> None:
    async with web_client(slack, token="none") as client:
        assert (await client.api_test(foo="bar"))["args"] == {"foo": "bar"}
        assert await refusal(client.api_test(error="my_error")) == "my_error"


async def test_the_language_of_a_person_is_told_where_it_is_asked_for(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    slack.workspace.users["U0ANN"].locale = "de-DE"
    assert "locale" not in (await client.users_info(user="U0ANN"))["user"]
    assert (await client.users_info(user="U0ANN", include_locale=True))["user"]["locale"] == "de-DE"
    listed = (await client.users_list(include_locale=True))["members"]
    assert {one["id"]: one["locale"] for one in listed}["U0ANN"] == "de-DE"


async def test_what_is_shown_to_one_alone_goes_with_their_screen(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person, omar: Person
) -> None:
    for person in (ann, omar):
        await client.chat_postEphemeral(channel=HERE, user=person.id, text="for you")
    slack.workspace.forget_ephemerals(ann.id)
    assert not any(one.body["text"] == "for you" for one in ann.messages(HERE))
    assert any(one.body["text"] == "for you" for one in omar.messages(HERE))
    assert len(ann.ephemerals(HERE)) == 1


async def test_the_app_hears_of_joiners_only_where_it_is(slack: SlackSandbox, ann: Person) -> None:
    slack.make_channel("quiet", ["U0OMAR"], channel_id="C0QUIET", is_private=True)
    async with raw_socket(slack) as socket:
        slack.join_channel("C0QUIET", ann.id)
        slack.leave_channel("C0QUIET", ann.id)
        slack.join_channel("C0QUIET", BOT, inviter="U0OMAR")
        event = (await socket.take())["payload"]["event"]
    assert (event["type"], event["user"], event["inviter"]) == ("member_joined_channel", BOT, "U0OMAR")
