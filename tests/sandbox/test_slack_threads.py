"""Threads, changes, reactions and files: what the channel shows of them, and what the app is told."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import NotPossibleError, Person, SlackSandbox
from sandbox.slack.block_kit.check import check_blocks
from tests.sandbox.slack_support import RawSocket, actions, bolt_app, button, connected, modal, raw_socket

Json = dict[str, Any]
HERE = "C0GENERAL"


@pytest.fixture
async def socket(slack: SlackSandbox) -> AsyncIterator[RawSocket]:
    """A connected socket of an app that hears what is said in public channels too."""
    slack.app.events |= {"message.channels"}
    slack.limits.enabled = False
    async with raw_socket(slack) as found:
        yield found


async def event(socket: RawSocket) -> Json:
    """The next event."""
    found: Json = (await socket.take())["payload"]["event"]
    return found


async def refusal(call: Any) -> str:
    """What a call is refused with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def thread(client: AsyncWebClient, ts: str) -> list[Json]:
    """The thread as the app reads it."""
    found: list[Json] = (await client.conversations_replies(channel=HERE, ts=ts))["messages"]
    return found


async def test_people_and_the_app_answer_in_one_thread(client: AsyncWebClient, socket: RawSocket, ann: Person) -> None:
    first = ann.say("question", channel=HERE)
    await event(socket)
    reply = ann.say("more", channel=HERE, thread_ts=first.ts)
    told = await event(socket)
    assert (told["thread_ts"], told["parent_user_id"], told["ts"]) == (first.ts, ann.id, reply.ts)
    await client.chat_postMessage(channel=HERE, text="answer", thread_ts=first.ts)
    assert (await event(socket))["bot_id"] == "B0HUBWARDEN"
    texts = [one["text"] for one in await thread(client, first.ts)]
    assert texts == ["question", "more", "answer"]
    assert (await ann.wait_for_reply(first, "answer")).body["bot_id"] == "B0HUBWARDEN"
    assert [one.body["text"] for one in ann.replies(first)] == ["more", "answer"]
    history = (await client.conversations_history(channel=HERE))["messages"]
    assert [one["text"] for one in history] == ["question"]
    assert (history[0]["reply_count"], history[0]["reply_users"]) == (2, [ann.id, "U0HUBWARDEN"])


async def test_a_reply_to_a_reply_stands_below_its_parent(client: AsyncWebClient, ann: Person) -> None:
    first = ann.say("question", channel=HERE)
    reply = ann.say("answer", channel=HERE, thread_ts=first.ts)
    ann.say("to the answer", channel=HERE, thread_ts=reply.ts)
    posted = await client.chat_postMessage(channel=HERE, text="and mine", thread_ts=reply.ts)
    assert posted["message"]["thread_ts"] == first.ts
    assert first.body["reply_count"] == 3
    assert "reply_count" not in reply.body


async def test_what_is_deleted_counts_no_more(client: AsyncWebClient, ann: Person, omar: Person) -> None:
    first = ann.say("question", channel=HERE)
    early = omar.say("early", channel=HERE, thread_ts=first.ts)
    posted = await client.chat_postMessage(channel=HERE, text="late", thread_ts=first.ts)
    await client.chat_delete(channel=HERE, ts=posted["ts"])
    assert (first.body["reply_count"], first.body["reply_users"]) == (1, [omar.id])
    assert first.body["latest_reply"] == early.ts
    omar.delete(early)
    assert not {"reply_count", "thread_ts", "latest_reply", "reply_users"} & first.body.keys()
    assert len(await thread(client, first.ts)) == 1


async def test_of_a_deleted_question_the_place_stays(client: AsyncWebClient, socket: RawSocket, ann: Person) -> None:
    first = ann.say("secret question", channel=HERE)
    reply = ann.say("answer", channel=HERE, thread_ts=first.ts)
    ann.delete(first)
    told = [await event(socket) for _ in range(3)][-1]
    assert (told["subtype"], told["message"]["subtype"]) == ("message_changed", "tombstone")
    shown = (await thread(client, first.ts))[0]
    assert (shown["text"], shown["user"], shown["reply_count"]) == ("This message was deleted.", "USLACKBOT", 1)
    with pytest.raises(NotPossibleError):
        ann.delete(first)
    ann.delete(reply)
    assert ann.messages(HERE) == []


