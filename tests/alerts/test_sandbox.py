"""The alerts against the sandbox's Docker Hub, which knows nothing of them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.alerts.limits import LimitWatch
from bot.alerts.poller import AuditLogPoller
from bot.alerts.rules import standard_rules
from bot.clock import Clock
from bot.db.session import Database
from bot.hub.auth import Credential
from bot.hub.client import Hub
from bot.outbox.destination import slack_channel
from sandbox import world
from sandbox.hub import HubSandbox

from .conftest import Polling, opened, outbox


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    async with opened(sqlite_url) as database:
        yield database


@pytest.fixture
async def hub(sandbox: HubSandbox) -> AsyncIterator[Hub]:
    credential = Credential(world.BOT_ACCOUNT, SecretStr(world.BOT_TOKEN))
    hub = Hub(url=sandbox.url, credential=credential, now=sandbox.clock.datetime)
    yield hub
    await hub.close()


@pytest.fixture
async def poller(database: Database, hub: Hub, sandbox: HubSandbox) -> Polling:
    made = AuditLogPoller(
        database,
        hub,
        begin=lambda _: database.begin(),
        rules=standard_rules(),
        alerts_channel="hub-alerts",
        admin_channel="hub-admin",
        now=sandbox.clock.datetime,
        wake=lambda: None,
        own_actor=world.BOT_ACCOUNT,
        overlap=timedelta(minutes=5),
    )
    poller = Polling(made, [world.ORGANIZATION])
    assert await poller.poll() == 0
    sandbox.clock.advance(60)
    return poller


@pytest.mark.parametrize(
    "told",
    [
        ("make_owner", "owner-added", "omarh made annberg an owner of acme."),
        ("delete_repository", "repository-deleted", "omarh deleted the repository acme/web."),
        ("make_public", "repository-made-public", "omarh made the repository acme/api public."),
        (
            "switch_off_immutability",
            "immutability-switched-off",
            "omarh switched off immutable tags of acme/api. Its tags can be pushed over and deleted.",
        ),
    ],
    ids=lambda told: told[1],
)
async def test_what_a_person_does_is_told(
    poller: Polling, sandbox: HubSandbox, database: Database, told: tuple[str, str, str]
) -> None:
    act, rule, text = told
    await sandbox.act_outside(act)
    assert await poller.poll() == 1
    [message] = await outbox(database)
    assert (message.payload["rule"], message.payload["text"]) == (rule, text)


async def test_somebody_who_is_put_into_the_team_of_owners_is_told_of(
    poller: Polling, sandbox: HubSandbox, database: Database
) -> None:
    await sandbox.act_outside("add_to_team", team="owners")
    await poller.poll()
    assert {message.payload["rule"] for message in await outbox(database)} == {"owner-added"}


async def test_a_version_that_is_pushed_over_is_told(poller: Polling, sandbox: HubSandbox, database: Database) -> None:
    await sandbox.act_outside("push_tag", repository="web", tag="v9.0.0")
    assert await poller.poll() == 1
    sandbox.clock.advance(3600)
    await sandbox.act_outside("push_over_version", repository="web", tag="v9.0.0")
    await sandbox.act_outside("push_over_version", repository="web", tag="v1.2.0")  # long before the first poll
    assert await poller.poll() == 2
    assert sorted(message.payload["text"] for message in await outbox(database)) == [
        "kofim pushed acme/web:v1.2.0 again: that version had been pushed before.",
        "kofim pushed acme/web:v9.0.0 again: that version had been pushed before.",
    ]


@pytest.mark.parametrize(
    ("act", "args"),
    [
        ("push_tag", {"tag": "v99.0.0"}),
        ("add_to_team", {"team": "data"}),
        ("change_role", {"role": "editor"}),
        ("change_rules", {}),
        ("delete_tag", {}),
        ("create_repository", {}),
        ("accept_invite", {}),
        ("support_change", {}),
    ],
)
async def test_what_is_no_concern_is_not_told(
    poller: Polling, sandbox: HubSandbox, database: Database, act: str, args: dict[str, str]
) -> None:
    await sandbox.act_outside(act, **args)
    assert await poller.poll() >= 1
    assert await outbox(database) == []


async def test_a_rate_limit_that_stays_nearly_spent_is_told_and_so_is_its_end(
    poller: Polling, sandbox: HubSandbox, hub: Hub, database: Database
) -> None:
    watch = LimitWatch(
        database=database,
        hub=hub,
        share=0.2,
        limited="Docker Hub's rate limit is spent.",
        destination=slack_channel("hub-alerts"),
        clock=Clock(now=sandbox.clock.datetime),
        wake=lambda: None,
    )
    for _ in range(2):
        await sandbox.act_outside("spend_rate_limit")
        await poller.poll()
        await watch.note()
        await watch.check()
        sandbox.clock.advance(61)
    [message] = await outbox(database)
    assert ("reading the audit log" in message.payload["families"], "until" in message.payload) == (True, False)
    for _ in range(2):
        sandbox.clock.advance(61)
        await poller.poll()
        await watch.note()
        await watch.check()
    [message] = await outbox(database)
    assert "until" in message.payload
