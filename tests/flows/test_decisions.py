"""The other ways in which a request ends: denied, cancelled, expired, or found stale; and who may decide."""

import sqlite3
from pathlib import Path

import pytest

from sandbox.slack import words_of
from tests.flows.conftest import OpenHouse
from tests.flows.house import APPROVALS, House
from tests.flows.steps import agree, ask, deny, refusal, write_policy

INVITE = "/hub invite send jane@example.com"
DAY = 25 * 3600
LEADS = "approvers: {groups: [S0LEADS]}"


def trail(house: House) -> list[tuple[str, str]]:
    """Event and actor of every record of the audit trail, oldest first."""
    with sqlite3.connect(house.database_url.removeprefix("sqlite+aiosqlite:///")) as database:
        return [(event, actor) for event, actor in database.execute("SELECT event, actor FROM audit_trail ORDER BY id")]


async def test_a_denial_wants_a_reason_and_tells_it_to_the_requester(house: House) -> None:
    card = await ask(house, INVITE)
    assert (await deny(house.omar, card, "")).errors != {}
    view = house.omar.view
    assert view is not None
    seen = await house.omar.submit(view, {"reason": "   "})
    assert seen.errors == {"reason": "Say why: the requester and the audit trail read it."}
    assert (await house.omar.submit(view, {"reason": "she left <!channel>"})).ok

    card = await house.card(1, "Denied", "by <@U0OMAR>", "> she left &lt;!channel&gt;")
    await house.told(house.ann, "was denied by <@U0OMAR>", "she left &lt;!channel&gt;")
    assert "approve" not in str(card.body["blocks"][-1]["elements"])
    assert house.writes() == []
    assert ("request.denied", "U0OMAR") in trail(house)
    assert house.slack.violations == []


async def test_somebody_else_may_neither_deny_nor_cancel(house: House) -> None:
    card, sam = await ask(house, INVITE), house.person("U0SAM")
    assert (await deny(sam, card, "no")).ok
    await house.told(sam, "You are not among the approvers that the rule “a platform lead agrees” names for request 1.")
    await sam.click(card, "cancel")
    await sam.wait_for_ephemeral("Only <@U0ANN>, who asked for it, can cancel request 1.", channel=APPROVALS)
    await sam.click(card, "approve")
    await sam.wait_for_ephemeral("You are not among the approvers", channel=APPROVALS)
    await house.omar.click(card, "cancel")
    await house.omar.wait_for_ephemeral("Only <@U0ANN>", channel=APPROVALS)
    assert [event for event, _ in trail(house)].count("approval.refused") == 2
    await agree(house, card)
    await house.told(house.ann, "is done")


async def test_the_requester_takes_a_request_back_and_nobody_can_approve_it_then(house: House) -> None:
    card = await ask(house, INVITE)
    await house.ann.click(card, "cancel")
    await house.card(1, "Cancelled by <@U0ANN>")
    await house.slack.wait_for_call("chat.update")
    assert house.writes() == []
    assert house.slack.violations == []


async def test_a_click_on_an_old_screen_says_what_became_of_the_request(house: House) -> None:
    card = await ask(house, INVITE)
    held = house.slack.hold("chat.update")
    await agree(house, card)
    await held.arrived()
    await house.lena.click(card, "approve")
    await house.lena.wait_for_ephemeral("Too late: request 1 is", channel=APPROVALS)
    await house.ann.click(card, "cancel")
    await house.ann.wait_for_ephemeral("Too late: request 1 is", channel=APPROVALS)
    held.release()
    await house.card(1, "Done")
    assert len(house.writes()) == 1


async def test_a_request_expires_and_cannot_be_approved_any_more(house: House) -> None:
    card = await ask(house, INVITE)
    held = house.slack.hold("chat.update")
    house.clock.advance(DAY)
    await held.arrived()
    await house.omar.click(card, "approve")
    await house.omar.wait_for_ephemeral("request 1 has expired", channel=APPROVALS)
    held.release()
    await house.card(1, "Expired")
    await house.told(house.ann, "Your request has expired", "Nobody decided in time. That is no denial")
    assert house.writes() == []
    assert ("request.expired", "hubwarden") in trail(house)
    assert house.slack.violations == []


