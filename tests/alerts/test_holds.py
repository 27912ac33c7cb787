"""SQLite's one writer: however much there is to do, no transaction of ours has it for long."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select, text

from bot import outbox as outbox_of_the_bot
from bot.alerts.passes import TOGETHER
from bot.alerts.rules import load_rules, standard_rules
from bot.clock import standing_at
from bot.db import answer_cursors, workspaces
from bot.db.batches import BATCH, until_none_is_left
from bot.db.models import AnswerCursor
from bot.db.session import Database
from bot.outbox.destination import slack_channel
from bot.outbox.kinds import NOTICE
from tests.holds import measured
from tests.mortal import Killed, Mortal

from .conftest import MakePoller, Polling, alerts, opened, outbox, stored
from .far_side import START, Clock, FarSide
from .test_passes import EVERY_PUSH

# Of a transaction that stores: the cursor, the entries, whose Docker IDs they name, what came together before, a
# message for each rule on each, what the messages say that count them. However many there are, there are no more.
FEW = 11


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    async with opened(sqlite_url) as database:
        yield database


@pytest.fixture
async def returned(make_poller: MakePoller, clock: Clock) -> Polling:
    """A poller that was off for two hours."""
    poller = make_poller(rules=[*load_rules(EVERY_PUSH, "t"), *standard_rules()])
    await poller.poll()
    clock.advance(7200)
    return poller


def push(far: FarSide, number: int, *, tags: int = 10_000) -> None:
    far.happen(name=f"acme/r{number % 7}", data={"tag": f"v1.{number % tags}"}, seconds_ago=number)


async def test_a_poll_after_a_long_time_off_stores_and_tells_a_few_at_a_time(
    returned: Polling, far: FarSide, database: Database
) -> None:
    for number in range(1_000):
        push(far, number)
    with measured(database) as holds:
        assert await returned.poll() == 1_000
    assert len(await stored(database)) == len(await outbox(database)) == 1_000
    assert holds.most_statements <= FEW
    assert holds.most_values <= 30 * TOGETHER  # each entry and each message has a dozen columns


async def test_what_fires_many_rules_is_told_in_as_few_statements(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database
) -> None:
    [rule] = load_rules(EVERY_PUSH, "t")
    rules = [rule.model_copy(update={"name": f"r{number}"}) for number in range(40)]
    poller = make_poller(rules=rules)
    await poller.poll()
    clock.advance(60)
    for number in range(TOGETHER):
        far.happen(seconds_ago=number)
    with measured(database) as holds:
        await poller.poll()
    assert len(await outbox(database)) == 40 * TOGETHER
    assert holds.most_statements <= FEW


@pytest.mark.parametrize("batches_stored", range(4))
async def test_a_pass_that_dies_between_two_batches_has_told_what_it_stored_and_the_next_one_tells_the_rest(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database, batches_stored: int
) -> None:
    rules = load_rules(EVERY_PUSH, "t")
    await make_poller(rules=rules).poll()
    clock.advance(3600)
    for number in range(4 * TOGETHER):
        push(far, number)
    with pytest.raises(Killed):
        await make_poller(rules=rules, begin=Mortal(database, batches_stored).begin).poll()
    assert len(await stored(database)) == len(await outbox(database)) == batches_stored * TOGETHER
    clock.advance(60)
    assert await make_poller(rules=rules).poll() == (4 - batches_stored) * TOGETHER
    assert len(await stored(database)) == len(await outbox(database)) == 4 * TOGETHER


async def test_a_first_pass_that_dies_leaves_what_was_before_it_untold(
    make_poller: MakePoller, far: FarSide, clock: Clock, database: Database
) -> None:
    rules = load_rules(EVERY_PUSH, "t")
    for number in range(2 * TOGETHER):
        far.happen(seconds_ago=number / 1000)
    with pytest.raises(Killed):
        await make_poller(rules=rules, begin=Mortal(database, 1).begin).poll()
    clock.advance(60)
    far.happen(name="acme/after")
    await make_poller(rules=rules).poll()
    assert await alerts(database) == [("push", "acme/after")]


# What is swept, expired, adopted


async def test_old_questions_are_swept_a_few_at_a_time(database: Database) -> None:
    times = [START, START - timedelta(seconds=1)] * (3 * BATCH) + [START + timedelta(seconds=1)] * 5
    rows = [
        {"token": f"{number}", "reader": "U0ANN", "operation": "o", "params": {}, "created_at": at}
        for number, at in enumerate(times)
    ]
    async with database.begin() as session:
        await session.execute(insert(AnswerCursor), rows)
    with measured(database) as holds:
        assert await until_none_is_left(database.begin, partial(answer_cursors.sweep_some, before=START)) == 6 * BATCH
    assert len(holds.ended) == 7
    async with database.begin() as session:
        assert len((await session.scalars(select(AnswerCursor))).all()) == 5


async def test_rows_without_a_workspace_are_adopted_a_few_at_a_time(database: Database) -> None:
    async with database.begin() as session:
        payloads: dict[str, dict[str, str]] = {f"m{number}": {} for number in range(2 * BATCH + 1)}
        destination = slack_channel("C0")
        await outbox_of_the_bot.want_each(
            session, payloads, kind=NOTICE, destination=destination, clock=standing_at(START)
        )
    with measured(database) as holds:
        adopt = partial(workspaces.adopt_some, workspace="T0ACME")
        assert await until_none_is_left(database.begin, adopt) == 2 * BATCH + 1
    assert len(holds.ended) == 4
    assert {message.workspace for message in await outbox(database)} == {"T0ACME"}


@pytest.mark.parametrize("table", ["requests", "messages", "audit_trail"])
async def test_a_row_without_a_workspace_is_found_by_an_index(database: Database, table: str) -> None:
    question = f"EXPLAIN QUERY PLAN SELECT id FROM {table} WHERE workspace IS NULL ORDER BY id LIMIT 9"  # noqa: S608
    async with database.begin() as session:
        plan = " ".join(row[3] for row in await session.execute(text(question)))
    assert f"ix_{table}_homeless" in plan


# The instrument itself


async def test_what_a_transaction_holds_is_measured(database: Database) -> None:
    with measured(database) as holds:
        async with database.begin() as session:
            await session.execute(
                insert(AnswerCursor),
                [
                    {"token": f"{number}", "reader": "U", "operation": "o", "params": {}, "created_at": START}
                    for number in range(3)
                ],
            )
            await asyncio.sleep(0.05)
        with pytest.raises(Killed):
            async with database.begin() as session:
                await answer_cursors.get(session, "0")
                raise Killed
    assert [(hold.statements, hold.values) for hold in holds.ended] == [(1, 15), (1, 1)]
    assert holds.ended[0].milliseconds >= 50
