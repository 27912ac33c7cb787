"""A policy and people that change while a request waits, with the real bot: it is started anew with another policy."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.slack import words_of
from tests.flows.conftest import OpenHouse
from tests.flows.house import APPROVALS, House
from tests.flows.steps import agree, ask, write_policy

RESEND = "/hub invite resend nina.park@example.com"
LEADS = "approvers: {users: [U0OMAR], groups: [S0LEADS]}"
ONE = f'{{name: one, operations: ["invite.*"], approvals: 1, {LEADS}}}'
TWO = f'{{name: two, operations: ["invite.*"], approvals: 2, {LEADS}}}'
KOFI = '{name: kofi, operations: ["invite.*"], approvals: 1, approvers: {users: [U0KOFI]}}'
NEVER = '{name: never, operations: ["invite.*"], refuse: nobody is invited in December}'
ONLY_LENA = f'{{name: lena asks, operations: ["invite.*"], requesters: {{users: [U0LENA]}}, approvals: 1, {LEADS}}}'
Change = Callable[[House], object]


async def start_anew(house: House, tmp_path: Path, *rules: str) -> None:
    """The bot stops, and comes back with another policy."""
    await house.bot.stop()
    write_policy(tmp_path, *rules)
    await house.start_bot()


async def approved_and_not_begun(house: House) -> None:
    """Request 1 is approved by Lena, and nobody takes it up: the executions' workers have stopped."""
    card = await ask(house, RESEND)
    await asyncio.gather(*(worker.stop(5) for worker in house.bot._workers if worker.name.startswith("exec")))
    await agree(house, card, house.lena)
    await house.card(1, "Approved, about to be done")


