"""Rate limits: a window of a minute for each route family and each caller."""

import math
from dataclasses import dataclass
from email.utils import formatdate
from typing import Literal

from sandbox.clock import Clock

WINDOW = 60.0
DEFAULT_LIMIT = 600
ANONYMOUS_LIMIT = 180  # seen on anonymous reads

RetryAfter = Literal["seconds", "date", "timestamp"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One family's limit for one caller: requests a minute, what is left of them, and when it resets (unix seconds)."""

    family: str
    limit: int
    remaining: int
    reset: int
    over: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """The three headers that every answer carries."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


@dataclass(slots=True)
class _Window:
    until: float
    used: int = 0


class Limits:
    """Counts requests. `set` changes a family's limit; `retry_after` and `retry_header` the form of a refusal."""

    def __init__(self, clock: Clock) -> None:
        self.default = DEFAULT_LIMIT
        self.anonymous = ANONYMOUS_LIMIT
        self.retry_after: RetryAfter = "seconds"
        self.retry_header = "Retry-After"
        self._clock = clock
        self._limits: dict[str, int] = {}
        self._windows: dict[tuple[str, str], _Window] = {}
        self._spent: tuple[float, float] = (0.0, 0.0)

    def set(self, family: str, limit: int) -> None:
        """Allow a family `limit` requests a minute."""
        self._limits[family] = limit

    def count(self, family: str, caller: str) -> Reading:
        """Count one request; over the limit it is refused and not counted."""
        window = self._window(family, caller)
        over = window.used >= self._limit(family, caller)
        window.used += 0 if over else 1
        return self.read(family, caller, over=over)

    def read(self, family: str, caller: str, *, over: bool = False) -> Reading:
        """What is left, without counting."""
        window, limit = self._window(family, caller), self._limit(family, caller)
        return Reading(family, limit, max(0, limit - window.used), math.ceil(window.until), over)

    def readings(self, caller: str) -> list[Reading]:
        """What is left in every family that this caller has used in the last minute."""
        now = self._clock.now()
        used = sorted(f for (f, who), window in self._windows.items() if who == caller and window.until > now)
        return [self.read(family, caller) for family in used]

    def spend(self, left: float) -> None:
        """Leave everybody only this part of every family's limit, until the window resets a minute from now."""
        self._spent = (self._clock.now() + WINDOW, left)
        for family, caller in self._windows:
            self._windows[family, caller] = self._opened(family, caller)

    def retry_after_header(self, reading: Reading) -> tuple[str, str]:
        """Name and value of the header of a 429, in the chosen form."""
        seconds = min(int(WINDOW), max(1, math.ceil(reading.reset - self._clock.now())))
        value = {
            "seconds": str(seconds),
            "date": formatdate(reading.reset, usegmt=True),
            "timestamp": str(reading.reset),
        }[self.retry_after]
        return self.retry_header, value

    def _limit(self, family: str, caller: str) -> int:
        fallback = self.anonymous if caller.startswith("anonymous") else self.default
        return self._limits.get(family, fallback)

    def _window(self, family: str, caller: str) -> _Window:
        window = self._windows.get((family, caller))
        if window is None or window.until <= self._clock.now():
            window = self._windows[family, caller] = self._opened(family, caller)
        return window

    def _opened(self, family: str, caller: str) -> _Window:
        now, (until, left) = self._clock.now(), self._spent
        if until <= now:
            return _Window(now + WINDOW)
        limit = self._limit(family, caller)
        return _Window(until, limit - math.ceil(limit * left))
