"""What the sandbox sends has the keys and types of Slack's recorded answers, events and payloads."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Person, SlackSandbox
from tests.sandbox.slack_support import RawSocket, actions, button, field, modal, raw_socket, section

Json = dict[str, Any]

# Sent, though the recorded samples lack them; the page that documents each:
DOCUMENTED = {
    # https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    "$.view.blocks",
    "$.event.view.blocks",
    "$.response_urls",
    # https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
    "$.actions[].selected_options",
    "$.actions[].selected_users",
    "$.actions[].selected_option.text.emoji",
    # https://docs.slack.dev/apis/web-api/#responses
    "$.response_metadata",
    "$.response_metadata.warnings",
    "$.warning",
    # https://docs.slack.dev/reference/methods/chat.postMessage#errors: seen of invalid_blocks in many issues
    "$.errors",
}
# Null where there is none: https://docs.slack.dev/reference/interaction-payloads
NULLABLE = {
    "$.enterprise",
    "$.authorizations[].enterprise_id",
    "$.view.submit",
    "$.view.close",
    "$.view.previous_view_id",
    "$.event.view.submit",
    "$.event.view.close",
    "$.event.view.previous_view_id",
}


def differences(sent: Any, sample: Any, path: str = "$") -> Iterator[str]:
    """Each key that no sample has, and each value of another type; empty samples allow anything."""
    if path in DOCUMENTED or (sent is None and path in NULLABLE) or sample in ({}, []):
        return
    if kind(sent) != kind(sample):
        yield f"{path}: {kind(sent)} instead of {kind(sample)}"
    elif isinstance(sent, dict):
        for key, value in sent.items():
            here = f"{path}.{key}"
            if key in sample:
                yield from differences(value, sample[key], here)
            elif here not in DOCUMENTED:
                yield f"{here}: no sample has it"
    elif isinstance(sent, list):
        for value in sent:
            yield from differences(value, merged(sample), f"{path}[]")


def kind(value: Any) -> str:
    """The JSON type."""
    names = {bool: "boolean", int: "number", float: "number", str: "string", dict: "object", list: "array"}
    return names.get(type(value), "null")


def merged(samples: list[Any]) -> Any:
    """All items of a sample's list in one."""
    if not all(isinstance(one, dict) for one in samples):
        return samples[0]
    return {key: value for one in samples for key, value in one.items()}


def read_sample(root: Path, name: str) -> Json:
    """One recorded sample."""
    found: Json = json.loads((root / "slack" / "samples" / f"{name}.json").read_text())
    return found


@pytest.fixture
async def socket(slack: SlackSandbox) -> AsyncIterator[RawSocket]:
    """A connected socket."""
    async with raw_socket(slack) as found:
        yield found


async def test_every_web_api_answer_has_slacks_shape(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person, shared_reference: Path
) -> None:
    slack.limits.enabled = False
    await _call_everything(slack, client, ann)
    wrong = {}
    for call in slack.calls:
        sample_path = shared_reference / "slack" / "samples" / "api" / f"{call.method}.json"
        assert sample_path.exists() or call.method == "blocks.validate", call.method
        if sample_path.exists() and (found := list(differences(call.result, json.loads(sample_path.read_text())))):
            wrong[call.method] = found
    assert wrong == {}
    assert {call.method for call in slack.calls if call.result["ok"]} >= {
        path.stem for path in (shared_reference / "slack" / "samples" / "api").glob("*.json")
    } - {"chat.unfurl", "apps.manifest.validate"}


async def _call_everything(slack: SlackSandbox, client: AsyncWebClient, ann: Person) -> None:
    await client.auth_test()
    await client.api_call("apps.connections.open", headers={"Authorization": f"Bearer {slack.app_token}"})
    metadata = {"event_type": "request", "event_payload": {"id": "1"}}
    posted = await client.chat_postMessage(
        channel="C0GENERAL", text="Hello", blocks=[actions(button("press"))], metadata=metadata
    )
    where = {"channel": "C0GENERAL", "ts": posted["ts"]}
    await client.chat_postMessage(channel="C0GENERAL", text="Reply", thread_ts=posted["ts"])
    await client.api_call("chat.postMessage", json={"channel": "C0GENERAL", "blocks": [section("no text")]})
    await client.chat_update(**where, text="Hello again", blocks=[section("Hello again")])
    await client.chat_postEphemeral(channel="C0GENERAL", user=ann.id, text="For you")
    await client.chat_getPermalink(channel="C0GENERAL", message_ts=posted["ts"])
    ann.say("Good morning <&>", channel="C0GENERAL")
    await client.conversations_open(users=ann.id, return_im=True)
    for channel in ("C0GENERAL", ann.direct_channel):
        await client.conversations_info(channel=channel, include_num_members=True)
    await client.conversations_list(types="public_channel,private_channel,im")
    await client.conversations_members(channel="C0GENERAL", limit=2)
    await client.conversations_join(channel="C0GENERAL")
    await client.conversations_history(channel="C0GENERAL", include_all_metadata=True, limit=2)
    await client.conversations_replies(channel="C0GENERAL", ts=posted["ts"])
    await client.users_info(user=ann.id)
    await client.users_list(limit=3)
    await client.users_lookupByEmail(email="ann@example.com")
    await client.users_conversations(types="public_channel,im")
    await client.usergroups_list(include_users=True, include_count=True)
    await client.usergroups_users_list(usergroup="S0LEADS")
    await _call_views(slack, client, ann)
    await client.files_upload_v2(content="a,b", filename="export.csv", title="Export", channel="C0GENERAL")
    await client.files_info(file=next(iter(slack.workspace.files)))
    await client.api_call("blocks.validate", params={"blocks": json.dumps([section("fine")])})
    await client.chat_delete(**where)


