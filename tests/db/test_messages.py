"""The outbox: asked for once, sent by one, kept until Slack has the newest version."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.db import messages
from bot.db.models import Message
from bot.db.session import Database
from tests.db.rows import NOW, SOON

SECOND = timedelta(seconds=1)


async def wanted(database: Database, key: str = "card:1", now: datetime = NOW) -> int:
    """The number of a new message."""
    async with database.begin() as session:
        assert await messages.want(session, key, kind="card", channel="C0APPROVALS", now=now)
    return (await read(database, key)).id


async def read(database: Database, key: str = "card:1") -> Message:
    """The message as it stands."""
    async with database.begin() as session:
        message = await messages.get_by_key(session, key)
    assert message is not None
    return message


async def claimed(database: Database, number: int, now: datetime = NOW) -> Message | None:
    """The message, taken for thirty seconds, where it can be taken."""
    async with database.begin() as session:
        return await messages.claim(session, number, now=now, lease_until=now + 30 * SECOND)


async def due(database: Database, now: datetime = NOW) -> list[str]:
    """The keys of what can be sent."""
    async with database.begin() as session:
        return [message.key for message in await messages.candidates(session, now, 10)]


async def test_a_message_is_asked_for_once_a_key(database: Database) -> None:
    await wanted(database)
    async with database.begin() as session:
        assert not await messages.want(session, "card:1", kind="other", channel="C0X", now=SOON)
    row = await read(database)
    assert (row.kind, row.channel, row.wanted, row.state) == ("card", "C0APPROVALS", 1, messages.DUE)


async def test_messages_are_due_oldest_first_and_not_before_their_time(database: Database) -> None:
    await wanted(database, "b", NOW - SECOND)
    await wanted(database, "a", NOW - SECOND)
    await wanted(database, "later", NOW + SECOND)
    await wanted(database, "old", NOW - 2 * SECOND)
    assert await due(database) == ["old", "b", "a"]
    async with database.begin() as session:
        assert [m.key for m in await messages.candidates(session, NOW, 1)] == ["old"]
        assert await messages.next_due(session) == NOW - 2 * SECOND


async def test_nothing_is_due_in_an_empty_outbox(database: Database) -> None:
    assert await due(database) == []
    async with database.begin() as session:
        assert await messages.next_due(session) is None
        assert await messages.get_by_key(session, "card:1") is None


async def test_of_many_senders_one_gets_the_message(database: Database) -> None:
    number = await wanted(database)
    taken = await asyncio.gather(*(claimed(database, number) for _ in range(6)))
    assert sum(message is not None for message in taken) == 1
    assert await due(database) == []


async def test_a_claim_that_was_not_ended_runs_out(database: Database) -> None:
    number = await wanted(database)
    assert await claimed(database, number)
    assert await claimed(database, number, NOW + 30 * SECOND) is None
    again = await claimed(database, number, NOW + 31 * SECOND)
    assert again is not None
    assert again.attempts == 2


async def test_what_was_sent_is_no_longer_due(database: Database) -> None:
    number = await wanted(database)
    await claimed(database, number)
    async with database.begin() as session:
        await messages.mark_sent(session, number, version=1, channel="C0APPROVALS", ts="1.2")
    row = await read(database)
    assert (row.state, row.sent, row.posted_ts, row.lease_until, row.attempts) == (messages.SENT, 1, "1.2", None, 0)
    assert await claimed(database, number) is None
    assert await due(database, SOON) == []


async def test_what_changes_while_it_is_sent_is_sent_again(database: Database) -> None:
    number = await wanted(database)
    await claimed(database, number)
    async with database.begin() as session:
        await messages.touch(session, "card:1", NOW)
    async with database.begin() as session:
        await messages.mark_sent(session, number, version=1, channel="C0APPROVALS", ts="1.2")
    row = await read(database)
    assert (row.state, row.sent, row.wanted) == (messages.DUE, 1, 2)
    assert await due(database) == ["card:1"]


async def test_touching_what_was_sent_makes_it_due(database: Database) -> None:
    number = await wanted(database)
    async with database.begin() as session:
        await messages.mark_sent(session, number, version=1, channel="C0APPROVALS", ts="1.2")
        await messages.touch(session, "card:1", SOON)
        await messages.touch(session, "nobody", SOON)
    assert await due(database) == []
    assert await due(database, SOON) == ["card:1"]


async def test_what_is_postponed_is_due_later_with_the_reason(database: Database) -> None:
    number = await wanted(database)
    await claimed(database, number)
    async with database.begin() as session:
        await messages.postpone(session, number, until=SOON, error="not_in_channel")
    row = await read(database)
    assert (row.error, row.lease_until, row.attempts) == ("not_in_channel", None, 1)
    assert await due(database, SOON - SECOND) == []
    assert await due(database, SOON) == ["card:1"]


async def test_what_is_gone_from_slack_is_posted_anew(database: Database) -> None:
    number = await wanted(database)
    async with database.begin() as session:
        await messages.mark_sent(session, number, version=1, channel="C0APPROVALS", ts="1.2")
        await messages.touch(session, "card:1", NOW)
        await messages.forget_post(session, number, NOW)
    row = await read(database)
    assert (row.posted_ts, row.posted_channel, row.attempts) == (None, None, 0)
    assert await due(database) == ["card:1"]


async def test_what_slack_will_never_take_is_kept_with_the_reason(database: Database) -> None:
    number = await wanted(database)
    await claimed(database, number)
    async with database.begin() as session:
        await messages.give_up(session, number, "msg_too_long")
    row = await read(database)
    assert (row.state, row.error, row.lease_until) == (messages.FAILED, "msg_too_long", None)
    assert await due(database, SOON) == []


@pytest.mark.parametrize("state", [messages.SENT, messages.FAILED])
async def test_only_what_is_due_can_be_claimed(database: Database, state: str) -> None:
    number = await wanted(database)
    async with database.begin() as session:
        if state == messages.SENT:
            await messages.mark_sent(session, number, version=1, channel="C", ts="1")
        else:
            await messages.give_up(session, number, "no")
    assert await claimed(database, number, SOON) is None


async def test_what_was_postponed_since_it_was_looked_at_is_not_claimed(database: Database) -> None:
    number = await wanted(database)
    async with database.begin() as session:
        await messages.postpone(session, number, until=SOON, error="ratelimited")
    assert await claimed(database, number) is None
    assert await claimed(database, number, SOON) is not None
