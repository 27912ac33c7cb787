"""The two servers without a bot: for any app and any organization, with nothing of Hubwarden's or acme's in them."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, expect
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.__main__ import main
from sandbox.documents import DocumentError
from sandbox.servers import SOURCE, Cast, Servers, read_cast
from sandbox.slack import NotPossibleError, words_of

WORLD = SOURCE / "sandbox" / "example-world.yml"
MANIFEST = """\
display_information: {name: Release Robot}
features:
  bot_user: {display_name: robot}
  slash_commands: [{command: /release, description: Cut a release}]
oauth_config: {scopes: {bot: [chat:write, commands, users:read, users:read.email, channels:read, usergroups:read]}}
settings: {socket_mode_enabled: true, interactivity: {is_enabled: true}}
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Another app's manifest."""
    path = tmp_path / "manifest.yml"
    path.write_text(MANIFEST, encoding="utf-8")
    return path


@asynccontextmanager
async def running(cast: Cast) -> AsyncIterator[Servers]:
    """Both servers, listening."""
    servers = Servers(cast)
    await servers.start()
    try:
        yield servers
    finally:
        await servers.stop()


async def served(*arguments: str) -> tuple[asyncio.subprocess.Process, str]:
    """`python -m sandbox --servers-only` in a process of its own, and the first line that it prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "--servers-only", *arguments), cwd=SOURCE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        return process, (await process.stdout.readline()).decode()


async def ended(process: asyncio.subprocess.Process, number: signal.Signals) -> int:
    """The status with which it ends after a signal."""
    process.send_signal(number)
    async with asyncio.timeout(30):
        return await process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_one_line_of_json_is_all_that_a_client_needs(manifest: Path, number: signal.Signals) -> None:
    process, line = await served("--json", "--manifest", str(manifest), "--world", str(WORLD))
    found = json.loads(line)
    slack, hub = found["slack"], found["docker_hub"]
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(slack["bot_token"], base_url=slack["api_url"], session=session)
        me = await client.auth_test()
        assert (me["user"], me["user_id"], me["team"]) == ("robot", slack["bot_user_id"], "Northwind Traders")
        credential = {"identifier": hub["username"], "secret": hub["token"]}
        async with session.post(f"{hub['url']}/v2/auth/token", json=credential) as answer:
            token = (await answer.json())["access_token"]
        address = f"{hub['url']}/v2/orgs/{hub['organization']}/members"
        async with session.get(address, headers={"Authorization": f"Bearer {token}"}) as answer:
            members = [row["username"] for row in (await answer.json())["results"]]
    assert members == ["northwind-release-robot", "ida", "noorvandijk", "pavel-sokol", "northwindbuilds"]
    assert await ended(process, number) == 0


async def test_people_read_the_same_in_words() -> None:
    process, _ = await served()
    assert process.stdout is not None
    said = (await process.stdout.readuntil(b"Ctrl-C")).decode()
    assert "bot token           xoxb-" in said
    assert "organization        acme" in said
    assert await ended(process, signal.SIGTERM) == 0


async def test_the_ids_follow_from_the_manifest(manifest: Path) -> None:
    async with running(read_cast(manifest, WORLD)) as servers:
        app = servers.slack.app
        assert (app.id, app.bot_id, app.bot_user_id) == ("A0RELEASEROBOT", "B0RELEASEROBOT", "U0ROBOT")
        assert servers.slack.workspace.team.id == "T0NORTHWIND"


async def test_nothing_of_hubwarden_or_acme_is_left_in_another_world(manifest: Path) -> None:
    async with running(read_cast(manifest, WORLD)) as servers:
        ida = servers.slack.person("U0IDA")
        seen: list[Any] = [servers.addresses(), servers.hub.snapshot()]
        async with aiohttp.ClientSession() as session:
            client = AsyncWebClient(servers.slack.bot_token, base_url=servers.slack.api_url, session=session)
            await client.chat_postMessage(channel="C0GENERAL", text="hello")
            seen += [(await client.users_list()).data, (await client.conversations_list()).data]
            seen += [(await client.usergroups_list()).data, (await client.auth_test()).data]
            async with session.get(f"{servers.slack.url}/browser/state?user=U0IDA") as answer:
                seen.append(await answer.json())
        seen += [message.body for message in ida.messages("C0GENERAL")]
    said = json.dumps(seen).lower()
    assert "hubwarden" not in said
    assert "acme" not in said
    assert "omar" not in said


async def test_the_standard_world_names_its_bot_after_another_app(manifest: Path) -> None:
    async with running(read_cast(manifest)) as servers:
        assert servers.addresses()["docker_hub"]["username"] == "acme-release-robot"
        assert "hubwarden" not in json.dumps([servers.addresses(), servers.hub.snapshot()]).lower()


async def test_the_world_is_what_people_see(manifest: Path) -> None:
    async with running(read_cast(manifest, WORLD)) as servers:
        slack = servers.slack
        assert [channel.name for channel in slack.workspace.channels_of("U0GIL")] == ["general"]
        assert slack.app.bot_user_id not in slack.workspace.channels["C0SECURITY"].members
        assert slack.workspace.usergroups["S0PLATFORM"].users == ["U0IDA", "U0NOOR"]
        found = servers.hub.snapshot()
        storefront = next(one for one in found["repositories"] if one["name"] == "storefront")
        assert storefront["immutable"] == {"enabled": True, "rules": [r"v1\..*"]}
        assert storefront["teams"] == [
            {"team": "platform", "permission": "admin"},
            {"team": "builds", "permission": "write"},
        ]
        assert [tag["name"] for tag in storefront["tags"]] == ["latest", "v1.1.0", "v1.0.0"]
        assert [invite["invitee"] for invite in found["invites"]] == ["new.colleague@northwind.example"]


async def test_what_happens_meanwhile_is_offered_with_what_is_there(manifest: Path) -> None:
    async with running(read_cast(manifest, WORLD)) as servers:
        actions = {one["name"]: one for one in servers.hub.snapshot()["actions"]}
        for action in actions.values():
            for argument in action["args"]:
                assert argument["default"] in argument.get("choices", [argument["default"]]) or not argument["default"]
        assert await servers.hub.act_outside("push_tag") == "ida pushed northwind/storefront:v2.4.0."


async def test_a_command_that_the_other_app_does_not_have_is_refused(manifest: Path) -> None:
    async with running(read_cast(manifest, WORLD)) as servers:
        seen = await servers.slack.person("U0IDA").command("/hub help")
        assert seen.error == "/hub is not a valid command."


async def test_a_manifest_in_json_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text('{\n\t"display_information": {"name": "Release Robot"},\n\t"features": {}}', encoding="utf-8")
    async with running(read_cast(path)) as servers:
        assert servers.slack.app.bot_name == "Release Robot"


async def test_a_bot_that_is_called_like_somebody_has_an_id_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yml"
    path.write_text("display_information: {name: Ida}", encoding="utf-8")
    async with running(read_cast(path, WORLD)) as servers:
        assert servers.slack.app.bot_user_id == "U0IDABOT"
        assert servers.slack.workspace.users["U0IDA"].real_name == "Ida Holm"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("features: {}", "manifest.yml: it has no “display_information”, which it needs."),
        (
            "display_information: {name: X}\nfeatures: {slash_commands: [{description: y}]}",
            "manifest.yml: features.slash_commands[1] has no “command”, which it needs.",
        ),
        (
            "display_information: {name: X}\nsettings: {socket_mode_enabled: maybe}",
            "manifest.yml: settings.socket_mode_enabled: input should be a valid boolean, unable to interpret input.",
        ),
    ],
)
def test_a_manifest_that_cannot_be_used_is_said(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "manifest.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        read_cast(path)
    assert caught.value.problems == (said,)


def test_a_file_that_cannot_be_used_ends_the_command_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--servers-only", "--world", str(tmp_path / "none.yml")]) == 2
    assert capsys.readouterr().err == f"✗ {tmp_path / 'none.yml'} cannot be read: No such file or directory.\n"


@pytest.mark.parametrize(
    "words",
    [
        ["--world", "x"],
        ["--json"],
        ["--servers-only", "--folder", "x"],
        ["--nothing"],
        ["--port", "65536"],
        ["--port", "-1"],
        ["--port", "http"],
    ],
)
def test_words_that_do_not_go_together_end_the_command_with_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2


async def test_the_page_shows_another_world_as_its_first_person(manifest: Path, browser: Browser) -> None:
    async with running(read_cast(manifest, WORLD)) as servers:
        page = await browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        for address in (servers.slack.url, f"{servers.slack.url}/?user=U0ANN"):
            await page.goto(address)
            await expect(page.get_by_test_id("identity-switch")).to_contain_text("Ida Holm")
            await expect(page.get_by_test_id("hub-panel")).to_contain_text("northwind")
            await page.wait_for_url("**/?user=U0IDA&channel=C0GENERAL")
        assert "hubwarden" not in (await page.content()).lower()
        assert errors == []


async def test_docker_hubs_panel_makes_way_where_the_window_becomes_narrow(manifest: Path, browser: Browser) -> None:
    async with running(read_cast(manifest, WORLD)) as servers:
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.goto(servers.slack.url)
        await expect(page.get_by_test_id("hub-panel")).to_be_visible()
        await page.set_viewport_size({"width": 390, "height": 844})
        await expect(page.get_by_test_id("hub-panel")).to_be_hidden()
        await page.set_viewport_size({"width": 1440, "height": 900})
        await expect(page.get_by_test_id("hub-panel")).to_be_visible()


async def test_the_app_can_say_something_and_be_answered_in_the_other_world(manifest: Path) -> None:
    async with running(read_cast(manifest, WORLD)) as servers, aiohttp.ClientSession() as session:
        client = AsyncWebClient(servers.slack.bot_token, base_url=servers.slack.api_url, session=session)
        with pytest.raises(NotPossibleError):
            servers.slack.person("U0GIL").say("hello", channel="C0RELEASES")
        await client.chat_postMessage(channel="C0RELEASES", text="v2.4.0 is out")
        noor = servers.slack.person("U0NOOR")
        assert "v2.4.0 is out" in words_of(await noor.wait_for_message("C0RELEASES", "is out"))
