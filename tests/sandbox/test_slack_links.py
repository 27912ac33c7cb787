"""Links that the app unfolds, and the menu of a message: what the app is told, and what it may hang there."""

import asyncio
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.slack import NotPossibleError, Person, SlackSandbox
from tests.contract.slack import breaches, event_schema
from tests.sandbox.slack_support import actions, button, manifest, raw_socket, section, web_client

Json = dict[str, Any]
PAGE = "https://hub.docker.com/r/acme/api"
ELSEWHERE = "https://example.com/r/acme/api"


async def refused(client: AsyncWebClient, **arguments: Any) -> str:
    """What chat.unfurl is refused with."""
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("chat.unfurl", json=arguments)
    return str(caught.value.response["error"])


def hung(text: str) -> Json:
    """What is hung below PAGE."""
    return {PAGE: {"blocks": [section(text)]}}


async def test_the_app_is_told_of_its_own_links_once_each(slack: SlackSandbox, ann: Person) -> None:
    async with raw_socket(slack) as socket:
        said = ann.say(
            f"See {PAGE}, {PAGE} and {ELSEWHERE} (https://sub.hub.docker.com/u?a=1&b=2).", channel="C0GENERAL"
        )
        event = (await socket.take())["payload"]["event"]
    assert event["type"] == "link_shared"
    assert event["links"] == [
        {"domain": "hub.docker.com", "url": PAGE},
        {"domain": "hub.docker.com", "url": "https://sub.hub.docker.com/u?a=1&b=2"},
    ]
    assert (event["channel"], event["message_ts"], event["user"]) == ("C0GENERAL", said.ts, ann.id)
    assert event["is_bot_user_member"] is True


async def test_a_domain_is_no_other_that_ends_like_it(slack: SlackSandbox, ann: Person) -> None:
    async with raw_socket(slack) as socket:
        ann.say("https://nothub.docker.com/x https://hub.docker.com.example.com/x", channel="C0GENERAL")
        ann.say("over")
        assert (await socket.take())["payload"]["event"]["type"] == "message"


async def test_a_link_where_the_app_is_not_a_member_says_so(slack: SlackSandbox, ann: Person) -> None:
    slack.make_channel("partners", [ann.id], channel_id="C0PARTNERS", external=True)
    async with raw_socket(slack) as socket:
        ann.say(PAGE, channel="C0PARTNERS")
        payload = (await socket.take())["payload"]
    assert payload["event"]["is_bot_user_member"] is False
    assert payload["is_ext_shared_channel"] is True


async def test_links_below_a_message_replace_their_own_earlier_ones(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person
) -> None:
    async with raw_socket(slack) as socket:
        said = ann.say(f"{PAGE} {PAGE}/tags", channel="C0GENERAL")
        unfurl_id = (await socket.take())["payload"]["event"]["unfurl_id"]
    await client.chat_unfurl(channel="C0GENERAL", ts=said.ts, unfurls=hung("first") | {f"{PAGE}/tags": {"text": "t"}})
    await client.chat_unfurl(source="conversations_history", unfurl_id=unfurl_id, unfurls=hung("second"))
    shown = {one["from_url"]: one for one in said.body["attachments"]}
    assert shown.keys() == {PAGE, f"{PAGE}/tags"}
    assert shown[PAGE]["blocks"][0]["text"]["text"] == "second"
    assert {one["id"] for one in said.body["attachments"]} == {1, 2}
    history = await client.conversations_history(channel="C0GENERAL")
    assert history["messages"][0]["attachments"] == said.body["attachments"]


async def test_what_cannot_be_unfolded_is_refused(slack: SlackSandbox, client: AsyncWebClient, ann: Person) -> None:
    slack.limits.enabled = False
    said = ann.say(PAGE, channel="C0GENERAL")
    here: Json = {"channel": "C0GENERAL", "ts": said.ts}
    assert await refused(client, **here) == "missing_unfurls"
    assert await refused(client, **here, unfurls="[") == "invalid_unfurls_format"
    assert await refused(client, **here, unfurls={ELSEWHERE: {"text": "x"}}) == "cannot_unfurl_url"
    assert await refused(client, **here, unfurls={PAGE: {"blocks": [{"type": "no"}]}}) == "cannot_parse_attachment"
    assert await refused(client, channel="C0GENERAL", unfurls=hung("x")) == "missing_ts"
    assert await refused(client, channel="C0GENERAL", ts="1.1", unfurls=hung("x")) == "cannot_unfurl_message"
    assert await refused(client, channel="C0NONE", ts=said.ts, unfurls=hung("x")) == "cannot_find_channel"
    assert await refused(client, unfurl_id="x", unfurls=hung("x")) == "missing_source"
    assert await refused(client, source="nowhere", unfurl_id="x", unfurls=hung("x")) == "invalid_source"
    wrong = f"C0GENERAL.{said.ts}.{'0' * 64}"
    assert (
        await refused(client, source="conversations_history", unfurl_id=wrong, unfurls=hung("x")) == "invalid_unfurl_id"
    )
    assert await refused(client, source="composer", unfurl_id="x", unfurls=hung("x")) == "invalid_unfurl_id"
    slack.app.scopes.discard("links:write")
    assert await refused(client, **here, unfurls=hung("x")) == "missing_scope"