async def test_a_reply_to_all_stands_in_the_channel_too(client: AsyncWebClient, socket: RawSocket, ann: Person) -> None:
    first = ann.say("question", channel=HERE)
    ann.say("answer", channel=HERE, thread_ts=first.ts, broadcast=True)
    await client.chat_postMessage(channel=HERE, text="mine", thread_ts=first.ts, reply_broadcast=True)
    told = [await event(socket) for _ in range(3)][1:]
    assert [one["subtype"] for one in told] == ["thread_broadcast", "thread_broadcast"]
    assert {one["root"]["ts"] for one in told} == {first.ts}
    history = (await client.conversations_history(channel=HERE))["messages"]
    assert [one["text"] for one in history] == ["mine", "answer", "question"]
    assert first.body["reply_count"] == 2


async def test_a_reply_to_nothing_is_no_reply(client: AsyncWebClient, ann: Person) -> None:
    with pytest.raises(NotPossibleError):
        ann.say("hm", channel=HERE, thread_ts="1.1")
    call = client.chat_postMessage(channel=HERE, text="hm", thread_ts="1.1")
    assert await refusal(call) == "thread_not_found"


async def test_a_message_for_one_alone_stands_in_its_thread_and_does_not_count(
    client: AsyncWebClient, ann: Person
) -> None:
    first = ann.say("question", channel=HERE)
    await client.chat_postEphemeral(channel=HERE, user=ann.id, text="for you", thread_ts=first.ts)
    assert (await ann.wait_for_ephemeral("for you")).body["thread_ts"] == first.ts
    assert "reply_count" not in first.body
    assert len(await thread(client, first.ts)) == 1


async def test_an_address_of_a_reply_names_its_thread(client: AsyncWebClient, ann: Person) -> None:
    first = ann.say("question", channel=HERE)
    reply = ann.say("answer", channel=HERE, thread_ts=first.ts)
    links = [(await client.chat_getPermalink(channel=HERE, message_ts=one.ts))["permalink"] for one in (first, reply)]
    assert "?" not in links[0]
    assert links[1].endswith(f"?thread_ts={first.ts}&cid={HERE}")


async def test_the_app_is_told_what_was_said_before_and_now(
    client: AsyncWebClient, socket: RawSocket, ann: Person
) -> None:
    said = ann.say("first", channel=HERE)
    ann.edit(said, "second")
    posted = await client.chat_postMessage(channel=HERE, text="mine")
    await client.chat_update(channel=HERE, ts=posted["ts"], text="changed")
    ann.delete(said)
    told = [await event(socket) for _ in range(5)]
    changed, own, gone = told[1], told[3], told[4]
    assert changed["subtype"] == own["subtype"] == "message_changed"
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("first", "second")
    assert changed["message"]["edited"]["user"] == ann.id
    assert (own["previous_message"]["text"], own["message"]["text"]) == ("mine", "changed")
    assert (gone["subtype"], gone["deleted_ts"], gone["previous_message"]["text"]) == (
        "message_deleted", said.ts, "second",
    )  # fmt: skip


async def test_an_event_tells_how_it_was_when_it_happened(
    slack: SlackSandbox, client: AsyncWebClient, socket: RawSocket, ann: Person
) -> None:
    option = {"text": {"type": "plain_text", "text": "One"}, "value": "1"}
    menu = {"type": "static_select", "action_id": "pick", "options": [option]}
    home = await client.views_publish(user_id=ann.id, view={"type": "home", "blocks": [actions(menu, block_id="b")]})
    hold = slack.hold("socket.events_api")
    ann.open_home()
    await hold.arrived()
    assert ann.home is not None
    clicking = asyncio.create_task(ann.click(ann.home, "pick", value="1"))
    assert (await socket.take())["payload"]["type"] == "block_actions"
    await clicking
    hold.release()
    told = await event(socket)
    assert told["view"]["state"]["values"] == home["view"]["state"]["values"]


async def test_the_app_hears_nothing_of_what_one_person_alone_sees(
    slack: SlackSandbox, client: AsyncWebClient, socket: RawSocket, ann: Person
) -> None:
    await client.chat_postEphemeral(channel=HERE, user=ann.id, text="for you", blocks=[actions(button("press"))])
    message = await ann.wait_for_ephemeral("for you")
    clicking = asyncio.create_task(ann.click(message, "press"))
    address = (await socket.take())["payload"]["response_url"]
    await clicking
    for body in ({"text": "changed", "replace_original": True}, {"delete_original": True}):
        async with client.session.post(address, json=body) as answer:  # type: ignore[union-attr]
            assert answer.status == 200
    ann.say("over", channel=HERE)
    assert (await event(socket))["text"] == "over"


