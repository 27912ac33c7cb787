"""Approving and denying: by whom, until when, how often, and what it comes to."""

from datetime import timedelta

import pytest

from bot.db import requests
from bot.errors import AlreadyDecided, AlreadyVoted, NotAnApprover, RequestNotFound
from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.requirement import Stage
from bot.governance.ledger.events import HUBWARDEN, Event
from bot.governance.ledger.facts import Balloted, Moved
from bot.governance.ledger.lifecycle import Status
from bot.governance.ledger.record import record
from bot.governance.people import DirectoryUnavailable
from bot.governance.requests.expire import expire_in
from bot.governance.requests.vote import approve, deny
from bot.phrases import Mention, plain
from tests.governance.parts import (
    ANN,
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
    SAM,
    START,
    Desk,
    group,
    users,
)

SECOND = timedelta(seconds=1)
NOT_THEY = [ANN, SAM, GUEST, LEFT, BOT]


async def test_the_last_one_who_is_needed_approves_it(any_desk: Desk) -> None:
    number = await any_desk.ask()
    first = await approve(any_desk.context, number, OMAR)
    assert (first.status, first.approvals, first.decided_by) == (Status.PENDING, (OMAR,), None)
    second = await approve(any_desk.context, number, LENA)
    assert (second.status, second.approvals, second.decided_by) == (Status.APPROVED, (OMAR, LENA), LENA)
    assert await any_desk.events(number) == [
        (Event.SUBMITTED, ANN),
        (Event.VOTE, OMAR),
        (Event.VOTE, LENA),
        (Event.APPROVED, LENA),
    ]


async def test_each_approval_says_in_the_trail_how_many_there_are(desk: Desk) -> None:
    number = await desk.ask()
    await approve(desk.context, number, OMAR)
    await approve(desk.context, number, LENA)
    votes = [record.details for record in await desk.trail() if record.event == Event.VOTE]
    assert votes == [{"given": 1, "required": 2}, {"given": 2, "required": 2}]


async def test_a_ballot_says_who_it_is_by_and_why_they_may(desk: Desk) -> None:
    number = await desk.ask()
    desk.people.groups[LEADS] |= {OMAR}
    desk.times.let_pass(HOUR)
    await approve(desk.context, number, OMAR)
    await approve(desk.context, number, MIRA)
    first, second = await desk.ballots(number)
    assert (first.voter, first.choice, first.at, first.voids) == (OMAR, "approve", START + HOUR, [])
    assert first.admitted_by == [{"kind": "user", "id": OMAR}, {"kind": "group", "id": LEADS}]
    assert second.admitted_by == [{"kind": "group", "id": LEADS}]


async def test_the_workers_are_roused_after_each(desk: Desk) -> None:
    number = await desk.ask()
    before = desk.wakes
    await approve(desk.context, number, OMAR)
    assert desk.wakes == before + 1


# How long an approved request lives


@pytest.mark.parametrize("waited", [timedelta(0), HOUR, 2 * HOUR - SECOND])
async def test_once_approved_it_waits_for_the_executor_a_day_from_then_on(desk: Desk, waited: timedelta) -> None:
    desk.policy = ONE_AGREES
    number = await desk.ask()
    assert (await desk.row(number)).expires_at == START + 2 * HOUR
    desk.times.let_pass(waited)
    view = await approve(desk.context, number, OMAR)
    assert view.expires_at == START + waited + DAY == (await desk.row(number)).expires_at


async def test_what_lives_longer_anyway_loses_nothing_by_being_approved(desk: Desk) -> None:
    desk.policy = ONE_AGREES.replace("expires: 2h", "expires: 3d")
    number = await desk.ask()
    assert (await approve(desk.context, number, OMAR)).expires_at == START + 3 * DAY


async def test_a_rule_may_give_the_executor_less_but_never_takes_time_away(desk: Desk) -> None:
    desk.policy = ONE_AGREES
    number = await desk.ask_staged(Stage(1, users(OMAR)), execute_within=HOUR)
    desk.times.let_pass(HOUR + SECOND)
    assert (await approve(desk.context, number, OMAR)).expires_at == START + 2 * HOUR + SECOND


