"""Docker Hub and Slack together: of one world, with one clock, and with one app installed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.clock import Clock
from sandbox.documents import read_document, validated
from sandbox.hub import HubSandbox, Profile
from sandbox.hub.content.seed import ORGANIZATION_TOKEN, SCIM_TOKEN
from sandbox.slack import SlackSandbox
from sandbox.slack.workspace.manifest import Manifest
from sandbox.world import World, acme, read_world

SOURCE = Path(__file__).parents[1]
MANIFEST = SOURCE / "manifest.yml"
WEB = Path(__file__).parent / "web"
USUAL_PORT = 8765


@dataclass(frozen=True, slots=True)
class Cast:
    """What the servers are made of: an app's manifest, and a world."""

    manifest: Mapping[str, Any]
    world: World
    hub_profile: Profile = "contract"


def read_manifest(path: Path = MANIFEST) -> dict[str, Any]:
    """An app's manifest, which decides what the workspace lets the app do. Raises DocumentError."""
    found = read_document(path)
    validated(Manifest, found, source=path.name)
    return found


def read_cast(manifest: Path | None = None, world: Path | None = None, *, hub_profile: Profile = "contract") -> Cast:
    """The manifest and the world of two files, or Hubwarden's and acme. Raises DocumentError."""
    found = read_manifest(manifest or MANIFEST)
    app = Manifest.model_validate(found).app_name
    return Cast(found, read_world(world, app=app) if world else acme(app), hub_profile)


class Servers:
    """A Docker Hub and a Slack workspace on loopback."""

    def __init__(self, cast: Cast) -> None:
        self.world = cast.world
        self.clock = Clock()
        self.hub = HubSandbox(clock=self.clock, world=cast.world, profile=cast.hub_profile)
        self.slack = SlackSandbox(
            clock=self.clock, manifest=cast.manifest, world=cast.world, hub=self.hub, web_root=WEB
        )

    async def start(self, port: int = 0) -> None:
        """Listen; the page on the port that is asked for, else on the usual one or, where that is taken, on any."""
        await self.hub.start()
        if port:
            await self.slack.start(port=port)
            return
        try:
            await self.slack.start(port=USUAL_PORT)
        except OSError:
            await self.slack.start()

    async def stop(self) -> None:
        """Close both."""
        await self.slack.stop()
        await self.hub.stop()

    def addresses(self) -> dict[str, dict[str, Any]]:
        """Everything that a client needs; each value is good for this machine's sandbox only."""
        app, bot = self.slack.app, self.world.bot
        return {
            "slack": {
                "page": f"{self.slack.url}/",
                "api_url": self.slack.api_url,
                "bot_token": app.bot_token,
                "app_token": app.app_token,
                "app_id": app.id,
                "bot_user_id": app.bot_user_id,
                "channels": {channel.name: channel.id for channel in self.world.channels},
            },
            "docker_hub": {
                "url": self.hub.url,
                "registry_url": self.hub.registry_url,
                "organization": self.world.organization,
                "username": bot.username,
                "password": bot.password,
                "token": bot.token,
                "organization_token": ORGANIZATION_TOKEN,
                "scim_token": SCIM_TOKEN,
            },
            "clock": {"stream": self.slack.clock_url, "advance": f"{self.slack.url}/browser/clock"},
        }


def as_json(addresses: Mapping[str, Any]) -> str:
    """The addresses on one line."""
    return json.dumps(addresses, ensure_ascii=False)


def as_text(addresses: Mapping[str, Mapping[str, Any]]) -> str:
    """The addresses for people to read."""
    titles = {"slack": "Slack", "docker_hub": "Docker Hub", "clock": "Clock"}
    lines: list[str] = []
    for part, values in addresses.items():
        lines += ["", f"  {titles[part]}"]
        for name, value in values.items():
            shown = ", ".join(f"#{key} {each}" for key, each in value.items()) if isinstance(value, Mapping) else value
            lines.append(f"    {name.replace('_', ' '):<20}{shown}")
    return "\n".join(lines)
