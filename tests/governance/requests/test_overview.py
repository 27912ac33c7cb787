"""What somebody's home shows: what waits for them, what they asked for, what they may do, and nothing of others."""

from datetime import timedelta
from typing import Any

import pytest

from bot.db import hub_events, limit_snapshots, messages
from bot.governance.ledger.lifecycle import Status
from bot.governance.ledger.subscribers import card_key
from bot.governance.people import DirectoryUnavailable
from bot.governance.requests.overview import HomeFacts, LogSeen, home_facts
from bot.governance.requests.vote import approve, deny
from bot.operations import BY_NAME
from bot.operations.kit.base import Beneficiary
from bot.outbox.sender import Place
from tests.db.rows import message_of
from tests.governance.conftest import KnownHumans
from tests.governance.parts import ANN, DAY, GUEST, HOUR, LEADS, LENA, MIRA, OMAR, ONE_AGREES, SAM, Desk, users

STALE = timedelta(minutes=5)
pytestmark = pytest.mark.usefixtures("known")


async def facts_of(desk: Desk, user: str = OMAR) -> HomeFacts:
    """What the person's home shows."""
    return await home_facts(desk.context, user, stale_after=STALE)


async def waits_for(desk: Desk, user: str) -> list[int]:
    """The numbers of what waits for them."""
    return [each.view.id for each in (await facts_of(desk, user)).waiting]


async def test_what_waits_is_what_they_can_still_decide_whatever_ends_first_before_the_rest(any_desk: Desk) -> None:
    first = await any_desk.ask()
    any_desk.policy = ONE_AGREES.replace("2h", "1h")
    second = await any_desk.ask()
    assert await waits_for(any_desk, OMAR) == [second, first]
    assert await waits_for(any_desk, ANN) == []
    assert await waits_for(any_desk, SAM) == []
    await approve(any_desk.context, first, OMAR)
    assert await waits_for(any_desk, OMAR) == [second]
    assert await waits_for(any_desk, LENA) == [second, first]
    any_desk.times.let_pass(HOUR)
    assert await waits_for(any_desk, LENA) == [first], "the other has expired, told of or not"


async def test_it_says_as_what_they_decide_and_where_the_card_stands(desk: Desk) -> None:
    number = await desk.ask()
    async with desk.database.begin() as session:
        card = await message_of(session, card_key(number))
        assert card is not None
        await messages.mark_sent(session, card.id, version=1, address="C0X", posted_id="1.2")
    [waiting] = (await facts_of(desk)).waiting
    assert waiting.of == users(OMAR)
    assert waiting.view.card == Place("C0X", "1.2")


