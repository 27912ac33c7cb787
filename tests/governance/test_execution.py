"""What must not stop the others: a request that nobody can do any more, and a bug in an operation."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from bot.clock import Clock
from bot.db import requests as request_queries
from bot.db.session import Database
from bot.governance.execution.attempt import MAX_ATTEMPTS
from bot.governance.ledger.lifecycle import Status
from bot.governance.requests.queries import by_number
from bot.hub import Credential, Hub
from bot.operations.kit.base import Outcome
from tests.flows.races_parts import LEASE, Bench, Lever, utc_now

if TYPE_CHECKING:
    from bot.governance.execution.executor import Executor


@pytest.fixture
async def bench(sqlite_url: str) -> AsyncIterator[Bench]:
    """Use cases and executors on a database; Docker Hub is never asked."""
    database = Database(sqlite_url)
    hub = Hub(url="http://127.0.0.1:9", credential=Credential("nobody", SecretStr("never-sent")))
    yield Bench(database, Lever(), hub)
    await hub.close()
    await database.close()


def stopped_at(moment: datetime) -> Clock:
    """Both times, standing still."""
    return Clock(now=lambda: moment, real=lambda: moment)


async def status(bench: Bench, number: int) -> Status:
    """Where a request stands."""
    return (await by_number(bench.context(), number)).status


async def test_a_request_for_what_is_no_longer_there_fails_and_the_next_one_is_done(bench: Bench) -> None:
    gone, healthy = await bench.approved(), await bench.approved()
    async with bench.database.begin() as session:
        row = await request_queries.get(session, gone)
        assert row is not None
        row.operation = "lever.of.old"
    executor = bench.executor("one")
    assert await executor.step() == 0
    assert await executor.step() == 0
    view = await by_number(bench.context(), gone)
    assert view.status is Status.FAILED
    assert view.error is not None
    assert "no longer" not in view.error
    assert "cannot do it any more" in view.error
    assert await status(bench, healthy) is Status.SUCCEEDED
    assert bench.lever.written == 1


async def test_a_bug_in_an_operation_ends_as_unknown_and_holds_up_nobody(bench: Bench) -> None:
    number = await bench.approved()
    bench.lever.previews_stop, bench.lever.trouble = True, KeyError("username")
    bench.lever.go_on.set()
    clock = utc_now()
    for _ in range(MAX_ATTEMPTS):
        bench.lever.previews_stop = True
        await bench.executor("one", clock=stopped_at(clock)).step()
        clock += LEASE + timedelta(seconds=1)
    view = await by_number(bench.context(), number)
    assert view.status is Status.UNKNOWN
    assert view.error is not None
    assert "Look in Docker Hub" in view.error
    assert bench.lever.written == 0


class Broken:
    """A courier that fails in a way that nobody has thought of."""

    async def hand_over(self, _user: str, _text: str, _secret: SecretStr) -> bool:
        """Fail."""
        raise AttributeError("'str' object has no attribute 'get'")


async def test_a_token_that_cannot_be_shown_for_whatever_reason_is_taken_back(bench: Bench) -> None:
    taken_back = []

    async def make(_hub: Hub, _params: object) -> Outcome:
        async def take_back() -> None:
            taken_back.append(True)

        return Outcome("A token was made", secret=SecretStr("dckr_oat_made"), take_back=take_back)

    number = await bench.approved()
    operation = replace(bench.lever.operation(), execute=make, makes_secret=True)
    executor: Executor = replace(bench.executor("one"), operations={operation.name: operation}, courier=Broken())
    await executor.step()
    view = await by_number(bench.context(), number)
    assert view.status is Status.FAILED
    assert taken_back == [True]
    assert "revoked" in str(view.error)
