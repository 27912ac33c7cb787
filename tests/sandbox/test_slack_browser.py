"""The browser's API: what a page reads, does and is told, as one person."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from sandbox.clock import Clock
from sandbox.slack import SlackSandbox
from tests.sandbox.slack_support import actions, button, field, manifest, modal, raw_socket, section

Json = dict[str, Any]


class Panel:
    """A Docker Hub that remembers what was asked of it."""

    def __init__(self) -> None:
        self.changed: list[Callable[[], None]] = []

    def snapshot(self) -> Json:
        """One organization."""
        return {"organization": "acme"}

    async def act_outside(self, name: str, **args: Any) -> str:
        """Do it, or refuse."""
        if name != "push_tag":
            raise ValueError(f"There is no {name}.")
        for callback in self.changed:
            callback()
        return f"Pushed {args['tag']}."

    def on_change(self, callback: Callable[[], None]) -> None:
        """Remember whom to tell."""
        self.changed.append(callback)


class Page:
    """A page in the browser, as one person."""

    def __init__(self, session: aiohttp.ClientSession, url: str, user: str) -> None:
        self.session, self.url, self.user = session, url, user

    async def get(self, path: str, **query: str) -> Json:
        """Read."""
        async with self.session.get(f"{self.url}/browser/{path}", params={"user": self.user, **query}) as response:
            found: Json = await response.json()
            return found

    async def post(self, path: str, **body: Any) -> Json:
        """Do."""
        async with self.session.post(f"{self.url}/browser/{path}", json={"user": self.user, **body}) as response:
            found: Json = await response.json()
            return found


@pytest.fixture
async def slack(clock: Clock, tmp_path: Path) -> AsyncIterator[SlackSandbox]:
    """A workspace with a page and a panel."""
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "main.js").write_text("export {}")
    (tmp_path.parent / "secret.js").write_text("secret")
    sandbox = SlackSandbox(clock=clock, manifest=manifest(), hub=Panel(), web_root=tmp_path)
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def page(slack: SlackSandbox) -> AsyncIterator[Page]:
    """Ann's page."""
    async with aiohttp.ClientSession() as session:
        yield Page(session, slack.url, "U0ANN")


@pytest.fixture
async def stream(slack: SlackSandbox, page: Page) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """What Ann's page is told, its hello already read."""
    async with page.session.ws_connect(f"{slack.url}/browser/stream?user=U0ANN") as socket:
        assert (await socket.receive_json())["type"] == "hello"
        yield socket


async def told(stream: aiohttp.ClientWebSocketResponse, kind: str) -> Json:
    """The next event of that type."""
    while (event := await stream.receive_json(timeout=5))["type"] != kind:
        pass
    found: Json = event
    return found


async def test_the_state_is_one_persons_view_of_the_workspace(page: Page) -> None:
    state = await page.get("state")
    assert state["me"]["real_name"] == "Ann Berg"
    kinds = {one["id"]: one["kind"] for one in state["channels"]}
    assert kinds == {
        "C0GENERAL": "channel",
        "C0APPROVALS": "channel",
        "C0ALERTS": "channel",
        "C0ADMIN": "channel",
        "D0ANN": "im",
    }
    assert state["bot"] == {"user_id": "U0HUBWARDEN", "name": "hubwarden", "connected": False, "home_tab": True}
    assert state["commands"][0] == {"command": "/hub", "description": "Run Docker Hub", "usage_hint": "help"}
    guest = Page(page.session, page.url, "U0GUS")
    assert [one["id"] for one in (await guest.get("state"))["channels"]] == ["C0GENERAL", "D0GUS"]


async def test_a_message_appears_on_the_streams_of_its_channel(
    page: Page, stream: aiohttp.ClientWebSocketResponse
) -> None:
    assert await page.post("message", channel="C0GENERAL", text="hello <all>") == {"ok": True}
    event = await told(stream, "message")
    assert (event["channel"], event["message"]["text"]) == ("C0GENERAL", "hello &lt;all&gt;")
    assert (await page.get("history", channel="C0GENERAL"))["messages"] == [event["message"]]


async def test_a_stream_carries_only_what_its_person_may_see(
    slack: SlackSandbox, page: Page, stream: aiohttp.ClientWebSocketResponse, client: AsyncWebClient
) -> None:
    await client.chat_postEphemeral(channel="C0GENERAL", user="U0OMAR", text="for Omar")
    slack.person("U0OMAR").say("to the bot")
    slack.person("U0OMAR").say("to all", channel="C0GENERAL")
    assert (await told(stream, "message"))["message"]["text"] == "to all"


