"""What other people do in Docker Hub, and what the alerts channel hears of it."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bot.db import limit_episodes
from sandbox.hub.content import log
from sandbox.hub.wire.callers import Caller, Hand
from sandbox.hub.wire.faults import failure
from sandbox.slack import Message, words_of
from tests.flows.conftest import OpenHouse
from tests.flows.house import ALERTS, House
from tests.flows.races_records import looked_for, opened
from tests.flows.steps import agree, ask, write_policy
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
    """Everything in the alerts channel that everybody sees, threads apart."""
    shown = (one for one in house.omar.messages(ALERTS) if not one.only_for)
    return [words_of(one) for one in shown if one.body.get("thread_ts", one.ts) == one.ts]


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


async def seen_low(house: House) -> None:
    """Return once it is known to all replicas that little is left of the window that is open now."""
    async with opened(house.database_url) as database:

        async def look() -> bool | None:
            async with database.begin() as session:
                episodes = await limit_episodes.open_episodes(session)
            return any(episode.reset_at > house.clock.datetime() for episode in episodes) or None

        await looked_for(look)


async def test_a_rate_limit_that_is_spent_once_is_not_told(open_house: OpenHouse) -> None:
    house = await open_house()
    await read_once_more(house)
    await house.hub.act_outside("spend_rate_limit")
    await read_once_more(house)
    await seen_low(house)
    house.clock.advance(121)
    await told_owner(house)
    assert len(alerts(house)) == 1


async def test_a_rate_limit_that_stays_spent_is_one_message_that_ends(open_house: OpenHouse) -> None:
    house = await open_house()
    await read_once_more(house)
    for _ in range(2):
        await house.hub.act_outside("spend_rate_limit")
        await read_once_more(house)
        await seen_low(house)
        house.clock.advance(61)
    await house.hub.act_outside("spend_rate_limit")
    await read_once_more(house)
    began = await house.omar.wait_for_message(ALERTS, "Docker Hub slows us down")
    assert "reading the audit log" in words_of(began)
    house.clock.advance(181)
    await house.omar.wait_for_message(ALERTS, "Docker Hub is as fast as ever again")
    assert len(alerts(house)) == 1
    assert house.slack.violations == []


async def test_an_alert_says_what_it_was_who_did_it_and_where_it_is_seen(open_house: OpenHouse, tmp_path: Path) -> None:
    rule = 'name: "all", operations: ["*"], approvals: 0'
    policy = write_policy(tmp_path, f"{{{rule}}}", head="people: {U0OMAR: omarh}")
    house = await open_house(policy=policy)
    await told_owner(house)
    said = alerts(house)[0]
    for words in (
        "Not through Hubwarden.* <@U0OMAR> is `omarh` in Docker Hub",
        "*Before:* role member\n*Now:* role owner",
        "*What it means:* An owner can do everything in acme",
        "*What to do:* Ask omarh whether that was meant",
    ):
        assert words in said
    [button] = [each for each in elements(house.omar.messages(ALERTS)[0]) if "url" in each]
    assert button["url"] == "https://hub.docker.com/orgs/acme/members"


async def test_an_alert_is_looked_after_by_whoever_says_so_first(house: House) -> None:
    message = deepcopy(await told_owner(house))
    assert (await house.lena.click(message, "alert_acknowledge")).ok
    shown = await house.omar.wait_for_message(ALERTS, "<@U0LENA> looks after it")
    assert "alert_acknowledge" not in {each["action_id"] for each in elements(shown)}
    # Omar's screen still had the button.
    assert (await house.omar.click(message, "alert_acknowledge")).ok
    await house.omar.wait_for_ephemeral("<@U0LENA> has looked after it since")
    assert len(alerts(house)) == 1


async def test_what_an_alert_tells_of_is_taken_back_by_a_request_of_whoever_presses(house: House) -> None:
    message = await told_owner(house)
    assert (await house.ann.click(message, "propose")).ok
    view = await house.ann.wait_for_view("annberg")
    assert (await house.ann.submit(view, {})).ok
    card = await house.card(1, "Waiting for approval")
    assert "<@U0ANN>" in words_of(card)
    assert "To take back what the audit log of" in words_of(card)
    assert "Make annberg a member of acme" in words_of(card)


async def test_several_of_a_kind_within_a_minute_are_one_message_that_counts_with_a_thread(house: House) -> None:
    await read_once_more(house)
    house.clock.advance(5)
    for repository in ("web", "api", "worker"):
        await house.hub.act_outside("delete_repository", repository=repository)
        house.clock.advance(5)
    message = await house.omar.wait_for_message(ALERTS, "A repository was deleted (acme) · 3 times")
    assert "• omarh deleted the repository acme/api." in words_of(message)
    await house.omar.wait_until(lambda: [reply["thread_ts"] for reply in replies(house)] == [message.ts] * 2)
    assert house.slack.violations == []


def replies(house: House) -> list[dict[str, Any]]:
    """What stands in a thread of the alerts channel."""
    return [each.body for each in house.omar.messages(ALERTS) if each.body.get("thread_ts", each.ts) != each.ts]


async def told_owner(house: House) -> Message:
    """Somebody was made an owner, and the channel has heard of it."""
    await read_once_more(house)
    house.clock.advance(5)
    await house.hub.act_outside("make_owner", username="annberg")
    house.clock.advance(5)
    return await house.omar.wait_for_message(ALERTS, "made annberg an owner")


def elements(message: Message) -> list[dict[str, Any]]:
    """Whatever can be pressed below a message."""
    return [each for block in message.body["blocks"] if block["type"] == "actions" for each in block["elements"]]
