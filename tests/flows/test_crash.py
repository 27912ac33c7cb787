"""The bot as a real process, killed at every point of a request's life: each change is made once and told once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.governance.ledger.events import Event
from bot.governance.ledger.lifecycle import Status
from bot.slack.sender import CHANNEL_SECONDS
from sandbox.hub.wire.faults import Drop
from tests.flows.house import APPROVALS
from tests.flows.races_process import (
    ProcessHouse,
    assert_told_once,
    cards_of,
    effective,
    outsiders,
    results_of,
    running,
)
from tests.flows.races_records import assert_sound

MEMBERS = "/v2/orgs/acme/groups/platform/members"
POST_CARD = "chat.postMessage"


@pytest.fixture
async def crashing(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ProcessHouse]:
    """A bot to be killed, on SQLite."""
    async with running(sqlite_url, tmp_path / "bot.log") as house:
        yield house


@pytest.fixture
async def crashing_anywhere(database_url: str, tmp_path: Path) -> AsyncIterator[ProcessHouse]:
    """A bot to be killed, on either database."""
    async with running(database_url, tmp_path / "bot.log") as house:
        yield house


async def ask(house: ProcessHouse, username: str = "samok", team: str = "platform") -> None:
    """Ann asks for somebody to be let into a team."""
    assert (await house.ann.command(f'/hub team member add {team} {username} --reason "needs it"')).ok


async def approve(house: ProcessHouse, number: int = 1) -> None:
    """Omar agrees."""
    assert (await house.omar.click(await house.card(number, "Waiting for approval"), "approve")).ok


async def assert_done_once(house: ProcessHouse, number: int = 1) -> None:
    """Done, recorded, shown and told, each of it once, and nothing is left over."""
    await house.card(number, "Done", timeout=20)
    records = await house.quiet()
    assert records.status(number) is Status.SUCCEEDED
    assert len(effective(house)) == 1
    assert_told_once(house, number, "✅ *Done*")


async def test_killed_after_the_request_is_committed_its_card_is_posted_later(crashing: ProcessHouse) -> None:
    house = crashing
    post = house.slack.hold(POST_CARD)
    await ask(house)
    await post.arrived()
    await house.kill()
    assert (await house.records()).status(1) is Status.PENDING
    assert cards_of(house, 1) == []

    await house.start_bot()
    await approve(house)
    await assert_done_once(house)


async def test_a_card_that_was_being_posted_waits_for_no_dead_bot(sqlite_url: str, tmp_path: Path) -> None:
    async with running(sqlite_url, tmp_path / "bot.log", execution_lease_seconds=300) as house:
        post = house.slack.hold(POST_CARD)
        await ask(house)
        await post.arrived()
        await house.kill()
        await house.start_bot()
        await house.card(1, "Waiting for approval")


async def test_killed_after_the_approval_and_before_the_claim_it_is_executed_at_the_start(
    crashing: ProcessHouse,
) -> None:
    house = crashing
    write = house.hub.hold("POST", MEMBERS, after=True)
    await ask(house)
    await approve(house)
    await write.arrived()
    await ask(house, "samok", team="release")  # about the same person, so it waits for the first
    await approve(house, 2)
    await house.card(2, "Approved, about to be done")
    await house.kill()
    assert (await house.records()).status(2) is Status.APPROVED

    await house.start_bot()
    await house.card(2, "Done", timeout=20)
    await house.quiet()
    assert effective(house) == [MEMBERS, MEMBERS.replace("platform", "release")]
    for number in (1, 2):
        assert_told_once(house, number, "✅ *Done*")


async def test_killed_between_docker_hubs_write_and_its_record_it_reads_back_that_it_was_done(
    crashing_anywhere: ProcessHouse,
) -> None:
    house = crashing_anywhere
    write = house.hub.hold("POST", MEMBERS, after=True)
    await ask(house)
    await approve(house)
    await write.arrived()
    await house.kill()
    assert (await house.records()).status(1) is Status.EXECUTING

    await house.start_bot()
    await house.card(1, "reading back shows the change", timeout=20)
    await assert_done_once(house)
    assert Event.TAKEN_OVER in (await house.records()).events(1)


async def test_what_was_being_done_waits_for_no_dead_bot(sqlite_url: str, tmp_path: Path) -> None:
    async with running(sqlite_url, tmp_path / "bot.log", execution_lease_seconds=300) as house:
        await ask(house)
        write = house.hub.hold("POST", MEMBERS)
        await approve(house)
        await write.arrived()
        await house.kill()
        await house.start_bot()
        await assert_done_once(house)


async def test_killed_before_docker_hubs_write_it_is_written_after_the_start(crashing: ProcessHouse) -> None:
    house = crashing
    write = house.hub.hold("POST", MEMBERS)
    house.hub.faults.add("POST", MEMBERS, Drop())
    await ask(house)
    await approve(house)
    await write.arrived()
    await house.kill()
    write.release()
    assert (await house.records()).status(1) is Status.EXECUTING
    assert effective(house) == []

    await house.start_bot()
    await assert_done_once(house)


async def test_killed_after_the_card_is_posted_and_before_it_is_marked_the_card_is_found_again(
    crashing: ProcessHouse,
) -> None:
    house = crashing
    post = house.slack.hold(POST_CARD, after_effect=True)
    await ask(house)
    await post.arrived()
    await house.kill()
    assert len(cards_of(house, 1)) == 1
    assert (await house.records()).messages["card:1"].posted_id is None

    await house.start_bot()
    await approve(house)
    await assert_done_once(house)


async def test_killed_after_the_result_is_told_and_before_it_is_marked_it_is_not_told_again(
    crashing: ProcessHouse,
) -> None:
    house = crashing
    await ask(house)
    card = await house.card(1, "Waiting for approval")
    post = house.slack.hold(POST_CARD, after_effect=True, saying="Your request is done")
    await house.omar.click(card, "approve")
    await post.arrived()
    await house.kill()
    assert len(results_of(house.ann, 1)) == 1

    await house.start_bot()
    await assert_done_once(house)


async def test_killed_in_the_middle_of_several_each_goes_on_from_where_it_was(crashing: ProcessHouse) -> None:
    house = crashing
    write = house.hub.hold("POST", MEMBERS, after=True)
    await ask(house)
    await approve(house)
    await write.arrived()
    await ask(house, "samok", team="release")  # about the same person, so it waits for the first
    await approve(house, 2)
    await ask(house, "kofim", team="owners")
    await house.omar.click(await house.card(3, "Waiting for approval"), "approve")
    await house.card(3, "1 of 2 given")
    post = house.slack.hold(POST_CARD, after_effect=True, saying="Add miranovak to team data")
    await ask(house, "miranovak", team="data")
    await post.arrived()
    await house.kill()
    records = await house.records()
    assert [records.status(number) for number in (1, 2, 3, 4)] == ["executing", "approved", "pending", "pending"]

    await house.start_bot()
    await house.lena.click(await house.card(3, "1 of 2 given"), "approve")
    await approve(house, 4)
    for number in (1, 2, 3, 4):
        await house.card(number, "Done", timeout=20)
    await house.quiet()
    assert sorted(effective(house)) == sorted(
        MEMBERS.replace("platform", team) for team in ("platform", "release", "owners", "data")
    )
    for number in (1, 2, 3, 4):
        assert_told_once(house, number, "✅ *Done*")


async def test_a_resend_killed_before_its_record_is_unknown_until_a_person_settles_it(crashing: ProcessHouse) -> None:
    house = crashing
    write = house.hub.hold("PATCH", "/v2/invites/*/resend", after=True)
    await house.ann.command('/hub invite resend nina.park@example.com --reason "she lost it"')
    await approve(house)
    await write.arrived()
    await house.kill()

    await house.start_bot()
    card = await house.card(1, "Outcome unknown", timeout=20)
    await house.told(house.ann, "Your request has an unknown outcome")
    assert len(effective(house)) == 1
    await house.ann.click(card, "settle_done")
    await house.ann.wait_for_ephemeral("You asked for request 1 yourself", channel=APPROVALS)
    await house.omar.click(card, "settle_done")
    await house.card(1, "Done", "settled by <@U0OMAR>")
    records = await house.quiet()
    assert [event for event in records.events(1) if event != Event.VOTE_REFUSED][-2:] == [Event.UNKNOWN, Event.SETTLED]
    assert_told_once(house, 1, "✅ *Done*")
    assert len(effective(house)) == 1


async def test_sigterm_in_the_middle_of_an_execution_lets_it_end_and_loses_nothing(crashing: ProcessHouse) -> None:
    house = crashing
    write = house.hub.hold("POST", MEMBERS, after=True)
    await ask(house)
    await approve(house)
    await write.arrived()
    house.running.terminate()
    await house.logged("hubwarden.stopping")
    write.release()
    assert await house.running.wait() == 0
    assert (await house.records()).status(1) is Status.SUCCEEDED

    await house.slack.wait_disconnected()
    await house.start_bot()
    await assert_done_once(house)
    assert Event.TAKEN_OVER not in (await house.records()).events(1)


@pytest.fixture
async def at_once(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ProcessHouse]:
    """A bot to be killed, at Slack's own pace, whose policy lets teams be changed without approval."""
    policy = tmp_path / "policy.yml"
    policy.write_text('{version: 1, rules: [{name: at once, operations: ["team.*"], approvals: 0}]}', encoding="utf-8")
    async with running(sqlite_url, tmp_path / "bot.log", policy=policy, channel_seconds=CHANNEL_SECONDS) as house:
        yield house


async def test_kill_9_amid_many_transactions_leaves_no_torn_state(at_once: ProcessHouse) -> None:
    house, fatal = at_once, [0]
    names = outsiders(house)
    house.hub.on_change(lambda: house.strike() if len(effective(house)) == fatal[0] else None)
    for number, people in enumerate((names[0:2], names[2:5]), start=1):
        fatal[0] = len(effective(house)) + number
        lines = [f"/hub team member add platform {name} --reason x" for name in people]
        await asyncio.gather(*(house.ann.command(line) for line in lines))
        await house.running.wait()
        await house.slack.wait_disconnected()
        assert_sound(house.database_url)
        await house.records()
        fatal[0] = 0
        await house.start_bot()
        records = await house.quiet()
    assert {request.status for request in records.requests.values()} == {Status.SUCCEEDED}
    assert len(effective(house)) == len(records.requests)
    for number in records.requests:
        assert_told_once(house, number, "✅ *Done*")
    assert house.slack.violations == []
