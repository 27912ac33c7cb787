"""Authority is judged when it is used: by the requirement of then and of now, and by who people are now."""

from datetime import timedelta

import pytest

from bot.errors import AlreadyDecided, AlreadyVoted, NotAnApprover
from bot.governance.approval.reconsideration import NOTHING_FOUND
from bot.governance.ledger.events import HUBWARDEN, Event
from bot.governance.ledger.lifecycle import Status
from bot.governance.people import DirectoryUnavailable
from bot.governance.requests import reconsider as module
from bot.governance.requests.expire import expire
from bot.governance.requests.hearing import hear
from bot.governance.requests.queries import by_number
from bot.governance.requests.reconsider import Enough, Lacking, Overruled, reconsider
from bot.governance.requests.vote import approve, deny
from bot.operations.kit.base import Beneficiary
from bot.phrases import plain
from tests.governance.conftest import KnownHumans
from tests.governance.parts import (
    ANN,
    AT_ONCE,
    DAY,
    HOUR,
    LEADS,
    LENA,
    MIRA,
    OMAR,
    ONE_AGREES,
    SAM,
    START,
    TWO_AGREE,
    Desk,
)

MIRA_AGREES = '{version: 1, rules: [{name: mira, operations: ["*"], approvals: 1, approvers: {users: [U0MIRA]}}]}'
NEVER = '{version: 1, rules: [{name: never, operations: ["*"], refuse: no levers any more}]}'
ONLY_SAM = (
    '{version: 1, rules: [{name: sam asks, operations: ["*"], requesters: {users: [U0SAM]}, approvals: 1, '
    "approvers: {users: [U0OMAR]}}]}"
)
CHANGED = "The policy has changed since this was asked for: what it wanted then and what it wants now have to be met."
NO_APPROVER = "The approval of @U0LENA, who is no longer among the approvers, does not count any more."


async def judged(desk: Desk, number: int) -> object:
    """What judging it before its claim comes to."""
    return await reconsider(desk.context, number)


async def why_of(desk: Desk, number: int) -> str:
    """What its card says of it."""
    return plain((await by_number(desk.context, number)).reconsidered.why).strip()


async def test_what_stands_as_it_stood_changes_nothing(any_desk: Desk) -> None:
    number = await any_desk.ask_approved()
    before, told = await any_desk.everything(), len(await any_desk.trail())
    assert await judged(any_desk, number) == Enough(1, 1)
    assert await any_desk.everything() == before
    assert len(await any_desk.trail()) == told


async def test_what_nobody_had_to_approve_stands_as_long_as_nobody_has_to(desk: Desk) -> None:
    desk.policy = AT_ONCE
    number = await desk.ask()
    assert isinstance(await judged(desk, number), Enough)
    desk.policy = ONE_AGREES
    assert isinstance(await judged(desk, number), Lacking)
    assert await desk.status(number) == "pending"
    assert (await approve(desk.context, number, OMAR)).status is Status.APPROVED


# Back to pending


async def test_who_left_the_approvers_takes_the_approval_along(any_desk: Desk) -> None:
    number = await any_desk.ask_approved(LENA)
    any_desk.people.groups[LEADS] = frozenset({MIRA})
    wakes = any_desk.wakes
    assert isinstance(await judged(any_desk, number), Lacking)
    row = await any_desk.row(number)
    assert (row.status, row.decided_by, row.decided_at) == ("pending", None, None)
    assert await why_of(any_desk, number) == NO_APPROVER
    assert (await any_desk.events(number))[-2:] == [(Event.RETURNED, HUBWARDEN), (Event.VOIDED, HUBWARDEN)]
    assert (await any_desk.trail())[-1].details["why"] == await why_of(any_desk, number)
    assert any_desk.wakes == wakes + 1


async def test_who_has_left_slack_does_too(desk: Desk) -> None:
    number = await desk.ask_approved(LENA)
    desk.people.left |= {LENA}
    assert isinstance(await judged(desk, number), Lacking)
    assert ", who has left, is a guest, or is a bot, does" in await why_of(desk, number)


async def test_who_is_barred_by_now_does_too(desk: Desk, known: KnownHumans) -> None:
    desk.lever.about = (Beneficiary(("jane",)),)
    number = await desk.ask_approved(LENA)
    known.behind = {"jane": frozenset({LENA})}
    assert isinstance(await judged(desk, number), Lacking)
    assert "@U0LENA, whom it is about (jane), does not count" in await why_of(desk, number)


async def test_who_turns_out_to_be_whoever_asked_does_too(desk: Desk, known: KnownHumans) -> None:
    number = await desk.ask_approved(LENA)
    known.same = [frozenset({ANN, LENA})]
    assert isinstance(await judged(desk, number), Lacking)
    assert "@U0LENA, who is @U0ANN as well, who asked for it, does" in await why_of(desk, number)