async def test_bolt_does_not_hear_itself(slack: SlackSandbox, ann: Person) -> None:
    heard, over = [], asyncio.Event()
    async with bolt_app(slack) as app:

        @app.event("message")
        async def note(event: Json) -> None:
            heard.append(event.get("text"))
            if event.get("text") == "over":
                over.set()
            if event.get("text") == "ping":
                await app.client.chat_postMessage(channel=event["channel"], text="pong")

        async with connected(app, slack):
            ann.say("ping")
            await ann.wait_for_message(ann.direct_channel, "pong")
            ann.say("over")
            await asyncio.wait_for(over.wait(), timeout=5)
    assert heard == ["ping", "over"]


async def test_nobody_is_told_of_places_where_the_app_is_not(slack: SlackSandbox, ann: Person) -> None:
    slack.app.events |= {"message.channels"}
    slack.make_channel("quiet", [ann.id], channel_id="C0QUIET")
    async with raw_socket(slack) as socket:
        said = ann.say("psst @hubwarden", channel="C0QUIET")
        ann.edit(said, "psst!")
        ann.react(said, "eyes")
        ann.delete(said)
        ann.say("over")
        assert (await event(socket))["text"] == "over"


async def test_people_change_and_delete_only_what_is_theirs(client: AsyncWebClient, ann: Person, omar: Person) -> None:
    said = ann.say("mine", channel=HERE)
    await client.chat_postMessage(channel=HERE, text="the bot's")
    own = await ann.wait_for_message(HERE, "the bot's")
    for message in (said, own):
        with pytest.raises(NotPossibleError):
            omar.edit(message, "his")
        with pytest.raises(NotPossibleError):
            omar.delete(message)
    with pytest.raises(NotPossibleError):
        ann.edit(said, "  ")


async def test_reactions_of_people_and_of_the_app(
    client: AsyncWebClient, socket: RawSocket, ann: Person, omar: Person
) -> None:
    said = ann.say("look", channel=HERE)
    omar.react(said, ":eyes:")
    await client.reactions_add(channel=HERE, timestamp=said.ts, name="eyes")
    omar.react(said, "eyes", remove=True)
    told = [await event(socket) for _ in range(4)][1:]
    assert [(one["type"], one["user"], one["reaction"], one["item"]["ts"], one["item_user"]) for one in told] == [
        ("reaction_added", omar.id, "eyes", said.ts, ann.id),
        ("reaction_added", "U0HUBWARDEN", "eyes", said.ts, ann.id),
        ("reaction_removed", omar.id, "eyes", said.ts, ann.id),
    ]
    found = await client.reactions_get(channel=HERE, timestamp=said.ts)
    assert found["message"]["reactions"] == [{"name": "eyes", "users": ["U0HUBWARDEN"], "count": 1}]
    await client.reactions_remove(channel=HERE, timestamp=said.ts, name="eyes")
    assert "reactions" not in said.body


async def test_reactions_that_are_refused(slack: SlackSandbox, client: AsyncWebClient, ann: Person) -> None:
    said = ann.say("look", channel=HERE)
    there: Json = {"channel": HERE, "timestamp": said.ts}
    await client.reactions_add(**there, name="eyes")
    assert await refusal(client.reactions_add(**there, name="eyes")) == "already_reacted"
    assert await refusal(client.reactions_add(**there, name="no such name")) == "invalid_name"
    assert await refusal(client.reactions_add(channel=HERE, timestamp="1.1", name="eyes")) == "message_not_found"
    assert await refusal(client.reactions_remove(**there, name="tada")) == "no_reaction"
    assert await refusal(client.reactions_remove(name="tada")) == "no_item_specified"
    with pytest.raises(NotPossibleError):
        ann.react(said, "eyes", remove=True)
    slack.app.scopes.discard("reactions:write")
    assert await refusal(client.reactions_add(**there, name="tada")) == "missing_scope"


async def test_a_shared_file_is_told_twice_and_can_be_read(
    client: AsyncWebClient, socket: RawSocket, ann: Person
) -> None:
    ann.share("members.csv", b"ann", channel=HERE, text="these")
    message, file = await event(socket), await event(socket)
    assert (message["subtype"], message["text"], message["files"][0]["name"]) == ("file_share", "these", "members.csv")
    assert (file["type"], file["channel_id"], file["user_id"]) == ("file_shared", HERE, ann.id)
    assert (await client.files_info(file=file["file_id"]))["file"]["size"] == 3