async def test_without_its_scope_no_link_is_told(slack: SlackSandbox, ann: Person) -> None:
    slack.app.scopes.discard("links:read")
    async with raw_socket(slack) as socket:
        ann.say(PAGE, channel="C0GENERAL")
        ann.say("over")
        assert (await socket.take())["payload"]["event"]["type"] == "message"


async def test_the_menu_of_a_message_is_for_everybody_who_sees_it(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person
) -> None:
    said = ann.say("look", channel="C0GENERAL")
    await client.chat_postEphemeral(channel="C0GENERAL", user=ann.id, text="for you")
    alone = await ann.wait_for_ephemeral("for you")
    slack.make_channel("quiet", ["U0OMAR"], channel_id="C0QUIET")
    elsewhere = slack.person("U0OMAR").say("here", channel="C0QUIET")
    for message, callback_id in ((alone, "ask_about"), (elsewhere, "ask_about"), (said, "new_request"), (said, "none")):
        with pytest.raises(NotPossibleError):
            await ann.message_shortcut(message, callback_id)
    async with raw_socket(slack) as socket:
        picking = asyncio.create_task(ann.message_shortcut(said, "ask_about"))
        payload = (await socket.take())["payload"]
        assert (await picking).ok
    assert payload["message"]["text"] == "look"
    async with client.session.post(payload["response_url"], json={"text": "answered"}) as answer:  # type: ignore[union-attr]
        assert answer.status == 200
    await ann.wait_for_ephemeral("answered", channel="C0GENERAL")


async def test_a_channel_of_two_companies_says_so(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.make_channel("partners", ["U0ANN"], channel_id="C0PARTNERS", external=True)
    for channel, shared in (("C0PARTNERS", True), ("C0GENERAL", False)):
        found = (await client.conversations_info(channel=channel))["channel"]
        assert (found["is_ext_shared"], found["is_shared"]) == (shared, shared)


@pytest.mark.parametrize(("token", "scopes"), [("bot", "links:read"), ("app", "connections:write"), ("none", "")])
async def test_answers_carry_what_the_token_may_do(slack: SlackSandbox, token: str, scopes: str) -> None:
    tokens = {"bot": slack.bot_token, "app": slack.app_token, "none": "xoxb-other"}
    async with web_client(slack) as client:
        headers = {"Authorization": f"Bearer {tokens[token]}"}
        async with client.session.post(slack.api_url + "auth.test", headers=headers) as answer:  # type: ignore[union-attr]
            granted = answer.headers.get("x-oauth-scopes", "")
    assert scopes in granted
    if token == "bot":
        assert set(granted.split(",")) == slack.app.scopes


async def test_buttons_of_an_attachment_can_be_pressed(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person
) -> None:
    hanging = [{"blocks": [actions(button("press"), block_id="below")]}]
    await client.chat_postMessage(channel="C0GENERAL", text="Choose", attachments=hanging)
    message = await ann.wait_for_message("C0GENERAL", "Choose")
    async with raw_socket(slack) as socket:
        clicking = asyncio.create_task(ann.click(message, "press"))
        container = (await socket.take())["payload"]["container"]
        assert (await clicking).ok
    assert (container["type"], container["attachment_id"]) == ("message_attachment", 1)
    assert "is_app_unfurl" not in container


async def test_an_answer_to_a_button_below_a_link_leaves_the_persons_words_alone(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person
) -> None:
    said = ann.say(PAGE, channel="C0GENERAL")
    await client.chat_unfurl(channel="C0GENERAL", ts=said.ts, unfurls={PAGE: {"blocks": [actions(button("press"))]}})
    async with raw_socket(slack) as socket:
        clicking = asyncio.create_task(ann.click(said, "press"))
        address = (await socket.take())["payload"]["response_url"]
        assert (await clicking).ok
    for body in ({"text": "mine", "replace_original": True}, {"delete_original": True}):
        async with client.session.post(address, json=body) as answer:  # type: ignore[union-attr]
            assert answer.status == 400
    async with client.session.post(address, json={"text": "for you"}) as answer:  # type: ignore[union-attr]
        assert answer.status == 200
    await ann.wait_for_ephemeral("for you", channel="C0GENERAL")
    assert said.body["text"] == f"<{PAGE}>"


async def test_what_is_not_sent_yet_has_links_and_no_place(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person
) -> None:
    async with raw_socket(slack) as socket:
        composed = ann.compose(f"look at {PAGE}", channel="C0GENERAL")
        payload = (await socket.take())["payload"]
    event = payload["event"]
    assert breaches(payload, event_schema("link_shared")) == []
    assert (event["channel"], event["source"], event["is_bot_user_member"]) == ("COMPOSER", "composer", False)
    assert await refused(client, channel=event["channel"], ts=event["message_ts"], unfurls=hung("x")) == (
        "cannot_find_channel"
    )
    await client.chat_unfurl(unfurl_id=event["unfurl_id"], source="composer", unfurls=hung("soon"))
    assert composed.unfurled[PAGE]["blocks"][0]["text"]["text"] == "soon"
    assert ann.messages("C0GENERAL") == []


async def test_an_app_without_domains_is_told_of_nothing(clock: Clock) -> None:
    bare = manifest()
    del bare["features"]["unfurl_domains"]
    slack = SlackSandbox(clock=clock, manifest=bare)
    await slack.start()
    async with raw_socket(slack) as socket:
        slack.person("U0ANN").say(PAGE, channel="C0GENERAL")
        slack.person("U0ANN").say("over")
        assert (await socket.take())["payload"]["event"]["type"] == "message"
    await slack.stop()
