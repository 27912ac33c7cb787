"""One attempt: what was approved is what is written, or nothing; and after a death nothing is repeated blindly."""

from dataclasses import replace

import pytest

from bot.errors import UserError
from bot.governance.execution.attempt import CHANGED_SINCE, MAX_ATTEMPTS
from bot.governance.ledger.events import Event
from bot.governance.ledger.lifecycle import Status
from bot.hub import Call, ConflictError, Hub, HubUnavailable, HubUnreachable
from bot.operations.kit.base import CapabilityMissing, Change, ItemResult, Outcome, Preview
from tests.governance.bench import Nothing
from tests.governance.parts import HOUR, LEASE, Desk

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


@pytest.mark.parametrize("error", [AWAY, REFUSED, UserError("There is no lever.")])
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
        (HubUnreachable(WRITE, sent=False), "Docker Hub could not be reached"),
    ],
)
async def test_a_write_that_was_surely_not_done_has_failed(desk: Desk, error: Exception, said: str) -> None:
    number = await desk.ask_approved()
    failing(desk, execute=error)
    status, told = await done(desk, number)
    assert status == "failed"
    assert str(told).startswith(said)


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
    for attempt in range(2, MAX_ATTEMPTS):
        desk.times.let_pass(2 * LEASE)
        assert await done(desk, number) == ("executing", None)
        assert (await desk.row(number)).attempts == attempt
    desk.times.let_pass(2 * LEASE)
    status, said = await done(desk, number)
    assert status == "unknown"
    assert str(said).startswith("Hubwarden was stopped while doing this. Docker Hub failed")
    assert [event for event, _ in await desk.events(number)].count(Event.TAKEN_OVER) == MAX_ATTEMPTS - 1


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
