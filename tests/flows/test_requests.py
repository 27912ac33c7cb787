"""Command, card, approval, execution, result: for each write that there is."""

import pytest

from sandbox import world
from sandbox.hub.content.state import Repository
from sandbox.slack import words_of
from tests.flows.house import APPROVALS, House
from tests.flows.steps import agree, ask


async def test_an_invite_is_asked_for_approved_and_sent_once(house: House) -> None:
    seen = await house.ann.command('/hub invite send jane@example.com --team platform --reason "joins on Monday"')
    assert seen.ok
    await house.ann.wait_for_ephemeral("Waits for 1 approval in <#C0APPROVALS>")
    card = await house.card(1, "joins on Monday", "jane@example.com", "a platform lead agrees", "<@U0OMAR>")

    await house.ann.click(card, "approve")
    await house.ann.wait_for_ephemeral("You asked for request 1 yourself", channel=APPROVALS)

    await house.omar.click(card, "approve")
    await house.card(1, "Done", "approved by <@U0OMAR>")
    await house.told(house.ann, "Your request is done", "jane@example.com invited")
    assert [invite["invitee"] for invite in house.hub.snapshot()["invites"]].count("jane@example.com") == 1
    assert len(house.writes()) == 1
    assert house.slack.violations == []


async def test_each_of_several_invitees_has_a_fate_of_their_own(house: House) -> None:
    line = "/hub invite send jane@example.com kofim nina.park@example.com --role editor --team data"
    card = await ask(house, line)
    said = words_of(card)
    assert "*jane@example.com*: invited as editor, into team data" in said
    assert "kofim is a member already." in said
    assert "nina.park@example.com has a pending invite already" in said

    await agree(house, card)
    await house.told(
        house.ann,
        "1 invited · 1 already a member",
        "kofim is a member already",
        "jane@example.com invited",
    )
    invite = next(i for i in house.hub.snapshot()["invites"] if i["invitee"] == "jane@example.com")
    assert (invite["role"], invite["team"]) == ("editor", "data")
    assert house.slack.violations == []


async def test_somebody_named_twice_is_invited_once(house: House) -> None:
    card = await ask(house, "/hub invite send jane@example.com Jane@Example.com jane@example.com")
    await agree(house, card)
    await house.told(house.ann, "jane@example.com invited")
    assert len(house.writes()) == 1
    assert len(house.writes()[0].body["invitees"]) == 1


TWO = [
    ("/hub invite send jane@example.com --role owner", "Invite people"),
    ("/hub invite send jane@example.com --team owners", "Invite people"),
    ("/hub team member add owners annberg", "Add to team"),
]


@pytest.mark.parametrize(("line", "title"), TWO)
async def test_an_owner_needs_two_people(house: House, line: str, title: str) -> None:
    card = await ask(house, line)
    assert "2 approvals of" in words_of(card)

    await agree(house, card, house.omar)
    card = await house.card(1, "1 of 2 given by <@U0OMAR>")
    await house.omar.click(card, "approve")
    await house.omar.wait_for_ephemeral("Your approval already counts.", channel=APPROVALS)
    assert house.writes() == []

    await agree(house, card, house.lena)
    await house.told(house.ann, "Your request is done")
    await house.card(1, "approved by <@U0OMAR>, <@U0LENA>")
    assert len(house.writes()) == 1
    assert house.slack.violations == []


def members_of(house: House, team: str) -> list[str]:
    """The user names in a team at Docker Hub."""
    members: list[str] = next(t for t in house.hub.snapshot()["teams"] if t["name"] == team)["members"]
    return members


async def test_an_invite_is_cancelled(house: House) -> None:
    card = await ask(house, "/hub invite cancel nina.park@example.com")
    assert "Invite of nina.park@example.com*: pending since" in words_of(card)
    assert "team backend → removed" in words_of(card)
    await agree(house, card)
    await house.told(house.ann, "The invite of nina.park@example.com is cancelled")
    assert "nina.park@example.com" not in [invite["invitee"] for invite in house.hub.snapshot()["invites"]]
    assert [(one.method, one.path.count("/v2/invites/")) for one in house.writes()] == [("DELETE", 1)]