async def test_a_command_that_fails_is_told_twice_in_the_answer_and_as_a_toast(
    page: Page, stream: aiohttp.ClientWebSocketResponse
) -> None:
    answer = await page.post("message", channel="C0GENERAL", text="/hub help")
    assert answer == {"ok": False, "error": "/hub failed because the app did not respond (dispatch_failed)"}
    assert (await told(stream, "toast"))["text"] == answer["error"]


async def test_a_button_is_pressed_and_the_message_changes_in_place(
    slack: SlackSandbox, page: Page, client: AsyncWebClient, stream: aiohttp.ClientWebSocketResponse
) -> None:
    posted = await client.chat_postMessage(channel="C0GENERAL", text="Card", blocks=[actions(button("press"))])
    container = {"type": "message", "channel_id": "C0GENERAL", "message_ts": posted["ts"]}
    named = {"container": container, "block_id": "buttons", "action_id": "press"}
    async with raw_socket(slack) as socket:
        pressing = asyncio.create_task(page.post("action", **named, value=None))
        await socket.take()
        assert await pressing == {"ok": True}
    await client.chat_update(channel="C0GENERAL", ts=posted["ts"], text="Done")
    changed = await told(stream, "message_changed")
    assert (changed["message"]["ts"], changed["message"]["text"]) == (posted["ts"], "Done")
    await client.chat_delete(channel="C0GENERAL", ts=posted["ts"])
    assert (await told(stream, "message_deleted"))["ts"] == posted["ts"]
    assert "error" in await page.post("action", **named)


async def test_a_press_nobody_acks_is_told_to_its_element(
    slack: SlackSandbox, page: Page, client: AsyncWebClient, stream: aiohttp.ClientWebSocketResponse
) -> None:
    posted = await client.chat_postMessage(channel="C0GENERAL", text="Card", blocks=[actions(button("press"))])
    container = {"type": "message", "channel_id": "C0GENERAL", "message_ts": posted["ts"]}
    answer = await page.post("action", container=container, block_id="buttons", action_id="press")
    failed = await told(stream, "action_failed")
    assert (failed["action_id"], failed["container"]["message_ts"]) == ("press", posted["ts"])
    assert answer == {"ok": False, "error": failed["text"]}


async def test_a_form_opens_changes_refuses_and_closes_on_the_page(
    slack: SlackSandbox, page: Page, client: AsyncWebClient, stream: aiohttp.ClientWebSocketResponse
) -> None:
    form = modal(field("reason", {"type": "plain_text_input"}))
    await client.views_open(trigger_id=slack.parts.triggers.mint("U0ANN"), view=form)
    view = (await told(stream, "view_open"))["view"]
    assert view["state"]["values"] == {"reason": {"value": {"type": "plain_text_input", "value": None}}}
    empty = await page.post("view/submit", view_id=view["id"], values={})
    assert empty == {"ok": False, "errors": {"reason": "Please complete this required field."}}
    await client.views_update(view_id=view["id"], view={**form, "private_metadata": "x"})
    assert (await told(stream, "view_update"))["view"]["private_metadata"] == "x"
    await client.views_push(trigger_id=slack.parts.triggers.mint("U0ANN"), view=modal())
    pushed = (await told(stream, "view_push"))["view"]
    assert pushed["previous_view_id"] == view["id"]
    assert await page.post("view/close", view_id=pushed["id"]) == {"ok": True}
    assert (await told(stream, "view_close"))["view_id"] == pushed["id"]
    async with raw_socket(slack) as socket:
        values = {"reason": {"value": "because"}}
        sending = asyncio.create_task(page.post("view/submit", view_id=view["id"], values=values))
        payload = (await socket.take())["payload"]
        assert payload["view"]["state"]["values"]["reason"]["value"]["value"] == "because"
        assert await sending == {"ok": True}
    assert (await told(stream, "view_close"))["view_id"] == view["id"]


async def test_options_shortcuts_and_home_reach_the_app(
    slack: SlackSandbox, page: Page, client: AsyncWebClient, stream: aiohttp.ClientWebSocketResponse
) -> None:
    menu = {"type": "external_select", "action_id": "team", "min_query_length": 0}
    posted = await client.chat_postMessage(channel="C0GENERAL", text="Card", blocks=[actions(menu)])
    container = {"type": "message", "channel_id": "C0GENERAL", "message_ts": posted["ts"]}
    named = {"container": container, "block_id": "buttons", "action_id": "team", "value": ""}
    option = {"text": {"type": "plain_text", "text": "One"}, "value": "1"}
    assert "error" in await page.post("options", **named)
    async with raw_socket(slack) as socket:
        asking = asyncio.create_task(page.post("options", **named))
        await socket.take({"options": [option]})
        assert await asking == {"options": [option]}
        shortcut = asyncio.create_task(page.post("shortcut", callback_id="new_request"))
        assert (await socket.take())["payload"]["callback_id"] == "new_request"
        assert await shortcut == {"ok": True}
        assert (await page.post("home"))["view"] is None
        assert (await socket.take())["payload"]["event"]["type"] == "app_home_opened"
    await client.views_publish(user_id="U0ANN", view={"type": "home", "blocks": [section("Home")]})
    home = (await told(stream, "home"))["view"]
    assert (await page.post("home"))["view"] == home


