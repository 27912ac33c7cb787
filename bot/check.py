"""Reads the whole configuration, asks Slack and Docker Hub once each, and tells every problem with its way out."""

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from yarl import URL

from bot.addresses import is_loopback, shown
from bot.app import HTTP_TIMEOUT
from bot.configuration import read_alert_rules, read_outside, read_policy
from bot.db.migrate import upgrade
from bot.documents import read_yaml
from bot.errors import ConfigurationError
from bot.governance.hub_errors import sentence
from bot.hub import ClientOptions, Credential, Hub, HubError
from bot.operations.teams.teams import TEAMS
from bot.outside import Outside
from bot.sandbox_clock import SandboxClock
from bot.settings import Settings, load_settings
from bot.slack.client import build_client, find_standing, hides_addresses
from bot.slack.manifest import COMMAND, SHORTCUT

HUB_SECONDS = 5.0
NO_ADDRESSES = (
    "Slack tells Hubwarden nobody's e-mail address, so it cannot tell that two accounts are one person's, nor whose "
    "Docker ID is whose: give the app the scope users:read.email, and install it again from manifest.yml."
)
# Beside the package in the source; inside it once it is installed.
PLACES = (Path(__file__).parents[1] / "manifest.yml", Path(__file__).parent / "manifest.yml")
MANIFEST = next((place for place in PLACES if place.exists()), PLACES[0])


async def find_problems() -> list[str]:
    """One sentence a problem; empty where Hubwarden can run."""
    problems = [*manifest_problems(MANIFEST)]
    try:
        settings = load_settings()
    except ConfigurationError as error:
        return [*error.problems, *problems]
    for read in (read_policy, read_alert_rules):
        try:
            read(settings)
        except ConfigurationError as error:
            problems += error.problems
    asked = await asyncio.gather(database_problems(settings.database_url), outside_problems(settings))
    return problems + [problem for found in asked for problem in found]


async def outside_problems(settings: Settings) -> list[str]:
    """What Slack, Docker Hub and a sandbox's clock say; or why none of them can be asked."""
    try:
        outside = read_outside(settings)
    except ConfigurationError as error:
        return error.problems
    asked = await asyncio.gather(
        slack_problems(settings, outside), hub_problems(settings, outside), clock_problems(settings, outside)
    )
    return [problem for found in asked for problem in found]


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


def manifest_scopes(path: Path) -> set[str]:
    """The bot scopes that the manifest asks for."""
    manifest: dict[str, Any] = read_yaml(path.read_text(encoding="utf-8"), path.name).data
    return set(manifest["oauth_config"]["scopes"]["bot"])


async def slack_problems(settings: Settings, outside: Outside) -> Iterable[str]:
    """Whether Slack takes the bot's token, and which of the manifest's scopes it lacks."""
    async with outside.session(timeout=HTTP_TIMEOUT) as session:
        client = build_client(settings.slack_bot_token, url=settings.slack_api_url, session=session)
        standing = await find_standing(client, workspace=settings.slack_workspace)
        hides = standing.team is not None and await hides_addresses(client, standing.team)
    if standing.problem:
        return [f"SLACK_BOT_TOKEN: {standing.problem}"]
    missing = sorted(manifest_scopes(MANIFEST) - standing.scopes) if standing.scopes and MANIFEST.exists() else []
    scopes = [f"The app lacks the scopes {', '.join(missing)}: install it again from manifest.yml."] if missing else []
    return [*scopes, NO_ADDRESSES] if hides else scopes


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


async def hub_problems(settings: Settings, outside: Outside) -> Iterable[str]:
    """Whether Docker Hub takes the credential and lets it see the default organization."""
    credential = Credential(settings.dockerhub_username, settings.dockerhub_token)
    options = ClientOptions(deadline=HUB_SECONDS)
    hub = Hub(url=settings.dockerhub_url, credential=credential, options=options, outside=outside)
    organization = settings.dockerhub_organizations[0]
    try:
        await hub.get(TEAMS, query={"page_size": "1"}, organization=organization)
    except HubError as error:
        return [f"Docker Hub at {settings.dockerhub_url}, organization {organization}: {sentence(error)}"]
    finally:
        await hub.close()
    return []
