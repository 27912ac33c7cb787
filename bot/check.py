"""Reads the whole configuration, has everything looked at from outside, and tells every problem with its way out."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from yarl import URL

from bot.addresses import is_loopback, shown
from bot.app import HTTP_TIMEOUT
from bot.clock import REAL
from bot.configuration import read_alert_rules, read_outside, read_policy
from bot.db.migrate import upgrade
from bot.doctor import OF_AN_ORGANIZATION, Examination
from bot.documents import read_yaml
from bot.errors import ConfigurationError
from bot.governance.people import DirectoryUnavailable
from bot.governance.policy import Policy
from bot.hub import ClientOptions, Credential, Hub
from bot.lights import Light
from bot.outside import Outside
from bot.sandbox_clock import SandboxClock
from bot.settings import Settings, load_settings
from bot.slack.client import (
    ChannelStanding,
    Client,
    build_client,
    find_channel,
    find_standing,
    hides_addresses,
    socket_problem,
)
from bot.slack.conversations import is_channel_id
from bot.slack.directory import SlackDirectory
from bot.slack.manifest import COMMAND, SHORTCUT

HUB_SECONDS = 5.0
NO_ADDRESSES = (
    "Slack tells Hubwarden nobody's e-mail address, so it cannot tell that two accounts are one person's, nor whose "
    "Docker ID is whose.",
    "Give the app the scope users:read.email, and install it again from manifest.yml.",
)
# Beside the package in the source; inside it once it is installed.
PLACES = (Path(__file__).parents[1] / "manifest.yml", Path(__file__).parent / "manifest.yml")
MANIFEST = next((place for place in PLACES if place.exists()), PLACES[0])


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look at everything has found: `problems`, a sentence each, in whose way Hubwarden cannot run."""

    problems: Sequence[str]
    lights: Sequence[Light] = ()


async def look() -> Findings:
    """Read the whole configuration, and ask Slack and Docker Hub where it says how."""
    problems = [*manifest_problems(MANIFEST)]
    try:
        settings = load_settings()
    except ConfigurationError as error:
        return Findings([*error.problems, *problems])
    for read in (read_policy, read_alert_rules):
        try:
            read(settings)
        except ConfigurationError as error:
            problems += error.problems
    try:
        outside = read_outside(settings)
    except ConfigurationError as error:
        return Findings([*problems, *error.problems])
    stored, clock, lights = await asyncio.gather(
        database_problems(settings.database_url), clock_problems(settings, outside), find_lights(settings, outside)
    )
    red = [line_of(light) for light in lights if light.state == "red"]
    return Findings([*problems, *stored, *clock, *red], [light for light in lights if light.state != "red"])


def line_of(light: Light) -> str:
    """A light in a line."""
    return f"{light.name}: {light.said} {light.way_out}".rstrip()


def find_remarks() -> list[str]:
    """What is no problem, and yet nobody should overlook; one sentence each."""
    try:
        settings = load_settings()
        remarks = [*outside_remarks(settings, read_outside(settings))]
    except ConfigurationError:
        return []
    if settings.sandbox_clock_url is not None:
        clock = settings.sandbox_clock_url
        remarks.append(f"SANDBOX_CLOCK_URL: expiry and reminders go by the time of a sandbox, {clock}.")
    return remarks


def outside_remarks(settings: Settings, outside: Outside) -> Iterator[str]:
    """Which proxies are used, and whose certificates are trusted; no proxy's password is shown."""
    for name, url in (("Slack", settings.slack_api_url), ("Docker Hub", settings.dockerhub_url)):
        proxy = outside.proxy_for(URL(url))
        if proxy is not None:
            yield f"{name} at {url} is reached through the proxy {shown(str(proxy))}."
        elif outside.secure_proxy and not is_loopback(url):
            yield f"{name} at {url} is reached without a proxy: NO_PROXY names it."
    for setting, path in (("SSL_CERT_FILE", settings.ssl_cert_file), ("SSL_CERT_DIR", settings.ssl_cert_dir)):
        if path is not None:
            yield f"{setting}: the certificates in {path} are trusted beside the system's."


