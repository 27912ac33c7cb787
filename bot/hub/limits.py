"""Docker Hub's rate limit, read from an answer's headers: how much is left, and when to come back."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

# Above this a number is a moment in unix seconds, below it a number of seconds from now.
SMALLEST_TIMESTAMP = 1e9
LAST_TIMESTAMP = datetime(9999, 12, 31, tzinfo=UTC).timestamp()
NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?", re.ASCII)

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RateLimit:
    """One route family's limit as Docker Hub last told it: `limit` requests a minute, `remaining` of them left.

    These are the API's limits, not the image-pull limits.
    """

    family: str
    limit: int
    remaining: int
    reset_at: datetime

    @property
    def share(self) -> float:
        """What is left, from 1.0 (all) to 0.0 (spent)."""
        return min(1.0, self.remaining / self.limit)

    def as_json(self) -> dict[str, Any]:
        """Ready for `json.dumps`; the moment in ISO 8601."""
        return {
            "family": self.family,
            "limit": self.limit,
            "remaining": self.remaining,
            "reset_at": self.reset_at.isoformat(),
        }


def family(template: str) -> str:
    """The route family of a path template: `/v2/orgs/{organization}/groups/{team}` is `orgs/groups`.

    Docker Hub limits route families, not one global number, and does not name them: this takes the collection after
    the version, and the first fixed word beneath its first member.
    """
    parts = template.strip("/").split("/")
    words = parts[1:] if re.fullmatch(r"v\d+", parts[0]) else parts
    beneath = [word for word in words[2:] if not word.startswith("{")]
    return "/".join(words[:1] + beneath[:1])


def read_rate_limit(headers: Headers, *, family: str, now: datetime) -> RateLimit | None:
    """The snapshot in an answer's headers (lower-case names), or None where they are missing or make no sense."""
    try:
        limit = int(headers["x-ratelimit-limit"])
        remaining = int(headers["x-ratelimit-remaining"])
    except (KeyError, ValueError):
        return None
    reset_at = moment(headers.get("x-ratelimit-reset", ""), now)
    if limit <= 0 or reset_at is None:
        return None
    return RateLimit(family, limit, max(0, remaining), reset_at)


def later(old: RateLimit | None, new: RateLimit, *, now: datetime) -> RateLimit:
    """The one to keep. Answers of calls side by side arrive in any order, so within one window the lower count wins."""
    if old is None or new.reset_at > old.reset_at or old.reset_at <= now:
        return new
    return min(old, new, key=lambda snapshot: snapshot.remaining)


def tightest(snapshots: Iterable[RateLimit], *, now: datetime) -> RateLimit | None:
    """The one with the smallest share left, of those whose window has not ended; None where there is none."""
    return min((s for s in snapshots if s.reset_at > now), key=lambda s: s.share, default=None)


def moment(text: str, now: datetime) -> datetime | None:
    """A header's moment: seconds from now, unix seconds (above 10⁹) or an HTTP date; None where it is none of them.

    All three have been seen in `Retry-After`. Nothing is answered later than the year 9999.
    """
    text = text.strip()
    if NUMBER.fullmatch(text):
        return _moment_of_number(float(text), now)
    try:
        date = parsedate_to_datetime(text)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _moment_of_number(number: float, now: datetime) -> datetime | None:
    if not math.isfinite(number):
        return None
    if number > SMALLEST_TIMESTAMP:
        return datetime.fromtimestamp(min(number, LAST_TIMESTAMP), UTC)
    return now + timedelta(seconds=max(0.0, number))


def retry_at(headers: Headers, now: datetime) -> datetime | None:
    """When an answer says to come back, never before `now`; None where it does not say.

    `Retry-After`, or `X-Retry-After` as an older publication calls it; the smaller of it and the reset. A reset that
    has passed says nothing beside a `Retry-After`: the answer that carries it was still a refusal.
    """
    asked = moment(headers.get("retry-after", ""), now) or moment(headers.get("x-retry-after", ""), now)
    reset = moment(headers.get("x-ratelimit-reset", ""), now)
    if asked is None:
        return max(reset, now) if reset else None
    return max(now, min(asked, reset) if reset and reset > now else asked)
