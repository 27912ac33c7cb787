"""What people do: commands, clicks, menus, response addresses, messages and events."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.clock import Clock
from sandbox.slack import Message, NotPossibleError, Person, SlackSandbox, frozen
from tests.sandbox.slack_support import RawSocket, actions, button, field, raw_socket, section

Json = dict[str, Any]


@pytest.fixture
async def socket(slack: SlackSandbox) -> AsyncIterator[RawSocket]:
    """A connected socket."""
    async with raw_socket(slack) as found:
        yield found


async def run(person: Person, line: str, socket: RawSocket, answer: Json | None = None, **where: str) -> Json:
    """Run a command and answer it; the payload that the app got."""
    running = asyncio.create_task(person.command(line, **where))
    envelope = await socket.take(answer)
    await running
    payload: Json = envelope["payload"]
    return payload


async def click(person: Person, message: Message, socket: RawSocket, what: str, **options: Any) -> Json:
    """Click and ack; the payload that the app got."""
    clicking = asyncio.create_task(person.click(message, what, **options))
    envelope = await socket.take()
    await clicking
    payload: Json = envelope["payload"]
    return payload


async def card(client: AsyncWebClient, person: Person, *elements: Json, channel: str = "C0GENERAL") -> Message:
    """A message with these elements."""
    await client.chat_postMessage(channel=channel, text="Card", blocks=[section("Card"), actions(*elements)])
    return await person.wait_for_message(channel, "Card")


async def test_mentions_are_rewritten_only_where_the_manifest_asks(ann: Person, socket: RawSocket) -> None:
    line = "invite @omar to #hub-admin & tell @platform-leads ann@example.com @nobody"
    escaped = (
        "invite <@U0OMAR|omar> to <#C0ADMIN|hub-admin> &amp; tell <!subteam^S0LEADS|@platform-leads> "
        "ann@example.com @nobody"
    )
    assert (await run(ann, f"/hub {line}", socket))["text"] == escaped
    assert (await run(ann, f"/plain {line}", socket))["text"] == line


async def test_typed_addresses_become_links_where_that_is_switched_on(
    slack: SlackSandbox, ann: Person, socket: RawSocket
) -> None:
    slack.app.link_addresses = True
    payload = await run(ann, "/hub invite ann@example.com see https://example.com/a", socket)
    assert payload["text"] == "invite <mailto:ann@example.com|ann@example.com> see <https://example.com/a>"


async def test_without_the_scope_or_interactivity_nothing_is_sent(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person, socket: RawSocket
) -> None:
    message = await card(client, ann, button("press"))
    slack.app.interactive = False
    assert not (await ann.click(message, "press")).ok
    assert slack.violations[0].title == "The manifest has interactivity switched off"
    slack.app.scopes.discard("commands")
    assert (await ann.command("/hub help")).error == "/hub is not a valid command."


async def test_an_unknown_command_never_reaches_the_app(slack: SlackSandbox, ann: Person) -> None:
    assert (await ann.command("/nothing here")).error == "/nothing is not a valid command."


async def test_an_answer_is_for_the_person_alone_unless_it_says_otherwise(
    ann: Person, omar: Person, socket: RawSocket
) -> None:
    await run(ann, "/hub a", socket, {"text": "quiet"})
    await run(ann, "/hub b", socket, {"text": "loud", "response_type": "in_channel"})
    assert [one.body["text"] for one in ann.messages("C0GENERAL")] == ["quiet", "/hub b", "loud"]
    assert [one.body["text"] for one in omar.messages("C0GENERAL")] == ["/hub b", "loud"]


async def test_an_invalid_answer_is_a_failure_for_the_person(
    slack: SlackSandbox, ann: Person, socket: RawSocket
) -> None:
    running = asyncio.create_task(ann.command("/hub a"))
    await socket.take({"text": "x", "blocks": [{"type": "nothing"}]})
    assert "invalid_command_response" in (await running).error
    assert "invalid_blocks" in slack.violations[0].title


async def test_somebody_outside_cannot_act(slack: SlackSandbox, client: AsyncWebClient, ann: Person) -> None:
    gus, dee = slack.person("U0GUS"), slack.person("U0DEE")
    message = await card(client, ann, button("press"), channel="C0APPROVALS")
    for act in (
        gus.command("/hub", channel="C0APPROVALS"),
        gus.click(message, "press"),
        dee.command("/hub"),
        ann.click(message, "no_such_button"),
    ):
        with pytest.raises(NotPossibleError):
            await act


async def test_a_click_tells_who_pressed_what_where(client: AsyncWebClient, ann: Person, socket: RawSocket) -> None:
    message = await card(client, ann, button("approve", "Approve", value="42"), button("deny", "Deny", value="42"))
    payload = await click(ann, message, socket, "Approve")
    (action,) = payload["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("approve", "buttons", "42")
    assert payload["user"]["id"] == "U0ANN"
    assert payload["channel"] == {"id": "C0GENERAL", "name": "general"}
    assert payload["container"]["message_ts"] == payload["message"]["ts"] == message.ts


async def test_a_confirm_dialog_that_is_declined_sends_nothing(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person
) -> None:
    words = {name: {"type": "plain_text", "text": name} for name in ("title", "text", "confirm", "deny")}
    message = await card(client, ann, button("delete", confirm=words))
    assert (await ann.click(message, "delete", confirm=False)).error == "cancelled"
    assert not any(one.kind == "socket" for one in slack.parts.inspector.entries)


async def test_a_click_nobody_acks_shows_a_warning_beside_the_button(
    client: AsyncWebClient, ann: Person, socket: RawSocket, clock: Clock
) -> None:
    message = await card(client, ann, button("press"))
    clicking = asyncio.create_task(ann.click(message, "press"))
    await socket.receive()
    clock.advance(3.1)
    assert not (await clicking).ok
    assert ann.toasts == ["This action did not work: the app did not respond."]


async def test_choices_in_a_message_come_with_every_later_click(
    client: AsyncWebClient, ann: Person, omar: Person, socket: RawSocket
) -> None:
    option = {"text": {"type": "plain_text", "text": "Read"}, "value": "read"}
    menu = {"type": "static_select", "action_id": "permission", "options": [option]}
    message = await card(client, ann, menu, button("press"))
    await click(ann, message, socket, "permission", value="read")
    payload = await click(ann, message, socket, "press")
    chosen = payload["state"]["values"]["buttons"]["permission"]
    assert chosen["selected_option"]["value"] == "read"
    theirs = await click(omar, message, socket, "press")
    assert theirs["state"]["values"]["buttons"]["permission"]["selected_option"] is None


async def test_an_input_in_a_message_speaks_only_with_dispatch_action(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person
) -> None:
    blocks = [field("note", {"type": "plain_text_input"}), actions(button("press"))]
    await client.chat_postMessage(channel="C0GENERAL", text="Note", blocks=blocks)
    message = await ann.wait_for_message("C0GENERAL", "Note")
    assert (await ann.click(message, "note", value="hello")).ok
    async with raw_socket(slack) as socket:
        payload = await click(ann, message, socket, "press")
    assert payload["state"]["values"]["note"]["value"]["value"] == "hello"


async def test_an_outdated_screen_still_sends_its_click(client: AsyncWebClient, ann: Person, socket: RawSocket) -> None:
    message = await card(client, ann, button("approve", value="1"))
    old = frozen(message)
    await client.chat_update(channel=message.channel, ts=message.ts, text="Done", blocks=[section("Done")])
    with pytest.raises(NotPossibleError):
        await ann.click(message, "approve")
    assert (await click(ann, old, socket, "approve"))["actions"][0]["value"] == "1"


async def test_a_response_address_takes_five_posts(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person, omar: Person, socket: RawSocket
) -> None:
    message = await card(client, ann, button("press"))
    webhook = AsyncWebhookClient((await click(ann, message, socket, "press"))["response_url"])
    assert (await webhook.send(text="quiet")).status_code == 200
    assert (await webhook.send(text="loud", response_type="in_channel")).status_code == 200
    assert (await webhook.send(text="changed", replace_original=True)).status_code == 200
    assert [one.body["text"] for one in omar.messages("C0GENERAL")] == ["changed", "loud"]
    assert [one.body["text"] for one in ann.ephemerals()] == ["quiet"]
    assert (await webhook.send(delete_original=True)).status_code == 200
    assert [one.body["text"] for one in omar.messages("C0GENERAL")] == ["loud"]
    assert (await webhook.send(text="five")).status_code == 200
    sixth = await webhook.send(text="six")
    assert (sixth.status_code, "used_url" in sixth.body) == (404, True)
    assert "used_url" in slack.violations[-1].title


async def test_a_response_address_lives_thirty_minutes(ann: Person, socket: RawSocket, clock: Clock) -> None:
    webhook = AsyncWebhookClient((await run(ann, "/hub a", socket))["response_url"])
    clock.advance(29 * 60)
    assert (await webhook.send(text="still")).status_code == 200
    clock.advance(61)
    late = await webhook.send(text="late")
    assert (late.status_code, "expired_url" in late.body) == (404, True)


async def test_a_response_works_where_the_bot_is_not_and_is_checked_like_any_message(
    slack: SlackSandbox, ann: Person, socket: RawSocket
) -> None:
    slack.make_channel("closed", ["U0ANN"], channel_id="C0CLOSED", is_private=True)
    payload = await run(ann, "/hub a", socket, channel="C0CLOSED")
    assert payload["channel_name"] == "privategroup"
    webhook = AsyncWebhookClient(payload["response_url"])
    assert (await webhook.send(text="here")).status_code == 200
    assert (await webhook.send(text="x", blocks=[section("x" * 3001)])).status_code == 400
    assert (await webhook.send(text="")).body == '{"ok": false, "error": "no_text"}'


async def test_an_ephemeral_message_is_replaced_through_its_own_buttons(
    client: AsyncWebClient, ann: Person, omar: Person, socket: RawSocket
) -> None:
    await client.chat_postEphemeral(channel="C0GENERAL", user="U0ANN", text="Sure?", blocks=[actions(button("yes"))])
    message = await ann.wait_for_ephemeral("Sure?")
    with pytest.raises(NotPossibleError):
        await omar.click(message, "yes")
    payload = await click(ann, message, socket, "yes")
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    await AsyncWebhookClient(payload["response_url"]).send(text="Fine", replace_original=True)
    assert [(one.ts, one.body["text"]) for one in ann.ephemerals()] == [(message.ts, "Fine")]


async def test_a_menus_options_come_from_the_app_once_enough_is_typed(
    slack: SlackSandbox, client: AsyncWebClient, ann: Person, socket: RawSocket
) -> None:
    message = await card(client, ann, {"type": "external_select", "action_id": "team", "min_query_length": 2})
    assert await ann.options(message, "team", "p") == []
    option = {"text": {"type": "plain_text", "text": "platform"}, "value": "7"}
    asking = asyncio.create_task(ann.options(message, "team", "pla"))
    envelope = await socket.take({"options": [option]})
    assert envelope["payload"]["value"] == "pla"
    assert await asking == [option]
    asking = asyncio.create_task(ann.options(message, "team", "pla"))
    await socket.take({"options": [option] * 101})
    with pytest.raises(NotPossibleError):
        await asking
    assert slack.violations[0].title == "Options that Slack refuses"


async def test_events_come_only_as_subscribed_and_where_the_bot_is(
    slack: SlackSandbox, ann: Person, socket: RawSocket
) -> None:
    ann.say("nobody hears this", channel="C0GENERAL")
    ann.say("@hubwarden & friends", channel="C0GENERAL")
    mention = (await socket.take())["payload"]["event"]
    assert mention["type"] == "app_mention"
    assert mention["text"] == "<@U0HUBWARDEN> &amp; friends"
    slack.leave_channel("C0ADMIN", "U0HUBWARDEN")
    assert (await socket.take())["payload"]["event"]["type"] == "member_left_channel"
    ann.say("@hubwarden is not here", channel="C0ADMIN")
    slack.app.scopes.discard("im:history")
    ann.say("not without the scope")
    slack.app.scopes.add("im:history")
    ann.say("hello")
    direct = (await socket.take())["payload"]["event"]
    assert (direct["text"], direct["channel_type"]) == ("hello", "im")


async def test_a_changed_group_says_who_came_and_who_went(slack: SlackSandbox, socket: RawSocket) -> None:
    slack.set_group("S0LEADS", ["U0OMAR", "U0MIRA"])
    event = (await socket.take())["payload"]["event"]
    assert (event["type"], event["added_users"], event["removed_users"]) == (
        "subteam_members_changed",
        ["U0MIRA"],
        ["U0LENA"],
    )


async def test_a_deactivated_person_leaves_channels_and_groups(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.deactivate_user("U0LENA")
    assert (await client.users_info(user="U0LENA"))["user"]["deleted"]
    assert (await client.usergroups_users_list(usergroup="S0LEADS"))["users"] == ["U0OMAR"]
    assert "U0LENA" not in slack.workspace.channels["C0APPROVALS"].members
    with pytest.raises(NotPossibleError):
        slack.person("U0LENA").say("still here?")


async def test_response_addresses_take_json_alone(ann: Person, socket: RawSocket) -> None:
    address = (await run(ann, "/hub a", socket))["response_url"]
    async with aiohttp.ClientSession() as session, session.post(address, data="nonsense") as response:
        assert (response.status, json.loads(await response.text())["error"]) == (400, "invalid_payload")
