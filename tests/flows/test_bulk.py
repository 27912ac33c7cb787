"""Several things in one request: killed in the middle, limited, locked out; each item is done once and told of."""

import functools
import itertools
import re
from collections import Counter
from pathlib import Path

import pytest

from bot.governance.ledger.events import Event
from bot.governance.ledger.lifecycle import Status
from bot.hub import ClientOptions
from bot.shell import system_user
from bot.slack.sender import CHANNEL_SECONDS
from sandbox.hub.wire.faults import Drop, ExpireTokens, Hang, Respond, failure, rate_limited
from sandbox.slack import words_of
from tests.flows.conftest import OpenHouse
from tests.flows.house import ALERTS, House
from tests.flows.races_process import ProcessHouse, assert_told_once, running
from tests.flows.shell import call
from tests.flows.steps import agree, ask, write_policy

BULK = ("POST", "/v2/invites/bulk")
PEOPLE = tuple(f"p{number:03d}@new.example" for number in range(299))
RULE = '{name: Omar agrees, operations: ["*"], approvals: 1, approvers: {users: [U0OMAR]}}'
PROGRESS = re.compile(r"(\d+) of (\d+) so far")
SECONDS = 3.0


async def test_three_hundred_killed_in_the_middle_limited_and_locked_out_are_each_done_once(
    sqlite_url: str, tmp_path: Path
) -> None:
    policy = write_policy(tmp_path, RULE, head=f"terminal: {{users: {{{system_user()}: [U0ANN]}}}}")
    given = {"policy": policy, "dockerhub_max_wait_seconds": 0, "channel_seconds": CHANNEL_SECONDS}
    async with running(sqlite_url, tmp_path / "bot.log", **given) as house:
        words = ("invite", "send", *PEOPLE, "kofim", "--reason", "all of them", "--as", "U0ANN", "--json", "--yes")
        asked = await call(house, *words)
        assert (asked.status, asked.envelope["status"]) == (0, 202)
        card = await house.card(1, "300 items, one after another; the rate limit has room for all of them.")
        house.hub.faults.add(*BULK, rate_limited("4"), skip=40)
        house.hub.faults.add(*BULK, ExpireTokens(), skip=80)
        house.hub.faults.add(*BULK, rate_limited("1"), skip=220)
        invites = house.hub.state.organizations["acme"].invites
        fatal = len(invites) + 150
        house.hub.on_change(lambda: house.strike() if len(invites) == fatal else None)
        await agree(house, card)
        await house.running.wait()
        await house.slack.wait_disconnected()
        fatal = 0

        await house.start_bot()
        await house.card(1, "Done", " · 1 already a member", "kofim is a member already", timeout=40)
        records = await house.quiet()
        assert records.status(1) is Status.SUCCEEDED
        assert records.events(1).count(Event.EXECUTING) == records.events(1).count(Event.TAKEN_OVER) == 1
        assert_each_done_once(house)
        assert_told_of_progress(house)
        assert_told_once(house, 1, "✅ *Done*", " · 1 already a member")
        told = [words_of(message) for message in house.omar.messages(ALERTS)]
        assert all("rate limit" in said for said in told), "the bot knows its own doing in Docker Hub's log"
        assert len(told) <= 2, "each of the two limits that delayed it is one message"
        assert house.slack.violations == []
        await assert_details_hold_all(house)


def assert_each_done_once(house: ProcessHouse) -> None:
    """One invite for each, made by one write; what went out again had been refused before."""
    done = Counter(record.body["invitees"][0] for record in house.writes() if record.effects)
    assert done == dict.fromkeys(PEOPLE, 1)
    again = Counter(record.status for record in house.writes() if not record.effects)
    assert again == {429: 2, 401: 1, 202: 1}, "two limits, an expired token, and somebody who is a member"


def assert_told_of_progress(house: ProcessHouse) -> None:
    """The card said how far it was, always further; while it was being done now and then, and when it had to wait."""
    told = [(one.at, str(one.args["text"])) for one in house.slack.calls_of("chat.update")]
    steps = [(at, found, "Being done" in text) for at, text in told if (found := PROGRESS.search(text))]
    counts = [(int(found[1]), int(found[2])) for _, found, _ in steps]
    assert counts
    assert all(total == 300 for _, total in counts)
    assert counts == sorted(counts)
    under_way = [at for at, found, is_under_way in steps if is_under_way and found[1] != "0"]
    # Nearly: a card goes out a moment after it was asked for, and the heir of a dead bot counts anew.
    assert all(after - before > SECONDS - 1 for before, after in itertools.pairwise(under_way))