async def test_the_panel_is_passed_through(page: Page, stream: aiohttp.ClientWebSocketResponse) -> None:
    assert await page.get("hub") == {"organization": "acme"}
    done = await page.post("hub/act", name="push_tag", args={"tag": "v2"})
    assert done == {"ok": True, "text": "Pushed v2."}
    await told(stream, "hub")
    assert await page.post("hub/act", name="burn") == {"ok": False, "error": "There is no burn."}


async def test_the_clock_moves_for_everybody(page: Page, stream: aiohttp.ClientWebSocketResponse) -> None:
    before = (await page.get("state"))["now"]
    assert (await page.post("clock", advance=3600))["now"] >= before + 3600
    assert (await told(stream, "clock"))["now"] >= before + 3600


async def test_the_apps_coming_and_going_is_told(slack: SlackSandbox, stream: aiohttp.ClientWebSocketResponse) -> None:
    async with raw_socket(slack):
        assert (await told(stream, "app"))["connected"] is True
    assert (await told(stream, "app"))["connected"] is False


async def test_the_inspector_shows_calls_and_broken_rules(page: Page, client: AsyncWebClient) -> None:
    await client.api_call("chat.postMessage", json={"channel": "C0GENERAL", "blocks": [section("no text")]})
    entries = (await page.get("inspector"))["entries"]
    assert [(one["kind"], one["problem"]) for one in entries] == [("rule", True), ("api", False)]
    assert entries[1]["title"] == "chat.postMessage: ok"


async def test_the_page_is_served_with_its_files_and_nothing_else(slack: SlackSandbox, page: Page) -> None:
    async with page.session.get(slack.url) as response:
        assert response.content_type == "text/html"
        assert response.headers["Cache-Control"] == "no-store"
    async with page.session.get(f"{slack.url}/web/main.js") as response:
        assert response.content_type == "text/javascript"
    climbing = URL(f"{slack.url}/web/..%2fsecret.js", encoded=True)
    async with page.session.get(climbing) as response:
        assert response.status == 404
    for path in ("web/none.js", "web/%2e%2e/secret.js", "browser/nothing", "browser/state?user=U0NONE"):
        async with page.session.get(f"{slack.url}/{path}") as response:
            assert response.status == 404, path


async def test_other_sites_get_nothing(slack: SlackSandbox, page: Page) -> None:
    foreign = {"Origin": "https://elsewhere.example"}
    async with page.session.get(f"{slack.url}/browser/state?user=U0ANN", headers=foreign) as response:
        assert response.status == 403
    async with page.session.post(f"{slack.url}/browser/clock", data='{"advance": 1}') as response:
        assert response.status == 415


async def test_other_sites_cannot_use_the_tokens_that_are_known(slack: SlackSandbox, page: Page) -> None:
    said = {"token": slack.bot_token, "channel": "C0GENERAL", "text": "from elsewhere"}
    foreign = {"Origin": "https://elsewhere.example"}
    async with page.session.post(f"{slack.api_url}chat.postMessage", data=said, headers=foreign) as response:
        assert response.status == 403
    assert slack.person("U0ANN").messages("C0GENERAL") == []


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "[", ""])
@pytest.mark.parametrize("path", ["", "browser/state?user=U0ANN", "api/auth.test", "clock"])
async def test_a_name_of_theirs_that_leads_here_helps_other_sites_nothing(
    slack: SlackSandbox, page: Page, path: str, host: str
) -> None:
    theirs = {"Host": host, "Origin": f"http://{host}"}
    async with page.session.get(f"{slack.url}/{path}", headers=theirs) as response:
        assert response.status == 403


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
async def test_this_machine_has_several_names(slack: SlackSandbox, page: Page, name: str) -> None:
    host = f"{name}:{slack.url.rpartition(':')[2]}"
    near = {"Host": host, "Origin": f"http://{host}"}
    async with page.session.get(f"{slack.url}/browser/state?user=U0ANN", headers=near) as response:
        assert response.status == 200


async def test_nonsense_is_refused_in_words(page: Page) -> None:
    assert (await page.post("action"))["ok"] is False
    assert (await page.post("message", channel="C0NONE", text="x"))["error"] == "Ann Berg is not in C0NONE."