async def test_two_accounts_that_turn_out_to_be_one_person_count_once(desk: Desk, known: KnownHumans) -> None:
    number = await desk.ask()
    await approve(desk.context, number, LENA)
    await approve(desk.context, number, MIRA)
    known.same = [frozenset({LENA, MIRA})]
    assert isinstance(await judged(desk, number), Lacking)
    assert await why_of(desk, number) == "@U0LENA, @U0MIRA are the same person, who counts once."
    assert (await approve(desk.context, number, OMAR)).status is Status.APPROVED


async def test_an_approval_that_was_voided_can_be_given_again_once_it_counts_again(desk: Desk) -> None:
    number = await desk.ask_approved(LENA)
    leads, desk.people.groups[LEADS] = desk.people.groups[LEADS], frozenset[str]()
    await judged(desk, number)
    with pytest.raises(NotAnApprover):
        await approve(desk.context, number, LENA)
    desk.people.groups[LEADS] = leads
    assert (await approve(desk.context, number, LENA)).status is Status.APPROVED
    assert isinstance(await judged(desk, number), Enough)


async def test_a_rule_that_wants_more_gets_more(any_desk: Desk) -> None:
    number = await any_desk.ask_approved()
    any_desk.policy = TWO_AGREE
    assert await judged(any_desk, number) == Lacking(1, 2, (), (CHANGED,))
    view = await by_number(any_desk.context, number)
    assert (view.status, view.approvals, view.required) == (Status.PENDING, (OMAR,), 2)
    assert view.reconsidered.demand is not None
    assert view.reconsidered.demand.rule == "two agree"
    assert await why_of(any_desk, number) == CHANGED
    approved = await approve(any_desk.context, number, LENA)
    assert (approved.status, approved.reconsidered.why) == (Status.APPROVED, ())
    assert await judged(any_desk, number) == Enough(2, 2)


async def test_where_a_rule_wanted_more_for_a_while_whoever_has_approved_need_only_press_again(any_desk: Desk) -> None:
    desk = any_desk
    number = await desk.ask_approved()
    desk.policy = TWO_AGREE
    await judged(desk, number)
    with pytest.raises(AlreadyVoted):
        await approve(desk.context, number, OMAR)
    desk.policy = ONE_AGREES
    assert (await approve(desk.context, number, OMAR)).status is Status.APPROVED
    assert len(await desk.ballots(number)) == 1


async def test_a_rule_that_wants_fewer_gives_nothing_away(desk: Desk) -> None:
    desk.policy = TWO_AGREE
    number = await desk.ask()
    desk.policy = ONE_AGREES
    assert (await approve(desk.context, number, OMAR)).status is Status.PENDING
    desk.policy = AT_ONCE
    assert (await by_number(desk.context, number)).status is Status.PENDING
    assert (await approve(desk.context, number, LENA)).status is Status.APPROVED


async def test_other_approvers_are_wanted_besides_and_never_instead(desk: Desk) -> None:
    number = await desk.ask_approved()
    desk.policy = MIRA_AGREES
    assert isinstance(await judged(desk, number), Lacking)
    assert (await approve(desk.context, number, MIRA)).status is Status.APPROVED
    assert [each.voids for each in await desk.ballots(number)] == [[], []], "Omar's counts for what was wanted then"


async def test_whoever_is_named_only_now_does_not_suffice(desk: Desk) -> None:
    desk.policy = ONE_AGREES.replace(f"{OMAR}, ", f"{OMAR}, {SAM}, ")
    number = await desk.ask()
    desk.policy = MIRA_AGREES
    first = await approve(desk.context, number, MIRA)
    assert first.status is Status.APPROVED, "a lead then, and named now: one ballot may meet both"
    other = await desk.ask(LENA)
    desk.policy = MIRA_AGREES.replace(MIRA, "U0NEW")
    assert (await approve(desk.context, other, "U0NEW")).status is Status.PENDING
    assert (await approve(desk.context, other, MIRA)).status is Status.APPROVED


# Until when


async def test_people_have_as_long_again_as_the_rules_give_them(desk: Desk) -> None:
    number = await desk.ask_approved()
    desk.times.let_pass(3 * HOUR)
    desk.policy = TWO_AGREE.replace("expires: 2h", "expires: 5h")
    await judged(desk, number)
    assert (await desk.row(number)).expires_at == START + 8 * HOUR
    desk.times.let_pass(5 * HOUR)
    assert await expire(desk.context) == 1


async def test_no_request_comes_back_for_ever(desk: Desk) -> None:
    number = await desk.ask_approved()
    desk.times.let_pass(30 * DAY - HOUR)
    desk.policy = TWO_AGREE
    await judged(desk, number)
    assert (await desk.row(number)).expires_at == START + 30 * DAY


# Refused


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        (NEVER, "The rule “never” refuses lever.pull: no levers any more"),
        (ONLY_SAM, "The rule “sam asks” does not let you ask for lever.pull: @U0SAM may."),
        (AT_ONCE.replace('"*"', '"lever.get"'), "No rule of the policy speaks of lever.pull"),
    ],
)
async def test_what_the_policy_refuses_now_is_refused(any_desk: Desk, policy: str, why: str) -> None:
    approved, pending = await any_desk.ask_approved(), await any_desk.ask()
    any_desk.policy = policy
    assert isinstance(await judged(any_desk, approved), Overruled)
    with pytest.raises(AlreadyDecided, match="The policy of now refuses request 2"):
        await approve(any_desk.context, pending, OMAR)
    for number in (approved, pending):
        assert await any_desk.status(number) == "refused"
        assert why in await why_of(any_desk, number)
        assert (await any_desk.events(number))[-1] == (Event.REFUSED, HUBWARDEN)
        assert (await any_desk.wanted(number))[1] == 1, "the requester is told"
    assert await any_desk.ballots(pending) == []


