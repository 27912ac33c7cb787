"""The sandbox's clock drives the bot that it starts: what people wait for falls due, and no process looks dead."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.governance.ledger.lifecycle import Status
from bot.slack.sender import CHANNEL_SECONDS
from sandbox.launcher import clock_environment, start_bot, stop_bot
from sandbox.slack import words_of
from tests.flows.races_process import ProcessHouse, effective, logged, outsiders

HOUR = 3600.0
POLICY = """
version: 1
rules:
  - name: at once
    operations: ["team.member.add"]
    approvals: 0
  - name: soon or never
    operations: ["*"]
    approvals: 1
    approvers: {users: [U0OMAR]}
    expires: 30m
"""


class TimedHouse(ProcessHouse):
    """A bot in a process of its own, started as `make sandbox` starts it: it goes by the sandbox's clock."""

    def environment(self) -> dict[str, str]:
        """As `make sandbox` has it, so slow polls too: only the jump itself can bring anything forward."""
        slow = {"AUDIT_POLL_SECONDS": "600", "EXECUTION_LEASE_SECONDS": "60"}
        return super().environment() | slow | clock_environment(self.slack)

    async def press_plus_one_hour(self) -> float:
        """What the page's button does; answers when it was done, on the machine's clock."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.slack.url}/browser/clock", json={"advance": HOUR}) as answer,
        ):
            assert (await answer.json())["ok"]
        return time.monotonic()


@asynccontextmanager
async def running(database_url: str, folder: Path) -> AsyncIterator[TimedHouse]:
    """Both sandboxes, and a bot that goes by their clock."""
    policy = folder / "policy.yml"
    policy.write_text(POLICY, encoding="utf-8")
    house = TimedHouse(database_url, log=folder / "bot.log", policy=policy, channel_seconds=CHANNEL_SECONDS)
    await house.start()
    yield house
    await house.stop()


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[TimedHouse]:
    """A house as `make sandbox` has it."""
    async with running(sqlite_url, tmp_path) as house:
        yield house


@pytest.fixture
async def house_for_two(postgresql_url: str, tmp_path: Path) -> AsyncIterator[TimedHouse]:
    """A house whose database takes a second bot."""
    async with running(postgresql_url, tmp_path) as house:
        yield house


async def test_plus_one_hour_expires_a_request_of_thirty_minutes_within_two_seconds(house: TimedHouse) -> None:
    await house.ann.command("/hub team create night --reason 'for the night'")
    await house.card(1, "Waiting for approval")
    pressed = await house.press_plus_one_hour()
    await house.card(1, "Expired", timeout=5)
    assert time.monotonic() - pressed < 2


async def test_what_is_asked_after_a_jump_is_asked_at_the_sandboxs_time(house: TimedHouse) -> None:
    await house.press_plus_one_hour()
    await house.logged("sandbox_clock.moved")
    await house.ann.command("/hub team create night --reason 'for the night'")
    card = await house.card(1, "Waiting for approval")
    records = await house.records()
    behind = house.clock.datetime() - records.requests[1].created_at
    assert 0 <= behind.total_seconds() < 60
    assert "Expired" not in words_of(card)


async def test_a_jump_makes_no_running_execution_look_dead(house_for_two: TimedHouse, tmp_path: Path) -> None:
    house = house_for_two
    name, hold = outsiders(house)[0], house.hub.hold("POST", "*/groups/platform/members*")
    with (tmp_path / "second.log").open("ab") as output:
        second = await start_bot(house.environment(), output)
    try:
        await house.slack.wait_connected(2, timeout=30)
        await house.ann.command(f"/hub team member add platform {name} --reason x")
        await hold.arrived()
        await house.press_plus_one_hour()
        for log in (house.log, tmp_path / "second.log"):
            await logged(log, "sandbox_clock.moved")
        # Another request's way through both bots: the executors have looked for work since.
        await house.ann.command("/hub team create night --reason 'both are awake'")
        await house.card(2, "Waiting for approval")
        hold.release()
        records = await house.quiet()
    finally:
        await stop_bot(second)
    assert records.status(1) is Status.SUCCEEDED
    assert "execution.taken_over" not in records.events(1)
    assert len(effective(house)) == 1
