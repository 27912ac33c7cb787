"""An upgrade between a post and its mark: the message is found by its old key, changed in place, and not sent twice."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.db import messages
from bot.db.session import Database
from bot.governance.views import RequestView
from bot.operations import BY_NAME as OPERATIONS
from bot.outbox.delivery import Delivery
from bot.outbox.destination import SLACK, slack_channel
from bot.slack.client import build_client
from bot.slack.rendering import Rendering
from bot.slack.sender import SlackSender
from sandbox.clock import Clock as SandboxClock
from sandbox.servers import read_manifest
from sandbox.slack import SlackSandbox, words_of
from tests.db.old_rows import OLD_REQUEST, add_old, newest, upgrade_to
from tests.db.rows import message_of
from tests.slack.samples import request_view

APPROVALS = "C0APPROVALS"


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    """A workspace, listening."""
    sandbox = SlackSandbox(clock=SandboxClock(), manifest=read_manifest())
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def client(slack: SlackSandbox) -> AsyncIterator[AsyncWebClient]:
    """The bot's client."""
    async with aiohttp.ClientSession() as session:
        yield build_client(SecretStr(slack.bot_token), url=slack.api_url, session=session)


async def view(number: int) -> RequestView:
    """The request, as it stands after the upgrade."""
    return request_view(OPERATIONS["invite.send"], id=number)


async def post_as_before(client: AsyncWebClient, key: str) -> str:
    """What the version before the upgrade posted; answers the message's `ts`."""
    metadata = {"event_type": "hubwarden_message", "event_payload": {"key": key}}
    answer = await client.chat_postMessage(channel=APPROVALS, text="as it was", metadata=metadata)
    return str(answer["ts"])


async def test_what_was_posted_before_an_upgrade_and_not_marked_is_found_and_updated(
    bare_database_url: str, slack: SlackSandbox, client: AsyncWebClient
) -> None:
    upgrade_to(bare_database_url, "0001")
    now = slack.parts.clock.datetime()
    row: dict[str, Any] = {
        "key": "card:1",
        "kind": "card",
        "channel": APPROVALS,
        "request_id": 1,
        "payload": {},
        "state": "due",
        "wanted": 1,
        "sent": 0,
        "created_at": now,
        "due_at": now,
        "lease_until": now - timedelta(seconds=1),
        "attempts": 1,
    }
    await add_old(bare_database_url, "requests", **OLD_REQUEST)
    await add_old(bare_database_url, "messages", **row)
    ts = await post_as_before(client, "card:1")

    newest(bare_database_url)
    database = Database(bare_database_url)
    sender = SlackSender(client, Rendering(view=view, operations=OPERATIONS), channel_ids={})
    delivery = Delivery(
        database=database,
        senders={SLACK: sender},
        administrators=slack_channel("C0ADMIN"),
        lease=timedelta(seconds=30),
        clock=Clock(now=slack.parts.clock.datetime),
    )
    assert await delivery.step() == 0
    async with database.begin() as session:
        marked = await message_of(session, "card:1")
    await database.close()

    [card] = slack.workspace.channels[APPROVALS].messages.values()
    assert (card.ts, "Invite jane@example.com as member" in words_of(card)) == (ts, True)
    assert len(slack.calls_of("chat.postMessage")) == 1, "the one from before"
    assert marked is not None
    assert (marked.state, marked.posted_address, marked.posted_id) == (messages.SENT, APPROVALS, ts)
