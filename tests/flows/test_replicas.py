"""Two bots: on PostgreSQL one at a time polls, and the other goes on where it was; on an SQLite file there is one."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.db import hub_events
from bot.db.models import Lease
from bot.db.session import Database
from sandbox.launcher import tail
from sandbox.servers import SOURCE
from sandbox.slack import words_of
from tests import nursery
from tests.flows.house import ALERTS
from tests.flows.races_process import ProcessHouse, logged, running
from tests.flows.races_records import looked_for
from tests.flows.shell import system_environment

POLL = "audit-log:acme"
AUDIT_LOG = "/v2/auditlogs/*"
SOON = 12.0


class Pair(ProcessHouse):
    """A bot that was there first and has every lease, and a second one, which is the house's `process`."""

    async def start(self) -> None:
        """Start both, one after the other."""
        await super().start()
        self.first, self.first_log = self.running, self.log
        await looked_for(self.has_polled)
        self.first_holder = await self.holder()
        self.log = self.first_log.with_suffix(".second")
        await self.start_bot()
        await self.slack.wait_connected(2, timeout=30)
        await self.logged("hubwarden.started")

    async def stop(self) -> None:
        """Stop everything."""
        if self.first.returncode is None:
            self.first.send_signal(signal.SIGCONT)
            self.first.terminate()
            await self.first.wait()
        await super().stop()

    async def holder(self) -> str:
        """Who polls."""
        database = Database(self.database_url)
        async with database.begin() as session:
            found = (await session.scalars(select(Lease.holder).where(Lease.name == POLL))).one_or_none()
        await database.close()
        return found or ""

    async def has_polled(self) -> bool | None:
        """Whether the log has been read once: what happens from then on is told."""
        database = Database(self.database_url)
        async with database.begin() as session:
            polled = await hub_events.polled(session, ["acme"])
        await database.close()
        return bool(polled) or None

    async def taken_over(self) -> float:
        """Return once the second one polls; answers after how many seconds."""
        begun = time.monotonic()

        async def look() -> bool | None:
            return await self.holder() not in ("", self.first_holder) or None

        await looked_for(look, seconds=30)
        return time.monotonic() - begun

    def alerts(self, words: str) -> int:
        """How many messages in the alerts channel say so."""
        return sum(words in words_of(message) for message in self.omar.messages(ALERTS))

    async def delete(self, repository: str) -> None:
        """Somebody deletes a repository, and the log shows it."""
        await self.hub.act_outside("delete_repository", repository=repository)


@pytest.fixture
async def pair(postgresql_url: str, tmp_path: Path) -> AsyncIterator[Pair]:
    pair = Pair(postgresql_url, log=tmp_path / "bot.log")
    await pair.start()
    yield pair
    await pair.stop()


async def test_one_polls_while_both_are_there(pair: Pair) -> None:
    poll = pair.hub.hold("GET", AUDIT_LOG)
    await poll.arrived()
    before = len(pair.hub.requests)
    await asyncio.sleep(1.5)  # three times the interval, in which the other one would have asked
    assert [each.path for each in pair.hub.requests[before:] if "auditlogs" in each.path] == []
    poll.release()
    assert await pair.holder() == pair.first_holder


async def test_a_killed_one_is_replaced_within_seconds_and_no_alert_is_lost(pair: Pair) -> None:
    pair.first.kill()
    await pair.first.wait()
    await pair.delete("web")
    assert await pair.taken_over() < SOON
    await pair.omar.wait_for_message(ALERTS, "deleted the repository acme/web")


async def test_one_that_is_stopped_lets_go_at_once(pair: Pair) -> None:
    pair.first.terminate()
    await pair.first.wait()
    assert await pair.taken_over() < 5
    await pair.delete("web")
    await pair.omar.wait_for_message(ALERTS, "deleted the repository acme/web")


async def test_one_that_was_frozen_in_a_poll_writes_nothing_when_it_wakes_up(pair: Pair) -> None:
    poll = pair.hub.hold("GET", AUDIT_LOG, after=True)
    await pair.delete("web")
    await poll.arrived()
    pair.first.send_signal(signal.SIGSTOP)
    poll.release()
    assert await pair.taken_over() < SOON
    await pair.omar.wait_for_message(ALERTS, "deleted the repository acme/web")
    pair.first.send_signal(signal.SIGCONT)
    await logged(pair.first_log, "job.lease_lost")
    await pair.delete("api")
    await pair.omar.wait_for_message(ALERTS, "deleted the repository acme/api")
    assert (pair.alerts("acme/web"), pair.alerts("acme/api")) == (1, 1)
    assert await pair.holder() != pair.first_holder


async def test_a_second_bot_on_an_sqlite_file_is_refused_with_a_sentence_and_the_first_goes_on(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with running(sqlite_url, tmp_path / "bot.log") as house:
        first = house.running
        environment = system_environment() | house.environment() | {"HEALTH_PORT": "0"}
        second = await nursery.start("run", cwd=SOURCE, env=environment)
        try:
            async with asyncio.timeout(30):
                _, said = await second.communicate()
        finally:
            if second.returncode is None:
                second.kill()
        assert second.returncode == 2
        assert said.decode().splitlines()[-1].startswith(f"✗ DATABASE_URL: another bot (process {first.pid}) runs on ")
        assert "Traceback" not in said.decode() + tail(house.log)
        for words in (["check"], ["call", "team", "list"]):
            beside = await nursery.start(*words, cwd=SOURCE, env=environment)
            out, err = await beside.communicate()
            assert beside.returncode == 0, (out, err)
        await house.kill()
        await house.start_bot()
        assert (await house.ann.command("/hub team list")).ok
