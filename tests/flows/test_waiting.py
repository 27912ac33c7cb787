"""What has to wait holds up nobody, says why, outlives the bot, and is done once its time has come."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.governance.ledger.events import Event
from bot.governance.ledger.lifecycle import Status
from sandbox.hub.wire.faults import failure, rate_limited
from sandbox.launcher import clock_environment
from sandbox.slack import words_of
from tests.flows.house import House
from tests.flows.races_process import ProcessHouse, effective, running
from tests.flows.races_records import assert_whole, wait_quiet
from tests.flows.steps import agree, ask, write_policy

BULK = ("POST", "/v2/invites/bulk")
ADD = "/hub team member add backend samok"
ADDED = ("POST", "/v2/orgs/acme/groups/backend/members")
TEAM = ("GET", "/v2/orgs/acme/groups/backend")
PEOPLE = tuple(f"p{number}@new.example" for number in range(5))
RULE = '{name: Omar agrees, operations: ["*"], approvals: 1, approvers: {users: [U0OMAR]}}'
LIMIT_SECONDS = 600


class TimedHouse(ProcessHouse):
    """A bot in a process of its own, which goes by the sandbox's clock."""

    def environment(self) -> dict[str, str]:
        """As `make sandbox` has it."""
        return super().environment() | clock_environment(self.slack)

    async def let_pass(self, seconds: float) -> None:
        """Move the clock, as the page's button does."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.slack.url}/browser/clock", json={"advance": seconds}) as answer,
        ):
            assert (await answer.json())["ok"]


@pytest.fixture
async def process_house(database_url: str, tmp_path: Path) -> AsyncIterator[TimedHouse]:
    """A bot in a process of its own, on either database."""
    house = TimedHouse(database_url, log=tmp_path / "bot.log", policy=write_policy(tmp_path, RULE))
    await house.start()
    yield house
    await house.stop()


async def begin_a_bulk_that_is_limited(house: House) -> None:
    """Five invites, of which two are sent before Docker Hub's rate limit is spent for ten minutes."""
    card = await ask(house, f"/hub invite send {' '.join(PEOPLE)}")
    # A dry run comes first: what would change.
    house.hub.faults.add(*BULK, rate_limited(str(LIMIT_SECONDS)), skip=3)
    await agree(house, card)
    await house.card(1, "Begun, and waits, 2 of 5 so far", "Docker Hub's rate limit is spent.", "and goes on <!date^")


def invited(house: House) -> list[str]:
    """Whom Docker Hub has invited, in order."""
    return [record.body["invitees"][0] for record in house.writes() if record.effects and "bulk" in record.path]


async def test_a_bulk_that_waits_for_ten_minutes_does_not_delay_somebody_elses_request(
    process_house: TimedHouse,
) -> None:
    house = process_house
    await begin_a_bulk_that_is_limited(house)
    started = asyncio.get_running_loop().time()
    await agree(house, await ask(house, ADD, number=2, person=house.person("U0SAM")))
    await house.card(2, "Done")
    assert asyncio.get_running_loop().time() - started < 10
    assert invited(house) == list(PEOPLE[:2])

    await house.let_pass(LIMIT_SECONDS + 1)
    await house.card(1, "Done", "5 invited")
    records = await house.quiet()
    assert invited(house) == list(PEOPLE)
    told = records.events(1)
    assert (told.count(Event.EXECUTING), told.count(Event.RESUMED), told.count(Event.TAKEN_OVER)) == (1, 1, 0)
    assert records.requests[1].attempts == 1, "waiting is no attempt"


async def test_a_bulk_that_is_killed_while_it_waits_goes_on_at_its_moment_and_not_before(
    process_house: TimedHouse,
) -> None:
    house = process_house
    await begin_a_bulk_that_is_limited(house)
    await house.kill()
    await house.start_bot()
    await agree(house, await ask(house, ADD, number=2))
    await house.card(2, "Done")
    assert invited(house) == list(PEOPLE[:2]), "others are done, and the limit is kept"
    assert (await house.records()).status(1) is Status.EXECUTING

    await house.let_pass(LIMIT_SECONDS + 1)
    await house.card(1, "Done", "5 invited")
    records = await house.quiet()
    assert invited(house) == list(PEOPLE)
    assert Event.TAKEN_OVER not in records.events(1), "nobody had the claim when the bot was killed"


