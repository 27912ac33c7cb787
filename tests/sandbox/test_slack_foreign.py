"""A Bolt app as most are written: synchronous, in threads of its own, over slack_sdk's built-in socket client."""

import asyncio
import urllib.request
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from sandbox.clock import Clock
from sandbox.slack import SlackSandbox
from tests.sandbox.slack_support import actions, button, field, manifest, modal

Json = dict[str, Any]
HERE = "C0GENERAL"
PAGE = "https://hub.docker.com/r/acme/api"


class Foreign:
    """The app; `seen` is what it heard, in order."""

    def __init__(self, slack: SlackSandbox) -> None:
        self.seen: list[tuple[Any, ...]] = []
        self._token = slack.bot_token
        app = App(client=WebClient(token=slack.bot_token, base_url=slack.api_url))
        app.message("hello")(self.hello)
        app.event("reaction_added")(self.reaction)
        app.event({"type": "message", "subtype": "message_changed"})(self.changed)
        app.event({"type": "message", "subtype": "message_deleted"})(self.deleted)
        app.event({"type": "message", "subtype": "file_share"})(self.file)
        app.event("link_shared")(self.link)
        app.event("member_joined_channel")(self.joined)
        app.action("start")(self.start)
        app.shortcut("ask_about")(self.about)
        app.view("about")(self.sent)
        for rest in ("message", "file_shared", "channel_created"):
            app.event(rest)(self.other)
        self._handler = SocketModeHandler(app, slack.app_token)

    def connect(self) -> None:
        """Open the socket."""
        self._handler.connect()

    def close(self) -> None:
        """Close it."""
        self._handler.close()

    def hello(self, message: Json, say: Any, client: WebClient) -> None:
        """Answers in a thread, and with a reaction."""
        say(text=f"hi <@{message['user']}>", thread_ts=message["ts"])
        client.reactions_add(channel=message["channel"], timestamp=message["ts"], name="wave")

    def reaction(self, event: Json) -> None:
        """Somebody reacts."""
        self.seen.append(("reaction", event["reaction"], event["user"]))

    def changed(self, event: Json) -> None:
        """A message says something else; previews are changes too."""
        if "attachments" not in event["message"]:
            self.seen.append(("changed", event["previous_message"]["text"], event["message"]["text"]))

    def deleted(self, event: Json) -> None:
        """A message is gone."""
        self.seen.append(("deleted", event["previous_message"]["text"]))

    def file(self, event: Json) -> None:
        """Reads a file that somebody shared."""
        address = event["files"][0]["url_private"]
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {self._token}"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            self.seen.append(("file", answer.read()))

    def link(self, event: Json, client: WebClient) -> None:
        """Hangs a preview with a button below a link."""
        unfurls = {link["url"]: {"blocks": [actions(button("start"))]} for link in event["links"]}
        client.chat_unfurl(unfurl_id=event["unfurl_id"], source=event["source"], unfurls=unfurls)

    def start(self, ack: Any, body: Json, respond: Any) -> None:
        """The button below the link."""
        ack()
        respond(f"started from {body['app_unfurl']['app_unfurl_url']}")

    def about(self, ack: Any, shortcut: Json, client: WebClient) -> None:
        """The menu of a message."""
        ack()
        words = {"type": "plain_text_input", "initial_value": shortcut["message"]["text"]}
        client.views_open(trigger_id=shortcut["trigger_id"], view=modal(field("words", words), callback_id="about"))

    def sent(self, ack: Any, view: Json) -> None:
        """The form that the menu opened."""
        ack()
        self.seen.append(("sent", view["state"]["values"]["words"]["value"]["value"]))

    def joined(self, event: Json, say: Any) -> None:
        """Somebody comes into a channel."""
        say(f"welcome, <@{event['user']}>")

    def other(self, event: Json) -> None:
        """What these tests do not look at."""


async def test_a_bolt_app_of_threads_hears_and_does_it_all(clock: Clock) -> None:
    declared = manifest()
    declared["settings"]["event_subscriptions"]["bot_events"].append("message.channels")
    slack = SlackSandbox(clock=clock, manifest=declared)
    slack.limits.enabled = False
    await slack.start()
    foreign = await asyncio.to_thread(Foreign, slack)
    await asyncio.to_thread(foreign.connect)
    try:
        await slack.wait_connected()
        await _walk(slack, foreign)
        await all_acked(slack)
    finally:
        await asyncio.to_thread(foreign.close)
        await slack.stop()
    assert [one.title for one in slack.violations] == []


async def _walk(slack: SlackSandbox, foreign: Foreign) -> None:
    ann, omar = slack.person("U0ANN"), slack.person("U0OMAR")
    said = ann.say("hello there", channel=HERE)
    answer = await ann.wait_for_message(HERE, "hi <@U0ANN>")
    assert answer.body["thread_ts"] == said.ts
    await ann.wait_until(lambda: "reactions" in said.body)
    omar.react(said, "tada")
    await heard(foreign, ("reaction", "tada", omar.id))
    ann.edit(said, "good-bye")
    await heard(foreign, ("changed", "hello there", "good-bye"))
    ann.delete(ann.say("oops", channel=HERE))
    await heard(foreign, ("deleted", "oops"))
    ann.share("members.csv", b"ann,omar", channel=HERE)
    await heard(foreign, ("file", b"ann,omar"))
    shared = ann.say(f"look at {PAGE}", channel=HERE)
    await ann.wait_until(lambda: "attachments" in shared.body)
    assert (await ann.click(shared, "start")).ok
    await ann.wait_for_ephemeral(f"started from {PAGE}")
    assert (await ann.message_shortcut(shared, "ask_about")).ok
    assert (await ann.submit(await ann.wait_for_view("words"))).ok
    await heard(foreign, ("sent", f"look at <{PAGE}>"))
    slack.make_channel("new", [ann.id, "U0HUBWARDEN"], channel_id="C0NEW")
    slack.join_channel("C0NEW", omar.id, inviter=ann.id)
    await ann.wait_for_message("C0NEW", "welcome, <@U0OMAR>")


async def all_acked(slack: SlackSandbox) -> None:
    """Return once the app has acknowledged all that was sent to it, which it does in threads of its own."""
    async with asyncio.timeout(5):
        while slack.parts.sockets._waiting:  # noqa: ASYNC110  the app knows no event loop
            await asyncio.sleep(0.01)


async def heard(foreign: Foreign, what: tuple[Any, ...]) -> None:
    """Return once the app heard that, which it does in a thread of its own."""
    async with asyncio.timeout(5):
        while what not in foreign.seen:  # noqa: ASYNC110  the app knows no event loop
            await asyncio.sleep(0.01)
