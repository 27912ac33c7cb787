"""Everything at once, on both databases: votes, decisions, replicas, and an executor that comes back from the dead."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.app import Hubwarden
from bot.errors import AlreadyDecided, NotAnApprover
from bot.governance.ledger.events import Event
from bot.governance.ledger.lifecycle import Status
from bot.governance.requests.cancel import cancel
from bot.governance.requests.expire import expire
from bot.governance.requests.queries import by_number
from bot.governance.requests.reconsider import Enough, Lacking, reconsider
from bot.governance.requests.vote import approve, deny
from bot.hub import Call, HubUnavailable
from sandbox.slack import User, frozen
from tests.flows.house import APPROVALS, House
from tests.flows.races_process import assert_told_once, cards_of, effective
from tests.flows.races_records import assert_whole, read_records, wait_quiet
from tests.governance.bench import LATER, Bench, bench_on, later, settled

TEAMS = "/v2/orgs/acme/groups"
CROWD = tuple(f"U0VOTER{number:02}" for number in range(1, 13))
ROUNDS = 30


@pytest.fixture
async def bench(database_url: str) -> AsyncIterator[Bench]:
    """Use cases and executors, on either database."""
    with bench_on(database_url) as bench:
        yield bench
        await bench.hub.close()
        await bench.database.close()


async def test_two_approvers_who_click_together_always_settle_it(bench: Bench) -> None:
    context = bench.context()
    numbers = [await bench.submit(context) for _ in range(ROUNDS)]
    for number in numbers:
        await asyncio.gather(approve(context, number, "U0ONE"), approve(context, number, "U0TWO"))
    records = await read_records(bench.database)
    assert_whole(records)
    assert Counter(records.status(number) for number in numbers) == {Status.APPROVED: ROUNDS}


async def test_one_approver_who_clicks_twice_counts_once(bench: Bench) -> None:
    context = bench.context()
    number = await bench.submit(context)
    clicks = (approve(context, number, "U0ONE") for _ in range(8))
    counted = settled(await asyncio.gather(*clicks, return_exceptions=True))
    records = await read_records(bench.database)
    assert_whole(records)
    assert [view.status for view in counted] == [Status.PENDING]
    assert records.votes[number] == ["U0ONE"]


async def test_of_approve_deny_cancel_and_expire_at_once_one_ends_the_wait(bench: Bench) -> None:
    context, late = bench.context(approvals=1), bench.context(approvals=1, clock=later(25 * LATER))
    numbers = [await bench.submit(context) for _ in range(12)]
    for turn, number in enumerate(numbers):
        acts = [
            approve(context, number, "U0ONE"),
            deny(context, number, "U0TWO", "no"),
            cancel(context, number, "U0ANN"),
            *([approve(late, number, "U0THREE")] if turn % 2 else []),
        ]
        start = turn % len(acts)
        settled(await asyncio.gather(*acts[start:], *acts[:start], return_exceptions=True))
    waiting = [await bench.submit(context) for _ in range(6)]
    expiring = asyncio.create_task(expire(late))
    votes = (approve(context, number, "U0ONE") for number in waiting)
    denials = (deny(context, number, "U0TWO", "no") for number in waiting)
    settled(await asyncio.gather(*votes, *denials, return_exceptions=True))
    await expiring
    records = await read_records(bench.database)
    assert_whole(records)
    for number in (*numbers, *waiting):
        ends = {Event.APPROVED, Event.DENIED, Event.CANCELLED, Event.EXPIRED}
        first, *more = [event for event in records.events(number) if event in ends]
        assert not more or (first == Event.APPROVED and more[0] in {Event.CANCELLED, Event.EXPIRED})
        assert len(more) <= 1


async def test_votes_a_stricter_policy_and_a_leaver_at_once_approve_nothing_that_lacks_an_approval(
    bench: Bench,
) -> None:
    mild, strict = bench.context(approvals=1), bench.context(approvals=2)
    numbers = [await bench.submit(mild) for _ in range(ROUNDS)]

    async def leave() -> None:
        bench.everybody.left.add("U0TWO")

    for turn, number in enumerate(numbers):
        bench.everybody.left.clear()
        acts: list[Coroutine[Any, Any, object]] = [
            approve(mild, number, "U0ONE"),
            approve(strict, number, "U0TWO"),
            reconsider(strict, number),
            leave(),
        ]
        start = turn % len(acts)
        results = await asyncio.gather(*acts[start:], *acts[:start], return_exceptions=True)
        lost = [result for result in results if isinstance(result, BaseException)]
        assert all(isinstance(each, AlreadyDecided | NotAnApprover) for each in lost), lost
        assert isinstance(await reconsider(strict, number), Lacking), "Two has left, so One alone agrees"
        view = await by_number(strict, number)
        assert (view.status, view.approvals) == (Status.PENDING, ("U0ONE",))
        assert (await approve(strict, number, "U0THREE")).status is Status.APPROVED
        assert isinstance(await reconsider(strict, number), Enough)
    assert_whole(await read_records(bench.database))


async def test_two_executors_share_a_queue_and_do_each_request_once(bench: Bench) -> None:
    bench.lever.springs_back = True
    numbers = [await bench.approved() for _ in range(20)]

    async def work(name: str) -> None:
        executor = bench.executor(name)
        while await executor.step() == 0:
            continue

    await asyncio.gather(work("one"), work("two"))
    records = await read_records(bench.database)
    assert_whole(records)
    assert bench.lever.written == len(numbers)
    assert {records.status(number) for number in numbers} == {Status.SUCCEEDED}


async def test_an_executor_that_loses_the_race_for_one_request_takes_the_next_at_once(bench: Bench) -> None:
    await bench.approved()
    await bench.approved()
    one, two = bench.executor("one"), bench.executor("two")
    rests = await asyncio.gather(one.step(), two.step())
    assert max(rests) == 0


async def test_what_was_approved_and_has_expired_meanwhile_is_not_done_any_more(bench: Bench) -> None:
    number = await bench.approved()
    a_day_later = bench.context(clock=later(25 * LATER))
    assert await bench.executor("one", clock=a_day_later.clock).step() > 0
    assert await expire(a_day_later) == 1
    records = await read_records(bench.database)
    assert_whole(records)
    assert bench.lever.written == 0
    assert records.status(number) is Status.EXPIRED


async def test_an_executor_that_froze_past_its_lease_does_not_write(bench: Bench) -> None:
    number = await bench.approved()
    lever = bench.lever
    lever.previews_stop = True
    frozen_one = asyncio.create_task(bench.executor("frozen").step())
    await lever.stopped.wait()
    await bench.executor("other", clock=later(LATER)).step()
    assert lever.written == 1
    lever.is_done = False  # even where Docker Hub looks as it did when the frozen one was approved
    lever.go_on.set()
    await frozen_one
    records = await read_records(bench.database)
    assert_whole(records)
    assert lever.written == 1
    assert records.requests[number].claimed_by == "other"
    assert records.status(number) is Status.SUCCEEDED


async def test_an_executor_that_froze_before_its_write_yields_to_one_that_is_at_it(bench: Bench) -> None:
    number = await bench.approved()
    lever = bench.lever
    lever.previews_stop = True
    frozen_one = asyncio.create_task(bench.executor("frozen").step())
    await lever.stopped.wait()
    wake_frozen, lever.stopped, lever.go_on, lever.writes_stop = lever.go_on, asyncio.Event(), asyncio.Event(), True
    other = asyncio.create_task(bench.executor("other", clock=later(LATER)).step())
    await lever.stopped.wait()
    wake_frozen.set()
    await frozen_one
    lever.go_on.set()
    await other
    records = await read_records(bench.database)
    assert_whole(records)
    assert lever.written == 1
    assert records.status(number) is Status.SUCCEEDED


async def test_an_executor_that_froze_does_not_record_its_failure_over_the_others_success(bench: Bench) -> None:
    number = await bench.approved()
    lever = bench.lever
    lever.previews_stop = True
    frozen_one = asyncio.create_task(bench.executor("frozen").step())
    await lever.stopped.wait()
    lever.trouble = HubUnavailable(Call("GET", "/", "/"), status=503)
    wake_frozen, lever.stopped, lever.go_on, lever.writes_stop = lever.go_on, asyncio.Event(), asyncio.Event(), True
    other = asyncio.create_task(bench.executor("other", clock=later(LATER)).step())
    await lever.stopped.wait()
    wake_frozen.set()
    await frozen_one
    lever.trouble = None
    lever.go_on.set()
    await other
    records = await read_records(bench.database)
    assert_whole(records)
    assert records.status(number) is Status.SUCCEEDED
    assert records.requests[number].error is None


@pytest.fixture
async def crowded(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house in which twelve people may approve, two are needed, and all are in the channel."""
    policy = tmp_path / "policy.yml"
    rule = f'{{name: two of twelve, operations: ["*"], approvals: 2, approvers: {{users: [{", ".join(CROWD)}]}}}}'
    policy.write_text(f"{{version: 1, rules: [{rule}]}}", encoding="utf-8")
    house = House(database_url, policy=policy)
    for user in CROWD:
        house.slack.workspace.add_user(User(user, user.lower(), user.title(), email=f"{user.lower()}@example.com"))
        house.slack.workspace.channels[APPROVALS].members.append(user)
    await house.start()
    yield house
    await house.stop()