async def test_an_approval_that_does_not_decide_prolongs_nothing(desk: Desk) -> None:
    number = await desk.ask()
    assert (await approve(desk.context, number, OMAR)).expires_at == START + 2 * HOUR


async def test_a_denial_prolongs_nothing(desk: Desk) -> None:
    number = await desk.ask()
    assert (await deny(desk.context, number, OMAR, "no")).expires_at == START + 2 * HOUR


# Denying


async def test_one_denial_ends_it_with_its_reason_whoever_has_agreed_before(any_desk: Desk) -> None:
    number = await any_desk.ask()
    await approve(any_desk.context, number, OMAR)
    view = await deny(any_desk.context, number, LENA, "she left")
    assert (view.status, view.decided_by, view.decision_reason) == (Status.DENIED, LENA, "she left")
    row = await any_desk.row(number)
    assert (row.decided_at, row.decision_reason) == (START, "she left")
    assert [(each.voter, each.choice) for each in await any_desk.ballots(number)] == [(OMAR, "approve"), (LENA, "deny")]


async def test_a_denial_is_a_ballot_and_a_move_in_the_trail(desk: Desk) -> None:
    number = await desk.ask()
    await deny(desk.context, number, LENA, "she left")
    told = [(each.event, each.actor, each.details) for each in await desk.trail()][1:]
    assert told == [
        (Event.DENIAL, LENA, {"given": 0, "required": 2}),
        (Event.DENIED, LENA, {"status": "denied", "reason": "she left"}),
    ]


async def test_whoever_has_agreed_may_still_say_no_while_others_are_waited_for(desk: Desk) -> None:
    number = await desk.ask()
    await approve(desk.context, number, OMAR)
    assert (await deny(desk.context, number, OMAR, "on second thoughts")).status is Status.DENIED


async def test_an_approval_has_no_reason(desk: Desk) -> None:
    desk.policy = ONE_AGREES
    view = await approve(desk.context, await desk.ask(), OMAR)
    assert view.decision_reason is None


# Who may not


@pytest.mark.parametrize("who", NOT_THEY)
@pytest.mark.parametrize("verb", ["approve", "deny"])
async def test_whoever_may_not_changes_nothing_and_the_trail_knows(desk: Desk, who: str, verb: str) -> None:
    number = await desk.ask()
    desk.people.groups[LEADS] |= {ANN}
    before = await desk.everything()
    with pytest.raises(NotAnApprover) as refusal:
        await (approve(desk.context, number, who) if verb == "approve" else deny(desk.context, number, who, "no"))
    assert await desk.everything() == before
    last = (await desk.trail())[-1]
    assert (last.event, last.actor, last.request_id) == (Event.VOTE_REFUSED, who, number)
    assert last.details == {"verb": verb, "why": refusal.value.text}


WHY_NOT = [
    (ANN, "You asked for request 1 yourself: somebody else has to approve it."),
    (SAM, "You are not among the approvers that the rule “two agree” names for request 1."),
    (GUEST, "Guests, bots and people who have left decide nothing."),
    (LEFT, "Guests, bots and people who have left decide nothing."),
    (BOT, "Guests, bots and people who have left decide nothing."),
]


@pytest.mark.parametrize(("who", "why"), WHY_NOT)
async def test_whoever_may_not_reads_why(desk: Desk, who: str, why: str) -> None:
    number = await desk.ask()
    with pytest.raises(NotAnApprover) as refusal:
        await approve(desk.context, number, who)
    assert refusal.value.text == why


async def test_ones_own_request_is_refused_before_anybody_is_asked_who_one_is(desk: Desk) -> None:
    number = await desk.ask()
    desk.people.silent = {ANN, LEADS}
    with pytest.raises(NotAnApprover, match="yourself"):
        await approve(desk.context, number, ANN)


