"""The only door: all of a fact or nothing of it, and each record knows the one before it."""

from datetime import timedelta

import pytest

from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.ledger import record as record_module
from bot.governance.ledger.events import HUBWARDEN, Event
from bot.governance.ledger.execution_facts import Claimed, Finished, TakenOver
from bot.governance.ledger.facts import Balloted, Fact, Moved, Objected, Read, Refused, Settled
from bot.governance.ledger.lifecycle import STATES, Status
from bot.governance.ledger.record import note, record
from bot.governance.ledger.subscribers import SUBSCRIBERS
from bot.operations.kit.base import Outcome
from tests.governance.parts import ANN, DAY, HOUR, LEADS, LEASE, LENA, OMAR, START, Desk, group, users

SECOND = timedelta(seconds=1)
OUTCOME = Outcome("It was done")


async def told(desk: Desk, number: int, fact: Fact) -> bool:
    """Whether the fact became one."""
    async with desk.database.begin() as session:
        return await record(session, number, fact) is not None


async def in_state(desk: Desk, status: Status) -> int:
    """A request that stands there, claimed by “one” if anybody, and due a moment ago."""
    number = await desk.ask()
    await desk.change(number, status=status, claimed_by="one", lease_until=START - SECOND, expires_at=START)
    return number


def ballot(choice: Choice = Choice.APPROVE) -> Balloted:
    """Omar's."""
    given = Ballot(voter=OMAR, choice=choice, at=START, admitted_by=(*users(OMAR), group()), voids=(7,))
    return Balloted(ballot=given, given=1, required=2)


STEPS: list[tuple[Fact, set[Status]]] = [
    (ballot(), {Status.PENDING}),
    (Moved(actor=OMAR, at=START, status=Status.APPROVED, expires_at=START + DAY), {Status.PENDING}),
    (Moved(actor=OMAR, at=START, status=Status.DENIED, reason="no"), {Status.PENDING}),
    (Moved(actor=ANN, at=START, status=Status.CANCELLED), {Status.PENDING, Status.APPROVED}),
    (Moved(actor=HUBWARDEN, at=START, status=Status.EXPIRED), {Status.PENDING, Status.APPROVED}),
    (Claimed(at=START, executor="one", lease_until=START + LEASE), {Status.APPROVED}),
    (
        TakenOver(at=START, executor="two", attempt=2, real_now=START, lease_until=START + LEASE),
        {Status.EXECUTING},
    ),
    (Finished(at=START, status=Status.SUCCEEDED, executor="one", outcome=OUTCOME), {Status.EXECUTING}),
    (Settled(actor=OMAR, at=START, status=Status.SUCCEEDED, outcome=OUTCOME), {Status.UNKNOWN}),
]


@pytest.mark.parametrize(("fact", "sources"), STEPS)
async def test_a_fact_becomes_one_in_its_states_and_writes_nothing_in_any_other(
    desk: Desk, fact: Fact, sources: set[Status]
) -> None:
    for status in Status:
        number = await in_state(desk, status)
        before, told_before = await desk.everything(), await desk.trail()
        assert await told(desk, number, fact) is (status in sources)
        after, told_after = await desk.everything(), await desk.trail()
        if status in sources:
            assert len(told_after) == len(told_before) + 1
            assert told_after[-1].request_id == number
        else:
            assert after == before
            assert len(told_after) == len(told_before)


async def test_of_a_request_that_is_not_there_nothing_is_true(desk: Desk) -> None:
    assert not await told(desk, 999, ballot())
    assert not await told(desk, 999, Objected(actor=OMAR, at=START, verb="approve", why="no"))
    assert await desk.trail() == []


async def test_it_answers_the_row_as_it_is_then(desk: Desk) -> None:
    number = await desk.ask()
    async with desk.database.begin() as session:
        row = await record(session, number, Moved(actor=OMAR, at=START, status=Status.DENIED, reason="no need"))
    assert row is not None
    assert (row.status, row.version, row.decided_by, row.decided_at) == ("denied", 2, OMAR, START)
    assert row.decision_reason == "no need"


async def test_a_ballot_is_stored_whole(any_desk: Desk) -> None:
    number = await any_desk.ask()
    await told(any_desk, number, ballot(Choice.DENY))
    (stored,) = await any_desk.ballots(number)
    assert (stored.voter, stored.choice, stored.at, stored.voids) == (OMAR, "deny", START, [7])
    assert stored.admitted_by == [{"kind": "user", "id": OMAR}, {"kind": "group", "id": LEADS}]
    assert await any_desk.status(number) == "pending", "what comes of it is a fact of its own"


