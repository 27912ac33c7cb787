"""“Yesterday” and “2 days ago” are resolved once, and mean the same when they are read again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.operations.kit.base import Params
from bot.operations.kit.fields import Moment, Organization
from bot.operations.kit.moments import first_moment, last_moment, settle

NOW = datetime(2026, 11, 23, 15, 57, 18, 500, tzinfo=UTC)  # a Monday
LATER = NOW + timedelta(days=400, hours=5)
WORDS = (
    ("now", "2026-11-23T15:57:18Z"),
    ("today", "2026-11-23"),
    ("Yesterday", "2026-11-22"),
    ("2 days ago", "2026-11-21"),
    ("a day ago", "2026-11-22"),
    ("7d", "2026-11-16"),
    ("last 7 days", "2026-11-16"),
    ("3  weeks ago", "2026-11-02"),
    ("9 months ago", "2026-02-23"),
    ("3h", "2026-11-23T12:57:18Z"),
    ("90 minutes ago", "2026-11-23T14:27:18Z"),
    ("past 24 hours", "2026-11-22T15:57:18Z"),
    ("this week", "2026-W48"),
    ("last week", "2026-W47"),
    ("last month", "2026-10"),
    ("monday", "2026-11-23"),
    ("last monday", "2026-11-16"),
    ("fri", "2026-11-20"),
    ("14:05", "2026-11-23T14:05:00Z"),
    ("yesterday at 9:30", "2026-11-22T09:30:00Z"),
    ("2 days ago 10:00", "2026-11-21T10:00:00Z"),
    ("2026-11-01", "2026-11-01"),
    ("2026-11", "2026-11"),
    ("2026-w47", "2026-W47"),
    ("2026-11-01T12:00", "2026-11-01T12:00:00Z"),
    ("2026-11-01 12:00:30.9 UTC", "2026-11-01T12:00:30Z"),
    ("2026-11-01T01:00+02:00", "2026-10-31T23:00:00Z"),
)


class Window(Params):
    organization: Organization
    at: Moment


@pytest.mark.parametrize(("text", "settled"), WORDS)
def test_words_are_resolved_and_stay_so(text: str, settled: str) -> None:
    assert settle(text, NOW) == settled
    assert settle(settled, LATER) == settled


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "tomorrow",
        "2026-02-30",
        "2026-13",
        "2026-W54",
        "25:00",
        "2026-11-01T25:00",
        "999999 days ago",
        "999999 months ago",
        "minute ago",
        "3 hours ago 10:00",
        "0001-01-01T00:00+01:00",
        "9999-12-31",
        "\uff12026-11-01",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no moment"):
        settle(text, NOW)


@pytest.mark.parametrize(
    ("settled", "first", "last"),
    [
        ("2026-11-23T14:05:00Z", "2026-11-23T14:05:00", "2026-11-23T14:05:00"),
        ("2026-11-21", "2026-11-21T00:00:00", "2026-11-21T23:59:59"),
        ("2026-W47", "2026-11-16T00:00:00", "2026-11-22T23:59:59"),
        ("2026-02", "2026-02-01T00:00:00", "2026-02-28T23:59:59"),
        ("2026-12", "2026-12-01T00:00:00", "2026-12-31T23:59:59"),
    ],
)
def test_a_day_a_week_and_a_month_have_two_ends(settled: str, first: str, last: str) -> None:
    assert first_moment(settled) == datetime.fromisoformat(f"{first}+00:00")
    assert last_moment(settled) == datetime.fromisoformat(f"{last}+00:00")


@given(st.text(max_size=20) | st.from_regex(r"\d{1,4} (hours|days|weeks|months) ago", fullmatch=True))
def test_whatever_is_taken_settles_for_good(text: str) -> None:
    try:
        settled = settle(text, NOW)
    except ValueError:
        return
    assert settle(settled, LATER) == settled
    assert first_moment(settled) <= last_moment(settled)


def test_a_parameter_is_the_same_after_it_was_stored() -> None:
    given_one = Window.model_validate({"organization": "acme", "at": "2 hours ago"})
    again = Window.model_validate(given_one.model_dump(mode="json", by_alias=True))
    assert again == given_one
    assert given_one.at.endswith("Z")


def test_a_refusal_says_what_would_be_right() -> None:
    with pytest.raises(ValidationError, match=r"“soon” is no time such as 2026-11-01.*2 days ago.*last week"):
        Window.model_validate({"organization": "acme", "at": "soon"})
