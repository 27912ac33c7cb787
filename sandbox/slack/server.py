"""The sandbox's Slack: one server with the Web API, Socket Mode, the browser's workspace, and a way in for tests."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.clock import Clock
from sandbox.slack.driver import Person
from sandbox.slack.faults import Faults, Hold
from sandbox.slack.interactions.responses import receive_response
from sandbox.slack.page.browser import Browser
from sandbox.slack.page.hub_panel import HubPanel
from sandbox.slack.page.inspector import Entry
from sandbox.slack.parts import Parts, Record, assemble
from sandbox.slack.transport.sockets import Reason, Sockets
from sandbox.slack.web_api.dispatch import WebApi
from sandbox.slack.web_api.files import receive_upload, serve_file
from sandbox.slack.web_api.limits import Limits
from sandbox.slack.workspace import administration
from sandbox.slack.workspace.manifest import App, Manifest, install
from sandbox.slack.workspace.state import Channel, User, Workspace
from sandbox.world import ACME, World

UPLOAD_BYTES = 100_000_000
SHUTDOWN_SECONDS = 0.2


class SlackSandbox:
    """A Slack workspace on this machine, as the world has it, with the app of `manifest` installed.

    `hub` is what the page's Docker Hub panel shows, `web_root` the folder of the page. Loopback only by default.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        manifest: Mapping[str, Any],
        world: World = ACME,
        hub: HubPanel | None = None,
        web_root: Path | None = None,
    ) -> None:
        self.parts: Parts = assemble(clock, install(Manifest.model_validate(manifest), world), world)
        self._api = WebApi(self.parts)
        self._browser = Browser(self.parts, hub=hub, web_root=web_root)
        self._runner: web.AppRunner | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen, and answer the address: `http://127.0.0.1:PORT`."""
        self._runner = web.AppRunner(
            self._application(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS, handle_signals=False
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0]
        self.parts.base_url = f"http://{bound[0]}:{bound[1]}"
        return self.parts.base_url

    async def stop(self) -> None:
        """Let go of everybody and close."""
        self.parts.faults.clear()
        self._api.stop()
        await asyncio.gather(self.parts.sockets.stop(), self._browser.stop())
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Where the browser goes."""
        return self.parts.base_url

    @property
    def api_url(self) -> str:
        """The Web API's address, as slack_sdk's `base_url` takes it."""
        return f"{self.parts.base_url}/api/"

    @property
    def clock_url(self) -> str:
        """Where the clock can be followed."""
        return f"{self.parts.base_url}/clock"

    @property
    def app(self) -> App:
        """The installed app; take scopes out of `app.scopes` to see what it does without them."""
        return self.parts.app

    @property
    def bot_token(self) -> str:
        """The bot's token."""
        return self.parts.app.bot_token

    @property
    def app_token(self) -> str:
        """The app-level token, for Socket Mode."""
        return self.parts.app.app_token

    @property
    def workspace(self) -> Workspace:
        """The state: channels, messages, users, usergroups, files."""
        return self.parts.workspace

    @property
    def limits(self) -> Limits:
        """The rate limits; `limits.enabled = False` switches them off."""
        return self.parts.limits

    @property
    def faults(self) -> Faults:
        """Trouble on demand."""
        return self.parts.faults

    @property
    def sockets(self) -> Sockets:
        """Socket Mode: `drop()`, `refuse_handshakes()`, `duplicate()`, `redeliver`."""
        return self.parts.sockets

    @property
    def calls(self) -> list[Record]:
        """Every Web API call and response_url post so far."""
        return self.parts.calls

    @property
    def violations(self) -> list[Entry]:
        """The rules of Slack's that the app broke."""
        return self.parts.inspector.violations

    def calls_of(self, method: str) -> list[Record]:
        """The calls of one method."""
        return [one for one in self.parts.calls if one.method == method]

    def hold(self, pattern: str, *, after_effect: bool = False, times: int = 1, saying: str = "") -> Hold:
        """Stop the next requests of a method that are `saying` this, before or after their effect, until released."""
        return self.parts.faults.hold(pattern, after_effect=after_effect, times=times, saying=saying)

    async def disconnect(self, reason: Reason = "refresh_requested") -> None:
        """Recycle the sockets, as Slack does every few hours."""
        await self.parts.sockets.disconnect(reason)

    def person(self, user_id: str) -> Person:
        """Somebody's screen and hands."""
        return Person(self.parts, user_id)

    async def wait_connected(self, connections: int = 1, timeout: float = 10) -> None:  # noqa: ASYNC109
        """Return once the app has that many sockets open."""
        enough = self.parts.sockets.connections
        await self.parts.feed.wait(lambda: len(enough) >= connections or None, timeout=timeout)

    async def wait_disconnected(self, timeout: float = 10) -> None:  # noqa: ASYNC109
        """Return once no socket is open."""
        await self.parts.feed.wait(lambda: not self.parts.sockets.connected or None, timeout=timeout)

    async def wait_for_call(self, method: str, count: int = 1, timeout: float = 15) -> Record:  # noqa: ASYNC109
        """The `count`-th call of a method, as soon as it was answered."""
        found = await self.parts.feed.wait(
            lambda: calls if len(calls := self.calls_of(method)) >= count else None, timeout=timeout
        )
        return found[count - 1]

    def make_channel(self, name: str, members: Sequence[str], **options: Any) -> Channel:
        """Make a channel: `channel_id`, `is_private`, `topic`, `external`; the bot is in it where `members` says so."""
        return administration.make_channel(self.parts, name, members, **options)

    def join_channel(self, channel_id: str, user_id: str, *, inviter: str = "") -> None:
        """Bring somebody, or the bot, into a channel; `inviter` is who invited them."""
        administration.join_channel(self.parts, channel_id, user_id, inviter=inviter)

    def leave_channel(self, channel_id: str, user_id: str) -> None:
        """Take somebody, or the bot, out of a channel."""
        administration.leave_channel(self.parts, channel_id, user_id)

    def archive_channel(self, channel_id: str) -> None:
        """Archive a channel."""
        administration.archive_channel(self.parts, channel_id)

    def set_group(self, group_id: str, users: Sequence[str]) -> None:
        """Change who is in a user group."""
        administration.set_group(self.parts, group_id, users)

    def deactivate_user(self, user_id: str) -> User:
        """Deactivate somebody."""
        return administration.deactivate_user(self.parts, user_id)

    def change_address(self, user_id: str, email: str) -> User:
        """Give somebody another e-mail address."""
        return administration.change_address(self.parts, user_id, email)

    def let_in(self, user: User) -> User:
        """Somebody new comes into the workspace."""
        return administration.let_in(self.parts, user)

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=UPLOAD_BYTES, middlewares=[self._browser.guard])
        application.add_routes(
            [
                web.route("*", "/api/{method}", self._api.serve),
                web.get("/link/", self.parts.sockets.serve),
                web.get("/clock", self.parts.clock.stream),
                web.post("/upload/v1/{file_id}", self._upload),
                web.get("/files-pri/{place}/{name}", self._download),
                web.get("/files-pri/{place}/download/{name}", self._download),
                web.post("/{kind:commands|actions|app}/{team}/{secret}", self._respond),
                *self._browser.routes(),
            ]
        )
        return application

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        answer = partial(receive_response, self.parts, request)
        return await self._api.through_faults("response_url", request, answer=answer)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        answer = partial(receive_upload, self.parts, request)
        return await self._api.through_faults("upload", request, answer=answer)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        answer = partial(serve_file, self.parts, request)
        return await self._api.through_faults("download", request, answer=answer)
