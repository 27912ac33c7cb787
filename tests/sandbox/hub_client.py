"""A plain client for tests of the sandbox's Docker Hub: it sends what it is told and judges nothing."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.clock import Clock
from sandbox.hub import HubSandbox, State
from sandbox.world import BOT_ACCOUNT, BOT_PASSWORD, BOT_TOKEN


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; `data` is the JSON body, or the text where it is none."""

    status: int
    data: Any
    headers: Mapping[str, str]


@dataclass(slots=True)
class Client:
    """One session with a running server, logged in as `token`'s owner."""

    hub: HubSandbox
    session: aiohttp.ClientSession
    token: str = ""

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Send; `headers` with underscores for dashes."""
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, path, json=body, headers=sent) as response:
            text = await response.text()
            try:
                data = json.loads(text) if text else None
            except ValueError:
                data = text
            return Reply(response.status, data, dict(response.headers))

    async def get(self, path: str) -> Any:
        """The body of an answer that must be 200."""
        reply = await self.send("GET", path)
        assert reply.status == 200, reply
        return reply.data

    async def log_in(self, identifier: str, secret: str) -> Reply:
        """Ask for a token, and use it from now on if there is one."""
        body = {"identifier": identifier, "secret": secret}
        reply = await self.send("POST", "/v2/auth/token", body)
        self.token = reply.data.get("access_token", "") if isinstance(reply.data, dict) else ""
        return reply

    async def become(self, username: str) -> None:
        """Log in as a person of the seeded world, by password."""
        assert (await self.log_in(username, BOT_PASSWORD)).status == 200

    async def log(self, action: str = "") -> list[dict[str, Any]]:
        """The newest events of acme's log, as an owner reads them."""
        owner = Client(self.hub, self.session)
        await owner.become("omarh")
        events: list[dict[str, Any]] = (await owner.get(f"/v2/auditlogs/acme?page_size=100&action={action}"))["logs"]
        return events


@asynccontextmanager
async def running_hub(state: State | None = None, *, log_in: bool = True) -> AsyncIterator[Client]:
    """A server and a client of it that is logged in with the bot's personal access token."""
    clock = state.clock if state else Clock()
    hub = HubSandbox(clock=clock, seed=lambda _: state) if state else HubSandbox(clock=clock)
    try:
        async with aiohttp.ClientSession(await hub.start()) as session:
            client = Client(hub, session)
            if log_in:
                await client.log_in(BOT_ACCOUNT, BOT_TOKEN)
            yield client
    finally:
        await hub.stop()
