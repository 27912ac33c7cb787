"""The bot and both sandboxes in one place, for tests that tell a whole story."""

import asyncio
import json
from collections.abc import Mapping
from copy import deepcopy
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot import outbox
from bot.app import Hubwarden
from bot.clock import REAL, Clock
from bot.db import messages
from bot.db.migrate import upgrade
from bot.governance.greetings import FIRST_START
from bot.outbox.destination import slack_channel
from bot.outbox.kinds import WELCOME
from bot.settings import Settings
from bot.slack.sender import SlackSender, key_of
from sandbox import world
from sandbox.clock import Clock as SandboxClock
from sandbox.hub import HubSandbox
from sandbox.launcher import POLICY, bot_environment
from sandbox.servers import WEB, read_manifest
from sandbox.slack import Message, Person, SlackSandbox, words_of
from tests.flows.races_records import opened

GENERAL, APPROVALS, ALERTS, ADMIN = (channel.id for channel in world.ACME.channels)


QUICK_SECONDS = 0.02


@cache
def parsed_manifest() -> dict[str, Any]:
    """Our own app's manifest, read once."""
    return read_manifest()


def manifest() -> dict[str, Any]:
    """The same, for one house."""
    return deepcopy(parsed_manifest())


class House:
    """A Docker Hub, a Slack and the bot, on loopback, with one clock that can be moved.

    A channel takes a message every `channel_seconds`, which Slack enforces and the bot keeps to: quicker than outside
    (`bot.slack.sender.CHANNEL_SECONDS`), for stories that are not about the pace. But where it `is_first_start`, the
    administrators have been greeted before.
    """

    def __init__(
        self,
        database_url: str,
        *,
        policy: Path = POLICY,
        channel_seconds: float = QUICK_SECONDS,
        is_first_start: bool = False,
        **settings: Any,
    ) -> None:
        self.clock = SandboxClock()
        self.hub = HubSandbox(clock=self.clock)
        self.slack = SlackSandbox(clock=self.clock, manifest=manifest(), hub=self.hub, web_root=WEB)
        self.channel_seconds = channel_seconds
        self.slack.limits.messages_a_second = 1 / channel_seconds
        self.database_url = database_url
        self.policy = policy
        self.is_first_start = is_first_start
        self.more_settings = settings

    async def start(self) -> None:
        """Start all three, and return once Slack has said hello."""
        await self.hub.start()
        await self.slack.start()
        if not self.is_first_start:
            await greeted_before(self.database_url)
        await self.start_bot()

    async def start_bot(self) -> None:
        """Start the bot, anew where it was stopped."""
        self.bot = await self.start_replica()
        await self.bot.wait_ready()

    async def start_replica(self) -> Hubwarden:
        """Start a bot on this database, beside any other."""
        bot = Hubwarden(self.settings(), clock=Clock(now=self.clock.datetime))
        with patch("bot.wiring.SlackSender", partial(SlackSender, pause_seconds=self.channel_seconds)):
            await bot.start()
        return bot

    async def stop(self) -> None:
        """Stop all three."""
        await self.bot.stop()
        await self.slack.stop()
        await self.hub.stop()

    def environment(self) -> dict[str, str]:
        """The settings, as environment variables for a bot in a process of its own."""
        database = self.database_url
        given = bot_environment(self.hub, self.slack, database=Path("unused")) | {"DATABASE_URL": database}
        quick = {"POLICY_FILE": str(self.policy), "AUDIT_POLL_SECONDS": "0.5", "EXECUTION_LEASE_SECONDS": "2"}
        return given | quick | {name.upper(): str(value) for name, value in self.more_settings.items()}

    def settings(self) -> Settings:
        """The same, for a bot in this process."""
        return Settings.model_validate({name.lower(): value for name, value in self.environment().items()})

    def person(self, user: str) -> Person:
        """Somebody's screen and hands."""
        return self.slack.person(user)

    @property
    def ann(self) -> Person:
        """A member who asks."""
        return self.person("U0ANN")

    @property
    def omar(self) -> Person:
        """A platform lead, who approves."""
        return self.person("U0OMAR")

    @property
    def lena(self) -> Person:
        """The other platform lead."""
        return self.person("U0LENA")

    async def card(self, number: int, *words: str, timeout: float = 10) -> Message:  # noqa: ASYNC109
        """Request `number`'s card, as soon as it says all of the words."""

        def fits(message: Message) -> bool:
            said = words_of(message)
            return key_of(message.body) == f"card:{number}" and all(word in said for word in words)

        return await self.omar.wait_for_message(APPROVALS, fits, timeout=timeout)

    async def told(self, person: Person, *words: str, timeout: float = 10) -> Message:  # noqa: ASYNC109
        """The direct message of the bot that says all of the words."""

        def fits(message: Message) -> bool:
            return all(word in words_of(message) for word in words)

        return await person.wait_for_message(person.direct_channel, fits, timeout=timeout)

    def writes(self) -> list[Any]:
        """Every request that could have changed Docker Hub, log-ins, dry runs and verifications apart."""
        return [record for record in self.hub.requests if is_write(record)]


async def greeted_before(database_url: str) -> None:
    """A database in which the administrators have read what they read at the first start."""
    await asyncio.to_thread(upgrade, database_url)
    key, whom = f"welcome:admins:{FIRST_START}", slack_channel(ADMIN)
    async with opened(database_url) as database:
        async with database.begin() as session:
            await outbox.want(session, key, kind=WELCOME, destination=whom, clock=REAL)
        async with database.begin() as session:
            message = await messages.by_key(session, key)
            assert message is not None
            await messages.give_up(session, message.id, "it was read before")


def is_write(record: Any) -> bool:
    """Whether a request to the sandbox's Docker Hub is a real write."""
    if record.method in {"GET", "HEAD"} or "/auth/" in record.path or record.path.endswith("/verify"):
        return False
    body = record.body if isinstance(record.body, Mapping) else parsed(record.body)
    return not body.get("dry_run", False)


def parsed(body: Any) -> Mapping[str, Any]:
    """A request's JSON body, empty where it has none."""
    try:
        found = json.loads(body or b"{}")
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