def refusals(house: House, clicks: Mapping[str, int]) -> dict[str, int]:
    """How many sentences each of them has been told alone."""
    return {user: len(house.person(user).ephemerals(APPROVALS)) for user in clicks}


async def test_of_twenty_clicks_at_once_two_count_and_everybody_else_gets_a_sentence(crowded: House) -> None:
    house = crowded
    await house.ann.command('/hub team member add platform samok --reason "many are asked"')
    card = frozen(await house.card(1, "Waiting for approval"))
    clickers = [*CROWD, *CROWD[:4], "U0ANN", "U0ANN", "U0SAM", "U0MIRA"]
    assert len(clickers) == 20
    seen = await asyncio.gather(*(house.person(user).click(card, "approve") for user in clickers))
    assert all(one.ok for one in seen)
    await house.card(1, "Done")
    records = await wait_quiet(house.database_url)
    assert_whole(records)
    assert len(records.votes[1]) == 2
    assert set(records.votes[1]) <= set(CROWD)
    clicks = Counter(clickers)
    owed = {user: count - (user in records.votes[1]) for user, count in clicks.items()}
    await house.omar.wait_until(lambda: refusals(house, clicks) == owed)
    assert effective(house) == [f"{TEAMS}/platform/members"]
    assert_told_once(house, 1, "✅ *Done*")
    assert house.slack.violations == []


