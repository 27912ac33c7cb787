"""Asking for a change: what enters the row, what is refused before, and that a double is one."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import NothingToDo, RequestRefused, UserError
from bot.governance.approval.principals import User, UserGroup
from bot.governance.approval.requirement import Requirement, Stage
from bot.governance.hub_errors import HubFailed
from bot.governance.ledger.events import Event
from bot.governance.ledger.lifecycle import Status
from bot.governance.people import DirectoryUnavailable
from bot.governance.requests.submit import MANY_ITEMS, preview, submit
from bot.hub import Call, Hub, HubUnavailable, ParameterError
from bot.operations.kit.base import CapabilityMissing, Change, ItemResult, Preview, Step
from tests.governance.bench import Nothing
from tests.governance.parts import (
    ANN,
    AT_ONCE,
    BOT,
    DAY,
    GUEST,
    HOUR,
    LEADS,
    LEFT,
    LENA,
    MIRA,
    OMAR,
    ONE_AGREES,
    START,
    Desk,
)

READ = Call("GET", "/lever", "/lever")
NEVER = '{version: 1, rules: [{name: never, operations: ["*"], refuse: the lever is old}]}'


async def test_a_wish_that_needs_approval_waits_with_all_that_was_said(any_desk: Desk) -> None:
    any_desk.origin = {"host": "laptop", "user": "root"}
    view = await submit(any_desk.context, any_desk.intent(), ANN, source_key="command:1")
    row = await any_desk.row(view.id)
    assert (row.status, row.version, row.attempts, row.source_key) == ("pending", 1, 0, "command:1")
    assert (row.operation, row.organization, row.params) == ("lever.pull", "acme", {"organization": "acme"})
    assert (row.requester, row.reason, row.rule) == (ANN, "because", "two agree")
    assert (row.created_at, row.expires_at) == (START, START + 2 * HOUR)
    assert row.origin == "host laptop, user root"
    assert row.fingerprint == Preview((Change("lever", "up", "down"),)).fingerprint
    named = (User(OMAR), User(GUEST), User(LEFT), User(BOT), UserGroup(LEADS))
    assert view.requirement == Requirement((Stage(2, named),), 2 * HOUR)
    assert (view.status, view.changes, view.required) == (Status.PENDING, (Change("lever", "up", "down"),), 2)


async def test_what_the_policy_allows_is_approved_already_and_lives_a_day(desk: Desk) -> None:
    desk.policy = AT_ONCE
    view = await submit(desk.context, desk.intent(), ANN)
    assert (view.status, view.required, view.requirement.stages) == (Status.APPROVED, 0, ())
    assert view.expires_at == START + DAY
    assert view.decided_by is None
    assert view.origin is None


async def test_the_trail_says_who_asked_for_what_and_why(desk: Desk) -> None:
    desk.origin = {"host": "laptop"}
    number = await desk.ask()
    (told,) = await desk.trail()
    assert (told.event, told.actor, told.at, told.request_id) == (Event.SUBMITTED, ANN, START, number)
    assert told.details == {
        "rule": "two agree",
        "fingerprint": (await desk.row(number)).fingerprint,
        "operation": "lever.pull",
        "params": {"organization": "acme"},
        "reason": "because",
        "host": "laptop",
    }


async def test_the_workers_are_roused(desk: Desk) -> None:
    await desk.ask()
    assert desk.wakes == 1


# A double


async def test_the_same_source_twice_is_one_request(any_desk: Desk) -> None:
    first = await any_desk.ask(source_key="command:1")
    second = await any_desk.ask(source_key="command:1")
    assert first == second
    assert len(await any_desk.trail()) == 1
    assert await any_desk.wanted(first) == (1, 0)


async def test_both_at_once_are_one_request_too(any_desk: Desk) -> None:
    numbers = await asyncio.gather(*(any_desk.ask(source_key="view:1") for _ in range(4)))
    assert set(numbers) == {numbers[0]}
    assert len(await any_desk.trail()) == 1


async def test_a_double_answers_what_has_become_of_the_first(desk: Desk) -> None:
    number = await desk.ask(source_key="command:1")
    await desk.change(number, status="denied")
    assert (await submit(desk.context, desk.intent(), ANN, source_key="command:1")).status is Status.DENIED


async def test_without_a_source_two_are_two(desk: Desk) -> None:
    assert await desk.ask() != await desk.ask()
    assert await desk.ask(source_key="a") != await desk.ask(source_key="b")


# Nothing is recorded


async def refused(desk: Desk, expected: type[UserError], match: str, **more: object) -> None:
    """Nothing but perhaps a refusal in the trail comes of it, and nobody is roused."""
    with pytest.raises(expected, match=match):
        await submit(desk.context, desk.intent(), str(more.pop("requester", ANN)), **more)  # type: ignore[arg-type]
    assert await desk.everything() == [[], [], []]
    assert desk.wakes == 0


async def test_what_the_policy_refuses_is_refused_with_its_reason_and_the_trail_knows(desk: Desk) -> None:
    desk.policy = NEVER
    await refused(desk, RequestRefused, "The rule “never” refuses lever.pull: the lever is old")
    assert await desk.events() == [(Event.REFUSED, ANN)]
    assert (await desk.trail())[0].details["rule"] == "never"


async def test_what_is_so_already_is_not_asked_for(desk: Desk) -> None:
    desk.lever.is_done = True
    await refused(desk, NothingToDo, r"^Nothing to do\.$")
    assert await desk.trail() == []


async def test_why_there_is_nothing_to_do_is_said(desk: Desk) -> None:
    async def look(_hub: Hub, _params: Nothing) -> Preview:
        return Preview((), ("It is down.", "Since Monday."))

    desk.operation = replace(desk.operation, preview=look)
    await refused(desk, NothingToDo, r"^Nothing to do\. It is down\. Since Monday\.$")


async def test_what_has_changed_since_it_was_shown_is_asked_for_again(desk: Desk) -> None:
    seen = Preview((Change("lever", "sideways", "down"),))
    await refused(desk, RequestRefused, "has changed since you were asked", seen=seen)


async def test_what_is_as_it_was_shown_is_recorded(desk: Desk) -> None:
    seen = Preview((Change("lever", "up", "down"),), ("shown with a note",))
    assert (await submit(desk.context, desk.intent(), ANN, seen=seen)).status is Status.PENDING


@pytest.mark.parametrize("who", [GUEST, LEFT, BOT])
async def test_guests_bots_and_who_has_left_ask_for_nothing(desk: Desk, who: str) -> None:
    desk.policy = AT_ONCE
    await refused(desk, RequestRefused, "cannot ask Hubwarden for anything", requester=who)
    assert await desk.events() == [(Event.REFUSED, who)]


async def test_while_slack_does_not_say_who_asks_nothing_is_recorded(desk: Desk) -> None:
    desk.people.silent = {ANN}
    await refused(desk, DirectoryUnavailable, "nothing is decided")
    assert await desk.trail() == []


async def test_a_read_is_not_submitted(desk: Desk) -> None:
    desk.policy = AT_ONCE
    with pytest.raises(TypeError, match=r"lever\.get is no write"):
        await submit(desk.context, desk.intent(reads=True), ANN)


# Enough approvers


async def test_a_rule_that_too_few_people_can_meet_is_said_at_once(desk: Desk) -> None:
    desk.people.groups[LEADS] = frozenset()
    await refused(
        desk, RequestRefused, "wants 2 approvals, and only 1 of those it names may give one. An administrator"
    )


async def test_ones_own_name_does_not_count(desk: Desk) -> None:
    desk.policy = ONE_AGREES
    desk.people.groups[LEADS] = frozenset()
    why = "nobody of those it names may give one. Barred from deciding: @U0OMAR, who asked for it. An"
    await refused(desk, RequestRefused, why, requester=OMAR)


async def test_guests_bots_and_who_has_left_are_not_counted_on(desk: Desk) -> None:
    desk.people.groups[LEADS] = frozenset({GUEST})
    await refused(desk, RequestRefused, "only 1 of those it names may give one")


async def test_where_slack_does_not_say_who_is_in_a_group_the_wish_is_taken(desk: Desk) -> None:
    desk.people.silent = {LEADS}
    assert (await submit(desk.context, desk.intent(), ANN)).status is Status.PENDING


async def test_whom_slack_does_not_answer_for_is_not_asked_once_there_are_enough(desk: Desk) -> None:
    desk.people.silent = {OMAR}
    desk.people.groups[LEADS] = frozenset({LENA, MIRA})
    assert (await submit(desk.context, desk.intent(), ANN)).status is Status.PENDING


# Secrets


async def test_a_secret_that_waits_for_approvals_is_asked_for_in_slack(desk: Desk) -> None:
    desk.operation = replace(desk.operation, makes_secret=True)
    await refused(desk, RequestRefused, "makes a token, and it waits for approvals", requester="terminal:root")
    assert (await submit(desk.context, desk.intent(), ANN)).status is Status.PENDING


async def test_a_secret_that_waits_for_nobody_may_be_asked_for_at_a_terminal(desk: Desk) -> None:
    desk.policy = AT_ONCE
    desk.operation = replace(desk.operation, makes_secret=True)
    assert (await submit(desk.context, desk.intent(), "terminal:root")).status is Status.APPROVED


async def test_what_makes_no_secret_may_wait_wherever_it_was_asked(desk: Desk) -> None:
    assert (await submit(desk.context, desk.intent(), "terminal:root")).status is Status.PENDING


# Docker Hub


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (HubUnavailable(READ, status=503), "Docker Hub failed with an error of its own"),
        (ParameterError(READ, status=400, detail="no such lever"), "Docker Hub says: “no such lever”"),
    ],
)
async def test_what_docker_hub_answers_to_the_preview_is_told_in_a_sentence(
    desk: Desk, error: Exception, said: str
) -> None:
    desk.lever.previews_stop, desk.lever.trouble = True, error
    desk.lever.go_on.set()
    await refused(desk, HubFailed, said)


async def test_what_docker_hub_does_not_offer_is_remembered_and_not_tried_again(desk: Desk) -> None:
    tried = 0

    async def look(_hub: Hub, _params: Nothing) -> Preview:
        nonlocal tried
        tried += 1
        raise CapabilityMissing("Not on this plan.")

    desk.operation = replace(desk.operation, preview=look, capability="levers")
    context = desk.context
    for _ in range(2):
        with pytest.raises(CapabilityMissing, match="Not on this plan"):
            await preview(context, desk.intent())
    assert tried == 1


@pytest.mark.parametrize(("planned", "notes"), [(MANY_ITEMS - 1, 0), (MANY_ITEMS, 1)])
async def test_many_items_are_announced_with_how_long_they_take(desk: Desk, planned: int, notes: int) -> None:
    async def look(_hub: Hub, _params: Nothing) -> Preview:
        return Preview((Change("shelf", None, "full"),))

    async def steps(_hub: Hub, _params: Nothing) -> Sequence[Step]:
        return [Step(f"k{number}", "thing") for number in range(planned)]

    async def put(_hub: Hub, _params: Nothing, step: Step) -> ItemResult:
        return ItemResult(step.subject, True, "is there")

    desk.operation = replace(desk.operation, preview=look, execute=None, steps=steps, run_step=put)
    would = await preview(desk.context, desk.intent())
    assert len(would.notes) == notes
    assert all(f"{planned} items, one after another." in note for note in would.notes)


async def test_a_preview_enters_no_row_and_no_trail(desk: Desk) -> None:
    would = await preview(desk.context, desk.intent())
    assert would.changes == (Change("lever", "up", "down"),)
    assert await desk.everything() == [[], [], []]
    assert await desk.trail() == []


async def test_the_times_of_a_row_are_the_businesss(desk: Desk) -> None:
    desk.times.jump(timedelta(days=3))
    assert (await desk.row(await desk.ask())).created_at == START + timedelta(days=3)


async def test_what_was_made_of_what_was_attached_is_on_the_card_before_what_docker_hub_says(desk: Desk) -> None:
    async def look(hub: Hub, params: Nothing) -> Preview:
        return replace(await desk.operation.preview(hub, params), notes=("It creaks.",))

    told = "people.csv: 1 row, 1 taken."
    intent = replace(desk.intent(), operation=replace(desk.operation, preview=look), notes=(told,))
    view = await submit(desk.context, intent, ANN)
    assert view.notes == (told, "It creaks.")
    assert (await preview(desk.context, intent)).fingerprint == (await preview(desk.context, desk.intent())).fingerprint
