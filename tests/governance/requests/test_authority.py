"""Whether somebody may ask: ours, a member, and what the policy says of it; refusals are in the trail."""

import pytest

from bot.errors import RequestRefused
from bot.governance.ledger.events import Event
from bot.governance.people import DirectoryUnavailable
from bot.governance.policy import Allowed, NeedsApproval, Refused
from bot.governance.requests.authority import (
    authorize,
    described,
    foreign_text,
    judge,
    require_ours,
    require_somebody,
)
from bot.phrases import Mention
from tests.governance.parts import ANN, AT_ONCE, BOT, GUEST, HOUR, LEADS, LEFT, LENA, OMAR, SAM, START, Desk

LEADS_ONLY = (
    '{version: 1, rules: [{name: leads, operations: ["lever.*"], approvals: 0, '
    f"requesters: {{users: [{OMAR}], groups: [{LEADS}]}}}}]}}"
)
TWO_RULES = (
    '{version: 1, rules: [{name: globex only, operations: ["*"], where: {organization: globex}, approvals: 0, '
    'requesters: {groups: [S0OTHER]}}, {name: all, operations: ["*"], approvals: 0}]}'
)
ONLY_READS = '{version: 1, rules: [{name: reads, operations: ["lever.get"], approvals: 0}]}'
NEVER = '{version: 1, rules: [{name: never, operations: ["*"], refuse: no levers}]}'
NOT_THEY = "Guests, bots and people who have left cannot ask Hubwarden for anything."
FOREIGN = "Hubwarden does not run the organization “initech”. It runs: acme, globex."


async def test_what_no_rule_refuses_is_answered_and_not_written_down(desk: Desk) -> None:
    assert isinstance(await authorize(desk.context, desk.intent(), ANN), NeedsApproval)
    desk.policy = AT_ONCE
    assert await authorize(desk.context, desk.intent(), ANN) == Allowed("at once")
    assert await desk.trail() == []


async def test_a_refusal_is_raised_and_written_down_with_what_was_asked_for_and_from_where(any_desk: Desk) -> None:
    any_desk.policy, any_desk.origin = NEVER, {"host": "laptop"}
    any_desk.times.let_pass(HOUR)
    with pytest.raises(RequestRefused, match=r"The rule “never” refuses lever\.pull: no levers"):
        await authorize(any_desk.context, any_desk.intent(), ANN)
    (told,) = await any_desk.trail()
    assert (told.event, told.actor, told.at, told.request_id) == (Event.REFUSED, ANN, START + HOUR, None)
    assert told.details == {
        "rule": "never",
        "operation": "lever.pull",
        "params": {"organization": "acme"},
        "reason": "because",
        "host": "laptop",
    }


async def test_a_refusal_that_no_rule_speaks_has_no_rule_in_the_trail(desk: Desk) -> None:
    desk.policy = ONLY_READS
    with pytest.raises(RequestRefused, match="No rule of the policy speaks of"):
        await authorize(desk.context, desk.intent(), ANN)
    assert (await desk.trail())[0].details["rule"] is None


async def test_looking_at_what_the_policy_says_writes_nothing_down(desk: Desk) -> None:
    desk.policy = NEVER
    assert isinstance(await judge(desk.context, desk.intent(), ANN), Refused)
    assert await desk.trail() == []


async def test_whoever_may_is_mentioned_in_the_refusal(desk: Desk) -> None:
    desk.policy = LEADS_ONLY
    with pytest.raises(RequestRefused) as refusal:
        await authorize(desk.context, desk.intent(), SAM)
    assert Mention(OMAR) in refusal.value.said
    assert Mention(LEADS, "group") in refusal.value.said


async def test_an_organization_that_is_not_ours_is_refused_before_anybody_is_asked_anything(desk: Desk) -> None:
    desk.policy, desk.people.silent = AT_ONCE, {ANN}
    assert await judge(desk.context, desk.intent("initech"), ANN) == Refused(None, (FOREIGN,))


@pytest.mark.parametrize("organization", ["acme", "globex"])
async def test_each_of_ours_is_ours(desk: Desk, organization: str) -> None:
    desk.policy = AT_ONCE
    require_ours(desk.context, organization)
    assert await judge(desk.context, desk.intent(organization), ANN) == Allowed("at once")


async def test_what_is_not_ours_is_said_with_what_is(desk: Desk) -> None:
    with pytest.raises(RequestRefused) as refusal:
        require_ours(desk.context, "initech")
    assert refusal.value.text == foreign_text(desk.context, "initech") == FOREIGN


@pytest.mark.parametrize("who", [GUEST, LEFT, BOT])
async def test_who_is_no_member_may_ask_for_nothing_not_even_what_everybody_may(desk: Desk, who: str) -> None:
    desk.policy = AT_ONCE
    assert await judge(desk.context, desk.intent(), who) == Refused(None, (NOT_THEY,))
    with pytest.raises(RequestRefused) as refusal:
        await require_somebody(desk.context, desk.operation, who)
    assert refusal.value.text == NOT_THEY


async def test_before_there_is_anything_to_judge_a_rule_has_to_allow_the_operation_at_all(desk: Desk) -> None:
    desk.policy = ONLY_READS
    await require_somebody(desk.context, desk.looking, ANN)
    with pytest.raises(RequestRefused, match=r"No rule of the policy allows lever\.pull\."):
        await require_somebody(desk.context, desk.operation, ANN)
    desk.policy = NEVER
    with pytest.raises(RequestRefused, match=r"No rule of the policy allows lever\.get\."):
        await require_somebody(desk.context, desk.looking, ANN)


@pytest.mark.parametrize(("who", "may"), [(OMAR, True), (LENA, True), (SAM, False)])
async def test_requesters_are_named_or_in_a_group_that_is(desk: Desk, who: str, may: bool) -> None:
    desk.policy = LEADS_ONLY
    assert isinstance(await judge(desk.context, desk.intent(), who), Allowed) is may


async def test_no_group_is_asked_for_whoever_is_named(desk: Desk) -> None:
    desk.policy, desk.people.silent = LEADS_ONLY, {LEADS}
    assert isinstance(await judge(desk.context, desk.intent(), OMAR), Allowed)
    assert desk.people.asked == []


async def test_no_group_is_asked_for_but_those_of_the_rule_that_decides(desk: Desk) -> None:
    desk.policy = TWO_RULES
    assert await judge(desk.context, desk.intent(), ANN) == Allowed("all")
    assert desk.people.asked == []
    assert isinstance(await judge(desk.context, desk.intent("globex"), ANN), Refused)
    assert desk.people.asked == ["S0OTHER"]


async def test_no_group_is_asked_for_where_no_rule_speaks(desk: Desk) -> None:
    desk.policy = ONLY_READS
    assert isinstance(await judge(desk.context, desk.intent(), ANN), Refused)
    assert desk.people.asked == []


async def test_while_slack_does_not_answer_nothing_is_allowed_and_nothing_refused(desk: Desk) -> None:
    desk.policy, desk.people.silent = LEADS_ONLY, {LEADS}
    with pytest.raises(DirectoryUnavailable):
        await authorize(desk.context, desk.intent(), SAM)
    assert await desk.trail() == []


def test_the_trail_is_told_what_the_people_typed_and_from_where(desk: Desk) -> None:
    desk.origin = {"channel": "C0GENERAL"}
    assert described(desk.context, desk.intent("globex")) == {
        "operation": "lever.pull",
        "params": {"organization": "globex"},
        "reason": "because",
        "channel": "C0GENERAL",
    }