async def test_while_slack_does_not_answer_nothing_is_decided_but_by_who_is_named(desk: Desk) -> None:
    number = await desk.ask()
    desk.people.silent = {LEADS}
    before, told = await desk.everything(), len(await desk.trail())
    with pytest.raises(DirectoryUnavailable):
        await approve(desk.context, number, LENA)
    with pytest.raises(DirectoryUnavailable):
        await deny(desk.context, number, SAM, "no")
    assert await desk.everything() == before
    assert len(await desk.trail()) == told
    assert (await approve(desk.context, number, OMAR)).approvals == (OMAR,)


async def test_who_left_the_group_meanwhile_does_not_count_any_more(any_desk: Desk) -> None:
    desk, number = any_desk, await any_desk.ask()
    await approve(desk.context, number, LENA)
    desk.people.groups[LEADS] = frozenset({MIRA})
    view = await approve(desk.context, number, MIRA)
    assert (view.status, view.approvals) == (Status.PENDING, (MIRA,))
    assert plain(view.reconsidered.why).strip() == (
        "The approval of @U0LENA, who is no longer among the approvers, does not count any more."
    )
    assert (await approve(desk.context, number, OMAR)).status is Status.APPROVED


# Too late, or twice


async def test_nobody_counts_twice(any_desk: Desk) -> None:
    number = await any_desk.ask()
    await approve(any_desk.context, number, OMAR)
    before, told = await any_desk.everything(), len(await any_desk.trail())
    with pytest.raises(AlreadyVoted, match="already counts"):
        await approve(any_desk.context, number, OMAR)
    assert await any_desk.everything() == before
    assert len(await any_desk.trail()) == told


async def test_an_approval_that_was_voided_may_be_given_again(desk: Desk) -> None:
    number = await desk.ask()
    await approve(desk.context, number, OMAR)
    (given,) = await desk.ballots(number)
    voiding = Ballot(voter="hubwarden", choice=Choice.APPROVE, at=START, voids=(given.id,))
    async with desk.database.begin() as session:
        await record(session, number, Balloted(ballot=voiding, given=0, required=2))
    assert (await approve(desk.context, number, OMAR)).status is Status.PENDING
    assert (await approve(desk.context, number, LENA)).status is Status.APPROVED


SAID = [
    (Status.APPROVED, "is approved by @U0LENA."),
    (Status.EXECUTING, "is being done."),
    (Status.SUCCEEDED, "is done."),
    (Status.FAILED, "has failed."),
    (Status.UNKNOWN, "has an unknown outcome."),
    (Status.DENIED, "was denied by @U0LENA."),
    (Status.CANCELLED, "was cancelled by @U0LENA."),
    (Status.EXPIRED, "has expired."),
]


@pytest.mark.parametrize(("status", "said"), SAID)
async def test_whoever_comes_too_late_reads_what_became_of_it(desk: Desk, status: Status, said: str) -> None:
    number = await desk.ask()
    await desk.change(number, status=status, decided_by=LENA)
    before, told = await desk.everything(), len(await desk.trail())
    for act in (approve(desk.context, number, OMAR), deny(desk.context, number, OMAR, "no")):
        with pytest.raises(AlreadyDecided) as late:
            await act
        assert late.value.text == f"Too late: request {number} {said}"
    assert await desk.everything() == before
    assert len(await desk.trail()) == told


async def test_whoever_decided_is_mentioned_and_not_spelt(desk: Desk) -> None:
    number = await desk.ask()
    await deny(desk.context, number, LENA, "no")
    with pytest.raises(AlreadyDecided) as late:
        await approve(desk.context, number, OMAR)
    assert late.value.said == ("Too late: request 1 was denied", " by ", Mention(LENA), ".")


async def test_there_is_no_request_of_that_number(desk: Desk) -> None:
    for act in (approve(desk.context, 7, OMAR), deny(desk.context, 7, OMAR, "no")):
        with pytest.raises(RequestNotFound, match="no request 7"):
            await act