async def test_what_somebody_asked_for_who_has_left_is_refused(desk: Desk) -> None:
    number = await desk.ask_approved()
    desk.people.left |= {ANN}
    assert isinstance(await judged(desk, number), Overruled)
    assert "Guests, bots and people who have left cannot ask" in await why_of(desk, number)


async def test_who_asked_at_a_terminal_is_nobody_whom_slack_could_lose(desk: Desk) -> None:
    desk.policy = ONE_AGREES
    number = await desk.ask("terminal:root@host")
    desk.people.left |= {"terminal:root@host"}
    await approve(desk.context, number, OMAR)
    assert isinstance(await judged(desk, number), Enough)


async def test_whom_it_is_about_has_to_be_known_where_the_rule_of_now_wants_it(desk: Desk, known: KnownHumans) -> None:
    desk.lever.about = (Beneficiary(("jane",)),)
    number = await desk.ask_approved()
    desk.policy = ONE_AGREES.replace("expires:", "beneficiary: known, expires:")
    known.behind = {"jane": frozenset({SAM})}
    assert isinstance(await judged(desk, number), Enough)
    known.behind = {}
    assert isinstance(await judged(desk, number), Overruled)


async def test_a_denial_stands_whatever_the_policy_says_now(desk: Desk) -> None:
    number = await desk.ask()
    desk.policy = NEVER
    assert (await deny(desk.context, number, OMAR, "no")).status is Status.DENIED


# Not to be told, and what is being done


async def test_while_slack_does_not_answer_it_waits(desk: Desk) -> None:
    number = await desk.ask_approved(LENA)
    desk.people.silent = {LEADS}
    before = await desk.everything()
    with pytest.raises(DirectoryUnavailable):
        await judged(desk, number)
    assert await desk.everything() == before


async def test_what_is_being_done_is_judged_and_stays_where_it_is(desk: Desk) -> None:
    number = await desk.ask_executing()
    desk.policy = NEVER
    before = await desk.everything()
    assert isinstance(await judged(desk, number), Overruled)
    assert await desk.everything() == before


async def test_what_this_version_does_not_know_is_the_executors_matter(desk: Desk) -> None:
    number = await desk.ask_approved()
    await desk.change(number, operation="lever.push")
    assert isinstance(await judged(desk, number), Enough)


# Races


async def test_what_was_heard_of_another_version_decides_nothing(
    any_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, number = any_desk, await any_desk.ask()
    heard = []

    async def hear_and_be_overtaken(*given: object) -> object:
        hearing = await hear(*given)  # type: ignore[arg-type]
        heard.append(hearing.version)
        if len(heard) == 1:
            await approve(desk.context, number, LENA)
        return hearing

    monkeypatch.setattr("bot.governance.requests.approvers.hear", hear_and_be_overtaken)
    view = await approve(desk.context, number, OMAR)
    assert (view.status, view.approvals) == (Status.APPROVED, (LENA, OMAR))
    assert len(heard) == 3, "Omar's twice, Lena's once"


async def test_a_judgement_that_is_overtaken_is_made_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    number = await desk.ask_approved(LENA)
    desk.people.groups[LEADS] = frozenset()
    heard = []

    async def hear_and_be_overtaken(*given: object) -> object:
        hearing = await hear(*given)  # type: ignore[arg-type]
        heard.append(hearing.version)
        if len(heard) == 1:
            desk.people.groups[LEADS] = frozenset({LENA})
            await desk.change(number, version=hearing.version + 1)
        return hearing

    monkeypatch.setattr(module, "hear", hear_and_be_overtaken)
    assert isinstance(await judged(desk, number), Enough)
    assert await desk.status(number) == "approved"


async def test_a_reconsideration_is_written_down_once(desk: Desk) -> None:
    number = await desk.ask()
    desk.policy = TWO_AGREE.replace("approvals: 2", "approvals: 3")
    await approve(desk.context, number, OMAR)
    await approve(desk.context, number, LENA)
    assert [event for event, _ in await desk.events(number)].count(Event.RECONSIDERED) == 1
    desk.policy = TWO_AGREE
    view = await approve(desk.context, number, MIRA)
    assert (view.status, view.reconsidered) == (Status.APPROVED, NOTHING_FOUND)


async def test_time_that_ran_out_meanwhile_is_no_approval(desk: Desk) -> None:
    number = await desk.ask()
    desk.times.let_pass(2 * HOUR + timedelta(seconds=1))
    with pytest.raises(AlreadyDecided, match="has expired"):
        await approve(desk.context, number, OMAR)
