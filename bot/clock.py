"""The two times there are: the business's, which a sandbox may move, and the machine's, which nobody does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def utc_now() -> datetime:
    """The machine's time, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` is when things happen to people: expiry, reminders, schedules, what the trail and the messages say.

    `real` is for what guards processes: leases, heartbeats, time-outs, retries. Where a sandbox moves its time by an
    hour, requests expire, and no executor looks dead.
    """

    now: Callable[[], datetime] = utc_now
    real: Callable[[], datetime] = utc_now


def standing_at(moment: datetime) -> Clock:
    """The business's time stands at the moment, and the machine's goes on: for what follows from something that was."""
    return Clock(now=lambda: moment)


# Where nobody moves the time.
REAL = Clock()


def zone_of(timezone: str) -> ZoneInfo:
    """The zone with this IANA name; UTC where there is none."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