def manifest_problems(path: Path) -> list[str]:
    """What in the manifest does not fit what the code registers."""
    try:
        loaded = read_yaml(path.read_text(encoding="utf-8"), path.name).data
    except OSError:
        return [f"{path.name} is missing: it comes with Hubwarden's source."]
    except ConfigurationError as error:
        return error.problems
    manifest: dict[str, Any] = loaded if isinstance(loaded, dict) else {}
    features = manifest.get("features", {})
    problems = []
    if COMMAND not in {command.get("command") for command in features.get("slash_commands", ())}:
        problems.append(f"{path.name} has no slash command {COMMAND}.")
    if SHORTCUT not in {shortcut.get("callback_id") for shortcut in features.get("shortcuts", ())}:
        problems.append(f"{path.name} has no shortcut {SHORTCUT}.")
    if not manifest.get("settings", {}).get("socket_mode_enabled"):
        problems.append(f"{path.name} does not enable Socket Mode.")
    return problems


async def find_lights(settings: Settings, outside: Outside) -> Sequence[Light]:
    """What Slack and Docker Hub say, as the doctor looks at it while the bot runs."""
    async with outside.session(timeout=HTTP_TIMEOUT) as session:
        client = build_client(settings.slack_bot_token, url=settings.slack_api_url, session=session)
        directory = SlackDirectory(client, workspace=settings.slack_workspace)
        hub = Hub(
            url=settings.dockerhub_url,
            credential=Credential(settings.dockerhub_username, settings.dockerhub_token),
            options=ClientOptions(deadline=HUB_SECONDS),
            outside=outside,
        )
        standing = partial(find_standing, client, workspace=settings.slack_workspace)
        examination = Examination(
            database=None,
            hub=hub,
            policy=policy_or_none(settings),
            directory=directory,
            standing=standing,
            channel=partial(channel_called, client, directory),
            channels={
                "SLACK_APPROVALS_CHANNEL": settings.slack_approvals_channel,
                "SLACK_ALERTS_CHANNEL": settings.slack_alerts_channel,
                "SLACK_ADMIN_CHANNEL": settings.slack_admin_channel,
            },
            organizations=settings.dockerhub_organizations,
            clock=REAL,
            of_organization=settings.dockerhub_token.get_secret_value().startswith(OF_AN_ORGANIZATION),
            socket=partial(socket_problem, client, settings.slack_app_token),
        )
        try:
            lights = await examination.lights()
            stands = await standing()
            hides = stands.team is not None and await hides_addresses(client, stands.team)
        finally:
            await hub.close()
    return [*lights, Light("E-mail addresses", "red", *NO_ADDRESSES)] if hides else lights


async def channel_called(client: Client, directory: SlackDirectory, given: str) -> ChannelStanding:
    """How the bot stands with a channel that the settings name, by its id or by its name."""
    if is_channel_id(given):
        return await find_channel(client, given)
    try:
        return await find_channel(client, await directory.channel_id(given) or given)
    except DirectoryUnavailable:
        return ChannelStanding("Slack does not say at the moment which channel that is")


def policy_or_none(settings: Settings) -> Policy | None:
    """The policy, where it can be read: what is wrong with it is told elsewhere."""
    try:
        return read_policy(settings)
    except ConfigurationError:
        return None


async def database_problems(url: str) -> Iterable[str]:
    """Whether the database can be reached; a new SQLite file is made."""
    try:
        await asyncio.to_thread(upgrade, url)
    except ConfigurationError as error:
        return error.problems
    return []


async def clock_problems(settings: Settings, outside: Outside) -> Iterable[str]:
    """Whether the sandbox, where the settings name one, tells its time."""
    if settings.sandbox_clock_url is None:
        return []
    async with outside.session(timeout=HTTP_TIMEOUT) as session:
        clock = SandboxClock(settings.sandbox_clock_url, session=session, on_move=lambda: None)
        try:
            await clock.start()
        except ConfigurationError as error:
            return error.problems
        await clock.stop()
    return []
