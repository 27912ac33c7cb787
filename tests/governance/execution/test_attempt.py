"""One attempt: what was approved is what is written, or nothing; and after a death nothing is repeated blindly."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.db.models import OperationRequest
from bot.errors import UserError
from bot.governance.execution.attempt import CHANGED_SINCE, MAX_ATTEMPTS
from bot.governance.execution.judgement import Ended, Judgement
from bot.governance.execution.patience import AWAY as WHY_AWAY
from bot.governance.execution.patience import FIRST_PAUSE, LIMITED, LONGEST_WAIT, PATIENCE
from bot.governance.ledger.events import Event
from bot.governance.ledger.lifecycle import Status
from bot.governance.requests.expire import expire
from bot.hub import Call, ConflictError, Hub, HubEdgeError, HubError, HubUnavailable, HubUnreachable, RateLimitError
from bot.operations.kit.base import CapabilityMissing, Change, ItemResult, Outcome, Preview
from tests.governance.bench import Nothing
from tests.governance.parts import DAY, HOUR, LEASE, START, Desk

WRITE = Call("POST", "/lever", "/lever", writes=True)
READ = Call("GET", "/lever", "/lever")
REFUSED = ConflictError(WRITE, status=409, detail="it is stuck")
AWAY = HubUnavailable(READ, status=503)


def failing(desk: Desk, *, preview: Exception | None = None, execute: Exception | None = None) -> None:
    """From now on the lever fails so."""

    async def look(hub: Hub, params: Nothing) -> Preview:
        if preview is not None:
            raise preview
        return await desk.lever.preview(hub, params)

    async def pull(hub: Hub, params: Nothing) -> Outcome:
        if execute is not None:
            desk.lever.written += 1
            raise execute
        return await desk.lever.execute(hub, params)

    desk.operation = replace(desk.operation, preview=look, execute=pull)


async def done(desk: Desk, number: int) -> tuple[str, str | None]:
    """The state and the error after one more step of an executor."""
    await desk.executor("two").step()
    row = await desk.row(number)
    return row.status, row.error


async def test_what_was_approved_is_done_once(any_desk: Desk) -> None:
    number = await any_desk.ask_approved()
    assert await done(any_desk, number) == ("succeeded", None)
    assert any_desk.lever.written == 1
    row = await any_desk.row(number)
    assert row.outcome == {"summary": "The lever is down", "items": []}
    assert (row.finished_at, row.lease_until) == (any_desk.times.business, None)


async def test_what_has_changed_since_is_not_written(desk: Desk) -> None:
    number = await desk.ask_approved()

    async def look(_hub: Hub, _params: Nothing) -> Preview:
        return Preview((Change("lever", "sideways", "down"),), ("Somebody moved it.",))

    desk.operation = replace(desk.operation, preview=look)
    assert await done(desk, number) == ("failed", f"{CHANGED_SINCE} Somebody moved it.")
    assert desk.lever.written == 0


@pytest.mark.parametrize("error", [REFUSED, UserError("There is no lever.")])
async def test_where_the_look_before_fails_nothing_is_written(desk: Desk, error: Exception) -> None:
    number = await desk.ask_approved()
    failing(desk, preview=error)
    status, said = await done(desk, number)
    assert status == "failed"
    assert str(said).startswith("Nothing was written. ")
    assert desk.lever.written == 0


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (REFUSED, "This conflicts with what is already there. Docker Hub says: “it is stuck”."),
        (UserError("The lever is locked."), "The lever is locked."),
    ],
)
async def test_a_write_that_was_surely_not_done_has_failed(desk: Desk, error: Exception, said: str) -> None:
    number = await desk.ask_approved()
    failing(desk, execute=error)
    status, told = await done(desk, number)
    assert status == "failed"
    assert str(told).startswith(said)


# What passes by itself


LIMIT = RateLimitError(READ, retry_at=START + timedelta(seconds=600))
CUT_OFF = HubUnreachable(READ, sent=True)
REFUSES_TO_CONNECT = HubUnreachable(WRITE, sent=False)
PAGE = HubEdgeError(READ, status=502)


async def wait_of(desk: Desk, number: int) -> tuple[str, datetime | None, str | None]:
    """Where it stands after one more step, and until when and why it waits."""
    await desk.executor("two").step()
    row = await desk.row(number)
    assert (row.attempts, row.claimed_by, row.lease_until, row.error) == (0, None, None, None)
    return row.status, row.resume_at, row.waits_because


@pytest.mark.parametrize("error", [AWAY, CUT_OFF, PAGE])
async def test_where_docker_hub_is_away_the_approval_is_not_burnt(any_desk: Desk, error: HubError) -> None:
    number = await any_desk.ask_approved()
    failing(any_desk, preview=error)
    assert await wait_of(any_desk, number) == ("approved", START + FIRST_PAUSE, WHY_AWAY)
    any_desk.operation = any_desk.lever.operation()
    assert await any_desk.executor().step() == FIRST_PAUSE.total_seconds()
    any_desk.times.let_pass(FIRST_PAUSE)
    assert await done(any_desk, number) == ("succeeded", None)
    assert any_desk.lever.written == 1


async def test_a_docker_hub_that_stays_away_is_asked_ever_more_rarely_until_the_request_expires(desk: Desk) -> None:
    number = await desk.ask_approved()
    failing(desk, preview=AWAY)
    pauses = list[float]()
    while (resume_at := (await wait_of(desk, number))[1]) is not None and desk.times.business < START + HOUR:
        pauses.append((resume_at - desk.times.business).total_seconds())
        assert (await desk.row(number)).waits_since == START
        desk.times.let_pass(resume_at - desk.times.business)
    assert pauses[:8] == [5, 10, 20, 40, 80, 160, 300, 300]
    assert set(pauses[8:]) == {300}
    desk.times.let_pass(DAY)
    assert await expire(desk.context) == 1
    assert await done(desk, number) == ("expired", None)


@pytest.mark.parametrize(("at", "until"), [("preview", 600), ("execute", 600)])
async def test_a_rate_limit_is_waited_for_as_long_as_docker_hub_says_and_outside_the_claim(
    any_desk: Desk, at: str, until: int
) -> None:
    number = await any_desk.ask_approved()
    failing(any_desk, **{at: LIMIT})
    assert await wait_of(any_desk, number) == ("approved", START + timedelta(seconds=until), LIMITED)
    any_desk.operation = any_desk.lever.operation()
    any_desk.lever.written = 0
    any_desk.times.jump(timedelta(seconds=until))
    assert await done(any_desk, number) == ("succeeded", None)
    assert any_desk.lever.written == 1


async def test_a_write_that_never_left_waits_too(desk: Desk) -> None:
    number = await desk.ask_approved()
    failing(desk, execute=REFUSES_TO_CONNECT)
    assert (await wait_of(desk, number))[0] == "approved"


async def test_what_was_put_off_is_not_expected_in_dockers_log_any_more(desk: Desk) -> None:
    desk.operation = replace(desk.operation, hub_action="lever.pull")
    number = await desk.ask_approved()
    failing(desk, execute=REFUSES_TO_CONNECT)
    await wait_of(desk, number)
    assert await desk.expected() == [], "somebody else's would be taken for ours"


async def test_after_a_first_write_of_several_nothing_is_put_off(desk: Desk) -> None:
    number = await desk.ask_approved()

    async def pull(hub: Hub, _params: Nothing) -> Outcome:
        hub._has_written = True
        raise LIMIT

    desk.operation = replace(desk.operation, execute=pull)
    assert (await done(desk, number))[0] == "failed"


async def test_what_somebody_else_has_done_meanwhile_is_not_written_after_the_wait(desk: Desk) -> None:
    number = await desk.ask_approved()
    failing(desk, preview=AWAY)
    await wait_of(desk, number)
    desk.operation, desk.lever.is_done = desk.lever.operation(), True
    desk.times.let_pass(FIRST_PAUSE)
    assert await done(desk, number) == ("failed", CHANGED_SINCE)


async def test_a_write_whose_answer_was_lost_is_read_back_and_not_repeated(desk: Desk) -> None:
    number = await desk.ask_approved()
    failing(desk, execute=HubUnreachable(WRITE, sent=True))
    assert (await done(desk, number))[0] == "unknown"
    assert desk.lever.written == 1


async def test_where_docker_hub_took_none_of_the_items_it_has_failed_and_says_which(desk: Desk) -> None:
    async def pull(_hub: Hub, _params: Nothing) -> Outcome:
        return Outcome("0 of 1", (ItemResult("A", False, "refused"),))

    number = await desk.ask_approved()
    desk.operation = replace(desk.operation, execute=pull)
    assert await done(desk, number) == ("failed", "Docker Hub took none of it.")
    row = await desk.row(number)
    assert row.outcome is not None
    assert row.outcome["items"] == [{"subject": "A", "done": False, "text": "refused"}]


async def test_what_the_plan_does_not_offer_has_failed_and_is_remembered(desk: Desk) -> None:
    number = await desk.ask_approved()
    failing(desk, execute=CapabilityMissing("Not on this plan."))
    desk.operation = replace(desk.operation, capability="levers")
    executor = desk.executor()
    await executor.step()
    assert (await desk.row(number)).error == "Not on this plan."
    assert executor.capabilities.why_off(desk.operation, "acme") == "Not on this plan."


# After a death


async def test_a_write_that_had_not_begun_is_done_by_the_heir(desk: Desk) -> None:
    number = await desk.ask_executing("dead")
    desk.times.let_pass(2 * LEASE)
    assert await done(desk, number) == ("succeeded", None)
    assert desk.lever.written == 1


async def test_a_write_that_had_been_done_is_found_and_not_repeated(desk: Desk) -> None:
    number = await desk.ask_executing("dead")
    desk.lever.is_done = True
    desk.times.let_pass(2 * LEASE)
    assert await done(desk, number) == ("succeeded", None)
    assert desk.lever.written == 0
    outcome = (await desk.row(number)).outcome
    assert outcome is not None
    assert outcome["summary"] == "Done. Hubwarden was stopped in the middle; reading back shows the change"


async def test_what_reading_does_not_show_is_not_repeated(desk: Desk) -> None:
    number = await desk.ask_executing("dead")
    desk.operation = replace(desk.operation, observable=False)
    desk.times.let_pass(2 * LEASE)
    assert (await done(desk, number))[0] == "unknown"
    assert desk.lever.written == 0


async def test_what_looks_otherwise_than_it_was_approved_is_not_written_by_an_heir(desk: Desk) -> None:
    number = await desk.ask_executing("dead")
    await desk.change(number, fingerprint="0" * 64)
    desk.times.let_pass(2 * LEASE)
    status, said = await done(desk, number)
    assert (status, desk.lever.written) == ("unknown", 0)
    assert said == "Hubwarden was stopped while doing this, and reading does not tell whether it was done."


async def test_a_no_op_that_hashes_alike_is_not_written_again(desk: Desk) -> None:
    async def look(_hub: Hub, _params: Nothing) -> Preview:
        return Preview(() if desk.lever.is_done else (Change("lever", "up", "down"),), basis={"lever": "any"})

    desk.operation = replace(desk.operation, preview=look)
    number = await desk.ask_executing("dead")
    desk.lever.is_done = True
    desk.times.let_pass(2 * LEASE)
    assert (await done(desk, number), desk.lever.written) == (("succeeded", None), 0)


@pytest.mark.parametrize(
    ("attempts", "status", "written"), [(MAX_ATTEMPTS - 2, "succeeded", 1), (MAX_ATTEMPTS - 1, "unknown", 0)]
)
async def test_after_the_last_attempt_nothing_is_written_any_more(
    desk: Desk, attempts: int, status: str, written: int
) -> None:
    number = await desk.ask_executing("dead")
    await desk.change(number, attempts=attempts)
    desk.times.let_pass(2 * LEASE)
    assert (await done(desk, number))[0] == status
    assert desk.lever.written == written
    assert (await desk.row(number)).attempts == attempts + 1


async def test_while_docker_hub_is_away_an_heir_tries_again_later_and_not_for_ever(desk: Desk) -> None:
    number = await desk.ask_executing("dead")
    failing(desk, preview=AWAY)
    desk.times.let_pass(2 * LEASE)
    for times in range(1, PATIENCE):
        assert await done(desk, number) == ("executing", None)
        row = await desk.row(number)
        assert (row.postponements, row.attempts, row.claimed_by) == (times, 2, None)
        assert row.resume_at is not None
        desk.times.let_pass(row.resume_at - desk.times.business)
    status, said = await done(desk, number)
    assert status == "unknown"
    assert str(said).startswith("Hubwarden was stopped while doing this. Docker Hub failed")
    assert [event for event, _ in await desk.events(number)].count(Event.TAKEN_OVER) == 1


async def test_an_heir_that_is_refused_tries_again_in_another_attempt_and_not_for_ever(desk: Desk) -> None:
    number = await desk.ask_executing("dead")
    failing(desk, preview=REFUSED)
    for attempt in range(2, MAX_ATTEMPTS):
        desk.times.let_pass(2 * LEASE)
        assert await done(desk, number) == ("executing", None)
        assert (await desk.row(number)).attempts == attempt
    desk.times.let_pass(2 * LEASE)
    assert (await done(desk, number))[0] == "unknown"


async def test_an_heir_whose_write_has_to_wait_goes_on_where_it_was(desk: Desk) -> None:
    number = await desk.ask_executing("dead")
    failing(desk, execute=RateLimitError(WRITE, retry_at=desk.times.business + HOUR))
    desk.times.let_pass(2 * LEASE)
    assert await done(desk, number) == ("executing", None)
    desk.operation = desk.lever.operation()
    desk.times.let_pass(LONGEST_WAIT)
    assert await done(desk, number) == ("succeeded", None)


@pytest.mark.parametrize(
    ("fails", "status", "said"),
    [
        (None, "unknown", "Omar has left. Hubwarden was stopped"),
        (UserError("There is no lever."), "unknown", "Omar has left. Hubwarden was stopped while doing this. There is"),
    ],
)
async def test_what_must_not_go_on_is_unknown_where_reading_does_not_tell(
    desk: Desk, fails: Exception | None, status: str, said: str
) -> None:
    async def judge(_request: OperationRequest) -> Judgement:
        return Ended("Omar has left.")

    number = await desk.ask_executing("dead")
    await desk.change(number, fingerprint="0" * 64)
    failing(desk, preview=fails)
    desk.times.let_pass(2 * LEASE)
    await desk.executor("two", judge=judge).step()
    row = await desk.row(number)
    assert (row.status, desk.lever.written) == (status, 0)
    assert str(row.error).startswith(said)


async def test_what_a_person_has_to_mend_is_not_tried_again(desk: Desk) -> None:
    number = await desk.ask_executing("dead")
    failing(desk, preview=UserError("There is no lever."))
    desk.times.let_pass(HOUR)
    assert await done(desk, number) == ("unknown", "Hubwarden was stopped while doing this. There is no lever.")
    assert (await desk.row(number)).attempts == 2


async def test_the_state_of_an_end_is_told(desk: Desk) -> None:
    number = await desk.ask_approved()
    await desk.executor().step()
    assert [event for event, _ in await desk.events(number)][-2:] == [Event.EXECUTING, Event.SUCCEEDED]
    assert Status(await desk.status(number)) is Status.SUCCEEDED
    assert await desk.wanted(number) == (5, 1)