async def test_a_rule_that_wants_more_by_now_gets_them_and_the_card_says_so(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    house = await open_house(policy=write_policy(tmp_path, ONE))
    card = await ask(house, RESEND)
    await start_anew(house, tmp_path, TWO)
    await agree(house, card)
    words = "Since the policy has changed, it also needs 2 approvals of"
    await house.card(1, "*Waiting for approval* · 1 of 2 given", words)
    assert house.writes() == []
    await agree(house, card, house.lena)
    await house.told(house.ann, "is done")


async def test_other_approvers_of_now_are_asked_besides_those_of_then(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house(policy=write_policy(tmp_path, ONE))
    card = await ask(house, RESEND)
    await start_anew(house, tmp_path, KOFI)
    await agree(house, card, house.person("U0KOFI"))
    await house.card(1, "Waiting for approval", "rule “kofi”")
    assert house.writes() == []
    await agree(house, card)
    await house.told(house.ann, "is done")


@pytest.mark.parametrize(
    ("rule", "why"),
    [(NEVER, "nobody is invited in December"), (ONLY_LENA, "does not let you ask for invite.resend")],
)
async def test_what_the_policy_refuses_by_now_is_refused_at_the_vote(
    open_house: OpenHouse, tmp_path: Path, rule: str, why: str
) -> None:
    house = await open_house(policy=write_policy(tmp_path, ONE))
    card = await ask(house, RESEND)
    await start_anew(house, tmp_path, rule)
    await agree(house, card)
    await house.omar.wait_for_ephemeral("The policy of now refuses request 1")
    await house.card(1, "Refused by the policy as it is now", why)
    await house.told(house.ann, "was refused by the policy as it is now", why)
    assert house.writes() == []


def leave_the_leads(house: House) -> None:
    """Lena is no lead any more."""
    house.slack.set_group("S0LEADS", ["U0OMAR"])


def leave(house: House) -> None:
    """Lena's account is deactivated."""
    house.slack.deactivate_user("U0LENA")


@pytest.mark.parametrize("change", [leave_the_leads, leave])
async def test_who_may_not_vote_any_more_has_not_voted_and_the_card_says_why(
    open_house: OpenHouse, tmp_path: Path, change: Change
) -> None:
    three = TWO.replace("approvals: 2", "approvals: 2").replace("[U0OMAR]", "[U0OMAR, U0KOFI]")
    house = await open_house(policy=write_policy(tmp_path, three))
    card = await ask(house, RESEND)
    await agree(house, card, house.lena)
    await house.card(1, "1 of 2 given by <@U0LENA>")
    change(house)
    await start_anew(house, tmp_path, three)
    await agree(house, card)
    await house.card(1, "1 of 2 given by <@U0OMAR>", "The approval of <@U0LENA>, who ")
    assert house.writes() == []
    await agree(house, card, house.person("U0KOFI"))
    await house.told(house.ann, "is done")


async def test_what_somebody_asked_for_who_has_left_is_refused(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house(policy=write_policy(tmp_path, ONE))
    card = await ask(house, RESEND)
    house.slack.deactivate_user("U0ANN")
    await start_anew(house, tmp_path, ONE)
    await agree(house, card)
    refused = await house.card(1, "Refused by the policy as it is now")
    assert "people who have left cannot ask" in words_of(refused)
    assert house.writes() == []


async def test_whom_it_is_about_is_known_by_the_address_and_does_not_approve_it(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    rule = f'{{name: roles, operations: ["member.role"], approvals: 1, {LEADS}}}'
    house = await open_house(policy=write_policy(tmp_path, rule))
    card = await ask(house, "/hub member role lenaf member")
    assert "Barred from deciding: <@U0ANN>, who asked; <@U0LENA> (`lenaf`), whom it is about." in words_of(card)
    await agree(house, card, house.lena)
    await house.lena.wait_for_ephemeral("Request 1 is about you (lenaf)", channel=APPROVALS)
    assert house.writes() == []
    await agree(house, card)
    await house.told(house.ann, "is done")


async def test_whom_nobody_in_slack_is_known_for_is_said_on_the_card(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house(policy=write_policy(tmp_path, ONE))
    card = await ask(house, "/hub invite send stranger@elsewhere.example")
    assert "It is about `stranger@elsewhere.example`, for whom nobody in Slack is known." in words_of(card)


# Before it is done


async def test_what_still_stands_is_done_after_a_restart(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house(policy=write_policy(tmp_path, ONE))
    await approved_and_not_begun(house)
    assert house.writes() == []
    await start_anew(house, tmp_path, ONE)
    await house.told(house.ann, "is done")


@pytest.mark.parametrize(
    ("rule", "change", "why"),
    [
        (TWO, lambda _: None, "The policy has changed since this was asked for"),
        (KOFI, lambda _: None, "The policy has changed since this was asked for"),
        (ONE, leave_the_leads, "The approval of <@U0LENA>, who "),
        (ONE, leave, "The approval of <@U0LENA>, who "),
    ],
    ids=["more approvals", "other approvers", "left the approvers", "left Slack"],
)
async def test_what_was_approved_waits_again_where_the_approvals_do_not_suffice_any_more(
    open_house: OpenHouse, tmp_path: Path, rule: str, change: Change, why: str
) -> None:
    house = await open_house(policy=write_policy(tmp_path, ONE))
    await approved_and_not_begun(house)
    change(house)
    await start_anew(house, tmp_path, rule)
    card = await house.card(1, "Waiting for approval", why)
    assert house.writes() == []
    await agree(house, card, house.person("U0KOFI") if rule == KOFI else house.omar)
    await house.told(house.ann, "is done")


@pytest.mark.parametrize("rule", [NEVER, ONLY_LENA])
async def test_what_was_approved_is_refused_where_the_policy_of_now_refuses_it(
    open_house: OpenHouse, tmp_path: Path, rule: str
) -> None:
    house = await open_house(policy=write_policy(tmp_path, ONE))
    await approved_and_not_begun(house)
    await start_anew(house, tmp_path, rule)
    await house.card(1, "Refused by the policy as it is now")
    await house.told(house.ann, "was refused by the policy as it is now")
    assert house.writes() == []


async def test_while_slack_cannot_be_asked_what_was_approved_waits_and_says_so(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    house = await open_house(policy=write_policy(tmp_path, ONE))
    await approved_and_not_begun(house)
    house.slack.faults.add("usergroups.users.list", error="internal_error", times=100)
    await start_anew(house, tmp_path, ONE)
    await house.card(1, "Slack does not answer who may decide it now")
    assert house.writes() == []
    house.slack.faults.clear()
    house.clock.advance(60)
    await house.told(house.ann, "is done")