async def test_only_a_ballot_is_stored_as_one(desk: Desk) -> None:
    number = await desk.ask()
    await told(desk, number, Moved(actor=OMAR, at=START, status=Status.APPROVED))
    assert await desk.ballots(number) == []


async def test_the_trail_holds_what_the_fact_says(any_desk: Desk) -> None:
    number = await any_desk.ask()
    await told(any_desk, number, Objected(actor=LENA, at=START + HOUR, verb="deny", why="not you"))
    last = (await any_desk.trail())[-1]
    assert (last.at, last.event, last.actor, last.request_id) == (START + HOUR, Event.VOTE_REFUSED, LENA, number)
    assert last.details == {"verb": "deny", "why": "not you"}


async def test_an_objection_changes_no_version_of_the_row(desk: Desk) -> None:
    number = await desk.ask()
    await told(desk, number, Objected(actor=LENA, at=START, verb="deny", why="not you"))
    assert (await desk.row(number)).version == 1


async def test_each_record_knows_the_one_before_it_whatever_it_is_of(any_desk: Desk) -> None:
    first, second = await any_desk.ask(), await any_desk.ask()
    await told(any_desk, first, ballot())
    async with any_desk.database.begin() as session:
        await note(session, Read(actor=ANN, at=START, rule="at once", described={}))
        await note(session, Refused(actor=ANN, at=START, rule=None, described={}))
    await told(any_desk, second, ballot())
    trail = await any_desk.trail()
    assert [record.previous_id for record in trail] == [None, *(record.id for record in trail[:-1])]
    assert [record.request_id for record in trail] == [first, second, first, None, None, second]


async def test_a_note_says_who_and_when_and_belongs_to_no_request(desk: Desk) -> None:
    async with desk.database.begin() as session:
        await note(session, Refused(actor=ANN, at=START, rule="never", described={"operation": "lever.pull"}))
    (only,) = await desk.trail()
    assert (only.event, only.actor, only.at, only.request_id) == (Event.REFUSED, ANN, START, None)
    assert only.details == {"rule": "never", "operation": "lever.pull"}


async def test_a_follower_that_fails_takes_everything_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError

    number = await desk.ask()
    before, told_before = await desk.everything(), len(await desk.trail())
    monkeypatch.setattr(record_module, "SUBSCRIBERS", (*SUBSCRIBERS, fail))
    with pytest.raises(RuntimeError):
        await told(desk, number, ballot())
    assert await desk.everything() == before
    assert len(await desk.trail()) == told_before


async def test_followers_are_told_after_the_row_has_changed_and_only_then(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    async def look(_session: object, request: object, _fact: object) -> None:
        seen.append(getattr(request, "status", "?"))

    number = await desk.ask()
    monkeypatch.setattr(record_module, "SUBSCRIBERS", (look,))
    assert await told(desk, number, Moved(actor=OMAR, at=START, status=Status.DENIED))
    assert not await told(desk, number, Moved(actor=OMAR, at=START, status=Status.APPROVED))
    assert seen == ["denied"]


async def test_only_who_has_the_claim_says_how_it_ended(desk: Desk) -> None:
    number = await desk.ask_executing("one")
    assert not await told(desk, number, Finished(at=START, status=Status.FAILED, executor="two", error="x"))
    assert await desk.status(number) == "executing"
    assert await told(desk, number, Finished(at=START, status=Status.SUCCEEDED, executor="one"))


async def test_a_claim_is_taken_over_only_once_its_lease_is_over(desk: Desk) -> None:
    number = await desk.ask_executing("one")
    until = START + LEASE

    def take(now: timedelta) -> TakenOver:
        return TakenOver(at=START, executor="two", attempt=2, real_now=START + now, lease_until=until + LEASE)

    assert not await told(desk, number, take(LEASE))
    assert await told(desk, number, take(LEASE + SECOND))
    row = await desk.row(number)
    assert (row.claimed_by, row.attempts, row.lease_until, row.status) == ("two", 2, until + LEASE, "executing")


async def test_a_request_whose_time_was_prolonged_meanwhile_does_not_expire(desk: Desk) -> None:
    number = await desk.ask()
    expired = Moved(actor=HUBWARDEN, at=START + 2 * HOUR, status=Status.EXPIRED)
    await told(desk, number, Moved(actor=OMAR, at=START, status=Status.APPROVED, expires_at=START + DAY))
    assert not await told(desk, number, expired)
    assert await desk.status(number) == "approved"


async def test_an_end_is_an_end(desk: Desk) -> None:
    for status in (each for each in Status if not STATES[each].targets):
        number = await in_state(desk, status)
        before = await desk.everything()
        assert [await told(desk, number, fact) for fact, _ in STEPS] == [False] * len(STEPS)
        assert await desk.everything() == before
