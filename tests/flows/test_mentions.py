"""`@somebody` after the command: found in Docker Hub by e-mail address, and asked about where that is not certain."""

import pytest

from sandbox.hub.content import seed
from sandbox.hub.content.state import Invite
from sandbox.slack import words_of
from tests.flows.house import House
from tests.flows.steps import ask, refusal

GUS = "gus@partner.example"


# As people type it: Slack hands on an id, https://docs.slack.dev/interactivity/implementing-slash-commands
MIRA, GUEST = "@mira", "@gus"


@pytest.mark.parametrize("typed", [MIRA, f"--username={MIRA}", f"username={MIRA}", f"“{MIRA}”"])
async def test_a_mention_is_found_by_its_address(house: House, typed: str) -> None:
    card = await ask(house, f"/hub team member add backend {typed}")
    assert "`miranovak`" in words_of(card)


@pytest.mark.parametrize("typed", ["<@U0MIRA>", "<@U0MIRA|mira>"])
async def test_what_only_looks_like_a_mention_is_text(house: House, typed: str) -> None:
    line = f"/hub team member add backend {typed} --reason 'as @omar said'"
    await refusal(house.ann, line, "username: ")
    assert house.slack.calls_of("users.info") == []


async def test_a_mention_in_a_reason_is_a_name_that_calls_nobody(house: House) -> None:
    await house.ann.command("/hub team member add backend samok --reason 'as @omar and <!channel> said'")
    said = words_of(await house.card(1, "as @omar and &lt;!channel&gt; said"))
    assert "<@U0OMAR|" not in said


async def test_the_case_of_an_address_does_not_matter(house: House) -> None:
    house.hub.state.accounts["miranovak"].email = "Mira@Example.COM"
    card = await ask(house, f"/hub team member add backend {MIRA}")
    assert "`miranovak`" in words_of(card)


async def test_somebody_whose_address_only_contains_it_is_somebody_else(house: House) -> None:
    state = house.hub.state
    seed.add_member(state, seed.account(state, "almira", full_name="Al", email="almira@example.com"))
    card = await ask(house, f"/hub team member add backend {MIRA}")
    assert "`miranovak`" in words_of(card)


async def test_somebody_with_two_accounts_is_a_question(house: House) -> None:
    state = house.hub.state
    seed.add_member(state, seed.account(state, "mira2", full_name="Mira", email="mira@example.com"))
    line = f"/hub team member add backend {MIRA} --reason x"
    said = await refusal(house.ann, line, "has 2 accounts: mira2, miranovak. Type one of them.")
    assert "Mira Novak" in said
    assert house.writes() == []


async def test_somebody_who_is_no_member_is_said_to_be_none(house: House) -> None:
    line = f"/hub team member add backend {GUEST} --reason x"
    await refusal(house.ann, line, f"No member of acme has the address of Gus Guest, {GUS}: type the Docker ID.")


async def test_an_invitee_who_is_no_member_is_their_address(house: House) -> None:
    card = await ask(house, f"/hub invite {GUEST} jane@new.example {MIRA}")
    said = words_of(card)
    assert f"*{GUS}*: invited as member" in said
    assert "jane@new.example" in said
    assert "miranovak is a member already" in said


async def test_mentions_parted_by_commas_are_each_somebody(house: House) -> None:
    said = words_of(await ask(house, f"/hub invite send {GUEST},{MIRA},jane@new.example"))
    assert f"*{GUS}*: invited" in said
    assert "miranovak is a member already" in said


async def test_a_pending_invite_is_found_by_a_mention(house: House) -> None:
    state = house.hub.state
    invite = Invite(GUS, "lenaf", "acme", "", "member", state.now())
    state.organizations["acme"].invites[invite.id] = invite
    said = words_of(await ask(house, f"/hub invite cancel {GUEST}"))
    assert f"Invite of {GUS}" in said


async def test_without_the_scope_for_addresses_the_docker_id_is_asked_for(house: House) -> None:
    app = house.slack.parts.app
    app.scopes = app.scopes - {"users:read.email"}
    line = f"/hub team member add backend {MIRA} --reason x"
    await refusal(house.ann, line, "Slack does not tell the e-mail address of Mira Novak: type the Docker ID instead.")


async def test_an_organization_that_is_not_ours_is_not_asked_whom_a_mention_means(house: House) -> None:
    asked = len(house.hub.requests)
    line = f"/hub team member add backend {MIRA} --reason x --organization other"
    await refusal(house.ann, line, "Hubwarden does not run the organization “other”. It runs: acme.")
    assert [one for one in house.hub.requests[asked:] if "/other/" in one.path] == []


async def test_a_command_with_a_mention_and_no_reason_opens_its_form_with_the_name(house: House) -> None:
    await house.ann.command(f"/hub team member add backend {MIRA}")
    assert "miranovak" in str((await house.ann.wait_for_view("Add to team")).body)


async def test_when_slack_does_not_answer_nothing_is_guessed(house: House) -> None:
    house.slack.faults.add("users.info", error="internal_error", times=9)
    await refusal(house.ann, f"/hub team member add backend {MIRA} --reason x", "Slack does not answer who is who")
    assert house.writes() == []
