"""The outbox: asked for once, sent by one, kept until Slack has the newest version."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.db import messages, requests
from bot.db.models import Message
from bot.db.session import Database
from tests.db.rows import NOW, SOON, message_of, request_row

SECOND = timedelta(seconds=1)
URGENCY = {"card": 1, "alert": 0}


async def wanted(database: Database, key: str = "card:1", due_at: datetime = NOW, **more: Any) -> int:
    """The number of a new message."""
    values: dict[str, Any] = {"kind": "card", "protocol": "slack", "address": "C0APPROVALS"}
    values |= {"created_at": NOW, "due_at": due_at}
    async with database.begin() as session:
        assert await messages.want(session, key, **(values | more))
    return (await read(database, key)).id


async def sent(database: Database, number: int, version: int = 1) -> None:
    """Mark it as sent."""
    async with database.begin() as session:
        await messages.mark_sent(session, number, version=version, address="C0APPROVALS", posted_id="1.2")


async def read(database: Database, key: str = "card:1") -> Message:
    """The message as it stands."""
    async with database.begin() as session:
        message = await message_of(session, key)
    assert message is not None
    return message


async def claimed(database: Database, number: int, now: datetime = NOW) -> Message | None:
    """The message, taken for thirty seconds, where it can be taken."""
    async with database.begin() as session:
        return await messages.claim(session, number, now=now, lease_until=now + 30 * SECOND)


async def due(database: Database, now: datetime = NOW, *, busy: Collection[tuple[str, str]] = ()) -> list[str]:
    """The keys of what can be sent."""
    async with database.begin() as session:
        found = await messages.candidates(session, now, 10, urgency=URGENCY, busy=busy)
        return [message.key for message in found]


async def test_a_message_is_asked_for_once_a_key(database: Database) -> None:
    await wanted(database)
    async with database.begin() as session:
        assert not await messages.want(
            session, "card:1", kind="other", protocol="fax", address="C0X", created_at=SOON, due_at=SOON
        )
    row = await read(database)
    assert (row.kind, row.protocol, row.address) == ("card", "slack", "C0APPROVALS")
    assert (row.created_at, row.due_at, row.wanted, row.state) == (NOW, NOW, 1, messages.DUE)


async def test_messages_are_due_oldest_first_and_not_before_their_time(database: Database) -> None:
    await wanted(database, "b", NOW - SECOND)
    await wanted(database, "a", NOW - SECOND)
    await wanted(database, "later", NOW + SECOND)
    await wanted(database, "old", NOW - 2 * SECOND)
    assert await due(database) == ["old", "b", "a"]
    async with database.begin() as session:
        assert [m.key for m in await messages.candidates(session, NOW, 1, urgency=URGENCY)] == ["old"]
        assert await messages.next_due(session) == NOW - 2 * SECOND


async def test_the_most_urgent_kind_comes_first_and_one_that_nobody_knows_last(database: Database) -> None:
    await wanted(database, "unknown", NOW - 3 * SECOND, kind="kind of tomorrow")
    await wanted(database, "alert", NOW - 2 * SECOND, kind="alert")
    await wanted(database, "card", NOW - SECOND)
    await wanted(database, "older card", NOW - 2 * SECOND)
    assert await due(database) == ["older card", "card", "alert", "unknown"]


async def test_a_busy_address_is_left_out_and_the_same_address_of_another_protocol_is_not(database: Database) -> None:
    await wanted(database, "busy")
    await wanted(database, "fax", protocol="fax")
    await wanted(database, "other", address="C0OTHER")
    assert await due(database, busy=[("slack", "C0APPROVALS")]) == ["fax", "other"]
    assert await due(database, busy=[("slack", "C0APPROVALS"), ("fax", "C0APPROVALS")]) == ["other"]


async def test_nothing_is_due_in_an_empty_outbox(database: Database) -> None:
    assert await due(database) == []
    async with database.begin() as session:
        assert await messages.next_due(session) is None
        assert await message_of(session, "card:1") is None


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


async def test_who_is_alone_with_the_database_waits_for_no_claim(database: Database) -> None:
    number = await wanted(database)
    assert await claimed(database, number)
    async with database.begin() as session:
        await messages.release_all(session)
    again = await claimed(database, number)
    assert again is not None
    assert again.attempts == 2, "what the dead one sent may have arrived"


async def test_what_was_sent_is_no_longer_due(database: Database) -> None:
    number = await wanted(database)
    await claimed(database, number)
    async with database.begin() as session:
        await messages.mark_sent(session, number, version=1, address="C0APPROVALS", posted_id="1.2")
    row = await read(database)
    assert (row.state, row.sent, row.posted_id, row.lease_until, row.attempts) == (messages.SENT, 1, "1.2", None, 0)
    assert row.posted_address == "C0APPROVALS"
    assert await claimed(database, number) is None
    assert await due(database, SOON) == []


async def test_what_changes_while_it_is_sent_is_sent_again(database: Database) -> None:
    number = await wanted(database)
    await claimed(database, number)
    async with database.begin() as session:
        await messages.touch(session, "card:1", NOW)
    async with database.begin() as session:
        await messages.mark_sent(session, number, version=1, address="C0APPROVALS", posted_id="1.2")
    row = await read(database)
    assert (row.state, row.sent, row.wanted) == (messages.DUE, 1, 2)
    assert await due(database) == ["card:1"]


async def test_touching_what_was_sent_makes_it_due(database: Database) -> None:
    number = await wanted(database)
    async with database.begin() as session:
        await messages.mark_sent(session, number, version=1, address="C0APPROVALS", posted_id="1.2")
        await messages.touch(session, "card:1", SOON)
        await messages.touch(session, "nobody", SOON)
    assert await due(database) == []
    assert await due(database, SOON) == ["card:1"]


async def test_touching_what_waits_because_it_was_refused_does_not_end_its_wait(database: Database) -> None:
    number = await wanted(database)
    await claimed(database, number)
    async with database.begin() as session:
        await messages.postpone(session, number, until=SOON, error="limited", was_refused=True)
        await messages.touch(session, "card:1", NOW)
    row = await read(database)
    assert (row.wanted, row.due_at, row.error) == (2, SOON, "limited")
    assert await claimed(database, number, SOON - SECOND) is None
    assert await claimed(database, number, SOON) is not None


async def test_touching_what_was_given_up_makes_it_due_anew(database: Database) -> None:
    number = await wanted(database)
    async with database.begin() as session:
        await messages.give_up(session, number, "msg_too_long")
        await messages.touch(session, "card:1", SOON)
    assert (await read(database)).due_at == SOON
    assert await due(database, SOON) == ["card:1"]


async def test_an_attempt_that_was_refused_does_not_count_and_one_whose_end_is_unknown_does(database: Database) -> None:
    number = await wanted(database)
    for was_refused, attempts in ((False, 1), (True, 1), (False, 2)):
        await claimed(database, number)
        async with database.begin() as session:
            await messages.postpone(session, number, until=NOW, error="e", was_refused=was_refused)
        assert (await read(database)).attempts == attempts


async def test_an_older_version_that_is_marked_late_leaves_the_newer_one_due(database: Database) -> None:
    number = await wanted(database)
    async with database.begin() as session:
        await messages.touch(session, "card:1", NOW)
        await messages.touch(session, "card:1", NOW)
    await sent(database, number, version=2)
    row = await read(database)
    assert (row.sent, row.wanted, row.state) == (2, 3, messages.DUE)
    await sent(database, number, version=3)
    assert (await read(database)).state == messages.SENT


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
        await messages.mark_sent(session, number, version=1, address="C0APPROVALS", posted_id="1.2")
        await messages.touch(session, "card:1", NOW)
        await messages.forget_post(session, number, NOW)
    row = await read(database)
    assert (row.posted_id, row.posted_address, row.attempts) == (None, None, 0)
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
            await messages.mark_sent(session, number, version=1, address="C", posted_id="1")
        else:
            await messages.give_up(session, number, "no")
    assert await claimed(database, number, SOON) is None


async def test_what_was_postponed_since_it_was_looked_at_is_not_claimed(database: Database) -> None:
    number = await wanted(database)
    async with database.begin() as session:
        await messages.postpone(session, number, until=SOON, error="ratelimited")
    assert await claimed(database, number) is None
    assert await claimed(database, number, SOON) is not None


async def test_a_message_has_a_place_once_it_stands_there(database: Database) -> None:
    async with database.begin() as session:
        assert await messages.place_of(session, "card:1") is None
    number = await wanted(database)
    async with database.begin() as session:
        assert await messages.place_of(session, "card:1") is None
    await sent(database, number)
    async with database.begin() as session:
        assert await messages.place_of(session, "card:1") == ("C0APPROVALS", "1.2")


async def test_the_newest_of_a_kind_are_found_among_the_newest_of_all(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, kind in enumerate(("alert", "card", "alert", "card", "alert")):
        await wanted(database, f"{kind}:{number}", kind=kind)
    async with database.begin() as session:
        assert [each.key for each in await messages.newest_of(session, "alert", 2)] == ["alert:4", "alert:2"]
        assert [each.key for each in await messages.newest_of(session, "alert", 9)] == ["alert:4", "alert:2", "alert:0"]
        monkeypatch.setattr(messages, "LOOKED_THROUGH", 3)
        assert [each.key for each in await messages.newest_of(session, "alert", 9)] == ["alert:4", "alert:2"]


async def test_what_tells_of_a_request_is_found_and_brought_up_to_date_together(database: Database) -> None:
    async with database.begin() as session:
        numbers = [await requests.add(session, request_row()) for _ in range(2)]
    first, second = (number or 0 for number in numbers)
    for key, kind, number in (
        ("a", "ask", first),
        ("b", "reminder", first),
        ("c", "card", first),
        ("d", "ask", second),
    ):
        await wanted(database, key, kind=kind, request_id=number)
    async with database.begin() as session:
        assert await messages.keys_of(session, [first, second], ["ask", "reminder"]) == {"a", "b", "d"}
        await messages.touch_of(session, first, ["ask", "reminder"], SOON)
    assert [(await read(database, key)).wanted for key in "abcd"] == [2, 2, 1, 1]
