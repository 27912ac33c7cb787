"""The outbox under pressure: a busy channel, a Slack that limits, and a send that outlasts its claim."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.db import messages
from bot.db.models import Message
from bot.delivery import NOTICE, Delivery
from bot.slack.cards import Content
from bot.slack.poster import Poster, SlackRateLimited
from tests.flows.races_parts import Bench, bench_on, utc_now


@dataclass
class Slack(Poster):
    """Takes every post; or refuses the next one, or never answers."""

    posts: list[str] = field(default_factory=list)
    searches: list[str] = field(default_factory=list)
    limits_next: bool = False
    hangs: bool = False

    async def post(self, channel: str, content: Content, *, key: str) -> tuple[str, str]:
        """Take it."""
        if self.limits_next:
            self.limits_next = False
            raise SlackRateLimited(0)
        self.posts.append(key)
        if self.hangs:
            await asyncio.Event().wait()
        return channel, f"{len(self.posts)}.0"

    async def update(self, channel: str, ts: str, content: Content) -> None:
        """Nothing changes here."""

    async def find(self, channel: str, *, key: str, since: datetime) -> tuple[str, str] | None:
        """What was posted."""
        self.searches.append(key)
        return (channel, f"{self.posts.index(key) + 1}.0") if key in self.posts else None


@dataclass
class Outbox:
    """The deliverer of one replica, and what Slack has of it; its clock for pacing stands still."""

    bench: Bench
    slack: Slack
    delivery: Delivery

    async def want(self, key: str, channel: str) -> None:
        """Ask for a message."""
        async with self.bench.database.begin() as session:
            await messages.want(
                session, key, kind=NOTICE, channel=channel, now=utc_now(), payload={"text": f"This is {key}."}
            )

    async def message(self, key: str) -> Message:
        """As its row stands."""
        async with self.bench.database.begin() as session:
            found = await messages.get_by_key(session, key)
        assert found is not None
        return found


@pytest.fixture
async def outbox(database_url: str) -> AsyncIterator[Outbox]:
    """An outbox on either database."""
    with bench_on(database_url) as bench:
        slack = Slack()
        delivery = Delivery(
            database=bench.database,
            requests=bench.requests(),
            operations={},
            poster=slack,
            admin_channel="C0ADMIN",
            channel_ids={},
            now=utc_now,
            lease=timedelta(seconds=0.2),
            monotonic=lambda: 0.0,
        )
        yield Outbox(bench, slack, delivery)
        await bench.hub.close()
        await bench.database.close()


async def test_a_channel_with_a_long_queue_holds_up_no_other(outbox: Outbox) -> None:
    for number in range(60):
        await outbox.want(f"card:{number}", "C0BUSY")
    await outbox.want("result:1", "U0ANN")
    await outbox.delivery.step()
    await outbox.delivery.step()
    assert outbox.slack.posts == ["card:0", "result:1"]


async def test_a_post_that_slack_limited_is_posted_later_without_looking_for_it(outbox: Outbox) -> None:
    outbox.slack.limits_next = True
    await outbox.want("card:1", "C0BUSY")
    await outbox.delivery.step()
    assert (await outbox.message("card:1")).attempts == 0
    outbox.delivery.next_in_channel.clear()
    await outbox.delivery.step()
    assert outbox.slack.posts == ["card:1"]
    assert outbox.slack.searches == []


async def test_a_send_that_outlasts_its_claim_is_given_up_and_found_again(outbox: Outbox) -> None:
    outbox.slack.hangs = True
    await outbox.want("card:1", "C0BUSY")
    async with asyncio.timeout(5):
        await outbox.delivery.step()
    assert (await outbox.message("card:1")).state == messages.DUE
    outbox.delivery.next_in_channel.clear()
    later = Delivery(
        database=outbox.bench.database,
        requests=outbox.bench.requests(),
        operations={},
        poster=outbox.slack,
        admin_channel="C0ADMIN",
        channel_ids={},
        now=lambda: utc_now() + timedelta(minutes=1),
    )
    await later.step()
    assert outbox.slack.posts == ["card:1"]
    assert (await outbox.message("card:1")).state == messages.SENT
