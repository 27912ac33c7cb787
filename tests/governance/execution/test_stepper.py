"""Items done one by one: each has its own fate, none is done twice, and what nobody knows is said to be unknown."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.db import items
from bot.db.session import Database
from bot.governance.execution.patience import LONGEST_PAUSE, PATIENCE
from bot.governance.execution.stepper import FOUND_DONE, NO_ROOM
from bot.governance.execution.verdict import PutOff, Verdict
from bot.governance.ledger.lifecycle import Status
from bot.governance.requests.queries import by_number
from bot.governance.requests.settle import settle
from bot.governance.requests.submit import estimate
from bot.hub import Call, ConflictError, Credential, Hub, HubError, HubUnavailable, HubUnreachable, RateLimitError
from bot.hub.limits import RateLimit
from tests.db.rows import message_of
from tests.governance.bench import Nothing
from tests.governance.execution.stepping_parts import LEASE, Clock, Room, Shelf, TakenError

WRITE = Call("POST", "/shelf", "/shelf", writes=True)
READ = Call("GET", "/shelf", "/shelf")
NOT_THERE = ConflictError(WRITE, status=409, detail="no room")
BROKEN = HubUnavailable(WRITE, status=503)
LOST = HubUnreachable(WRITE, sent=True)


@pytest.fixture
async def room(sqlite_url: str) -> AsyncIterator[Room]:
    """Three things to put on a shelf."""
    clock, database = Clock(), Database(sqlite_url)
    hub = Hub(url="http://127.0.0.1:1", credential=Credential("nobody", SecretStr("nothing")))
    yield Room(database, hub, Shelf(("a", "b", "c"), clock), clock)
    await hub.close()
    await database.close()


def texts(verdict: Verdict) -> list[str]:
    """What came of each item."""
    assert verdict.outcome is not None
    return [f"{item.subject} {item.text}" for item in verdict.outcome.items]


async def test_each_item_is_done_once_and_in_order(room: Room) -> None:
    verdict = await room.run()
    assert verdict.status is Status.SUCCEEDED
    assert room.shelf.tried == ["a", "b", "c"]
    assert verdict.outcome is not None
    assert verdict.outcome.summary == "3 of 3 items done"
    assert texts(verdict) == ["A is there", "B is there", "C is there"]


async def test_an_item_that_is_refused_says_why_and_the_others_are_done(room: Room) -> None:
    room.shelf.trouble["b"] = [NOT_THERE]
    verdict = await room.run()
    assert verdict.status is Status.SUCCEEDED
    assert room.shelf.there == ["a", "c"]
    assert verdict.outcome is not None
    assert verdict.outcome.summary == "2 of 3 items done"
    assert "“no room”" in texts(verdict)[1]


async def test_where_no_item_is_done_the_request_has_failed(room: Room) -> None:
    room.shelf.trouble |= {key: [NOT_THERE] for key in room.shelf.keys}
    verdict = await room.run()
    assert verdict.status is Status.FAILED
    assert len(texts(verdict)) == 3


@pytest.mark.parametrize("error", [BROKEN, LOST])
async def test_an_item_whose_answer_is_lost_is_read_back_and_not_repeated(room: Room, error: HubError) -> None:
    room.shelf.trouble["b"], room.shelf.after = [error], {"b"}
    verdict = await room.run()
    assert verdict.status is Status.SUCCEEDED
    assert room.shelf.tried == ["a", "b", "c"]
    assert texts(verdict)[1] == f"B {FOUND_DONE}"


async def test_an_item_that_a_failing_docker_hub_did_not_do_has_failed(room: Room) -> None:
    room.shelf.trouble["b"] = [BROKEN]
    verdict = await room.run()
    assert verdict.status is Status.SUCCEEDED
    assert room.shelf.tried == ["a", "b", "c"]
    assert "Reading back shows that it was not done." in texts(verdict)[1]


async def test_after_a_time_out_an_item_that_is_not_seen_is_unknown_and_so_is_the_request(room: Room) -> None:
    room.shelf.trouble["b"] = [LOST]
    verdict = await room.run()
    assert verdict.status is Status.UNKNOWN
    assert verdict.error == "What became of 1 item is not known."
    assert room.shelf.tried == ["a", "b", "c"], "it may still happen: it is not repeated, and the rest is done"
    assert "cannot be told from reading" in texts(verdict)[1]
    assert (await room.states())["b"] == items.UNKNOWN


async def test_where_reading_back_fails_too_the_item_is_unknown(room: Room) -> None:
    room.shelf.trouble["b"] = [BROKEN]
    stepper = await room.stepper()
    room.shelf.reading = [None, HubUnavailable(READ, status=502)]
    verdict = await stepper.run()
    assert verdict.status is Status.UNKNOWN
    assert "Reading back failed too" in texts(verdict)[1]
    assert room.shelf.tried == ["a", "b", "c"]


def limited(room: Room, seconds: float = 40) -> RateLimitError:
    """A spent rate limit, which has room again in so many seconds."""
    return RateLimitError(WRITE, retry_at=room.clock.at + timedelta(seconds=seconds))


REFUSED_TO_CONNECT = HubUnreachable(WRITE, sent=False)
PASSING = [REFUSED_TO_CONNECT, HubUnavailable(READ, status=503), HubUnreachable(READ, sent=True)]


async def test_a_spent_rate_limit_puts_off_what_is_left_and_nobody_sleeps(room: Room) -> None:
    room.shelf.trouble["b"] = [limited(room)]
    stepper = await room.stepper()
    with pytest.raises(PutOff) as raised:
        await stepper.run()
    assert (raised.value.times, raised.value.has_begun) == (1, True)
    assert await room.states() == {"a": items.DONE, "b": items.WAITING, "c": items.WAITING}
    verdict = await stepper.run()
    assert verdict.status is Status.SUCCEEDED
    assert room.shelf.tried == ["a", "b", "b", "c"]
    assert room.shelf.there == ["a", "b", "c"]


async def test_where_the_first_item_has_to_wait_nothing_has_begun(room: Room) -> None:
    room.shelf.trouble["a"] = [limited(room)]
    with pytest.raises(PutOff) as raised:
        await room.run()
    assert not raised.value.has_begun


@pytest.mark.parametrize("error", PASSING)
async def test_an_item_waits_for_a_docker_hub_that_is_away_as_long_as_nothing_was_written(
    room: Room, error: HubError
) -> None:
    room.shelf.trouble["b"] = [error]
    stepper = await room.stepper()
    with pytest.raises(PutOff):
        await stepper.run()
    assert (await stepper.run()).status is Status.SUCCEEDED
    assert room.shelf.tried == ["a", "b", "b", "c"]


@pytest.mark.parametrize("times", [PATIENCE - 2, PATIENCE - 1])
async def test_a_limit_that_never_has_room_fails_the_item_in_the_end_however_often_it_was_restarted(
    room: Room, times: int
) -> None:
    room.shelf.trouble["b"] = [limited(room)]
    stepper = await room.stepper()
    await stepper._plan()
    await room.mark(a=items.DONE)
    stepper.request.postponements = times
    if times < PATIENCE - 1:
        with pytest.raises(PutOff) as raised:
            await stepper.run()
        assert raised.value.times == PATIENCE - 1
        return
    verdict = await stepper.run()
    assert texts(verdict)[1:] == [f"B {NO_ROOM}", "C is there"]


async def test_an_item_that_docker_hub_stays_away_for_says_so_in_the_end(room: Room) -> None:
    room.shelf.trouble["b"] = [REFUSED_TO_CONNECT]
    stepper = await room.stepper()
    await stepper._plan()
    await room.mark(a=items.DONE)
    stepper.request.postponements = PATIENCE - 1
    assert texts(await stepper.run())[1] == f"B {REFUSED_TO_CONNECT.text}"


async def test_patience_is_of_one_item_and_begins_anew_with_the_next(room: Room) -> None:
    room.shelf.trouble["c"] = [limited(room)]
    stepper = await room.stepper()
    stepper.request.postponements = PATIENCE - 1
    await room.postpone(PATIENCE - 1)
    with pytest.raises(PutOff) as raised:
        await stepper.run()
    assert (raised.value.times, (await room.row(1)).postponements) == (1, 0)


async def test_what_was_put_off_is_expected_in_dockers_log_once(room: Room) -> None:
    room.shelf.hub_action = "shelf.put"
    room.shelf.trouble["b"] = [limited(room), limited(room)]
    stepper = await room.stepper()
    for expected in (["A"], ["A"]):
        with pytest.raises(PutOff):
            await stepper.run()
        assert await room.expected() == expected, "what was not done would be an alarm"
    await stepper.run()
    assert await room.expected() == ["A", "B", "C"]


async def test_progress_is_told_every_few_seconds_and_no_more_often(room: Room) -> None:
    room.shelf.keys, room.shelf.seconds = tuple(f"k{n}" for n in range(20)), 1
    began = room.clock.at
    stepper = await room.stepper()
    async with room.database.begin() as session:
        before = await message_of(session, "card:1")
    await stepper.run()
    assert [(moment - began).total_seconds() for moment in room.wakes] == [3, 6, 9, 12, 15, 18]
    async with room.database.begin() as session:
        after = await message_of(session, "card:1")
    assert before is not None
    assert after is not None
    assert after.wanted - before.wanted == 6


@pytest.mark.parametrize("landed", [True, False])
async def test_after_a_crash_what_is_done_is_not_repeated(room: Room, landed: bool) -> None:
    stepper = await room.stepper()
    await stepper._plan()
    await room.mark(a=items.DONE, b=items.RUNNING)
    room.shelf.there = ["a", "b"] if landed else ["a"]
    verdict = await stepper.run()
    assert verdict.status is Status.SUCCEEDED
    assert room.shelf.tried == (["c"] if landed else ["b", "c"])
    assert texts(verdict)[1] == (f"B {FOUND_DONE}" if landed else "B is there")


async def test_after_a_crash_an_item_that_has_failed_or_is_unknown_stays_so(room: Room) -> None:
    stepper = await room.stepper()
    await stepper._plan()
    await room.mark(a=items.FAILED, b=items.UNKNOWN)
    verdict = await stepper.run()
    assert verdict.status is Status.UNKNOWN
    assert room.shelf.tried == ["c"]


async def test_whoever_lost_the_claim_does_nothing_more(room: Room) -> None:
    room.claims = [True, False]
    stepper = await room.stepper()
    with pytest.raises(TakenError):
        await stepper.run()
    assert room.shelf.tried == ["a"]
    assert await room.states() == {"a": items.DONE, "b": items.WAITING, "c": items.WAITING}


async def test_a_single_item_is_not_counted(room: Room) -> None:
    room.shelf.keys = ("a",)
    verdict = await room.run()
    assert verdict.outcome is not None
    assert (verdict.outcome.summary, verdict.outcome.items) == ("A is there", ())


async def test_a_single_item_that_fails_ends_in_one_full_stop(room: Room) -> None:
    room.shelf.keys, room.shelf.trouble["a"] = ("a",), [NOT_THERE]
    verdict = await room.run()
    assert verdict.status is Status.FAILED
    assert verdict.error is not None
    assert verdict.error.endswith("“no room”.")


async def test_who_settles_a_request_keeps_what_is_known_of_its_items(room: Room) -> None:
    room.shelf.trouble["b"] = [LOST]
    await room.submit()
    await room.executor().step()
    view = await settle(room.context, 1, "U0ANN", done=True)
    assert view.status is Status.SUCCEEDED
    assert [item.subject for item in view.items] == ["A", "B", "C"]
    assert view == await by_number(room.context, 1)


async def test_another_executor_goes_on_where_one_was_killed(room: Room) -> None:
    number = (await room.submit()).id
    dead = room.executor("dead")
    request = await dead.claims.begin(number)
    assert request is not None
    await dead._attempt(request, room.shelf.operation(), Nothing(organization="acme")).stepper._plan()
    await room.mark(a=items.DONE)
    room.shelf.there = ["a"]
    assert await room.executor("heir").step() > 0, "the lease has not ended yet"
    room.clock.at += LEASE * 2
    assert await room.executor("heir").step() == 0
    view = await by_number(room.context, number)
    assert (view.status, view.summary, view.progress) == (Status.SUCCEEDED, "3 of 3 items done", (3, 3))
    assert room.shelf.tried == ["b", "c"]


async def test_the_one_item_that_was_being_done_is_looked_for_before_it_is_done_again(room: Room) -> None:
    room.shelf.keys = ("a",)
    number = (await room.submit()).id
    dead = room.executor("dead")
    request = await dead.claims.begin(number)
    assert request is not None
    await dead._attempt(request, room.shelf.operation(), Nothing(organization="acme")).stepper._plan()
    await room.mark(a=items.RUNNING)
    room.shelf.there = ["a"]
    room.clock.at += LEASE * 2
    await room.executor("heir").step()
    assert (await by_number(room.context, number)).status is Status.SUCCEEDED
    assert room.shelf.tried == []


async def test_a_recovery_that_cannot_read_goes_on_later_and_in_the_end_tells_what_it_knows(room: Room) -> None:
    number = (await room.submit()).id
    dead = room.executor("dead")
    request = await dead.claims.begin(number)
    assert request is not None
    await dead._attempt(request, room.shelf.operation(), Nothing(organization="acme")).stepper._plan()
    await room.mark(a=items.DONE, b=items.RUNNING)
    room.shelf.reading = [HubUnavailable(READ, status=503)] * PATIENCE
    room.clock.at += LEASE * 2
    for times in range(1, PATIENCE):
        await room.executor("heir").step()
        row = await room.row(number)
        assert (row.status, row.postponements, row.attempts, row.claimed_by) == ("executing", times, 2, None)
        assert row.resume_at is not None
        assert row.resume_at <= room.clock.at + LONGEST_PAUSE
        room.clock.at = row.resume_at
    await room.executor("heir").step()
    view = await by_number(room.context, number)
    assert view.status is Status.UNKNOWN
    assert [f"{item.subject} {item.text}" for item in view.items] == [
        "A is there",
        "B was being done; nobody looked since",
        "C was not begun",
    ]
    assert room.shelf.tried == []


ENDED = "Omar may not approve it any more."


async def test_what_must_not_go_on_says_what_was_done_and_what_was_not_begun(room: Room) -> None:
    stepper = await room.stepper()
    await stepper._plan()
    await room.mark(a=items.DONE, b=items.RUNNING)
    room.shelf.there = ["a"]
    verdict = await stepper.conclude(ENDED)
    assert (verdict.status, verdict.error) == (Status.FAILED, ENDED)
    assert texts(verdict) == ["A is there", "B was not begun", "C was not begun"]
    assert room.shelf.tried == []


async def test_what_must_not_go_on_and_had_not_begun_has_written_nothing(room: Room) -> None:
    verdict = await (await room.stepper()).conclude(ENDED)
    assert (verdict.status, verdict.error) == (Status.FAILED, f"Nothing was written. {ENDED}")


async def test_what_must_not_go_on_is_unknown_where_nobody_can_look_after_an_item(room: Room) -> None:
    stepper = await room.stepper()
    await stepper._plan()
    await room.mark(a=items.RUNNING)
    room.shelf.reading = [HubUnavailable(READ, status=503)]
    assert (await stepper.conclude(ENDED)).status is Status.UNKNOWN
    await room.mark(a=items.UNKNOWN)
    assert (await stepper.conclude(ENDED)).status is Status.UNKNOWN


NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BULK = "POST /v2/invites/bulk"


def snapshot(name: str, remaining: int, limit: int, *, seconds: float = 60) -> RateLimit:
    """What Docker Hub said of a route family; the window ends in so many seconds."""
    return RateLimit(name, limit, remaining, NOW + timedelta(seconds=seconds))


ESTIMATES = [
    (300, [snapshot("invites", 600, 600)], "has room for all of them."),
    (300, [snapshot("invites", 300, 600)], "has room for all of them."),
    (300, [snapshot("invites", 299, 600)], "at least 1 minute."),
    (300, [snapshot("invites", 0, 60)], "at least 5 minutes."),
    (301, [snapshot("invites", 0, 60)], "at least 6 minutes."),
    (300, [snapshot("invites", 600, 600), snapshot("orgs/members", 0, 60)], "has room for all of them."),
    (300, [snapshot("orgs/invites", 600, 600), snapshot("orgs/members", 0, 60)], "at least 5 minutes."),
    (300, [snapshot("invites", 0, 60, seconds=-1)], "one after another."),
    (300, [snapshot("auth", 0, 180)], "one after another."),
    (300, [], "one after another."),
]


@pytest.mark.parametrize(("planned", "limits", "said"), ESTIMATES)
def test_the_estimate_says_what_the_rate_limit_lets_through(planned: int, limits: list[RateLimit], said: str) -> None:
    text = estimate(planned, limits, endpoint=BULK, now=NOW)
    assert text.endswith(said)
    assert text.startswith(f"{planned} items, one after another")
