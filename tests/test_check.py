"""`python -m bot check`: every problem with its way out, exit status 2, and never a traceback."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from bot.check import MANIFEST, manifest_problems
from sandbox.clock import Clock
from sandbox.servers import WEB, read_manifest
from sandbox.slack import SlackSandbox
from tests import nursery
from tests.flows.shell import Finished, system_environment

ROOT = Path(__file__).parents[1]
COMPLETE = {
    "SLACK_BOT_TOKEN": "xoxb-verysecret",
    "SLACK_APP_TOKEN": "xapp-verysecret",
    "SLACK_APPROVALS_CHANNEL": "a",
    "SLACK_ALERTS_CHANNEL": "b",
    "SLACK_ADMIN_CHANNEL": "c",
    "DOCKERHUB_USERNAME": "acme-bot",
    "DOCKERHUB_TOKEN": "dckr_pat_verysecret",
    "DOCKERHUB_ORGANIZATIONS": "acme",
    "DOCKERHUB_MAX_WAIT_SECONDS": "0",
    "POLICY_FILE": "missing.yml",
}


class Refusing(BaseHTTPRequestHandler):
    """Slack and Docker Hub in one, and neither takes the credential."""

    def answer(self) -> None:
        """As Slack refuses a token, and as Docker Hub refuses a log-in."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        is_slack = self.path.startswith("/api/")
        body = b'{"ok": false, "error": "invalid_auth"}' if is_slack else b'{"detail": "Incorrect credentials"}'
        self.send_response(200 if is_slack else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer  # noqa: N815  the names that http.server looks for

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def refusing() -> Iterator[str]:
    """The address of a server that refuses every credential."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def check(folder: Path, environment: Mapping[str, str], *, from_nothing: bool = False) -> Finished:
    """Run the command in an empty folder with this environment; `from_nothing`: with every import of its own."""
    env = system_environment() | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment}
    process: asyncio.subprocess.Process | nursery.Child
    if from_nothing:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "check"), cwd=folder, env=env, stdout=nursery.PIPE, stderr=nursery.PIPE
        )
    else:
        process = await nursery.start("check", cwd=folder, env=env)
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert process.returncode is not None
    return Finished(process.returncode, out.decode(), err.decode())


async def test_an_empty_environment_is_a_list_of_sentences(tmp_path: Path) -> None:
    done = await check(tmp_path, {}, from_nothing=True)
    lines = done.err.splitlines()
    assert (done.status, done.out) == (2, "")
    assert len(lines) == 8
    assert all(line.startswith("✗ ") and line.endswith(".") and " is not set. " in line for line in lines)


async def test_what_is_unreadable_or_refused_is_told_all_at_once_and_without_a_secret(
    tmp_path: Path, refusing: str
) -> None:
    done = await check(tmp_path, COMPLETE | {"SLACK_API_URL": f"{refusing}/api/", "DOCKERHUB_URL": refusing})
    said = done.err
    assert done.status == 2
    assert "Traceback" not in said
    assert "verysecret" not in said
    assert "POLICY_FILE names missing.yml, which cannot be read: No such file or directory." in said
    assert "Slack: Slack does not accept it (invalid_auth). Look at SLACK_BOT_TOKEN" in said
    assert "Socket: Slack does not accept it (invalid_auth). Look at SLACK_APP_TOKEN" in said
    assert "Docker Hub, acme: " in said


@pytest.mark.parametrize("hidden", [True, False])
async def test_where_slack_tells_nobodys_address_it_is_red(tmp_path: Path, refusing: str, *, hidden: bool) -> None:
    slack = SlackSandbox(clock=Clock(), manifest=read_manifest(), web_root=WEB)
    await slack.start()
    if hidden:
        slack.app.scopes.discard("users:read.email")
    given = {"SLACK_API_URL": slack.api_url, "SLACK_BOT_TOKEN": slack.bot_token, "DOCKERHUB_URL": refusing}
    done = await check(tmp_path, COMPLETE | given)
    await slack.stop()
    assert done.status == 2
    assert ("cannot tell that two accounts are one person's" in done.err) is hidden


async def test_a_sandboxs_clock_is_shown_and_asked(tmp_path: Path, refusing: str) -> None:
    near = {"SLACK_API_URL": f"{refusing}/api/", "DOCKERHUB_URL": refusing, "SANDBOX_CLOCK_URL": f"{refusing}/clock"}
    done = await check(tmp_path, COMPLETE | near)
    assert f"! SANDBOX_CLOCK_URL: expiry and reminders go by the time of a sandbox, {refusing}/clock." in done.out
    assert f"SANDBOX_CLOCK_URL: no sandbox tells its time at {refusing}/clock." in done.err


async def test_it_says_which_proxy_is_used_and_never_its_password(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    far = {"SLACK_API_URL": "https://slack.example.com/api/", "DOCKERHUB_URL": "https://hub.example.com"}
    proxy = {"HTTPS_PROXY": "ann:verysecret@127.0.0.1:1", "NO_PROXY": "hub.example.com"}
    done = await check(tmp_path, COMPLETE | far | proxy)
    assert "! Slack at https://slack.example.com/api/ is reached through the proxy http://127.0.0.1:1." in done.out
    assert "! Docker Hub at https://hub.example.com is reached without a proxy: NO_PROXY names it." in done.out
    assert "Slack: Slack at https://slack.example.com/api/ cannot be reached (ClientProxyConnectionError)" in done.err
    assert "verysecret" not in f"{done.out}{done.err}"
    done = await check(tmp_path, COMPLETE | far | proxy | {"SSL_CERT_FILE": str(bundle)})
    assert f"SSL_CERT_FILE names {bundle}, which cannot be read: No such file or directory." in done.err
    assert "Traceback" not in done.err


async def test_another_programs_kind_of_proxy_is_told_of_where_it_would_be_needed(tmp_path: Path) -> None:
    done = await check(tmp_path, COMPLETE | {"ALL_PROXY": "socks5://ann:verysecret@proxy:1080"})
    assert "ALL_PROXY cannot be used: Hubwarden speaks to proxies whose address begins with http://" in done.err
    assert "verysecret" not in f"{done.out}{done.err}"


def test_our_own_manifest_is_in_order() -> None:
    assert manifest_problems(MANIFEST) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is missing"),
        ("a: b: c", "is no YAML"),
        ("", "has no slash command /hub"),
        ("[]", "has no slash command /hub"),
        ("features: {slash_commands: [{command: /other}]}", "has no slash command /hub"),
        ("features: {slash_commands: [{command: /hub}]}", "has no shortcut ask_hubwarden"),
        ("settings: {socket_mode_enabled: false}", "does not enable Socket Mode"),
    ],
)
def test_a_manifest_that_does_not_fit_is_a_sentence(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "manifest.yml"
    if content is not None:
        path.write_text(content)
    assert any(said in problem for problem in manifest_problems(path))
