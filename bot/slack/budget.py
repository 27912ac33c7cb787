"""How many changes a minute we ask of Slack: one budget for all of them, so that what is urgent goes first."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.outbox.sender import RateLimited

# https://docs.slack.dev/apis/web-api/rate-limits: tier 3, the lowest of the methods that change what stands.
A_MINUTE = 50
WINDOW_SECONDS = 60.0


@dataclass(slots=True)
class Budget:
    """At most `per_minute` calls in any minute, by the clock of `monotonic`."""

    per_minute: int = A_MINUTE
    monotonic: Callable[[], float] = time.monotonic
    _taken: deque[float] = field(default_factory=deque)

    def take(self, *, reserve: int = 0) -> None:
        """Take one call, and leave `reserve` of them to who needs them more.

        Raises `RateLimited` where there is none, with how long it takes until there is. Nothing is taken then.
        """
        now = self.monotonic()
        while self._taken and now - self._taken[0] >= WINDOW_SECONDS:
            self._taken.popleft()
        allowed = max(1, self.per_minute - reserve)
        if len(self._taken) >= allowed:
            frees = self._taken[len(self._taken) - allowed]
            # What is posted anew does not count, so it need not wait for this.
            raise RateLimited(frees + WINDOW_SECONDS - now, holds_up=False)
        self._taken.append(now)
