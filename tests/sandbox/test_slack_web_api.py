"""The Web API: tokens, scopes, arguments however sent, pages, and Slack's own error codes."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.slack import Person, SlackSandbox
from tests.sandbox.slack_support import actions, button, section, web_client

Json = dict[str, Any]


async def refusal(call: Any) -> Json:
    """What a call was refused with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    data: Json = caught.value.response.data
    return data


async def ask(slack: SlackSandbox, method: str, *, token: str = "", **request: Any) -> Json:
    """A bare HTTP call."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    verb = request.pop("verb", "POST")
    async with (
        aiohttp.ClientSession() as session,
        session.request(verb, slack.api_url + method, headers=headers, **request) as response,
    ):
        found: Json = await response.json()
        return found


async def test_a_call_without_a_known_token_is_refused(slack: SlackSandbox) -> None:
    assert (await ask(slack, "auth.test"))["error"] == "not_authed"
    assert (await ask(slack, "auth.test", token="xoxb-other"))["error"] == "invalid_auth"
    assert (await ask(slack, "auth.test", token=slack.app_token))["error"] == "not_allowed_token_type"
    assert (await ask(slack, "apps.connections.open", token=slack.bot_token))["error"] == "not_allowed_token_type"
    assert (await ask(slack, "no.such"))["error"] == "unknown_method"


async def test_arguments_come_as_query_form_or_json_and_the_token_with_them(slack: SlackSandbox) -> None:
    slack.limits.enabled = False
    blocks = [section("Hello")]
    token = slack.bot_token
    sent = {"channel": "C0GENERAL", "text": "Hello"}
    for request in (
        {"json": {**sent, "blocks": blocks}, "token": token},
        {"json": {**sent, "blocks": json.dumps(blocks)}, "token": token},
        {"data": {**sent, "blocks": json.dumps(blocks), "token": token}},
        {"params": {**sent, "blocks": json.dumps(blocks), "token": token}, "verb": "GET"},
    ):
        answer = await ask(slack, "chat.postMessage", **request)
        assert answer["ok"], answer
        assert answer["message"]["blocks"][0]["text"]["text"] == "Hello"
    assert all("token" not in call.args for call in slack.calls)


async def test_json_without_charset_earns_a_warning(slack: SlackSandbox) -> None:
    answer = await ask(slack, "auth.test", token=slack.bot_token, json={})
    assert answer["warning"] == "missing_charset"
    assert answer["response_metadata"]["warnings"] == ["missing_charset"]


async def test_a_missing_scope_is_named(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.app.scopes.discard("usergroups:read")
    answer = await refusal(client.usergroups_list())
    assert answer["error"] == "missing_scope"
    assert answer["needed"] == "usergroups:read"
    assert "usergroups:read" not in answer["provided"].split(",")
    assert "chat:write" in answer["provided"].split(",")


async def test_the_address_of_people_takes_its_scope(slack: SlackSandbox, client: AsyncWebClient) -> None:
    assert (await client.users_info(user="U0ANN"))["user"]["profile"]["email"] == "ann@example.com"
    slack.app.scopes.discard("users:read.email")
    assert "email" not in (await client.users_info(user="U0ANN"))["user"]["profile"]
    assert (await refusal(client.users_lookupByEmail(email="ann@example.com")))["error"] == "missing_scope"


async def test_posting_takes_membership_or_the_public_scope(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.make_channel("open", ["U0ANN"], channel_id="C0OPEN")
    slack.make_channel("closed", ["U0ANN"], channel_id="C0CLOSED", is_private=True)
    assert (await client.chat_postMessage(channel="C0OPEN", text="x"))["ok"]
    slack.app.scopes.discard("chat:write.public")
    assert (await refusal(client.chat_postMessage(channel="C0OPEN", text="x")))["error"] == "not_in_channel"
    assert (await refusal(client.chat_postMessage(channel="C0CLOSED", text="x")))["error"] == "channel_not_found"
    assert (await refusal(client.chat_postMessage(channel="C0NONE", text="x")))["error"] == "channel_not_found"
    slack.archive_channel("C0ALERTS")
    assert (await refusal(client.chat_postMessage(channel="C0ALERTS", text="x")))["error"] == "is_archived"


async def test_a_channel_goes_by_id_by_name_or_by_the_persons_id(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person
) -> None:
    for channel, expected in (("C0GENERAL", "C0GENERAL"), ("#general", "C0GENERAL"), ("U0ANN", ann.direct_channel)):
        assert (await client.chat_postMessage(channel=channel, text="x"))["channel"] == expected
    assert (await refusal(client.chat_postMessage(channel="U0DEE", text="x")))["error"] == "channel_not_found"
    assert (await refusal(client.chat_update(channel="#general", ts="1.0", text="x")))["error"] == "channel_not_found"


async def test_an_empty_message_is_refused_and_a_long_one_is_cut(slack: SlackSandbox, client: AsyncWebClient) -> None:
    assert (await ask(slack, "chat.postMessage", token=slack.bot_token, json={"channel": "C0GENERAL"}))[
        "error"
    ] == "no_text"
    posted = await client.chat_postMessage(channel="C0GENERAL", text="x" * 40_001)
    assert len(posted["message"]["text"]) == 40_000
    where: Json = {"channel": "C0GENERAL", "ts": posted["ts"]}
    assert (await refusal(client.chat_update(**where, text="x" * 4001)))["error"] == "msg_too_long"


async def test_invalid_blocks_are_refused_with_their_place(slack: SlackSandbox, client: AsyncWebClient) -> None:
    answer = await refusal(client.chat_postMessage(channel="C0GENERAL", text="x", blocks=[section("x" * 3001)]))
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]
    answer = await ask(slack, "chat.postMessage", token=slack.bot_token, data={"channel": "C0GENERAL", "blocks": "{"})
    assert answer["error"] == "invalid_blocks_format"


async def test_blocks_without_text_earn_a_warning_and_a_note(slack: SlackSandbox) -> None:
    answer = await ask(
        slack, "chat.postMessage", token=slack.bot_token, json={"channel": "C0GENERAL", "blocks": [section("Hi")]}
    )
    assert "missing_text_in_message" in answer["response_metadata"]["warnings"]
    assert answer["message"]["text"] == "Hi"
    assert "without text" in slack.violations[0].title


async def test_text_without_blocks_drops_the_blocks_and_shows_edited(client: AsyncWebClient, ann: Person) -> None:
    metadata = {"event_type": "request", "event_payload": {"id": "1"}}
    posted = await client.chat_postMessage(channel="C0GENERAL", text="a", blocks=[section("a")], metadata=metadata)
    where: Json = {"channel": "C0GENERAL", "ts": posted["ts"]}
    await client.api_call("chat.update", json={**where, "blocks": [section("b")]})
    body = ann.messages("C0GENERAL")[0].body
    assert (body["text"], "edited" in body) == ("a", False)
    await client.chat_update(**where, text="c")
    body = ann.messages("C0GENERAL")[0].body
    assert "blocks" not in body
    assert body["edited"]
    assert body["metadata"] == metadata


async def test_only_own_messages_are_changed_or_deleted(client: AsyncWebClient, ann: Person) -> None:
    theirs: Json = {"channel": "C0GENERAL", "ts": ann.say("mine", channel="C0GENERAL").ts}
    assert (await refusal(client.chat_update(**theirs, text="x")))["error"] == "cant_update_message"
    assert (await refusal(client.chat_delete(**theirs)))["error"] == "cant_delete_message"
    gone: Json = {"channel": "C0GENERAL", "ts": "1.000001"}
    assert (await refusal(client.chat_update(**gone, text="x")))["error"] == "message_not_found"


async def test_an_ephemeral_message_is_seen_by_one_and_never_updated(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person, omar: Person
) -> None:
    posted = await client.chat_postEphemeral(channel="C0GENERAL", user="U0ANN", text="secret")
    assert [one.body["text"] for one in ann.ephemerals()] == ["secret"]
    assert omar.messages("C0GENERAL") == []
    assert (await client.conversations_history(channel="C0GENERAL"))["messages"] == []
    updating = client.chat_update(channel="C0GENERAL", ts=posted["message_ts"], text="x")
    assert (await refusal(updating))["error"] == "message_not_found"
    outside = client.chat_postEphemeral(channel="C0APPROVALS", user="U0GUS", text="x")
    assert (await refusal(outside))["error"] == "user_not_in_channel"


async def test_a_thread_holds_its_replies(client: AsyncWebClient) -> None:
    parent = (await client.chat_postMessage(channel="C0GENERAL", text="parent"))["ts"]
    await client.chat_postMessage(channel="C0GENERAL", text="reply", thread_ts=parent)
    texts = [one["text"] for one in (await client.conversations_replies(channel="C0GENERAL", ts=parent))["messages"]]
    assert texts == ["parent", "reply"]
    history = await client.conversations_history(channel="C0GENERAL")
    assert [(one["text"], one["reply_count"]) for one in history["messages"]] == [("parent", 1)]
    lost = client.chat_postMessage(channel="C0GENERAL", text="x", thread_ts="1.000001")
    assert (await refusal(lost))["error"] == "thread_not_found"


async def test_history_shows_metadata_only_when_asked_and_goes_page_by_page(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    slack.limits.enabled = False
    for number in range(5):
        metadata = {"event_type": "request", "event_payload": {"id": str(number)}}
        await client.chat_postMessage(channel="C0GENERAL", text=str(number), metadata=metadata)
    texts: list[str] = []
    cursor = None
    while cursor != "":
        page = await client.conversations_history(
            channel="C0GENERAL", limit=2, cursor=cursor, include_all_metadata=True
        )
        texts += [one["metadata"]["event_payload"]["id"] for one in page["messages"]]
        cursor = (page.get("response_metadata") or {"next_cursor": ""})["next_cursor"]
    assert texts == ["4", "3", "2", "1", "0"]
    plain = await client.conversations_history(channel="C0GENERAL")
    assert all("metadata" not in one for one in plain["messages"])
    since = await client.conversations_history(channel="C0GENERAL", oldest=plain["messages"][2]["ts"])
    assert [one["text"] for one in since["messages"]] == ["4", "3"]
    assert (await refusal(client.conversations_history(channel="C0GENERAL", cursor="?")))["error"] == "invalid_cursor"


async def test_malformed_metadata_is_refused(slack: SlackSandbox) -> None:
    sent = {"channel": "C0GENERAL", "text": "x", "metadata": {"event_type": "x"}}
    answer = await ask(slack, "chat.postMessage", token=slack.bot_token, json=sent)
    assert answer["error"] == "invalid_metadata_format"


async def test_people_are_found_listed_and_told_apart(client: AsyncWebClient) -> None:
    assert (await client.users_info(user="U0GUS"))["user"]["is_restricted"]
    assert (await client.users_info(user="U0DEE"))["user"]["deleted"]
    assert (await client.users_info(user="U0HUBWARDEN"))["user"]["is_bot"]
    assert (await refusal(client.users_info(user="U0NONE")))["error"] == "user_not_found"
    assert (await client.users_lookupByEmail(email="ANN@example.com"))["user"]["id"] == "U0ANN"
    assert (await refusal(client.users_lookupByEmail(email="dee@example.com")))["error"] == "users_not_found"
    first = await client.users_list(limit=4)
    rest = await client.users_list(cursor=first["response_metadata"]["next_cursor"])
    assert len(first["members"]) + len(rest["members"]) == 12
    assert rest["response_metadata"]["next_cursor"] == ""


async def test_user_groups_are_listed_with_their_people(client: AsyncWebClient) -> None:
    groups = (await client.usergroups_list(include_users=True))["usergroups"]
    assert {one["handle"]: one["users"] for one in groups}["platform-leads"] == ["U0OMAR", "U0LENA"]
    assert (await client.usergroups_users_list(usergroup="S0LEADS"))["users"] == ["U0OMAR", "U0LENA"]
    assert (await refusal(client.usergroups_users_list(usergroup="S0NONE")))["error"] == "no_such_subteam"


async def test_conversations_are_opened_described_and_joined(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.make_channel("open", ["U0ANN"], channel_id="C0OPEN")
    assert (await client.conversations_info(channel="C0OPEN"))["channel"]["is_member"] is False
    assert (await client.conversations_join(channel="C0OPEN"))["channel"]["is_member"] is True
    assert (await client.conversations_info(channel="C0OPEN"))["channel"]["is_member"] is True
    opened = (await client.conversations_open(users="U0ANN"))["channel"]["id"]
    assert opened.startswith("D")
    assert (await refusal(client.conversations_open(users="U0DEE")))["error"] == "user_disabled"
    names = [one["name"] for one in (await client.conversations_list())["channels"]]
    assert names == ["general", "hub-approvals", "hub-alerts", "hub-admin", "open"]
    assert "U0GUS" not in (await client.conversations_members(channel="C0APPROVALS"))["members"]


async def test_a_file_is_uploaded_and_shared(slack: SlackSandbox, client: AsyncWebClient, ann: Person) -> None:
    await client.files_upload_v2(
        content="name,role\n", filename="members.csv", channel="C0GENERAL", initial_comment="The export"
    )
    message = await ann.wait_for_message("C0GENERAL", "The export")
    file = slack.workspace.files[message.body["files"][0]["id"]]
    assert (file.content, file.channels) == (b"name,role\n", ["C0GENERAL"])
    assert (await refusal(client.files_info(file="F0NONE")))["error"] == "file_not_found"


async def test_a_files_bytes_are_for_the_bot_that_may_read_files_alone(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person
) -> None:
    await client.files_upload_v2(content="a;ä\n", filename="list 1#.csv", channel="C0GENERAL")
    message = await ann.wait_for_message("C0GENERAL", lambda message: bool(message.body.get("files")))
    file = (await client.files_info(file=message.body["files"][0]["id"]))["file"]
    assert file["url_private"].startswith(f"{slack.url}/files-pri/T0ACME-{file['id']}/")

    async def fetch(address: str, token: str) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {token}"}
        async with session.get(address, headers=headers, allow_redirects=False) as response:
            return response.status, await response.read()

    async with aiohttp.ClientSession() as session:
        for address in (file["url_private"], file["url_private_download"]):
            assert await fetch(address, slack.bot_token) == (200, "a;ä\n".encode())
            assert await fetch(address, "xoxb-other") == (302, b"")
        assert (await fetch(file["url_private"].replace(file["id"], "F0NONE"), slack.bot_token))[0] == 404
        slack.app.scopes.discard("files:read")
        assert (await fetch(file["url_private"], slack.bot_token))[0] == 302


async def test_an_upload_of_another_length_is_refused(slack: SlackSandbox, client: AsyncWebClient) -> None:
    address = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    async with aiohttp.ClientSession() as session, session.post(address["upload_url"], data=b"four") as response:
        assert response.status == 400
    completing = client.files_completeUploadExternal(files=[{"id": address["file_id"]}])
    assert (await refusal(completing))["error"] == "file_not_found"


async def test_blocks_validate_takes_a_form_without_a_token(slack: SlackSandbox) -> None:
    wrong = json.dumps([section("x" * 3001)])
    answer = await ask(slack, "blocks.validate", data={"blocks": wrong})
    assert answer["error"] == "invalid_blocks"
    assert answer["errors"][0]["pointer"] == "/blocks/0/text/text"
    assert answer["errors"][0]["constraint"] == {"type": "max_length", "expected": 3000, "got": 3001}
    assert (await ask(slack, "blocks.validate", data={"blocks": json.dumps([section("x")])})) == {"ok": True}
    assert (await ask(slack, "blocks.validate", json={"blocks": []}))["error"] == "invalid_arguments"
    assert (await ask(slack, "blocks.validate", data={"view": "{}", "blocks": "[]"}))["error"] == "invalid_arguments"


async def test_a_permalink_names_channel_and_message(client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel="C0GENERAL", text="x"))["ts"]
    link = (await client.chat_getPermalink(channel="C0GENERAL", message_ts=ts))["permalink"]
    assert link.endswith(f"/C0GENERAL/p{ts.replace('.', '')}")


async def test_more_than_a_burst_in_one_channel_is_429(
    slack: SlackSandbox, client: AsyncWebClient, clock: Clock
) -> None:
    for _ in range(3):
        await client.chat_postMessage(channel="C0GENERAL", text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0GENERAL", text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    assert caught.value.response["error"] == "ratelimited"
    assert (await client.chat_postMessage(channel="C0APPROVALS", text="x"))["ok"]
    clock.advance(1)
    assert (await client.chat_postMessage(channel="C0GENERAL", text="x"))["ok"]
    assert "too fast" in slack.violations[0].title


async def test_each_method_has_its_tier_and_the_limits_can_be_switched_off(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    for _ in range(20):
        await client.usergroups_list()
    with pytest.raises(SlackApiError) as caught:
        await client.usergroups_list()
    assert int(caught.value.response.headers["Retry-After"]) == 3
    slack.limits.enabled = False
    assert (await client.usergroups_list())["ok"]


async def test_scripted_faults_come_before_or_after_the_effect(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person
) -> None:
    posting: Json = {"channel": "C0GENERAL", "text": "x"}
    slack.faults.add("chat.postMessage", error="internal_error")
    assert (await refusal(client.chat_postMessage(**posting)))["error"] == "internal_error"
    slack.faults.add("chat.*", status=429, retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(**posting)
    assert caught.value.response.headers["Retry-After"] == "7"
    slack.faults.add("chat.postMessage", drop=True)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(**posting)
    assert ann.messages("C0GENERAL") == []
    slack.faults.add("chat.postMessage", drop=True, after_effect=True)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(**posting)
    assert len(ann.messages("C0GENERAL")) == 1
    assert (await client.chat_postMessage(**posting))["ok"]


async def test_a_hanging_answer_ends_with_the_clients_patience(slack: SlackSandbox) -> None:
    slack.faults.add("auth.test", hang=True)
    async with web_client(slack) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.auth_test()


async def test_a_held_call_waits_until_it_is_released(slack: SlackSandbox, client: AsyncWebClient, ann: Person) -> None:
    for after_effect, seen in ((False, 0), (True, 2)):
        hold = slack.hold("chat.postMessage", after_effect=after_effect)
        posting = asyncio.create_task(client.chat_postMessage(channel="C0GENERAL", text="x"))
        await hold.arrived()
        assert len(ann.messages("C0GENERAL")) == seen
        assert not posting.done()
        hold.release()
        assert (await posting)["ok"]


async def test_every_call_is_written_down(slack: SlackSandbox, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="C0GENERAL", text="x", blocks=[actions(button("a"))])
    (call,) = slack.calls_of("chat.postMessage")
    assert call.args["text"] == "x"
    assert call.result["ok"] is True
    assert call.status == 200
