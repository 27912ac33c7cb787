"""Who is told directly that a request waits for them, when, and that nobody is told twice."""

from collections.abc import Collection
from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.db import messages
from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.requirement import Stage
from bot.governance.people import Person
from bot.governance.preferences import DEFAULT, Preferences
from bot.governance.requests.deciding import able
from bot.governance.requests.queries import by_number
from bot.governance.requests.reminding import MOST_TOLD, call_approvers, settle_wants
from bot.governance.requests.vote import approve, deny
from bot.operations.kit.base import Beneficiary
from bot.outbox.kinds import ASK, REMINDER
from tests.governance.conftest import KnownHumans
from tests.governance.parts import (
    ANN,
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
    People,
    group,
    users,
)

pytestmark = pytest.mark.usefixtures("known")


async def told(desk: Desk) -> list[str]:
    """The keys of everything that approvers were told directly, after another round."""
    await call_approvers(desk.context)
    async with desk.database.begin() as session:
        return sorted(await messages.keys_of(session, range(1, 10), [ASK.name, REMINDER.name]))


async def want(desk: Desk, user: str, *wants: str, quiet: tuple[time, time] | None = None) -> None:
    """Settle what the person wants to hear."""
    await settle_wants(desk.context, user, Preferences(frozenset(wants), quiet))


def reminded(call: str, *people: str, request: int = 1) -> list[str]:
    """The keys of a reminder to each of them."""
    return sorted(f"remind:{request}:{call}:{user}" for user in people)


async def test_only_who_wants_that_is_asked_directly_and_once(any_desk: Desk) -> None:
    await want(any_desk, OMAR, "ask")
    await want(any_desk, LENA, "results")
    await any_desk.ask()
    assert await told(any_desk) == [f"ask:1:{OMAR}"]
    wakes = any_desk.wakes
    assert await told(any_desk) == [f"ask:1:{OMAR}"]
    assert any_desk.wakes == wakes, "nobody is roused for nothing"
    message = await any_desk.message(f"ask:1:{OMAR}")
    assert message is not None
    assert (message.address, message.request_id) == (OMAR, 1)
    assert message.payload["as"] == [{"kind": "user", "id": OMAR}]


async def test_everybody_who_can_act_is_reminded_at_half_of_its_life_and_before_its_end(desk: Desk) -> None:
    await desk.ask()  # a Monday at noon, for two hours
    desk.times.let_pass(HOUR - timedelta(seconds=1))
    assert await told(desk) == []
    desk.times.let_pass(timedelta(seconds=1))
    half = reminded("half", OMAR, LENA, MIRA)
    assert await told(desk) == half
    desk.times.let_pass(HOUR - timedelta(minutes=12, seconds=1))
    assert await told(desk) == half
    desk.times.let_pass(timedelta(seconds=1))
    assert await told(desk) == sorted(half + reminded("last", OMAR, LENA, MIRA))
    desk.times.let_pass(HOUR)
    assert len(await told(desk)) == 6, "nothing more of what has expired"


async def test_a_long_lived_one_is_called_for_the_last_time_two_hours_before_its_end(desk: Desk) -> None:
    desk.policy = TWO_AGREE.replace("2h", "2d")
    await desk.ask()
    desk.times.let_pass(2 * DAY - 2 * HOUR - timedelta(seconds=1))
    assert await told(desk) == reminded("half", OMAR, LENA, MIRA)
    desk.times.let_pass(timedelta(seconds=1))
    assert await told(desk) == sorted([*reminded("half", OMAR, LENA, MIRA), *reminded("last", OMAR, LENA, MIRA)])


async def test_where_both_fall_together_there_is_one(desk: Desk) -> None:
    await desk.ask()
    desk.times.let_pass(2 * HOUR - timedelta(minutes=5))
    assert await told(desk) == reminded("last", OMAR, LENA, MIRA)


async def test_whoever_can_add_nothing_is_left_alone(desk: Desk) -> None:
    number = await desk.ask_staged(Stage(1, users(OMAR)), Stage(1, users(LENA, MIRA)))
    given = Ballot(voter=LENA, choice=Choice.APPROVE, at=START, admitted_by=users(LENA), id=1)
    view = replace(await by_number(desk.context, number), ballots=(given,))
    found = {user: of async for user, of in able(desk.context, view, [OMAR, LENA, MIRA, SAM])}
    assert found == {OMAR: users(OMAR)}, "Lena has agreed, and beside her Mira's would count for nothing"


