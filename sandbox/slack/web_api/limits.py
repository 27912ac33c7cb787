"""Slack's rate limits: a bucket for each method, and one message a second for each channel."""

import math
from collections.abc import Callable
from dataclasses import dataclass

# https://docs.slack.dev/apis/web-api/rate-limits: calls a minute that each tier allows at least (none here is tier 1)
TIER_2, TIER_3, TIER_4 = 20, 50, 100
SPECIAL = 600
MESSAGES_A_SECOND = 1.0
MESSAGE_BURST = 3


@dataclass(slots=True)
class Bucket:
    """Holds `level` tokens as of `at`, gains `rate` a second, never more than `capacity`."""

    capacity: float
    rate: float
    level: float
    at: float

    def take(self, now: float) -> float:
        """Take a token and answer 0, or answer the seconds until there is one."""
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level < 1:
            return (1 - self.level) / self.rate
        self.level -= 1
        return 0


class Limits:
    """The buckets of one app in one workspace.

    `enabled = False` lets everything through; `messages_a_second` is how many messages a channel takes.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.enabled = True
        self.messages_a_second = MESSAGES_A_SECOND
        self._now = now
        self._buckets: dict[str, Bucket] = {}

    def take_call(self, method: str, per_minute: int) -> int:
        """Count a call; answers 0, or the `Retry-After` in whole seconds."""
        return self._take(method, float(per_minute), per_minute / 60)

    def take_message(self, channel: str) -> int:
        """Count a message in a channel; answers 0, or the `Retry-After` in whole seconds."""
        return self._take(f"#{channel}", MESSAGE_BURST, self.messages_a_second)

    def _take(self, key: str, capacity: float, rate: float) -> int:
        if not self.enabled:
            return 0
        now = self._now()
        bucket = self._buckets.setdefault(key, Bucket(capacity, rate, capacity, now))
        return math.ceil(bucket.take(now))
