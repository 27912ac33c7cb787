"""Homes: shown when they are opened, and brought up to date while somebody may be looking, and no more than that."""

from datetime import timedelta

import pytest

from bot.db import homes, messages
from bot.governance.requests.homes import (
    LATELY,
    HomeWatch,
    home_key,
    home_opened,
    note_shown,
    refresh_home,
    shown_digest,
)
from bot.governance.requests.vote import approve
from tests.governance.parts import ANN, LEADS, LENA, OMAR, SAM, Desk

STALE = timedelta(minutes=5)
pytestmark = pytest.mark.usefixtures("known")


async def open_homes(desk: Desk, *people: str) -> None:
    """These people look at their homes."""
    for user in people:
        await home_opened(desk.context, user)


async def versions(desk: Desk, *people: str) -> list[int]:
    """How many versions of these people's homes were asked for."""
    found = [await desk.message(home_key(user)) for user in people]
    return [message.wanted if message else 0 for message in found]


async def watch_of(desk: Desk) -> HomeWatch:
    """A watch that has had its first round."""
    watch = HomeWatch(desk.context, STALE)
    await watch.check()
    return watch


async def test_a_home_is_one_message_however_often_it_is_opened(any_desk: Desk) -> None:
    await open_homes(any_desk, ANN)
    message = await any_desk.message(home_key(ANN))
    assert message is not None
    assert (message.protocol, message.address, message.kind) == ("slack_home", ANN, "home")
    await open_homes(any_desk, ANN)
    assert await versions(any_desk, ANN) == [2]
    assert any_desk.wakes == 2


async def test_a_request_is_news_for_whom_it_concerns_and_nobody_else(any_desk: Desk) -> None:
    await open_homes(any_desk, ANN, OMAR, LENA, SAM)
    watch = await watch_of(any_desk)
    assert await versions(any_desk, ANN, OMAR, LENA, SAM) == [2, 2, 2, 2], (
        "nobody knows what was before the first round"
    )
    number = await any_desk.ask()
    assert await watch.check() == 3
    assert await versions(any_desk, ANN, OMAR, LENA, SAM) == [3, 3, 3, 2]
    assert await watch.check() == 0
    await approve(any_desk.context, number, OMAR)
    assert await watch.check() == 3


async def test_many_changes_between_two_rounds_are_one(desk: Desk) -> None:
    await open_homes(desk, OMAR)
    watch = await watch_of(desk)
    for _ in range(5):
        await desk.ask()
    await watch.check()
    assert await versions(desk, OMAR) == [3]


async def test_whoever_has_not_come_back_for_a_day_is_left_alone(desk: Desk) -> None:
    await open_homes(desk, OMAR)
    watch = await watch_of(desk)
    desk.times.let_pass(LATELY + timedelta(seconds=1))
    await open_homes(desk, LENA)
    await desk.ask()
    assert await watch.check() == 1
    assert await versions(desk, OMAR, LENA) == [2, 2]


async def test_where_slack_does_not_say_who_is_in_a_group_everybody_may_be_concerned(desk: Desk) -> None:
    await open_homes(desk, SAM)
    watch = await watch_of(desk)
    await desk.ask()
    desk.people.silent = {LEADS}
    assert await watch.check() == 1


async def test_an_alert_is_news_for_everybody_who_looks(desk: Desk) -> None:
    await open_homes(desk, SAM, ANN)
    watch = await watch_of(desk)
    async with desk.database.begin() as session:
        now = desk.times.machine
        await messages.want(
            session, "alert:1:x", kind="alert", protocol="slack", address="C0X", created_at=now, due_at=now
        )
    assert await watch.check() == 2


async def test_who_pressed_there_sees_it_at_once(desk: Desk) -> None:
    await open_homes(desk, OMAR)
    await refresh_home(desk.context, OMAR)
    await refresh_home(desk.context, LENA)
    assert await versions(desk, OMAR, LENA) == [2, 0], "and nobody has a home who never opened it"


async def test_what_a_home_shows_is_remembered_until_it_is_not_known_any_more(any_desk: Desk) -> None:
    assert await shown_digest(any_desk.context, ANN) is None
    await open_homes(any_desk, ANN)
    await note_shown(any_desk.context, ANN, "d1")
    await open_homes(any_desk, ANN)
    assert await shown_digest(any_desk.context, ANN) == "d1"
    await note_shown(any_desk.context, ANN, None)
    assert await shown_digest(any_desk.context, ANN) is None
    async with any_desk.database.begin() as session:
        assert await homes.since(session, any_desk.times.machine, limit=10) == [ANN]