async def test_who_has_agreed_by_another_account_is_not_told_by_this_one(desk: Desk, known: KnownHumans) -> None:
    known.same.append(frozenset({OMAR, MIRA}))
    number = await desk.ask()
    await approve(desk.context, number, OMAR)
    desk.times.let_pass(HOUR)
    assert await told(desk) == reminded("half", LENA)


async def test_who_asked_and_whom_it_is_about_are_not_told(desk: Desk, known: KnownHumans) -> None:
    desk.policy = ONE_AGREES
    known.same.append(frozenset({ANN, MIRA}))
    known.behind["lenak"] = frozenset({LENA})
    desk.lever.about = (Beneficiary(("lenak",)),)
    await desk.ask()
    desk.times.let_pass(HOUR)
    assert await told(desk) == reminded("half", OMAR)


async def test_nobody_is_told_of_what_is_decided(desk: Desk) -> None:
    await want(desk, OMAR, "ask")
    number = await desk.ask()
    await deny(desk.context, number, LENA, "no")
    assert await told(desk) == []


async def test_quiet_hours_put_it_off_and_so_do_nights_for_reminders(desk: Desk) -> None:
    desk.policy = TWO_AGREE.replace("2h", "2d")
    await want(desk, OMAR, "ask", quiet=(time(11), time(13)))
    await want(desk, LENA)
    await desk.ask()  # at 12:00
    assert await told(desk) == []
    desk.times.let_pass(HOUR)
    assert await told(desk) == [f"ask:1:{OMAR}"]
    desk.times.let_pass(DAY + 6 * HOUR)  # half of it has passed, and it is 19:00
    assert await told(desk) == [f"ask:1:{OMAR}"]
    desk.times.let_pass(14 * HOUR)
    assert await told(desk) == [f"ask:1:{OMAR}", *reminded("half", MIRA)], "Omar wants asks alone, and Lena nothing"


@pytest.mark.parametrize(("zone", "is_told"), [("America/New_York", False), ("Asia/Kolkata", True)])
async def test_working_hours_are_those_where_they_are(desk: Desk, zone: str, is_told: bool) -> None:
    class Elsewhere(People):
        async def person(self, user: str) -> Person:
            return replace(await super().person(user), timezone=zone)

    desk.people = Elsewhere()
    desk.policy = TWO_AGREE.replace("2h", "10m")
    await desk.ask()  # 12:00 in London, 17:30 in Kolkata and 7:00 in New York
    desk.times.let_pass(timedelta(minutes=6))
    assert bool(await told(desk)) is is_told


async def test_of_very_many_some_are_told_and_these_are_told_to_the_end(desk: Desk) -> None:
    many = [f"U{number:04d}" for number in range(MOST_TOLD + 5)]
    desk.people.groups[LEADS] = frozenset(many)
    number = await desk.ask_staged(Stage(2, (group(),)))
    desk.times.let_pass(HOUR)
    assert await told(desk) == reminded("half", *many[:MOST_TOLD])
    assert await told(desk) == reminded("half", *many[:MOST_TOLD])
    desk.times.let_pass(HOUR - timedelta(minutes=12))
    assert people_of(await told(desk)) == {"half": set(many[:MOST_TOLD]), "last": set(many[:MOST_TOLD])}
    assert number == 1


def people_of(keys: Collection[str]) -> dict[str, set[str]]:
    """Who was told, by call."""
    found: dict[str, set[str]] = {}
    for key in keys:
        _, _, call, user = key.split(":")
        found.setdefault(call, set()).add(user)
    return found


async def test_a_silent_slack_keeps_only_what_hangs_on_it_from_being_told(desk: Desk) -> None:
    await want(desk, OMAR, "ask")
    await want(desk, LENA, "ask")
    await desk.ask_staged(Stage(1, (group(),)))
    await desk.ask_staged(Stage(1, users(OMAR)))
    desk.people.silent = {LEADS}
    assert await told(desk) == [f"ask:2:{OMAR}"]
    desk.people.silent = {LENA}
    assert await told(desk) == [f"ask:2:{OMAR}"]
    desk.people.silent = set()
    assert await told(desk) == [f"ask:1:{LENA}", f"ask:2:{OMAR}"]


async def test_what_was_told_is_brought_up_to_date_when_somebody_decides(desk: Desk) -> None:
    await want(desk, OMAR, "ask", *DEFAULT)
    number = await desk.ask()
    await told(desk)
    desk.times.let_pass(HOUR)
    await told(desk)
    await approve(desk.context, number, LENA)
    for key in (f"ask:1:{OMAR}", f"remind:1:half:{MIRA}"):
        message = await desk.message(key)
        assert message is not None
        assert message.wanted == 2