async def assert_details_hold_all(house: ProcessHouse) -> None:
    """Every single one is named behind Details."""
    await house.omar.click(await house.card(1, "Done"), "details")
    said = words_of(await house.omar.wait_for_view(f"{PEOPLE[-1]} invited"))
    told = Counter(f"{person} invited" in said for person in PEOPLE)
    assert told == {True: 298, False: 1}
    assert said.count("new.example done; found by reading back") == 1, "the one that was being done at the kill"
    assert "more lines" not in said


async def test_the_estimate_says_how_long_the_rate_limit_makes_it(house: House) -> None:
    house.hub.limits.set("invites", 60)
    people = " ".join(PEOPLE[:100])
    card = await ask(house, f"/hub invite send {people}")
    assert "100 items, one after another; with Docker Hub's rate limit at least 1 minute." in words_of(card)
    house.clock.advance(61)
    house.hub.limits.set("invites", 20)
    card = await ask(house, f"/hub invite send {people}", number=2)
    assert "at least 5 minutes" in words_of(card)
    card = await ask(house, "/hub invite send jane@new.example", number=3)
    assert "one after another" not in words_of(card)


async def test_each_item_that_fails_says_why_and_stands_first(house: House) -> None:
    people = PEOPLE[:100]
    card = await ask(house, f"/hub invite send {' '.join(people)}")
    house.hub.faults.add(*BULK, Respond(409, {"detail": "no seats left"}), skip=95)
    house.hub.faults.add(*BULK, failure(500), skip=98)
    await agree(house, card)
    said = words_of(await house.card(1, "Done in part", "98 invited · 2 *failed*"))
    assert f"{people[94]} This conflicts with what is already there. Docker Hub says: “no seats left”." in said
    assert "Reading back shows that it was not done." in said
    told = words_of(await house.told(house.ann, "98 invited · 2 *failed*"))
    assert people[94] in told
    assert people[97] in told
    assert house.slack.violations == []


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that gives up soon."""
    options = functools.partial(ClientOptions, attempt_timeout=1.0, deadline=2.0)
    monkeypatch.setattr("bot.configuration.ClientOptions", options)


@pytest.mark.usefixtures("impatient")
async def test_a_time_out_at_one_item_is_read_back(house: House) -> None:
    card = await ask(house, "/hub invite send a@new.example b@new.example c@new.example")
    house.hub.faults.add(*BULK, Hang(after=True), skip=2)
    await agree(house, card)
    said = words_of(await house.card(1, "*Done*", "2 invited · 1 done"))
    assert "b@new.example done; found by reading back" in said
    assert [record.body["invitees"][0][0] for record in house.writes()] == ["a", "b", "c"]


@pytest.mark.usefixtures("impatient")
async def test_an_item_that_nobody_knows_of_leaves_the_request_unknown_until_somebody_settles_it(house: House) -> None:
    card = await ask(house, "/hub invite send a@new.example b@new.example c@new.example")
    house.hub.faults.add(*BULK, Drop(), skip=2)
    await agree(house, card)
    card = await house.card(1, "Outcome unknown", "2 of 3 items done", "What became of 1 item is not known.")
    assert "Whether it was done cannot be told from reading." in words_of(card)
    await house.omar.click(card, "settle_not_done")
    said = words_of(await house.card(1, "settled by <@U0OMAR>"))
    assert "a@new.example invited" in said, "what is known of the others stays"
    assert len(house.writes()) == 3


async def test_a_team_is_cloned_item_by_item(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house(policy=write_policy(tmp_path, RULE))
    card = await ask(house, "/hub team clone backend frontend")
    house.hub.faults.add("POST", "/v2/repositories/acme/web/groups", Respond(403, {"message": "not yours"}))
    await agree(house, card)
    organization = house.hub.state.organizations["acme"]
    members = len(organization.teams["backend"].members)
    said = words_of(await house.card(1, "Done in part", f"{members + 1} done · 1 *failed*"))
    assert "“not yours”" in said
    assert organization.teams["frontend"].members.keys() == organization.teams["backend"].members.keys()
    assert house.slack.violations == []