async def test_an_approval_that_comes_before_the_timetable_does_not_save_an_expired_request(
    open_house: OpenHouse,
) -> None:
    house = await open_house(audit_poll_seconds=3600)
    card = await ask(house, INVITE)
    house.clock.advance(DAY)
    await house.omar.click(card, "approve")
    await house.omar.wait_for_ephemeral("Request 1 has expired.", channel=APPROVALS)
    await house.card(1, "Expired")
    assert house.writes() == []


CHANGES = [
    ("/hub repo immutable set api --rule 'v2.*'", "change_rules", {"repository": "api", "rules": "v1.* nightly"}),
    ("/hub repo immutable set api --no-enabled", "push_tag", {"repository": "api", "tag": "v1.9.0"}),
    ("/hub invite cancel nina.park@example.com", "accept_invite", {"invitee": "nina.park@example.com"}),
    ("/hub invite resend externaldev", "cancel_invite", {"invitee": "externaldev"}),
    ("/hub team member add backend samok", "add_to_team", {"username": "samok", "team": "backend"}),
    ("/hub team member remove backend annberg", "remove_from_team", {"username": "annberg", "team": "backend"}),
    ("/hub invite send externaldev jane@example.com", "cancel_invite", {"invitee": "externaldev"}),
]


@pytest.mark.parametrize(("line", "act", "given"), CHANGES)
async def test_nothing_is_written_where_docker_hub_has_changed_since_the_request(
    house: House, line: str, act: str, given: dict[str, str]
) -> None:
    card = await ask(house, line)
    await house.hub.act_outside(act, **given)
    before = house.hub.state.sequence
    await agree(house, card)
    await house.told(house.ann, "has failed", "Docker Hub has changed since this was asked for, so nothing was written")
    assert house.writes() == []
    assert house.hub.state.sequence == before


async def test_a_tag_that_only_the_new_rules_protect_does_not_make_an_approval_stale(house: House) -> None:
    card = await ask(house, "/hub repo immutable set api --rule 'v1.*' --rule 'v2.*'")
    await house.hub.act_outside("push_tag", repository="api", tag="v2.9.0")
    await agree(house, card)
    await house.told(house.ann, "Immutable tags of api are on, with 2 rules")


async def test_somebody_who_left_the_user_group_since_may_not_approve(house: House) -> None:
    card = await ask(house, INVITE)
    house.slack.set_group("S0LEADS", ["U0OMAR"])
    await house.lena.wait_until(lambda: "S0LEADS" not in house.bot.directory._groups)
    await house.lena.click(card, "approve")
    await house.lena.wait_for_ephemeral("You are not among the approvers", channel=APPROVALS)
    assert house.writes() == []


async def test_an_account_that_was_deactivated_is_not_counted_on(open_house: OpenHouse, tmp_path: Path) -> None:
    rule = f'{{name: leads, operations: ["invite.*"], approvals: 1, {LEADS}}}'
    house = await open_house(policy=write_policy(tmp_path, rule))
    house.slack.deactivate_user("U0OMAR")
    house.slack.workspace.usergroups["S0LEADS"].users.append("U0OMAR")
    await refusal(house.lena, f"{INVITE} --reason x", "nobody of those it names may give one")
    assert house.slack.calls_of("chat.postMessage") == []


async def test_a_guest_who_is_named_as_an_approver_decides_nothing(open_house: OpenHouse, tmp_path: Path) -> None:
    rule = '{name: leads, operations: ["invite.*"], approvals: 1, approvers: {users: [U0GUS, U0OMAR]}}'
    house = await open_house(policy=write_policy(tmp_path, rule))
    house.slack.join_channel(APPROVALS, "U0GUS")
    card, gus = await ask(house, INVITE), house.person("U0GUS")
    await gus.click(card, "approve")
    await gus.wait_for_ephemeral("Guests, bots and people who have left decide nothing.", channel=APPROVALS)
    await refusal(house.omar, f"{INVITE} --reason x", "nobody of those it names may give one")
    assert "Waiting" in words_of(card)


async def test_a_rule_that_wants_more_people_than_there_are_is_refused_at_once(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    rule = f'{{name: leads, operations: ["invite.*"], approvals: 2, {LEADS}}}'
    house = await open_house(policy=write_policy(tmp_path, rule))
    said = await refusal(house.omar, f"{INVITE} --reason x", "The rule “leads” wants 2 approvals")
    assert "only 1 of those it names may give one" in said
    assert house.writes() == []