async def test_an_invite_is_sent_again(house: House) -> None:
    card = await ask(house, "/hub invite resend externaldev")
    assert "→ sent again" in words_of(card)
    await agree(house, card)
    await house.told(house.ann, "The invite of externaldev was sent again")
    (sent,) = house.writes()
    assert sent.method == "PATCH"
    assert sent.path.endswith("/resend")


async def test_somebody_joins_a_team_and_leaves_it(house: House) -> None:
    card = await ask(house, "/hub team member add backend samok")
    assert "*samok in team backend*: member" in words_of(card)
    assert f"Team backend has {len(members_of(house, 'backend'))} members now." in words_of(card)
    await agree(house, card)
    await house.told(house.ann, "samok is in team backend")
    assert "samok" in members_of(house, "backend")

    card = await ask(house, "/hub team member remove backend samok", number=2)
    assert "*samok in team backend*: member → removed" in words_of(card)
    await agree(house, card)
    await house.told(house.ann, "samok is no longer in team backend")
    assert "samok" not in members_of(house, "backend")
    assert [one.method for one in house.writes()] == ["POST", "DELETE"]
    assert house.slack.violations == []


def repository(house: House, name: str = "api") -> Repository:
    """A repository at Docker Hub."""
    return house.hub.state.repositories[world.ORGANIZATION][name]


async def test_tags_become_immutable_and_mutable_again(house: House) -> None:
    card = await ask(house, "/hub repo immutable set api --rule 'v2.*' --rule latest")
    said = words_of(card)
    assert "*Rules*: `v1.*` → `v2.*, latest`" in said
    assert "*5 tags immutable*: mutable → immutable (`latest`, `v2.0.0`, `v2.1.0`, `v2.2.0`, `v2.3.0-rc.1`)" in said
    assert "*6 tags mutable again*: immutable → mutable (`v1.0.0`, `v1.0.1`" in said
    assert "5 tags of api will be immutable, 6 are now." in said

    await agree(house, card)
    await house.told(house.ann, "Immutable tags of api are on, with 2 rules")
    assert repository(house).rules == ("v2.*", "latest")
    (patch,) = house.writes()
    assert patch.body == {"immutable_tags": True, "immutable_tags_rules": ["v2.*", "latest"]}
    assert house.slack.violations == []


async def test_switching_immutable_tags_off_keeps_the_rules(house: House) -> None:
    card = await ask(house, "/hub repo immutable set acme/api --no-enabled")
    assert "*Immutable tags*: on → off" in words_of(card)
    assert "*6 tags mutable again*" in words_of(card)
    await agree(house, card)
    await house.told(house.ann, "Immutable tags of api are off")
    (patch,) = house.writes()
    assert patch.body == {"immutable_tags": False, "immutable_tags_rules": ["v1.*"]}


async def test_rules_that_somebody_writes_in_the_last_moment_are_not_lost(house: House) -> None:
    address = "/v2/namespaces/acme/repositories/api"
    card = await ask(house, "/hub repo immutable set api --no-enabled")
    checking = house.hub.hold("GET", address)
    await agree(house, card)
    await checking.arrived()
    writing = house.hub.hold("GET", address)
    checking.release()
    await writing.arrived()
    await house.hub.act_outside("change_rules", repository="api", rules="v1.* nightly")
    writing.release()
    await house.told(house.ann, "Your request is done")
    assert repository(house).rules == ("v1.*", "nightly")


async def test_a_hundred_long_addresses_fit_on_the_card_and_in_the_result(house: House) -> None:
    people = [f"{'a' * 20}.{number:03d}@{'long-' * 3}name.example.com" for number in range(60)]
    card = await ask(house, f"/hub invite send {' '.join(people)}")
    assert "more in Details" in words_of(card)
    await house.omar.click(card, "details")
    view = await house.omar.wait_for_view(people[-1])
    assert all(person in str(view.body) for person in people)
    await agree(house, card)
    await house.told(house.ann, "60 invited")
    assert house.slack.violations == []