@pytest.fixture
async def replicas(postgresql_url: str, tmp_path: Path) -> AsyncIterator[tuple[House, Hubwarden]]:
    """Two bots on one database and one Slack, which is in no hurry with either."""
    policy = tmp_path / "policy.yml"
    policy.write_text('{version: 1, rules: [{name: at once, operations: ["team.*"], approvals: 0}]}', encoding="utf-8")
    house = House(postgresql_url, policy=policy, channel_seconds=0.01, execution_lease_seconds=10)
    house.slack.limits.enabled = False
    await house.start()
    second = await house.start_replica()
    await house.slack.wait_connected(2)
    yield house, second
    await second.stop()
    await house.stop()


async def test_two_replicas_do_each_request_once_and_tell_of_it_once(replicas: tuple[House, Hubwarden]) -> None:
    house, second = replicas
    assert second.name != house.bot.name
    names = [f"crew-{number}" for number in range(20)]
    first = house.hub.hold("POST", TEAMS)  # or one of them may be done with all before the other has looked
    await asyncio.gather(*(house.ann.command(f"/hub team create {name} --reason x") for name in names))
    await first.arrived()
    await house.omar.wait_until(lambda: len(effective(house)) > 0)
    first.release()
    await house.omar.wait_until(lambda: all(cards_of(house, number) for number in range(1, len(names) + 1)), timeout=30)
    records = await wait_quiet(house.database_url, seconds=60)
    assert_whole(records)
    assert len(names) == len(records.requests) == 20
    assert effective(house) == [TEAMS] * 20
    for number in records.requests:
        assert records.status(number) is Status.SUCCEEDED
        assert_told_once(house, number, "✅ *Done*")
    executors = {str(request.claimed_by).rpartition("/")[0] for request in records.requests.values()}
    assert executors == {house.bot.name, second.name}
