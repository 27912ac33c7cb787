"""How numbers, days and sizes read."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.operations.kit import text


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (12_345_678, "12.3 MB"),
        (3_200_000_000, "3.2 GB"),
        (5e15, "5000.0 TB"),
        (None, "–"),
    ],
)
def test_a_size_reads_like_dockers(octets: object, said: str) -> None:
    assert text.size(octets) == said


@pytest.mark.parametrize(("number", "said"), [(0, "0 tags"), (1, "1 tag"), (2, "2 tags"), (1204, "1,204 tags")])
def test_a_count_has_its_noun_in_the_right_number(number: int, said: str) -> None:
    assert text.count(number, "tag") == said


def test_an_irregular_plural_is_said_as_given() -> None:
    assert (text.count(1, "person", "people"), text.count(2, "person", "people")) == ("1 person", "2 people")


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_timestamp_is_a_dash(nothing: object) -> None:
    assert (text.day(nothing), text.minute(nothing)) == ("–", "–")


def test_a_timestamp_of_another_zone_is_said_in_utc() -> None:
    assert text.minute("2026-11-23T01:30:00+02:00") == "2026-11-22 23:30 UTC"


@given(st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  Hypothesis adds the zone
def test_a_timestamp_keeps_its_day_and_minute(at: datetime) -> None:
    written = at.isoformat().replace("+00:00", "Z")
    assert text.day(written) == written[:10]
    assert text.minute(written).startswith(written[:16].replace("T", " "))


@given(st.text())
def test_what_is_no_timestamp_never_raises(value: str) -> None:
    assert text.minute(value)
    assert text.day(value)
