"""Programs that have nothing to do with Hubwarden, as processes of their own in the sandbox: what their page says."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.servers import Servers, read_cast
from tests.conftest import ROOT

FOREIGN = ROOT / "sandbox" / "foreign"
GENERAL = "C0GENERAL"


@pytest.fixture
async def servers() -> AsyncIterator[Servers]:
    """Both servers, with the foreign app installed, and Docker Hub as it is seen to answer."""
    servers = Servers(read_cast(FOREIGN / "app.yml", hub_profile="real"))
    await servers.hub.start()
    await servers.slack.start()
    yield servers
    await servers.slack.stop()
    await servers.hub.stop()


@pytest.fixture
def addresses(servers: Servers, tmp_path: Path) -> Path:
    """What `--json` prints."""
    path = tmp_path / "addresses.json"
    path.write_text(json.dumps(servers.addresses()), encoding="utf-8")
    return path


@pytest.fixture
async def robot(servers: Servers, addresses: Path) -> AsyncIterator[None]:
    """The Bolt app, connected."""
    program = str(FOREIGN / "bolt_app.py")
    process = await asyncio.create_subprocess_exec(sys.executable, program, str(addresses))
    await servers.slack.wait_connected()
    yield
    process.terminate()
    await process.wait()


@pytest.mark.usefixtures("robot")
async def test_a_bolt_app_of_somebody_elses_works(servers: Servers) -> None:
    ann, omar = servers.slack.person("U0ANN"), servers.slack.person("U0OMAR")
    assert (await ann.command("/release 2.0.0", channel=GENERAL)).ok
    card = await omar.wait_for_message(GENERAL, "Release 2.0.0?", timeout=10)
    assert (await omar.click(card, "Ship it")).ok
    await ann.wait_for_message(GENERAL, "shipped by <@U0OMAR>")
    await ann.wait_for_message(GENERAL, "Smoke tests passed.")
    reacted = await ann.wait_for_message(GENERAL, lambda one: "reactions" in one.body)
    assert (reacted.ts, reacted.body["reply_count"]) == (card.ts, 1)
    asked = ann.say("@release-robot how?", channel=GENERAL)
    answer = await ann.wait_for_message(GENERAL, "Write `/release 1.2.3`.")
    assert answer.body["thread_ts"] == asked.ts
    assert (await ann.message_shortcut(asked, "remember")).ok
    await ann.wait_for_home("how?")
    assert servers.slack.violations == []


async def test_a_docker_hub_client_of_somebody_elses_works(addresses: Path) -> None:
    program = str(FOREIGN / "hub_client.py")
    command = [sys.executable, program, str(addresses)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    page = (FOREIGN / "README.md").read_text(encoding="utf-8")
    assert done.stdout in page
