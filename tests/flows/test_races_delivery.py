"""The outbox under pressure: a busy channel, a Slack that limits, and a send that outlasts its claim."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.db import messages
from bot.db.models import Message
from bot.delivery import NOTICE, Delivery
from bot.slack.cards import Content
from bot.slack.poster import Poster, SlackRateLimited, SlackRefused, SlackUnclear
from tests.flows.races_parts import Bench, bench_on, utc_now


@dataclass
class Slack(Poster):
    """Takes every post; or refuses the next one, or never answers."""

    posts: list[str] = field(default_factory=list)
    searches: list[str] = field(default_factory=list)
    limits_next: bool = False
    hangs: bool = False
    is_unclear_next: bool = False
    refusal: str = ""
    search_refusal: str = ""

    async def post(self, channel: str, content: Content, *, key: str) -> tuple[str, str]:
        """Take it."""
        if self.limits_next:
            self.limits_next = False
            raise SlackRateLimited(0)
        if self.is_unclear_next:
            self.is_unclear_next = False
            raise SlackUnclear("no answer")
        if self.refusal and channel != "C0ADMIN":
            raise SlackRefused(self.refusal)
        self.posts.append(key)
        if self.hangs:
            await asyncio.Event().wait()
        return channel, f"{len(self.posts)}.0"

    async def update(self, channel: str, ts: str, content: Content) -> None:
        """Nothing changes here."""

    async def find(self, channel: str, *, key: str, since: datetime) -> tuple[str, str] | None:
        """What was posted."""
        self.searches.append(key)
        if self.search_refusal:
            raise SlackRefused(self.search_refusal)
        return (channel, f"{self.posts.index(key) + 1}.0") if key in self.posts else None


@dataclass
class Outbox:
    """The deliverer of one replica, and what Slack has of it; its clock for pacing stands still."""

    bench: Bench
    slack: Slack
    delivery: Delivery

    async def want(self, key: str, channel: str, *, kind: str = NOTICE, **more: Any) -> None:
        """Ask for a message."""
        payload = {"text": f"This is {key}."} | more
        async with self.bench.database.begin() as session:
            await messages.want(session, key, kind=kind, channel=channel, now=utc_now(), payload=payload)

    async def drain(self, at: datetime) -> None:
        """Deliver all that is due at that time."""
        later = replace(self.delivery, now=lambda: at, next_in_channel={})
        while await later.step() == 0:
            later.next_in_channel.clear()

    def notices(self) -> list[str]:
        """What the administrators were told, by key."""
        return [key for key in self.slack.posts if key.startswith(f"{NOTICE}:")]

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
            context=bench.context(),
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
        context=outbox.bench.context(),
        operations={},
        poster=outbox.slack,
        admin_channel="C0ADMIN",
        channel_ids={},
        now=lambda: utc_now() + timedelta(minutes=1),
    )
    await later.step()
    assert outbox.slack.posts == ["card:1"]
    assert (await outbox.message("card:1")).state == messages.SENT


ALERT = {
    "severity": "info",
    "title": "t",
    "organization": "acme",
    "action": "a",
    "rule": "r",
    "at": "2026-11-23T12:00:00Z",
}


async def test_every_message_that_is_given_up_has_a_notice_of_its_own(outbox: Outbox) -> None:
    outbox.slack.refusal = "msg_too_long"
    for key in ("alert:1", "alert:2"):
        await outbox.want(key, "C0ALERTS", kind="alert", **ALERT)
    await outbox.drain(utc_now())
    assert outbox.notices() == ["notice:alert:1:msg_too_long", "notice:alert:2:msg_too_long"]


async def test_trouble_with_a_channel_is_told_once_a_day(outbox: Outbox) -> None:
    outbox.slack.refusal = "not_in_channel"
    today = datetime.combine(utc_now().date(), datetime.min.time(), UTC) + timedelta(days=1, hours=1)
    for key in ("alert:1", "alert:2"):
        await outbox.want(key, "C0ALERTS", kind="alert", **ALERT)
    await outbox.drain(today)
    await outbox.drain(today + timedelta(hours=1))
    assert outbox.notices() == [f"notice:C0ALERTS:not_in_channel:{today:%Y-%m-%d}"]
    tomorrow = today + timedelta(days=1)
    await outbox.drain(tomorrow)
    assert outbox.notices()[1:] == [f"notice:C0ALERTS:not_in_channel:{tomorrow:%Y-%m-%d}"]


@pytest.mark.parametrize("code", ["missing_scope", "not_in_channel", "channel_not_found"])
async def test_where_slack_does_not_let_us_look_for_a_post_it_is_posted(outbox: Outbox, code: str) -> None:
    outbox.slack.is_unclear_next = True
    outbox.slack.search_refusal = code
    await outbox.want("card:1", "C0BUSY")
    await outbox.drain(utc_now())
    assert outbox.slack.posts == []
    await outbox.drain(utc_now() + timedelta(minutes=10))
    assert (outbox.slack.searches, outbox.slack.posts) == (["card:1"], ["card:1"])
    assert (await outbox.message("card:1")).state == messages.SENT


@pytest.mark.parametrize(
    ("kind", "more"),
    [("kind of tomorrow", {}), ("alert", {}), ("alert", ALERT | {"at": "noon"}), ("alert", ALERT | {"at": 7})],
)
async def test_what_cannot_be_rendered_is_given_up_and_told(outbox: Outbox, kind: str, more: dict[str, Any]) -> None:
    await outbox.want("alert:1", "C0ALERTS", kind=kind, **more)
    await outbox.drain(utc_now())
    assert (await outbox.message("alert:1")).state == messages.FAILED
    [notice] = outbox.notices()
    assert "could not be rendered by this version" in (await outbox.message(notice)).payload["text"]