async def test_whom_it_is_about_is_as_the_row_has_it_and_docker_hub_is_not_asked(
    desk: Desk, known: KnownHumans, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.behind["lenak"] = frozenset({LENA})
    desk.lever.about = (Beneficiary(("lenak",)),)
    desk.policy = ONE_AGREES
    number = await desk.ask()

    async def asked(*_: object) -> frozenset[str]:
        raise AssertionError("Docker Hub is asked")

    monkeypatch.setattr("bot.governance.humans.people_behind", asked)
    assert await waits_for(desk, LENA) == []
    assert await waits_for(desk, MIRA) == [number]


async def test_what_they_asked_for_is_there_until_a_week_after_its_end(desk: Desk) -> None:
    desk.policy = desk.policy.replace("2h", "14d")
    denied, pending = await desk.ask(), await desk.ask()
    await deny(desk.context, denied, OMAR, "no")
    own = (await facts_of(desk, ANN)).own
    assert [(view.id, view.status) for view in own] == [(pending, Status.PENDING), (denied, Status.DENIED)]
    desk.times.let_pass(8 * DAY)
    facts = await facts_of(desk, ANN)
    assert ([view.id for view in facts.own], facts.asked) == ([pending], 1)


async def test_the_first_are_shown_and_all_are_counted(desk: Desk) -> None:
    for _ in range(7):
        await desk.ask()
    omars, anns = await facts_of(desk), await facts_of(desk, ANN)
    assert (len(omars.waiting), omars.waits) == (5, 7)
    assert (len(anns.own), anns.asked) == (5, 7)


async def test_a_guest_is_shown_nothing(desk: Desk) -> None:
    await desk.ask()
    facts = await facts_of(desk, GUEST)
    assert not facts.is_insider
    assert (facts.waiting, facts.own, facts.may_ask, facts.alerts, facts.logs) == ((), (), (), None, ())


@pytest.mark.parametrize(
    ("rules", "may"),
    [
        ('{name: a, operations: ["*"], approvals: 0}', ["lever.pull", "lever.get"]),
        (f'{{name: a, operations: ["*"], approvals: 0, requesters: {{users: [{OMAR}]}}}}', ["lever.pull", "lever.get"]),
        (f'{{name: a, operations: ["*"], approvals: 0, requesters: {{users: [{SAM}]}}}}', []),
        (f'{{name: a, operations: ["*"], approvals: 0, requesters: {{groups: [{LEADS}]}}}}', []),
        (
            '{name: a, operations: ["lever.pull"], refuse: "no"}, {name: b, operations: ["*"], approvals: 0}',
            ["lever.get"],
        ),
        (
            f'{{name: a, operations: ["*"], approvals: 0, requesters: {{users: [{SAM}]}}}}, '
            '{name: b, operations: ["*"], approvals: 0}',
            [],
        ),
        (
            '{name: a, operations: ["*"], refuse: "no", where: {organization: other}}, '
            '{name: b, operations: ["*"], approvals: 0}',
            ["lever.pull", "lever.get"],
        ),
    ],
)
async def test_what_they_may_do_is_what_the_first_rule_that_speaks_of_it_says(
    desk: Desk, rules: str, may: list[str]
) -> None:
    desk.policy = f"{{version: 1, rules: [{rules}]}}"
    assert [each.name for each in (await facts_of(desk)).may_ask] == may


async def test_members_of_a_group_may_what_it_may(desk: Desk) -> None:
    rule = f'{{name: a, operations: ["*"], approvals: 0, requesters: {{groups: [{LEADS}]}}}}'
    desk.policy = f"{{version: 1, rules: [{rule}]}}"
    assert len((await facts_of(desk, LENA)).may_ask) == 2


async def test_what_they_ask_for_most_is_known(desk: Desk) -> None:
    await desk.ask()
    assert (await facts_of(desk, ANN)).used == ("lever.pull",)
    assert (await facts_of(desk)).used == ()


async def test_alerts_are_for_whoever_may_read_every_log(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk.database.begin() as session:
        for number in range(7):
            payload = {"title": f"alert {number}"}
            await messages.want(
                session,
                f"alert:{number}:x",
                kind="alert",
                protocol="slack",
                address="C0X",
                payload=payload,
                **moments(desk),
            )
    assert (await facts_of(desk)).alerts is None, "where nothing reads the log"
    operations = desk.operations | {"audit.list": BY_NAME["audit.list"]}
    monkeypatch.setattr(Desk, "operations", property(lambda _: operations))
    rule = f'{{name: a, operations: ["audit.list"], approvals: 0, requesters: {{users: [{OMAR}]}}}}'
    desk.policy = f"{{version: 1, rules: [{rule}]}}"
    alerts = (await facts_of(desk)).alerts
    assert alerts is not None
    assert [each["title"] for each in alerts] == [f"alert {number}" for number in (6, 5, 4, 3, 2)]
    assert (await facts_of(desk, LENA)).alerts is None


def moments(desk: Desk) -> dict[str, Any]:
    """When a message was asked for, and when it is due."""
    return {"created_at": desk.times.business, "due_at": desk.times.machine}


async def test_it_shows_how_it_is_with_docker_hub_without_asking_it(desk: Desk) -> None:
    now = desk.times.business
    reset = now + timedelta(minutes=1)
    async with desk.database.begin() as session:
        for name, at in (("acme", now - STALE), ("globex", now - STALE - timedelta(seconds=1))):
            await hub_events.start_cursor(session, name, now)
            await hub_events.advance_cursor(session, name, position=now, now=at)
        rows = [
            {"family": family, "limit": 100, "remaining": left, "reset_at": reset}
            for family, left in (("a", 9), ("b", 50))
        ]
        await limit_snapshots.note(session, rows, now)
    facts = await facts_of(desk)
    assert facts.logs == (
        LogSeen("acme", True, None),
        LogSeen("globex", False, now - STALE - timedelta(seconds=1)),
    )
    assert facts.limited_until == reset
    desk.times.let_pass(timedelta(minutes=1))
    later = await facts_of(desk)
    assert later.limited_until is None
    assert not later.logs[0].is_fresh


async def test_where_slack_does_not_say_who_they_are_there_is_nothing_to_show(desk: Desk) -> None:
    desk.people.silent = {OMAR}
    with pytest.raises(DirectoryUnavailable):
        await facts_of(desk)
