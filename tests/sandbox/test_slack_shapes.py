"""What the sandbox sends has the keys and types of Slack's answers, events and payloads, as we state them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Person, SlackSandbox, User
from tests.contract.slack import answer_schema, argument_breaches, breaches, event_schema, names, payload_schema
from tests.sandbox.slack_support import RawSocket, actions, button, field, modal, raw_socket, section

Json = dict[str, Any]

UNSTATED = "blocks.validate"  # public, and the tests' own: the bot does not call it


@pytest.fixture
async def socket(slack: SlackSandbox) -> AsyncIterator[RawSocket]:
    """A connected socket."""
    async with raw_socket(slack) as found:
        yield found


async def test_every_web_api_answer_has_slacks_shape(slack: SlackSandbox, client: AsyncWebClient, ann: Person) -> None:
    slack.limits.enabled = False
    await _call_everything(slack, client, ann)
    wrong = {}
    for call in slack.calls:
        if call.method != UNSTATED and (found := breaches(call.result, answer_schema(call.method))):
            wrong[call.method] = found
    assert wrong == {}
    assert {call.method for call in slack.calls if call.result["ok"]} == {*names("methods"), UNSTATED}


async def test_slacks_own_client_sends_no_argument_that_is_not_stated(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person
) -> None:
    slack.limits.enabled = False
    await _call_everything(slack, client, ann)
    wrong = {
        call.method: found
        for call in slack.calls
        if call.method != UNSTATED and (found := argument_breaches(call.method, call.args))
    }
    assert wrong == {}


async def _call_everything(slack: SlackSandbox, client: AsyncWebClient, ann: Person) -> None:
    await client.auth_test()
    await client.auth_teams_list()
    await client.api_test()
    await client.team_info()
    await client.bots_info(bot="B0HUBWARDEN")
    await client.api_call("apps.connections.open", headers={"Authorization": f"Bearer {slack.app_token}"})
    metadata = {"event_type": "request", "event_payload": {"id": "1"}}
    posted = await client.chat_postMessage(
        channel="C0GENERAL", text="Hello", blocks=[actions(button("press"))], metadata=metadata
    )
    where = {"channel": "C0GENERAL", "ts": posted["ts"]}
    await client.chat_postMessage(channel="C0GENERAL", text="Reply", thread_ts=posted["ts"])
    await client.chat_postMessage(channel="C0GENERAL", text="To all", thread_ts=posted["ts"], reply_broadcast=True)
    ann.say("Reply", channel="C0GENERAL", thread_ts=posted["ts"])
    ann.say("To all", channel="C0GENERAL", thread_ts=posted["ts"], broadcast=True)
    await client.reactions_add(channel="C0GENERAL", timestamp=posted["ts"], name="eyes")
    await client.reactions_get(channel="C0GENERAL", timestamp=posted["ts"])
    await client.api_call("chat.postMessage", json={"channel": "C0GENERAL", "blocks": [section("no text")]})
    await client.chat_update(**where, text="Hello again", blocks=[section("Hello again")])
    await client.chat_postEphemeral(channel="C0GENERAL", user=ann.id, text="For you")
    await client.chat_getPermalink(channel="C0GENERAL", message_ts=posted["ts"])
    said = ann.say("Good morning <&> https://hub.docker.com/r/acme/api", channel="C0GENERAL")
    unfurls = {"https://hub.docker.com/r/acme/api": {"blocks": [section("acme/api")]}}
    await client.chat_unfurl(channel="C0GENERAL", ts=said.ts, unfurls=unfurls)
    await client.conversations_open(users=ann.id, return_im=True)
    for channel in ("C0GENERAL", ann.direct_channel):
        await client.conversations_info(channel=channel, include_num_members=True)
    await client.conversations_list(types="public_channel,private_channel,im,mpim")
    await client.conversations_members(channel="C0GENERAL", limit=2)
    await client.conversations_join(channel="C0GENERAL")
    ann.edit(said, "Good evening")
    ann.share("members.csv", b"ann", channel="C0GENERAL", text="These")
    await client.conversations_history(channel="C0GENERAL", include_all_metadata=True, limit=999)
    await client.conversations_replies(channel="C0GENERAL", ts=posted["ts"])
    await client.users_info(user=ann.id, include_locale=True)
    await client.users_profile_get(user=ann.id)
    await client.users_list(limit=3, include_locale=True)
    await client.users_lookupByEmail(email="ann@example.com")
    await client.users_conversations(types="public_channel,im")
    await client.usergroups_list(include_users=True, include_count=True)
    await client.usergroups_users_list(usergroup="S0LEADS")
    await _call_views(slack, client, ann)
    await _call_channels(client, ann)
    await client.files_upload_v2(content="a,b", filename="export.csv", title="Export", channel="C0GENERAL")
    await client.files_info(file=next(iter(slack.workspace.files)))
    await client.api_call("blocks.validate", params={"blocks": json.dumps([section("fine")])})
    await client.reactions_remove(channel="C0GENERAL", timestamp=posted["ts"], name="eyes")
    await client.chat_delete(**where)
    await client.conversations_history(channel="C0GENERAL")


async def _call_channels(client: AsyncWebClient, ann: Person) -> None:
    made = (await client.conversations_create(name="war-room"))["channel"]["id"]
    await client.conversations_invite(channel=made, users=[ann.id])
    await client.conversations_setTopic(channel=made, topic="Now")
    await client.conversations_history(channel=made)
    group = (await client.conversations_open(users=[ann.id, "U0OMAR"], return_im=True))["channel"]["id"]
    await client.conversations_info(channel=group)
    later = {"channel": group, "post_at": int(time.time()) + 3600}
    planned = await client.api_call("chat.scheduleMessage", json={**later, "text": "Later"})
    await client.chat_scheduledMessages_list(channel=group)
    await client.chat_deleteScheduledMessage(channel=group, scheduled_message_id=planned["scheduled_message_id"])


async def _call_views(slack: SlackSandbox, client: AsyncWebClient, ann: Person) -> None:
    triggers = slack.parts.triggers
    opened = await client.views_open(trigger_id=triggers.mint(ann.id), view=modal(external_id="one"))
    await client.views_update(view_id=opened["view"]["id"], hash=opened["view"]["hash"], view=modal())
    await client.views_push(trigger_id=triggers.mint(ann.id), view=modal())
    await client.views_publish(user_id=ann.id, view={"type": "home", "blocks": [section("Home")]})


async def test_every_refusal_has_slacks_shape(client: AsyncWebClient, slack: SlackSandbox) -> None:
    slack.app.scopes.discard("usergroups:read")
    for method, arguments in (
        ("chat.postMessage", {"channel": "C0GENERAL", "text": "", "blocks": [{"type": "nothing"}]}),
        ("views.open", {"trigger_id": "1", "view": "{}"}),
        ("usergroups.list", {}),
        ("chat.update", {"channel": "C0GENERAL", "ts": "1.1", "text": "x"}),
    ):
        body = await _refusal(client, method, arguments)
        assert not body["ok"]
        assert breaches(body, answer_schema(method)) == []


async def _refusal(client: AsyncWebClient, method: str, arguments: Json) -> Json:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=arguments)
    found: Json = caught.value.response.data
    return found


async def test_a_slash_command_has_slacks_shape(slack: SlackSandbox, socket: RawSocket, ann: Person) -> None:
    running = asyncio.create_task(ann.command("/hub help"))
    envelope = await socket.take()
    assert (await running).ok
    assert breaches(envelope["payload"], payload_schema("slash_command")) == []


def _everything() -> list[Json]:
    """A block with every kind of element that a message takes."""
    option = {"text": {"type": "plain_text", "text": "One"}, "value": "1"}
    menus: list[Json] = [
        {"type": "static_select", "action_id": "static", "options": [option]},
        {"type": "multi_static_select", "action_id": "several", "options": [option]},
        {"type": "checkboxes", "action_id": "boxes", "options": [option]},
        {"type": "radio_buttons", "action_id": "radios", "options": [option]},
        {"type": "overflow", "action_id": "more", "options": [option]},
        {"type": "users_select", "action_id": "user"},
        {"type": "multi_users_select", "action_id": "users"},
        {"type": "conversations_select", "action_id": "conversation"},
        {"type": "channels_select", "action_id": "channel"},
        {"type": "datepicker", "action_id": "date"},
        {"type": "timepicker", "action_id": "time"},
    ]
    return [actions(button("press", value="1", style="primary"), *menus)]


async def test_every_block_action_has_slacks_shape(
    slack: SlackSandbox, client: AsyncWebClient, socket: RawSocket, ann: Person
) -> None:
    await client.chat_postMessage(channel="C0GENERAL", text="Choose", blocks=_everything())
    message = await ann.wait_for_message("C0GENERAL", "Choose")
    chosen = {
        "press": None, "static": "1", "several": ["1"], "boxes": ["1"], "radios": "1", "more": "1", "user": "U0OMAR",
        "users": ["U0OMAR"], "conversation": "C0GENERAL", "channel": "C0GENERAL", "date": "2026-01-31", "time": "09:30",
    }  # fmt: skip
    for action_id, value in chosen.items():
        clicking = asyncio.create_task(ann.click(message, action_id, value=value))
        envelope = await socket.take()
        assert (await clicking).ok
        assert breaches(envelope["payload"], payload_schema("block_actions")) == [], action_id
        assert envelope["accepts_response_payload"] is False


async def test_view_payloads_have_slacks_shape(
    slack: SlackSandbox, client: AsyncWebClient, socket: RawSocket, ann: Person
) -> None:
    form = modal(field("reason", {"type": "plain_text_input"}), actions(button("press")), notify_on_close=True)
    await client.views_open(trigger_id=slack.parts.triggers.mint(ann.id), view=form)
    view = await ann.wait_for_view()
    for act, name in (
        (ann.click(view, "press"), "block_actions"),
        (ann.submit(view, {"reason": "because"}), "view_submission"),
    ):
        acting = asyncio.create_task(act)
        envelope = await socket.take(
            {"response_action": "errors", "errors": {"reason": "no"}} if name[0] == "v" else None
        )
        await acting
        assert breaches(envelope["payload"], payload_schema(name)) == []
    closing = asyncio.create_task(ann.close(view))
    envelope = await socket.take()
    await closing
    assert breaches(envelope["payload"], payload_schema("view_closed")) == []


async def test_a_menu_that_asks_for_its_options_has_slacks_shape(
    slack: SlackSandbox, client: AsyncWebClient, socket: RawSocket, ann: Person
) -> None:
    menu = {"type": "external_select", "action_id": "team", "min_query_length": 0}
    await client.chat_postMessage(channel="C0GENERAL", text="Choose", blocks=[actions(menu)])
    form = modal(field("reason", {**menu, "action_id": "value"}))
    await client.views_open(trigger_id=slack.parts.triggers.mint(ann.id), view=form)
    message, view = await ann.wait_for_message("C0GENERAL", "Choose"), await ann.wait_for_view()
    for asking in (ann.options(message, "team", "pla"), ann.options(view, "value", "pla")):
        asked = asyncio.create_task(asking)
        envelope = await socket.take({"options": []})
        await asked
        assert envelope["payload"]["type"] == "block_suggestion"
        assert breaches(envelope["payload"], payload_schema("block_suggestion")) == []


async def test_a_shortcut_has_slacks_shape(socket: RawSocket, ann: Person) -> None:
    picking = asyncio.create_task(ann.shortcut("new_request"))
    envelope = await socket.take()
    assert (await picking).ok
    assert breaches(envelope["payload"], payload_schema("shortcut")) == []


async def test_a_message_shortcut_has_slacks_shape(
    client: AsyncWebClient, socket: RawSocket, ann: Person, slack: SlackSandbox
) -> None:
    said = ann.say("Have a look", channel="C0GENERAL")
    await client.chat_postMessage(channel="C0GENERAL", text="Press", blocks=[actions(button("press"))])
    for message in (said, await ann.wait_for_message("C0GENERAL", "Press")):
        picking = asyncio.create_task(ann.message_shortcut(message, "ask_about"))
        envelope = await socket.take()
        assert (await picking).ok
        assert breaches(envelope["payload"], payload_schema("message_action")) == []


async def test_a_button_below_a_link_has_slacks_shape(
    client: AsyncWebClient, socket: RawSocket, ann: Person, slack: SlackSandbox
) -> None:
    said = ann.say("https://hub.docker.com/r/acme/api", channel="C0GENERAL")
    assert (await socket.take())["payload"]["event"]["type"] == "link_shared"
    unfurls = {"https://hub.docker.com/r/acme/api": {"blocks": [actions(button("press"))]}}
    await client.chat_unfurl(channel="C0GENERAL", ts=said.ts, unfurls=unfurls)
    clicking = asyncio.create_task(ann.click(said, "press"))
    payload = (await socket.take())["payload"]
    assert (await clicking).ok
    assert breaches(payload, payload_schema("block_actions")) == []
    assert payload["app_unfurl"]["app_unfurl_url"] == "https://hub.docker.com/r/acme/api"
    assert payload["container"]["type"] == "message_attachment"


def event_name(event: Json) -> str:
    """What kind of event it is, its subtype too: `message_changed`."""
    subtype = event.get("subtype")
    if event["type"] != "message" or not subtype:
        return str(event["type"])
    return str(subtype) if str(subtype).startswith("message_") else f"message_{subtype}"


async def test_every_event_has_slacks_shape(
    slack: SlackSandbox, client: AsyncWebClient, socket: RawSocket, ann: Person
) -> None:
    slack.limits.enabled = False
    await client.views_publish(user_id=ann.id, view={"type": "home", "blocks": [section("Home")]})
    ann.open_home()
    said = ann.say("hello")
    ann.edit(said, "hello *again*")
    reply = ann.say("hello", thread_ts=said.ts)
    ann.say("to all", thread_ts=said.ts, broadcast=True)
    ann.share("members.csv", b"ann")
    ann.delete(reply)
    ann.react(said, "eyes")
    ann.react(said, "eyes", remove=True)
    await _say_all_kinds(client, ann)
    ann.say("@hubwarden hello https://hub.docker.com/r/acme/api", channel="C0GENERAL")
    slack.make_channel("later", [ann.id], channel_id="C0LATER")
    slack.join_channel("C0LATER", "U0HUBWARDEN", inviter=ann.id)
    slack.leave_channel("C0ALERTS", "U0HUBWARDEN")
    slack.archive_channel("C0ALERTS")
    slack.deactivate_user("U0LENA")
    slack.let_in(User("U0NEW", "new", "New Person", email="new@example.com"))
    ann.say("over")
    seen = set()
    while (payload := (await socket.take())["payload"])["event"].get("text") != "over":
        name = event_name(payload["event"])
        seen.add(name)
        assert breaches(payload, event_schema(name)) == [], name
    assert seen == set(names("events"))


async def _say_all_kinds(client: AsyncWebClient, ann: Person) -> None:
    """What the bot itself writes, changes, shares and deletes."""
    metadata = {"event_type": "request", "event_payload": {"id": "1"}}
    own: Json = {"channel": ann.direct_channel}
    posted = await client.chat_postMessage(**own, text="Hi", blocks=[actions(button("press"))], metadata=metadata)
    await client.chat_postMessage(**own, text="To all", thread_ts=posted["ts"], reply_broadcast=True)
    await client.chat_update(**own, ts=posted["ts"], text="Hi again")
    await client.files_upload_v2(content="a,b", filename="export.csv", channel=ann.direct_channel)
    await client.chat_delete(**own, ts=posted["ts"])