async def _call_views(slack: SlackSandbox, client: AsyncWebClient, ann: Person) -> None:
    triggers = slack.parts.triggers
    opened = await client.views_open(trigger_id=triggers.mint(ann.id), view=modal(external_id="one"))
    await client.views_update(view_id=opened["view"]["id"], hash=opened["view"]["hash"], view=modal())
    await client.views_push(trigger_id=triggers.mint(ann.id), view=modal())
    await client.views_publish(user_id=ann.id, view={"type": "home", "blocks": [section("Home")]})


async def test_every_refusal_has_slacks_shape(
    client: AsyncWebClient, slack: SlackSandbox, shared_reference: Path
) -> None:
    slack.app.scopes.discard("usergroups:read")
    for method, arguments in (
        ("chat.postMessage", {"channel": "C0GENERAL", "text": "", "blocks": [{"type": "nothing"}]}),
        ("views.open", {"trigger_id": "1", "view": "{}"}),
        ("usergroups.list", {}),
        ("chat.update", {"channel": "C0GENERAL", "ts": "1.1", "text": "x"}),
    ):
        body = await _refusal(client, method, arguments)
        assert not body["ok"]
        assert list(differences(body, read_sample(shared_reference, f"api/{method}"))) == []


async def _refusal(client: AsyncWebClient, method: str, arguments: Json) -> Json:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=arguments)
    found: Json = caught.value.response.data
    return found


async def test_a_slash_command_has_slacks_shape(
    slack: SlackSandbox, socket: RawSocket, ann: Person, shared_reference: Path
) -> None:
    running = asyncio.create_task(ann.command("/hub help"))
    envelope = await socket.take()
    assert (await running).ok
    assert list(differences(envelope["payload"], read_sample(shared_reference, "payloads/slash_command"))) == []


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
    slack: SlackSandbox, client: AsyncWebClient, socket: RawSocket, ann: Person, shared_reference: Path
) -> None:
    await client.chat_postMessage(channel="C0GENERAL", text="Choose", blocks=_everything())
    message = await ann.wait_for_message("C0GENERAL", "Choose")
    sample = read_sample(shared_reference, "payloads/block_actions")
    chosen = {
        "press": None, "static": "1", "several": ["1"], "boxes": ["1"], "radios": "1", "more": "1", "user": "U0OMAR",
        "users": ["U0OMAR"], "conversation": "C0GENERAL", "channel": "C0GENERAL", "date": "2026-01-31", "time": "09:30",
    }  # fmt: skip
    for action_id, value in chosen.items():
        clicking = asyncio.create_task(ann.click(message, action_id, value=value))
        envelope = await socket.take()
        assert (await clicking).ok
        assert list(differences(envelope["payload"], sample)) == [], action_id
        assert envelope["accepts_response_payload"] is False


async def test_view_payloads_have_slacks_shape(
    slack: SlackSandbox, client: AsyncWebClient, socket: RawSocket, ann: Person, shared_reference: Path
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
        assert list(differences(envelope["payload"], read_sample(shared_reference, f"payloads/{name}"))) == []
    closing = asyncio.create_task(ann.close(view))
    envelope = await socket.take()
    await closing
    assert list(differences(envelope["payload"], read_sample(shared_reference, "payloads/view_closed"))) == []


async def test_every_event_has_slacks_shape(
    slack: SlackSandbox, client: AsyncWebClient, socket: RawSocket, ann: Person, shared_reference: Path
) -> None:
    await client.views_publish(user_id=ann.id, view={"type": "home", "blocks": [section("Home")]})
    ann.open_home()
    ann.say("hello")
    ann.say("@hubwarden hello", channel="C0GENERAL")
    slack.leave_channel("C0ALERTS", "U0HUBWARDEN")
    slack.archive_channel("C0ALERTS")
    slack.deactivate_user("U0LENA")
    names = {
        "app_home_opened": "AppHomeOpened", "message": "Message", "app_mention": "AppMention",
        "member_left_channel": "MemberLeftChannel", "channel_archive": "ChannelArchive",
        "subteam_members_changed": "SubteamMembersChanged", "subteam_updated": "SubteamUpdated",
        "user_change": "UserChange",
    }  # fmt: skip
    seen = set()
    for _ in range(10):
        payload = (await socket.take())["payload"]
        name = payload["event"]["type"]
        seen.add(name)
        assert list(differences(payload, read_sample(shared_reference, f"events/{names[name]}"))) == [], name
    assert seen == set(names)
