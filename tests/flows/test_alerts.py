"""What other people do in Docker Hub, and what the alerts channel hears of it."""

import pytest

from sandbox.hub.content import log
from sandbox.hub.wire.callers import Caller, Hand
from sandbox.hub.wire.faults import failure
from sandbox.slack import words_of
from tests.flows.conftest import OpenHouse
from tests.flows.house import ALERTS, House
from tests.flows.steps import agree, ask
from tests.slack.samples import markup

RULES = [
    ("make_owner", {"username": "annberg"}, "Somebody became an owner", "omarh made annberg an owner of acme."),
    ("delete_repository", {"repository": "web"}, "A repository was deleted", "omarh deleted the repository acme/web."),
    (
        "make_public",
        {"repository": "api"},
        "A repository was made public",
        "omarh made the repository acme/api public.",
    ),
    (
        "switch_off_immutability",
        {"repository": "api"},
        "Immutable tags were switched off",
        "omarh switched off immutable tags of acme/api.",
    ),
    (
        "push_over_version",
        {"repository": "web", "tag": "v1.2.0"},
        "A version was pushed over",
        "kofim pushed acme/web:v1.2.0 again",
    ),
]


def alerts(house: House) -> list[str]:
    """Everything in the alerts channel."""
    return [words_of(one) for one in house.omar.messages(ALERTS)]


async def read_once_more(house: House) -> None:
    """Let Docker Hub's audit log be read by two whole polls from now on."""
    for _ in range(2):
        await house.bot.poller.poll("acme")


@pytest.mark.parametrize(("act", "given", "title", "text"), RULES)
async def test_each_rule_tells_the_channel_once(
    house: House, act: str, given: dict[str, str], title: str, text: str
) -> None:
    await read_once_more(house)
    house.clock.advance(5)
    await house.hub.act_outside(act, **given)
    house.clock.advance(5)
    message = await house.omar.wait_for_message(ALERTS, text)
    assert f"{title} (acme)" in words_of(message)
    await read_once_more(house)
    assert len(alerts(house)) == 1
    assert house.slack.violations == []


async def test_what_is_harmless_and_what_happened_before_the_first_start_is_not_told(house: House) -> None:
    await read_once_more(house)
    house.clock.advance(5)
    for act, given in (
        ("push_tag", {"repository": "api", "tag": "v9.9.9"}),
        ("push_over_version", {"repository": "web", "tag": "latest"}),
        ("change_role", {"username": "annberg", "role": "editor"}),
        ("add_to_team", {"username": "samok", "team": "backend"}),
        ("create_repository", {"repository": "playground", "privacy": "public"}),
    ):
        await house.hub.act_outside(act, **given)
    house.clock.advance(5)
    await read_once_more(house)
    assert alerts(house) == []


async def test_what_the_bot_did_itself_raises_no_alert_but_the_same_by_hand_does(house: House) -> None:
    await read_once_more(house)
    card = await ask(house, "/hub repo immutable set api --no-enabled")
    await agree(house, card)
    await house.told(house.ann, "Immutable tags of api are off")
    card = await ask(house, "/hub team member add owners annberg", number=2)
    await agree(house, card, house.omar, house.lena)
    await house.told(house.ann, "annberg is in team owners")
    house.clock.advance(5)
    await read_once_more(house)
    assert alerts(house) == []

    await house.hub.act_outside("make_owner", username="samok", person="acme-hubwarden")
    house.clock.advance(5)
    await house.omar.wait_for_message(ALERTS, "acme-hubwarden made samok an owner of acme.")
    assert len(alerts(house)) == 1


async def test_an_entry_that_comes_late_is_told_all_the_same(house: House) -> None:
    await read_once_more(house)
    house.hub.state.options.log_delay = 120
    await house.hub.act_outside("delete_repository", repository="web")
    house.clock.advance(60)
    await read_once_more(house)
    assert alerts(house) == []
    house.clock.advance(70)
    await house.omar.wait_for_message(ALERTS, "deleted the repository acme/web")


async def test_an_outage_and_a_restart_lose_no_alert(house: House) -> None:
    await read_once_more(house)
    house.clock.advance(5)
    house.hub.faults.add("GET", "/v2/auditlogs/*", failure(503), times=4)
    await house.hub.act_outside("delete_repository", repository="web")
    await house.bot.stop()
    house.clock.advance(3600)
    await house.hub.act_outside("make_owner", username="annberg")
    house.clock.advance(5)
    await house.start_bot()
    await house.omar.wait_for_message(ALERTS, "deleted the repository acme/web", timeout=10)
    await house.omar.wait_for_message(ALERTS, "made annberg an owner", timeout=10)
    assert len(alerts(house)) == 2


async def test_names_in_alerts_are_not_markup(house: House) -> None:
    await read_once_more(house)
    house.clock.advance(5)
    hand = Hand(house.hub.state, Caller("user", "<!channel>"))
    log.record(hand, "repo.delete", account="acme", name="acme/web", text="deleted the repository acme/web")
    house.clock.advance(5)
    alert = await house.omar.wait_for_message(ALERTS, "deleted the repository acme/web")
    assert "<!channel>" not in "".join([alert.body["text"], *markup(alert.body["blocks"])])


async def test_a_rate_limit_that_is_nearly_spent_is_told_once_and_so_is_its_recovery(open_house: OpenHouse) -> None:
    house = await open_house()
    await read_once_more(house)
    await house.hub.act_outside("spend_rate_limit")
    await house.omar.wait_for_message(ALERTS, "rate limit for `auditlogs` is nearly spent")
    await read_once_more(house)
    assert len(alerts(house)) == 1
    house.clock.advance(61)
    await house.omar.wait_for_message(ALERTS, "rate limit for `auditlogs` has recovered")
    await read_once_more(house)
    assert len(alerts(house)) == 2
    assert house.slack.violations == []
