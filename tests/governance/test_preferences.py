"""When somebody may be told something directly, by their own clock, and what they want to be told."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.db import preferences as rows
from bot.governance.preferences import (
    DEFAULT,
    Preferences,
    is_quiet,
    may_be_reminded,
    preferences_of,
    preferences_of_each,
)
from bot.governance.requests.reminding import settle_wants
from tests.governance.parts import ANN, OMAR, Desk

BERLIN, KOLKATA = "Europe/Berlin", "Asia/Kolkata"
NIGHT = Preferences(quiet=(time(22), time(7, 30)))
NOON = Preferences(quiet=(time(12), time(13)))


def local(text: str, zone: str = BERLIN) -> datetime:
    """A moment by somebody's own clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("settled", "at", "quiet"),
    [
        (Preferences(), "2026-11-22T03:00", False),
        (NIGHT, "2026-11-23T21:59", False),
        (NIGHT, "2026-11-23T22:00", True),
        (NIGHT, "2026-11-24T07:29", True),
        (NIGHT, "2026-11-24T07:30", False),
        (NOON, "2026-11-24T12:30", True),
        (NOON, "2026-11-24T13:00", False),
    ],
)
def test_quiet_hours_are_those_that_were_settled(settled: Preferences, at: str, quiet: bool) -> None:
    assert is_quiet(settled, local(at), BERLIN) is quiet


@pytest.mark.parametrize(
    ("at", "may"),
    [
        ("2026-11-23T08:59", False),
        ("2026-11-23T09:00", True),
        ("2026-11-27T17:59", True),  # a Friday
        ("2026-11-27T18:00", False),
        ("2026-11-28T12:00", False),
        ("2026-11-29T12:00", False),
    ],
)
def test_who_settled_nothing_is_reminded_in_working_hours(at: str, may: bool) -> None:
    assert may_be_reminded(Preferences(), local(at), BERLIN) is may
    assert may_be_reminded(Preferences(), local(at, KOLKATA), KOLKATA) is may
    assert may_be_reminded(Preferences(), local(at, "UTC"), "nowhere") is may


def test_quiet_hours_take_the_place_of_working_hours() -> None:
    assert may_be_reminded(NIGHT, local("2026-11-27T20:00"), BERLIN)  # who has them has said that the rest is fine
    assert not may_be_reminded(NIGHT, local("2026-11-28T12:00"), BERLIN)  # but for weekends
    assert not may_be_reminded(NIGHT, local("2026-11-23T23:00"), BERLIN)
    assert not may_be_reminded(NOON, local("2026-11-23T12:00"), BERLIN)


def test_quiet_hours_go_by_the_clock_on_the_wall_where_it_is_put_forward_and_back() -> None:
    early = Preferences(quiet=(time(1), time(2, 30)))
    assert is_quiet(early, local("2026-03-29T01:59"), BERLIN)
    assert not is_quiet(early, local("2026-03-29T01:59").astimezone(UTC) + timedelta(minutes=1), BERLIN)  # it is 3:00
    for fold in (0, 1):
        assert is_quiet(early, local("2026-10-25T02:10").replace(fold=fold), BERLIN)
        assert not is_quiet(early, local("2026-10-25T02:30").replace(fold=fold), BERLIN)


@given(
    at=some.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=some.just(UTC)),  # noqa: DTZ001  made aware
    zone=some.sampled_from([BERLIN, KOLKATA, "America/New_York", "Australia/Lord_Howe"]),
    quiet=some.none() | some.tuples(some.times(), some.times()).filter(lambda both: both[0] != both[1]),
)
def test_nobody_is_reminded_while_it_is_quiet_and_everybody_within_days(
    at: datetime, zone: str, quiet: tuple[time, time] | None
) -> None:
    settled = Preferences(quiet=quiet)
    quarters = [at + timedelta(minutes=15 * number) for number in range(4 * 24 * 5)]
    may = [may_be_reminded(settled, each, zone) for each in quarters]
    assert not any(is_quiet(settled, each, zone) for each, said in zip(quarters, may, strict=True) if said)
    longest = timedelta(hours=24) - (timedelta(minutes=15) if quiet else timedelta())
    assert any(may) or (quiet is not None and length(quiet) > longest)


def length(quiet: tuple[time, time]) -> timedelta:
    """How long the quiet hours are."""
    begin, end = (timedelta(hours=each.hour, minutes=each.minute, seconds=each.second) for each in quiet)
    return end - begin if begin < end else end - begin + timedelta(hours=24)


async def test_what_is_settled_is_kept_and_who_never_did_has_the_defaults(desk: Desk) -> None:
    assert await preferences_of(desk.database, ANN) == Preferences(DEFAULT)
    settled = Preferences(frozenset({"ask"}), (time(22), time(7, 30)))
    await settle_wants(desk.context, ANN, settled)
    assert await preferences_of_each(desk.database, [ANN, OMAR]) == {ANN: settled, OMAR: Preferences()}
    await settle_wants(desk.context, ANN, Preferences(frozenset(), (time(9), time(9))))
    assert await preferences_of(desk.database, ANN) == Preferences(frozenset())


async def test_words_of_another_version_are_left_out(desk: Desk) -> None:
    async with desk.database.begin() as session:
        now = desk.context.clock.now()
        await rows.put(session, ANN, wants=["ask", "carrier pigeon"], quiet_from="22:00", quiet_until=None, now=now)
    assert await preferences_of(desk.database, ANN) == Preferences(frozenset({"ask"}))
