"""Starts the sandbox from a terminal: the two servers alone, or with the real bot in a process of its own."""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.hub import HubSandbox
from sandbox.hub.content.seed import SCIM_TOKEN
from sandbox.servers import SOURCE, Cast, Servers, as_json, as_text
from sandbox.slack import SlackSandbox

POLICY = Path(__file__).parent / "policy.yml"
STOP_SECONDS = 30


def bot_environment(hub: HubSandbox, slack: SlackSandbox, *, database: Path) -> dict[str, str]:
    """The settings with which the real bot runs in the sandbox: as in production, but for addresses and tokens."""
    world = hub.state.world
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "SLACK_APPROVALS_CHANNEL": "hub-approvals",
        "SLACK_ALERTS_CHANNEL": "hub-alerts",
        "SLACK_ADMIN_CHANNEL": "hub-admin",
        "DOCKERHUB_URL": hub.url,
        "DOCKERHUB_REGISTRY_URL": hub.registry_url,
        "DOCKERHUB_USERNAME": world.bot.username,
        "DOCKERHUB_TOKEN": world.bot.token,
        "DOCKERHUB_SCIM_TOKEN": SCIM_TOKEN,
        "DOCKERHUB_ORGANIZATIONS": world.organization,
        "DATABASE_URL": f"sqlite+aiosqlite:///{database}",
        "POLICY_FILE": str(POLICY),
        "AUDIT_POLL_SECONDS": "3",
        "HEALTH_HOST": "127.0.0.1",
        "HEALTH_PORT": "0",
        "LOG_FORMAT": "text",
    }


def clock_environment(slack: SlackSandbox) -> dict[str, str]:
    """The setting that has a bot in a process of its own go by the sandbox's time."""
    return {"SANDBOX_CLOCK_URL": slack.clock_url}


def launch(cast: Cast, *, port: int, folder: str) -> int:
    """Run all three until Ctrl-C; answers the exit status."""
    with contextlib.ExitStack() as stack:
        place = Path(folder or stack.enter_context(tempfile.TemporaryDirectory(prefix="hubwarden-sandbox-")))
        place.mkdir(parents=True, exist_ok=True)
        return asyncio.run(run(cast, port=port, folder=place))


def launch_servers(cast: Cast, *, port: int, with_json: bool) -> int:
    """Run the two servers until Ctrl-C; answers the exit status."""
    return asyncio.run(serve(cast, port=port, with_json=with_json))


async def run(cast: Cast, *, port: int, folder: Path) -> int:
    """Start all three, say where to look, and end all three when one is told to end or ends by itself."""
    servers = Servers(cast)
    await servers.start(port)
    log = folder / "bot.log"
    with log.open("ab") as output:
        environment = bot_environment(servers.hub, servers.slack, database=folder / "hubwarden.sqlite")
        bot = await start_bot(environment | clock_environment(servers.slack), output)
        try:
            return await attend(servers.slack, bot, log)
        finally:
            await stop_bot(bot)
            await servers.stop()


async def serve(cast: Cast, *, port: int, with_json: bool) -> int:
    """Start the two servers, say where they are, and wait for the end."""
    told_to_stop = stop_signal()
    servers = Servers(cast)
    await servers.start(port)
    try:
        found = servers.addresses()
        print(as_json(found) if with_json else f"{as_text(found)}\n\n  Ctrl-C ends both.\n", flush=True)
        await told_to_stop.wait()
        return 0
    finally:
        await servers.stop()


def stop_signal() -> asyncio.Event:
    """Set by Ctrl-C and by SIGTERM."""
    told_to_stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    return told_to_stop


async def start_bot(settings: Mapping[str, str], output: Any) -> asyncio.subprocess.Process:
    """The real bot; in a session of its own, so that Ctrl-C reaches it through us and in order."""
    inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TZ", "TMPDIR"}}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        cwd=SOURCE,
        env=inherited | dict(settings),
        stdout=output,
        stderr=output,
        start_new_session=True,
    )


async def attend(slack: SlackSandbox, bot: asyncio.subprocess.Process, log: Path) -> int:
    """Wait for the bot to connect, tell the address, and wait for the end."""
    ended = asyncio.create_task(bot.wait())
    stopping = asyncio.create_task(stop_signal().wait())
    connected = asyncio.create_task(slack.wait_connected())
    try:
        await asyncio.wait({ended, stopping, connected}, return_when=asyncio.FIRST_COMPLETED)
        if connected.done():
            print(
                f"\n  Hubwarden's sandbox is ready: {slack.url}/\n  The bot's log: {log}\n  Ctrl-C ends it.\n",
                flush=True,
            )
            await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done() and not stopping.done():
            print(f"The bot has ended by itself (status {bot.returncode}):\n{tail(log)}", file=sys.stderr)
            return 1
        return 0
    finally:
        for task in (ended, stopping, connected):
            task.cancel()
        await asyncio.gather(ended, stopping, connected, return_exceptions=True)


def tail(log: Path, lines: int = 20) -> str:
    """The log's last lines."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


async def stop_bot(bot: asyncio.subprocess.Process) -> None:
    """SIGTERM, and time to drain; then SIGKILL."""
    if bot.returncode is not None:
        return
    bot.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await bot.wait()
    except TimeoutError:
        bot.kill()
        await bot.wait()
