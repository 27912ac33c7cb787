"""Rate limits read from headers."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.hub.limits import RateLimit, family, later, moment, read_rate_limit, retry_at, tightest

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def stamp(seconds: float) -> str:
    return str(int(at(seconds).timestamp()))


def snapshot(name: str = "orgs", *, remaining: int = 90, seconds: float = 60, limit: int = 180) -> RateLimit:
    return RateLimit(name, limit, remaining, at(seconds))


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("/v2/orgs/{organization}", "orgs"),
        ("/v2/orgs/{organization}/groups/{team}/members/{username}", "orgs/groups"),
        ("/v2/orgs/{organization}/access-tokens", "orgs/access-tokens"),
        ("/v2/access-tokens/{uuid}", "access-tokens"),
        ("/v2/namespaces/{namespace}/repositories/{repository}/tags", "namespaces/repositories"),
        ("/v2/repositories/{namespace}/{repository}/groups", "repositories/groups"),
        ("/v2/repositories/{namespace}/{repository}/", "repositories"),
        ("/v2/auditlogs/{account}", "auditlogs"),
        ("/v2/scim/2.0/Users/{id}", "scim/Users"),
        ("/v2/invites/bulk", "invites"),
        ("/v2/auth/token", "auth"),
        ("/", ""),
    ],
)
def test_a_route_family_is_a_collection(template: str, name: str) -> None:
    assert family(template) == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", at(0)),
        ("17", at(17)),
        (" 2.5 ", at(2.5)),
        ("-3", at(0)),
        (stamp(40), at(40)),
        (stamp(-40), at(-40)),
        ("1000000000", at(1e9)),
        (format_datetime(at(25), usegmt=True), at(25)),
        ("Thu, 15 Jan 2026 13:00:10 +0100", at(10)),
        ("Thu, 15 Jan 2026 12:00:10 -0000", at(10)),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("1e3", None),
        ("1_000", None),
    ],
)
def test_a_moment_is_seconds_a_timestamp_or_a_date(text: str, expected: datetime | None) -> None:
    assert moment(text, NOW) == expected


@given(
    st.text() | st.integers().map(str) | st.floats().map(str) | st.from_regex(r"\w{3}, \d+ \w{3} \d+ \d+:\d+:\d+ .*")
)
@example("9" * 400)
@example("Mon, 01 Jan 0001 00:00:00 +9999")
@example("Mon, 01 Jan 9999 00:00:00 -9999")
def test_no_header_breaks_the_reading_of_it(text: str) -> None:
    found = moment(text, NOW)
    assert found is None or found.tzinfo is not None
    wait = retry_at({"retry-after": text}, NOW)
    assert wait is None or wait >= NOW


@given(st.integers(0, 10**9), st.sampled_from(["retry-after", "x-retry-after"]))
def test_seconds_and_a_timestamp_of_the_same_moment_agree(seconds: int, header: str) -> None:
    assert retry_at({header: str(seconds)}, NOW) == retry_at({header: stamp(seconds)}, NOW) == at(seconds)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "10", "x-retry-after": "20"}, at(10)),
        ({"retry-after": "soon", "x-retry-after": "20"}, at(20)),
        ({"retry-after": "90", "x-ratelimit-reset": stamp(15)}, at(15)),
        ({"retry-after": "5", "x-ratelimit-reset": stamp(15)}, at(5)),
        ({"retry-after": "0", "x-ratelimit-reset": stamp(15)}, at(0)),
        ({"retry-after": "5", "x-ratelimit-reset": stamp(-15)}, at(5)),
        ({"retry-after": stamp(-15)}, at(0)),
        ({"x-ratelimit-reset": stamp(15)}, at(15)),
        ({"x-ratelimit-reset": stamp(-15)}, at(0)),
    ],
)
def test_the_wait_is_the_smaller_of_what_is_asked_and_the_reset(
    headers: dict[str, str], expected: datetime | None
) -> None:
    assert retry_at(headers, NOW) == expected


def test_a_snapshot_is_read_from_the_headers() -> None:
    headers = {"x-ratelimit-limit": "180", "x-ratelimit-remaining": "45", "x-ratelimit-reset": stamp(30)}
    limit = read_rate_limit(headers, family="orgs", now=NOW)
    assert limit == RateLimit("orgs", 180, 45, at(30))
    assert limit is not None
    assert limit.share == 0.25


@pytest.mark.parametrize(
    "odd",
    [
        {"x-ratelimit-limit": "0"},
        {"x-ratelimit-limit": "x"},
        {"x-ratelimit-remaining": "1.5"},
        {"x-ratelimit-reset": ""},
    ],
)
def test_headers_that_make_no_sense_are_no_snapshot(odd: dict[str, str]) -> None:
    headers = {"x-ratelimit-limit": "180", "x-ratelimit-remaining": "45", "x-ratelimit-reset": stamp(30), **odd}
    assert read_rate_limit(headers, family="orgs", now=NOW) is None


def test_within_a_window_the_lower_count_wins_and_a_later_window_replaces() -> None:
    assert later(None, snapshot(remaining=5), now=NOW).remaining == 5
    assert later(snapshot(remaining=5), snapshot(remaining=6), now=NOW).remaining == 5
    assert later(snapshot(remaining=6), snapshot(remaining=5), now=NOW).remaining == 5
    assert later(snapshot(remaining=5), snapshot(remaining=90, seconds=120), now=NOW).remaining == 90
    assert later(snapshot(remaining=5), snapshot(remaining=90, seconds=30), now=at(61)).remaining == 90


def test_the_tightest_is_the_smallest_share_of_a_window_that_still_runs() -> None:
    wide, tight = snapshot("a", remaining=100, limit=1000), snapshot("b", remaining=50, limit=100)
    over = snapshot("c", remaining=0, seconds=-1)
    assert tightest([wide, tight, over], now=NOW) is wide
    assert tightest([over], now=NOW) is None
