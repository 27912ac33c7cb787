"""Slack's listeners and the use cases behind them; no worker runs, so what is asked for stays as it was asked."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.db import inbox as inbox_rows
from bot.db.session import Database
from bot.governance.context import Context
from bot.governance.policy import Policy, load_policy
from bot.governance.requests.queries import by_number
from bot.governance.views import RequestView
from bot.hub import Credential, Hub
from bot.inbox.inbox import Inbox
from bot.intents.wishes import Vocabulary
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.capabilities import Capabilities
from bot.slack.app import KINDS, build_app
from bot.slack.arrivals import SlackDesk
from bot.slack.card import request_card
from bot.slack.client import build_client
from bot.slack.directory import SlackDirectory
from bot.slack.manifest import COMMAND
from bot.slack.open_views import OpenViews
from bot.slack.replies import Replies
from bot.slack.socket import SocketMode
from bot.slack.surface import Surface
from sandbox.clock import Clock as SandboxClock
from sandbox.hub import HubSandbox
from sandbox.launcher import POLICY
from sandbox.servers import WEB, read_manifest
from sandbox.slack import Message, Person, SlackSandbox, words_of
from sandbox.world import BOT_ACCOUNT, BOT_TOKEN, ORGANIZATION

APPROVALS = "C0APPROVALS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Both sandboxes, and what the bot has between them."""

    hub: HubSandbox
    slack: SlackSandbox
    surface: Surface

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
    def context(self) -> Context:
        """What the use cases work with."""
        return self.surface.context

    async def ask(self, line: str, person: Person | None = None) -> RequestView:
        """Somebody (Ann) types a command with a reason; answers the request that comes of it."""
        asker = person or self.ann
        assert (await asker.command(f'{line} --reason "for the release"')).ok
        shown = words_of(await asker.wait_for_ephemeral("Request "))
        return await self.view(int(re.findall(r"Request (\d+)", shown)[-1]))

    async def view(self, number: int = 1) -> RequestView:
        """The request as it stands."""
        return await by_number(self.context, number)

    async def card(self, view: RequestView) -> Message:
        """The request's card as it stands, which no worker posts here."""
        content = request_card(view, BY_NAME[view.operation])
        await self.surface.replies.client.chat_postMessage(
            channel=APPROVALS, text=content.text, blocks=list(content.blocks)
        )
        return self.omar.messages(APPROVALS)[-1]

    async def settled(self) -> None:
        """Return once all that arrived has come to its end."""
        async with asyncio.timeout(10):
            while await self._unfinished():  # noqa: ASYNC110  the database tells nobody of its rows
                await asyncio.sleep(0.01)

    async def _unfinished(self) -> int:
        async with self.context.database.begin() as session:
            return (await inbox_rows.depth(session))[0]

    async def told(self, person: Person, *words: str) -> Message:
        """The direct message that says all of the words."""

        def fits(message: Message) -> bool:
            return all(word in words_of(message) for word in words)

        return await person.wait_for_message(person.direct_channel, fits)


@pytest.fixture
def clock() -> SandboxClock:
    """The time that everything goes by."""
    return SandboxClock()


@pytest.fixture
async def hub_sandbox(clock: SandboxClock) -> AsyncIterator[HubSandbox]:
    """A Docker Hub, listening."""
    sandbox = HubSandbox(clock=clock)
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def slack(clock: SandboxClock) -> AsyncIterator[SlackSandbox]:
    """A workspace with our manifest, listening."""
    slack = SlackSandbox(clock=clock, manifest=read_manifest(), web_root=WEB)
    await slack.start()
    yield slack
    await slack.stop()


@pytest.fixture
async def client(slack: SlackSandbox) -> AsyncIterator[AsyncWebClient]:
    """The bot's own client of it."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        yield build_client(SecretStr(slack.bot_token), url=slack.api_url, session=session)


@pytest.fixture
def replies(client: AsyncWebClient) -> Replies:
    """Answers through it."""
    return Replies(client)


@pytest.fixture
def policy() -> Policy:
    """The sandbox's policy; a test's own takes its place."""
    return load_policy(POLICY.read_text(encoding="utf-8"), OPERATIONS, source=POLICY.name)


@pytest.fixture
async def use_cases(
    clock: SandboxClock, client: AsyncWebClient, sqlite_url: str, hub_sandbox: HubSandbox, policy: Policy
) -> AsyncIterator[Context]:
    """What the use cases work with, on a database and a Docker Hub of this test's own."""
    database = Database(sqlite_url)
    hub = Hub(url=hub_sandbox.url, credential=Credential(BOT_ACCOUNT, SecretStr(BOT_TOKEN)))
    yield Context(
        database=database,
        hub=hub,
        policy=policy,
        directory=SlackDirectory(client),
        operations=BY_NAME,
        organizations=(ORGANIZATION,),
        approvals_channel=APPROVALS,
        clock=Clock(now=clock.datetime),
        wake=lambda: None,
        capabilities=Capabilities(clock.datetime),
    )
    await hub.close()
    await database.close()


@pytest.fixture
async def desk(
    hub_sandbox: HubSandbox, slack: SlackSandbox, use_cases: Context, replies: Replies
) -> AsyncIterator[Desk]:
    """Everything that listens, connected."""
    assert isinstance(use_cases.directory, SlackDirectory)
    inbox = Inbox(
        database=use_cases.database, name="test", lease=timedelta(seconds=30), clock=use_cases.clock, alone=True
    )
    surface = Surface(
        context=use_cases,
        vocabulary=Vocabulary(operations=OPERATIONS, organization=ORGANIZATION, command=COMMAND),
        organizations=(ORGANIZATION,),
        approvals_channel=APPROVALS,
        directory=use_cases.directory,
        replies=replies,
        views=OpenViews(replies),
        inbox=inbox,
    )
    inbox.start(SlackDesk(surface, KINDS))
    socket = SocketMode(build_app(replies.client, surface), slack.app_token, acknowledging=inbox.acknowledging)
    await socket.start()
    await socket.wait_ready()
    yield Desk(hub=hub_sandbox, slack=slack, surface=surface)
    await socket.stop()
    await inbox.drain(5)