async def test_a_channel_has_one_budget_however_it_is_called(slack: SlackSandbox, client: AsyncWebClient) -> None:
    for name in ("C0ADMIN", "#hub-admin", "hub-admin"):
        await client.chat_postMessage(channel=name, text="Hello")
    assert await refusal(client.chat_postMessage(channel="#hub-admin", text="Hello")) == "ratelimited"
    await client.chat_postMessage(channel="#general", text="Hello")


async def test_direct_messages_have_one_budget_however_they_are_called(client: AsyncWebClient, ann: Person) -> None:
    for name in (ann.id, ann.direct_channel, ann.id):
        await client.chat_postMessage(channel=name, text="Hello")
    assert await refusal(client.chat_postMessage(channel=ann.direct_channel, text="Hello")) == "ratelimited"


async def test_closing_a_form_waits_for_nobody(
    slack: SlackSandbox, client: AsyncWebClient, socket: RawSocket, ann: Person
) -> None:
    await client.views_open(trigger_id=slack.parts.triggers.mint(ann.id), view=modal(notify_on_close=True))
    await asyncio.wait_for(ann.close(await ann.wait_for_view()), timeout=1)
    assert ann.view is None
    envelope = await socket.receive()
    assert envelope["payload"]["type"] == "view_closed"


RICH = [
    ("plain", "plain", [{"type": "text", "text": "plain"}]),
    ("a < b & c", "a &lt; b &amp; c", [{"type": "text", "text": "a < b & c"}]),
    (
        "hi @omar, see #hub-admin",
        "hi <@U0OMAR>, see <#C0ADMIN|>",
        [
            {"type": "text", "text": "hi "},
            {"type": "user", "user_id": "U0OMAR"},
            {"type": "text", "text": ", see "},
            {"type": "channel", "channel_id": "C0ADMIN"},
        ],
    ),
    (
        "@platform-leads @here",
        "<!subteam^S0LEADS> <!here>",
        [
            {"type": "usergroup", "usergroup_id": "S0LEADS"},
            {"type": "text", "text": " "},
            {"type": "broadcast", "range": "here"},
        ],
    ),
    (
        "https://a.example/x?b=1&c=2.",
        "<https://a.example/x?b=1&amp;c=2>.",
        [{"type": "link", "url": "https://a.example/x?b=1&c=2"}, {"type": "text", "text": "."}],
    ),
    (
        "jane@example.com",
        "<mailto:jane@example.com|jane@example.com>",
        [{"type": "link", "url": "mailto:jane@example.com", "text": "jane@example.com"}],
    ),
    (
        "*now @omar* :tada: at 12:30:45",
        "*now <@U0OMAR>* :tada: at 12:30:45",
        [
            {"type": "text", "text": "now ", "style": {"bold": True}},
            {"type": "user", "user_id": "U0OMAR", "style": {"bold": True}},
            {"type": "text", "text": " "},
            {"type": "emoji", "name": "tada"},
            {"type": "text", "text": " at 12:30:45"},
        ],
    ),
    (
        "`@omar https://a.example` v1.* and v2.*",
        "`@omar https://a.example` v1.* and v2.*",
        [
            {"type": "text", "text": "@omar https://a.example", "style": {"code": True}},
            {"type": "text", "text": " v1.* and v2.*"},
        ],
    ),
]


@pytest.mark.parametrize(("typed", "text", "elements"), RICH)
def test_what_people_type_comes_as_text_and_as_rich_text(
    slack: SlackSandbox, ann: Person, typed: str, text: str, elements: list[Json]
) -> None:
    said = ann.say(typed, channel=HERE)
    assert said.body["text"] == text
    assert said.body["blocks"][0]["elements"] == [{"type": "rich_text_section", "elements": elements}]
    assert check_blocks(said.body["blocks"], "message") == []


def test_quotations_and_code_are_blocks_of_their_own(slack: SlackSandbox, ann: Person) -> None:
    said = ann.say("look:\n> he said\n> this\n```docker push <x>```", channel=HERE)
    kinds = [(one["type"], one["elements"][0]["text"]) for one in said.body["blocks"][0]["elements"]]
    assert kinds == [
        ("rich_text_section", "look:"),
        ("rich_text_quote", "he said\nthis"),
        ("rich_text_preformatted", "docker push <x>"),
    ]
    assert said.body["text"] == "look:\n&gt; he said\n&gt; this\n```docker push &lt;x&gt;```"
    assert check_blocks(said.body["blocks"], "message") == []