@pytest.mark.parametrize("choice", ["approve", "deny"])
async def test_a_press_after_its_time_ends_it_as_expired_and_counts_for_nothing(any_desk: Desk, choice: str) -> None:
    desk, number = any_desk, await any_desk.ask()
    desk.times.let_pass(2 * HOUR)
    wakes = desk.wakes
    act = approve(desk.context, number, OMAR) if choice == "approve" else deny(desk.context, number, OMAR, "no")
    with pytest.raises(AlreadyDecided, match="Request 1 has expired"):
        await act
    assert await desk.status(number) == "expired"
    assert await desk.ballots(number) == []
    assert (await desk.events(number))[1:] == [(Event.EXPIRED, HUBWARDEN)]
    assert (await desk.row(number)).decided_by is None
    assert await desk.wanted(number) == (2, 1), "the card says so, and the requester hears of it"
    assert desk.wakes == wakes + 1


async def test_a_press_a_moment_before_still_counts(desk: Desk) -> None:
    number = await desk.ask()
    desk.times.let_pass(2 * HOUR - timedelta(microseconds=1))
    assert (await approve(desk.context, number, OMAR)).approvals == (OMAR,)


async def test_an_approval_that_the_timetable_overtook_in_reading_does_not_expire(desk: Desk) -> None:
    desk.policy = ONE_AGREES
    number = await desk.ask()
    now = START + 2 * HOUR
    async with desk.database.begin() as session:
        assert list(await requests.due(session, ["pending"], now)) == [number]
    desk.times.let_pass(2 * HOUR - SECOND)
    await approve(desk.context, number, OMAR)
    async with desk.database.begin() as session:
        assert not await expire_in(session, number, now)
    assert await desk.status(number) == "approved"


async def test_a_clock_that_lags_behind_another_replicas_loses_no_approval(desk: Desk) -> None:
    number = await desk.ask()
    desk.times.business = START + timedelta(seconds=2)
    await approve(desk.context, number, OMAR)
    desk.times.business = START + SECOND
    assert (await approve(desk.context, number, LENA)).status is Status.APPROVED


# Stages


async def test_each_stage_wants_somebody_of_its_own(desk: Desk) -> None:
    number = await desk.ask_staged(Stage(1, users(OMAR)), Stage(1, (group(),)))
    assert (await approve(desk.context, number, LENA)).status is Status.PENDING
    assert (await approve(desk.context, number, MIRA)).status is Status.PENDING, "two leads fill one stage"
    assert (await approve(desk.context, number, OMAR)).status is Status.APPROVED


@pytest.mark.parametrize("order", [(OMAR, LENA), (LENA, OMAR)])
async def test_who_could_sit_in_two_stages_makes_room(desk: Desk, order: tuple[str, str]) -> None:
    desk.people.groups[LEADS] |= {OMAR}
    number = await desk.ask_staged(Stage(1, (group(),)), Stage(1, users(OMAR)))
    first, second = order
    assert (await approve(desk.context, number, first)).status is Status.PENDING
    assert (await approve(desk.context, number, second)).status is Status.APPROVED


async def test_a_silent_group_of_another_stage_stands_in_the_way(desk: Desk) -> None:
    number = await desk.ask_staged(Stage(1, users(OMAR)), Stage(1, (group(),)))
    desk.people.silent = {LEADS}
    with pytest.raises(DirectoryUnavailable):
        await approve(desk.context, number, OMAR)
    assert await desk.ballots(number) == []


async def test_a_move_by_somebody_faster_between_the_look_and_the_press_is_told(desk: Desk) -> None:
    number = await desk.ask()
    person = desk.people.person

    async def deny_meanwhile(user: str) -> object:
        async with desk.database.begin() as session:
            await record(session, number, Moved(actor=LENA, at=START, status=Status.DENIED))
        return await person(user)

    desk.people.person = deny_meanwhile  # type: ignore[assignment,method-assign]
    with pytest.raises(AlreadyDecided, match="was denied by @U0LENA"):
        await approve(desk.context, number, OMAR)
    assert await desk.ballots(number) == []
