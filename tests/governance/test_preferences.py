"""What people want to hear, and the hours at which they may be disturbed."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.db import preferences as rows
from bot.db.session import Database
from bot.governance.preferences import (
    DEFAULTS,
    WORK_BEGINS,
    WORK_ENDS,
    Preferences,
    is_quiet,
    next_hearing,
    preferences_of,
    settle_preferences,
    zone_of,
)

# Monday.
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NIGHT = Preferences(quiet_from=time(22), quiet_until=time(7))
LUNCH = Preferences(quiet_from=time(12), quiet_until=time(14))
STEADY = st.sampled_from(["UTC", "Asia/Kolkata", "Asia/Tokyo"])
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe"]
)
MOMENTS = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
HOURS = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


async def test_who_never_settled_anything_hears_results_and_reminders(database: Database) -> None:
    assert await preferences_of(database, "U1") == Preferences(DEFAULTS)
    assert frozenset({"results", "reminders"}) == DEFAULTS


async def test_what_somebody_settles_is_theirs_and_comes_back_as_it_was(database: Database) -> None:
    settled = Preferences(frozenset({"ask"}), time(22, 30), time(7))
    async with database.begin() as session:
        await settle_preferences(session, "U1", settled, now=NOON)
    assert await preferences_of(database, "U1") == settled
    assert await preferences_of(database, "U2") == Preferences()
    async with database.begin() as session:
        await settle_preferences(session, "U1", Preferences(frozenset()), now=NOON)
    assert await preferences_of(database, "U1") == Preferences(frozenset()), "nobody is made to hear anything"


async def test_a_wish_of_another_version_is_left_out(database: Database) -> None:
    async with database.begin() as session:
        await rows.put(session, "U1", wants={"ask", "sonnets"}, quiet_from=None, quiet_until=None, now=NOON)
    assert (await preferences_of(database, "U1")).wants == {"ask"}


@pytest.mark.parametrize(
    ("settled", "at", "quiet"),
    [
        (Preferences(), "03:00", False),
        (NIGHT, "21:59", False),
        (NIGHT, "22:00", True),
        (NIGHT, "03:00", True),
        (NIGHT, "07:00", False),
        (LUNCH, "12:00", True),
        (LUNCH, "14:00", False),
        (Preferences(quiet_from=time(9), quiet_until=time(9)), "09:00", False),
        (Preferences(quiet_from=time(9)), "10:00", False),
    ],
)
def test_quiet_hours_may_go_over_midnight(settled: Preferences, at: str, quiet: bool) -> None:
    assert is_quiet(settled, datetime.combine(NOON.date(), time.fromisoformat(at), UTC), "UTC") is quiet


def test_quiet_hours_are_by_the_persons_own_clock() -> None:
    assert is_quiet(NIGHT, NOON, "Asia/Tokyo") is False
    assert is_quiet(NIGHT, NOON, "Pacific/Auckland") is True
    assert is_quiet(NIGHT, NOON, "nowhere/at all") is is_quiet(NIGHT, NOON, None) is False


@pytest.mark.parametrize(
    ("settled", "at", "zone", "heard"),
    [
        (Preferences(), "2026-11-23T12:00Z", "UTC", "2026-11-23T12:00Z"),
        (Preferences(), "2026-11-23T18:00Z", "UTC", "2026-11-24T09:00Z"),
        (Preferences(), "2026-11-23T08:30Z", "Europe/Berlin", "2026-11-23T08:30Z"),
        (Preferences(), "2026-11-27T18:30Z", "UTC", "2026-11-30T09:00Z"),
        # On the last Sunday of March, Berlin's clocks go from 2 to 3.
        (Preferences(), "2026-03-27T18:30Z", "Europe/Berlin", "2026-03-30T07:00Z"),
        (NIGHT, "2026-11-23T20:00Z", "UTC", "2026-11-23T20:00Z"),
        (NIGHT, "2026-11-23T23:00Z", "UTC", "2026-11-24T07:00Z"),
        (NIGHT, "2026-11-28T12:00Z", "UTC", "2026-11-30T07:00Z"),
        (LUNCH, "2026-11-23T12:30Z", "UTC", "2026-11-23T14:00Z"),
        (LUNCH, "2026-11-23T00:30Z", "UTC", "2026-11-23T00:30Z"),
        (LUNCH, "2026-11-27T23:59Z", "UTC", "2026-11-27T23:59Z"),
    ],
)
def test_people_are_reminded_on_working_days_and_out_of_their_quiet_hours(
    settled: Preferences, at: str, zone: str, heard: str
) -> None:
    assert next_hearing(settled, datetime.fromisoformat(at), zone) == datetime.fromisoformat(heard)


@given(at=MOMENTS, zone=ZONES)
def test_without_quiet_hours_it_is_always_at_work_and_never_before(at: datetime, zone: str) -> None:
    heard = next_hearing(Preferences(), at, zone)
    local = heard.astimezone(zone_of(zone))
    assert at <= heard <= at + timedelta(days=4)
    assert local.weekday() < 5
    assert WORK_BEGINS <= local.time() < WORK_ENDS
    assert next_hearing(Preferences(), heard, zone) == heard


@given(at=MOMENTS, zone=STEADY, begin=HOURS, end=HOURS)
def test_it_is_never_in_quiet_hours(at: datetime, zone: str, begin: time, end: time) -> None:
    settled = Preferences(quiet_from=begin, quiet_until=end)
    heard = next_hearing(settled, at, zone)
    assert at <= heard <= at + timedelta(days=4)
    assert not is_quiet(settled, heard, zone)
    assert heard.astimezone(zone_of(zone)).weekday() < 5
    assert next_hearing(settled, heard, zone) == heard
