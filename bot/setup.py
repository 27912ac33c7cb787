"""Sets an installation up: asks for what is missing, tries each token as it is given, writes `.env` and a policy."""

import asyncio
import os
import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from bot.app import HTTP_TIMEOUT
from bot.check import HUB_SECONDS, MANIFEST
from bot.configuration import read_outside
from bot.errors import ConfigurationError
from bot.first_policy import Answers, policy_text
from bot.governance.hub_errors import sentence
from bot.governance.policy import load_policy
from bot.hub import ClientOptions, Credential, Hub, HubError
from bot.operations import OPERATIONS
from bot.operations.repositories.repositories import REPOSITORIES
from bot.settings import Settings, faults_of
from bot.slack.client import build_client, find_standing, socket_problem

# In the order in which they are asked for; what a setting of its own file begins with is a secret.
ASKED = (
    "slack_bot_token",
    "slack_app_token",
    "slack_approvals_channel",
    "slack_alerts_channel",
    "slack_admin_channel",
    "dockerhub_organizations",
    "dockerhub_username",
    "dockerhub_token",
)
SECRET = frozenset({"slack_bot_token", "slack_app_token", "dockerhub_token"})
# Such as a setting needs, while others are still missing.
PLACEHOLDERS = {
    "slack_bot_token": "xoxb-none",
    "slack_app_token": "xapp-none",
    "slack_approvals_channel": "none",
    "slack_alerts_channel": "none",
    "slack_admin_channel": "none",
    "dockerhub_organizations": "none",
    "dockerhub_username": "none",
    "dockerhub_token": "none",
}
HINTS = {
    "slack_bot_token": "Slack: your app → OAuth & Permissions → Bot User OAuth Token, once it is installed",
    "slack_app_token": "Slack: your app → Basic Information → App-Level Tokens → generate one with connections:write",
    "dockerhub_token": (
        "Docker Hub: Account settings → Personal access tokens, with Read, Write and Delete; or, of the organization, "
        "Admin Console → Access tokens"
    ),
}
NEW_APP = "https://api.slack.com/apps?new_app=1"
PRIVATE = 0o600
PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,~-]+")
YES = frozenset({"y", "yes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whoever sits at the terminal: asked something, asked for a secret that nobody shall see, told something."""

    ask: Callable[[str], str]
    ask_secret: Callable[[str], str]
    tell: Callable[[str], None]

    def agrees(self, question: str) -> bool:
        """Whether they say yes; nothing is a no."""
        return self.ask(f"{question} [y/N] ").strip().lower() in YES


@dataclass(slots=True)
class Setup:
    """One installation, in a folder."""

    folder: Path
    person: Person
    given: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """All of it; raises `ConfigurationError` for what was set before, and cannot be used."""
        faults = faults_of({})
        self._refuse_wrong(faults)
        missing = [name for name in ASKED if name in faults]
        if {"slack_bot_token", "slack_app_token"} & set(missing):
            self._show_manifest()
        for name in missing:
            self.given[name] = self._ask_for(name)
        if self.given:
            self._write_settings()
        else:
            self.person.tell("Every setting that is needed is there.")
        self._make_policy()
        self.person.tell("Look whether all is well with: python -m bot check\nThen start it with: python -m bot run")

    def _refuse_wrong(self, faults: Mapping[str, str]) -> None:
        """What stands there is not overwritten; whoever wrote it mends it."""
        wrong = [said for said in faults.values() if " is not set. " not in said]
        if wrong:
            raise ConfigurationError(wrong)

    def _show_manifest(self) -> None:
        if not MANIFEST.exists():
            raise ConfigurationError([f"{MANIFEST.name} is missing: it comes with Hubwarden's source."])
        name = self.person.ask("What shall the bot be called in Slack? [hubwarden] ").strip() or "hubwarden"
        text = manifest_for(MANIFEST.read_text(encoding="utf-8"), name)
        self.person.tell(
            f"\nOpen {NEW_APP}, choose “From a manifest” and your workspace, take YAML, and paste this:\n\n{text}\n"
            f"Or open this address, which has it filled in:\n{NEW_APP}&manifest_yaml={quote(text)}\n\n"
            "Then install the app to the workspace, and come back with its tokens.\n"
        )

    def _ask_for(self, name: str) -> str:
        """A value that can be used, and that the other side takes, or that is wanted all the same."""
        meaning = Settings.model_fields[name].description
        if hint := HINTS.get(name):
            self.person.tell(hint)
        ask = self.person.ask_secret if name in SECRET else self.person.ask
        while True:
            value = ask(f"{name.upper()} ({meaning}): ").strip()
            if not value:
                continue
            wrong = faults_of({**PLACEHOLDERS, **self.given, name: value}).get(name)
            if wrong:
                self.person.tell(f"✗ {wrong}")
                continue
            if not (problem := self._tried(name, value)):
                return value
            self.person.tell(f"✗ {problem}")
            if self.person.agrees("Take it all the same?"):
                return value

    def _tried(self, name: str, value: str) -> str | None:
        """What the other side says of it; None where it takes it, or nothing can be asked of it."""
        probe = PROBES.get(name)
        if probe is None:
            return None
        settings = Settings.model_validate({**PLACEHOLDERS, **self.given, name: value})
        problem = asyncio.run(probe(settings))
        if problem is None:
            self.person.tell("✓ It is taken.")
        return problem

    def _write_settings(self) -> None:
        """Add to `.env` what was given; nobody but us can read it from then on."""
        path = self.folder / ".env"
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        if before and not self.person.agrees(f"{path} exists. Add what you gave to it?"):
            raise ConfigurationError([f"Nothing was written: {path} stays as it was."])
        lines = "".join(f"{name.upper()}={quoted(value)}\n" for name, value in self.given.items())
        gap = "" if not before or before.endswith("\n") else "\n"
        write_private(path, f"{before}{gap}{lines}")
        self.person.tell(f"✓ Wrote {path}, which only you can read.")

    def _make_policy(self) -> None:
        """A first policy from a few answers, where there is none."""
        path = self.folder / Settings.model_validate({**PLACEHOLDERS, **self.given}).policy_file
        if path.exists():
            self.person.tell(f"{path} is there, and stays as it is.")
            return
        self.person.tell("\nNow a first policy: who may ask for what, and who agrees. docs/policy.md explains it.")
        while True:
            answers = Answers(
                approvers=words_in(self.person.ask("Who approves? Ids of Slack users (U…) or user groups (S…): ")),
                administrators=words_in(self.person.ask("Who administers Hubwarden? Such ids; nothing for nobody: ")),
                approvals=self.person.ask("How many of them agree to a change? [1] ").strip() or "1",
                grave=self.person.ask("And to what cannot be taken back, or makes an owner? [2] ").strip() or "2",
                reads=not self.person.agrees("Shall reading need an approval, too?"),
            )
            try:
                text = policy_text(answers)
                load_policy(text, OPERATIONS, source=path.name)
            except ConfigurationError as error:
                self.person.tell("\n".join(f"✗ {problem}" for problem in error.problems))
                continue
            path.write_text(text, encoding="utf-8")
            self.person.tell(f"✓ Wrote {path}.")
            return


def manifest_for(text: str, name: str) -> str:
    """The manifest with the bot's name in it, as YAML's double-quoted text has any."""
    plain = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    text = re.sub(r"(?m)^  name: .*$", lambda _: f"  name: {plain}", text, count=1)
    return re.sub(r"(?m)^    display_name: .*$", lambda _: f"    display_name: {plain}", text, count=1)


def words_in(text: str) -> tuple[str, ...]:
    """The ids in a text, parted by commas or blanks."""
    return tuple(word.strip("<@!>") for word in re.split(r"[,;\s]+", text) if word)


def quoted(value: str) -> str:
    """A value as `.env` has it."""
    if PLAIN.fullmatch(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def write_private(path: Path, text: str) -> None:
    """Put the text where nobody else can read it, not even while it is being written."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(path)


async def bot_token_problem(settings: Settings) -> str | None:
    """Whether Slack takes the bot's token."""
    async with read_outside(settings).session(timeout=HTTP_TIMEOUT) as session:
        client = build_client(settings.slack_bot_token, url=settings.slack_api_url, session=session)
        return (await find_standing(client, workspace=settings.slack_workspace)).problem


async def app_token_problem(settings: Settings) -> str | None:
    """Whether Slack would open a socket."""
    async with read_outside(settings).session(timeout=HTTP_TIMEOUT) as session:
        client = build_client(settings.slack_bot_token, url=settings.slack_api_url, session=session)
        return await socket_problem(client, settings.slack_app_token)


async def docker_token_problem(settings: Settings) -> str | None:
    """Whether Docker Hub takes the credential, and shows the default organization."""
    hub = Hub(
        url=settings.dockerhub_url,
        credential=Credential(settings.dockerhub_username, settings.dockerhub_token),
        options=ClientOptions(deadline=HUB_SECONDS),
        outside=read_outside(settings),
    )
    try:
        await hub.get(REPOSITORIES, query={"page_size": "1"}, organization=settings.dockerhub_organizations[0])
    except HubError as error:
        return sentence(error)
    finally:
        await hub.close()
    return None


PROBES: Mapping[str, Callable[[Settings], Coroutine[None, None, str | None]]] = {
    "slack_bot_token": bot_token_problem,
    "slack_app_token": app_token_problem,
    "dockerhub_token": docker_token_problem,
}
