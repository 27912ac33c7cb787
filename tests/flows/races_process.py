"""A house whose bot is a process of its own, to be killed, frozen and started again."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from bot.slack.sender import key_of
from sandbox.launcher import tail
from sandbox.servers import SOURCE
from sandbox.slack import Person, words_of
from tests import nursery
from tests.flows.house import APPROVALS, House
from tests.flows.races_records import Records, assert_whole, looked_for, read_once, wait_quiet
from tests.flows.shell import system_environment

QUICK_LEASE = 0.5


class ProcessHouse(House):
    """Both sandboxes in this process, and the bot in one of its own; `log` is what it writes."""

    def __init__(self, database_url: str, *, log: Path, **settings: Any) -> None:
        super().__init__(database_url, **{"execution_lease_seconds": QUICK_LEASE, **settings})
        self.log = log
        self.process: nursery.Child | None = None

    async def start_bot(self) -> None:
        """Start the bot, anew where it was killed; returns once Slack has it on the line."""
        with self.log.open("ab") as output:
            self.process = await nursery.start(
                "run",
                cwd=SOURCE,
                env=system_environment() | self.environment(),
                stdout=output.fileno(),
                stderr=output.fileno(),
                channel_seconds=self.channel_seconds,
            )
        connected = asyncio.create_task(self.slack.wait_connected(timeout=30))
        ended = asyncio.create_task(self.process.wait())
        await asyncio.wait({connected, ended}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if self.process.returncode is not None:
            connected.cancel()
            pytest.fail(f"the bot ended by itself:\n{tail(self.log)}", pytrace=False)
        await connected

    @property
    def running(self) -> nursery.Child:
        """The bot's process."""
        assert self.process is not None
        return self.process

    def strike(self) -> None:
        """SIGKILL, at this very moment."""
        with suppress(ProcessLookupError):
            self.running.kill()

    async def kill(self) -> None:
        """SIGKILL, and return once nothing of it is left, in Slack neither."""
        self.strike()
        await self.running.wait()
        await self.slack.wait_disconnected()

    async def terminate(self) -> int:
        """SIGTERM; answers the exit status."""
        self.running.terminate()
        async with asyncio.timeout(30):
            return await self.running.wait()

    def signal(self, number: signal.Signals) -> None:
        """Freeze it (SIGSTOP), let it go on (SIGCONT)."""
        os.kill(self.running.pid, number)

    async def logged(self, words: str, *, seconds: float = 15) -> None:
        """Return once the bot has written these words."""
        await logged(self.log, words, seconds=seconds)

    async def stop(self) -> None:
        """Stop all three; a bot that a test has killed stays dead."""
        if self.process is not None and self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.signal(signal.SIGCONT)
            await self.terminate()
        await self.slack.stop()
        await self.hub.stop()

    async def records(self) -> Records:
        """The database as it stands, whole."""
        found = await read_once(self.database_url)
        assert_whole(found)
        return found

    async def quiet(self) -> Records:
        """The database, whole, once all is done and said."""
        found = await wait_quiet(self.database_url)
        assert_whole(found)
        return found


async def logged(log: Path, words: str, *, seconds: float = 15) -> None:
    """Return once these words stand in a bot's log."""

    async def look() -> bool | None:
        return words in tail(log, lines=100_000) or None

    await looked_for(look, seconds=seconds)


@asynccontextmanager
async def running(database_url: str, log: Path, **settings: Any) -> AsyncIterator[ProcessHouse]:
    """A started house, stopped at the end."""
    house = ProcessHouse(database_url, log=log, **settings)
    await house.start()
    try:
        yield house
    finally:
        await house.stop()


def effective(house: House) -> list[str]:
    """The writes that changed Docker Hub, by their paths, in order."""
    return [record.path for record in house.writes() if record.effects]


def outsiders(house: House) -> list[str]:
    """Members of acme who are not in the team platform."""
    organization = house.hub.state.organizations["acme"]
    return [name for name in organization.members if name not in organization.teams["platform"].members]


def cards_of(house: House, number: int) -> list[str]:
    """Every card of the request that stands in the channel."""
    cards = [one for one in house.omar.messages(APPROVALS) if key_of(one.body) == f"card:{number}"]
    return [words_of(card) for card in cards]


def results_of(person: Person, number: int) -> list[str]:
    """Everything that the person was told at a request's end."""
    told = [one for one in person.messages(person.direct_channel) if key_of(one.body) == f"result:{number}"]
    return [words_of(message) for message in told]


def assert_told_once(house: House, number: int, *words: str) -> None:
    """One card, which says the words, and one result for Ann, who asked."""
    (card,) = cards_of(house, number)
    assert all(word in card for word in words), card
    assert len(results_of(house.ann, number)) == 1