async def test_docker_hub_down_between_the_approval_and_the_write_burns_no_approval(
    process_house: TimedHouse,
) -> None:
    house = process_house
    card = await ask(house, ADD)
    port = urlsplit(house.hub.url).port or 0
    await house.hub.stop()
    await agree(house, card)
    await house.card(
        1, "Approved, and waits", "Docker Hub cannot be reached", "This request has waited since <!date^", timeout=20
    )
    assert (await house.records()).status(1) is Status.APPROVED

    await house.hub.start(port=port)
    await house.let_pass(60)
    await house.card(1, "Done", timeout=20)
    records = await house.quiet()
    assert len(effective(house)) == 1
    assert records.requests[1].attempts == 1


async def test_a_docker_hub_that_stays_down_lets_the_request_expire_and_says_so(house: House) -> None:
    card = await ask(house, ADD)
    house.hub.faults.add(*TEAM, failure(503), times=None)
    await agree(house, card)
    await house.card(1, "Approved, and waits", "Docker Hub cannot be reached, or does not work.")
    house.clock.advance(3 * 86400)
    await house.told(house.ann, "has expired", "It was approved, and Hubwarden could not begin it in time")
    assert house.writes() == []


async def test_a_limit_on_the_only_write_waits_and_is_written_once(house: House) -> None:
    card = await ask(house, ADD)
    house.hub.faults.add(*ADDED, rate_limited(str(LIMIT_SECONDS)))
    await agree(house, card)
    await house.card(1, "Approved, and waits", "rate limit is spent")
    house.clock.advance(LIMIT_SECONDS + 1)
    await house.told(house.ann, "is done", "samok is in team backend")
    assert [one.status for one in house.writes()] == [429, 200]


@pytest.fixture
async def replicas(postgresql_url: str) -> AsyncIterator[House]:
    """Two bots on one PostgreSQL, each of which could do four requests at once."""
    house = House(postgresql_url, execution_lease_seconds=10)
    house.slack.limits.enabled = False
    await house.start()
    second = await house.start_replica()
    await house.slack.wait_connected(2)
    yield house
    await second.stop()
    await house.stop()


async def test_two_replicas_never_do_two_requests_about_one_person_at_once(replicas: House) -> None:
    house = replicas
    lines = [f"/hub team member add {team} samok" for team in ("backend", "platform", "release")]
    write = house.hub.hold("POST", "/v2/orgs/acme/groups/*/members", times=None)
    first, *others = [await ask(house, line, number=number) for number, line in enumerate(lines, start=1)]
    await agree(house, first)
    await write.arrived()
    await asyncio.gather(*(agree(house, card) for card in others))
    for number in (2, 3):
        await house.card(number, "Approved, and waits", "Request 1 is about the same, and comes first.", timeout=20)
    assert write.count == 1
    write.release()
    for number in (1, 2, 3):
        await house.card(number, "Done", timeout=20)
    records = await wait_quiet(house.database_url)
    assert_whole(records)
    rows = [records.requests[number] for number in (1, 2, 3)]
    for before, after in itertools.pairwise(rows):
        assert before.finished_at is not None
        assert after.claimed_at is not None
        assert before.finished_at <= after.claimed_at


async def test_more_than_there_is_room_for_at_once_say_that_they_wait_for_a_slot(
    sqlite_url: str, tmp_path: Path
) -> None:
    policy = write_policy(tmp_path, RULE)
    async with running(sqlite_url, tmp_path / "bot.log", policy=policy, executions_at_once=2) as house:
        write = house.hub.hold("POST", "/v2/orgs/acme/groups", times=None)
        for number in (1, 2, 3):
            await agree(house, await ask(house, f"/hub team create crew-{number}", number=number))
        card = await house.card(3, "Approved, and waits", "waits for a free slot", timeout=20)
        assert "goes on" not in words_of(card)
        assert write.count == 2
        holders = {each.claimed_by for each in (await house.records()).requests.values()} - {None}
        assert len(holders) == 2, "each claim is one worker's, or neither would notice that it is lost"
        write.release()
        for number in (1, 2, 3):
            await house.card(number, "Done", timeout=20)
