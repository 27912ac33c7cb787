"""What somebody wants to hear of in their direct messages, and when they may be disturbed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from bot.db import preferences
from bot.db.session import Database, Session
from bot.db.surfaces import StoredPreferences

Want: TypeAlias = Literal["ask", "reminders", "results", "alerts"]
Wants: TypeAlias = frozenset[Want]

# In the order in which they are shown; rows have these words.
WANTS: tuple[Want, ...] = ("ask", "reminders", "results", "alerts")
DEFAULTS: Wants = frozenset({"results", "reminders"})
WORK_BEGINS, WORK_ENDS = time(9), time(18)
WORKING_DAYS = range(5)
MIDNIGHT = time()


@dataclass(frozen=True, slots=True)
class Preferences:
    """Quiet hours are by the person's own clock, and go over midnight where they end before they begin.

    Where both ends are the same there are none.
    """

    wants: Wants = DEFAULTS
    quiet_from: time | None = None
    quiet_until: time | None = None

    @property
    def quiet_hours(self) -> tuple[time, time] | None:
        """From when until when, where there are any."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        return self.quiet_from, self.quiet_until


async def preferences_of(database: Database, person: str) -> Preferences:
    """What the person has settled, or the defaults."""
    async with database.reading() as session:
        return await preferences_in(session, person)


async def preferences_in(session: Session, person: str) -> Preferences:
    """The same in a transaction."""
    row = await preferences.get(session, person)
    return load_preferences(row) if row is not None else Preferences()


async def settle_preferences(session: Session, person: str, settled: Preferences, *, now: datetime) -> None:
    """Keep what the person settles."""
    await preferences.put(
        session,
        person,
        wants=settled.wants,
        quiet_from=_dumped(settled.quiet_from),
        quiet_until=_dumped(settled.quiet_until),
        now=now,
    )


def load_preferences(row: StoredPreferences) -> Preferences:
    """What a row says; a wish that this version does not know is left out."""
    wants = frozenset(want for want in WANTS if want in row.wants)
    return Preferences(wants, _loaded(row.quiet_from), _loaded(row.quiet_until))


def is_quiet(settled: Preferences, at: datetime, timezone: str | None) -> bool:
    """Whether the moment is in the person's quiet hours, by their clock in `timezone`."""
    if (hours := settled.quiet_hours) is None:
        return False
    begin, end = hours
    now = at.astimezone(zone_of(timezone)).time()
    return begin <= now < end if begin < end else now >= begin or now < end


def next_hearing(settled: Preferences, at: datetime, timezone: str | None) -> datetime:
    """The first moment from `at` on at which the person may be reminded of something, in UTC.

    That is on working days, Monday to Friday, from 9 to 18 by their clock; or whenever their quiet hours are not, where
    they have settled some.
    """
    zone = zone_of(timezone)
    today = at.astimezone(zone).date()
    for days in range(8):
        day = today + timedelta(days=days)
        if day.weekday() not in WORKING_DAYS:
            continue
        for begin, end in _hearing_hours(settled):
            begins = _moment(datetime.combine(day, begin), zone)
            ends = _moment(datetime.combine(day + timedelta(days=end == MIDNIGHT), end), zone)
            if max(at, begins) < ends:
                return max(at, begins).astimezone(UTC)
    return at.astimezone(UTC)  # a week always has such an hour


def zone_of(timezone: str | None) -> tzinfo:
    """The time zone of this name; UTC where none is known by it."""
    try:
        return ZoneInfo(timezone) if timezone else UTC
    except (LookupError, ValueError, OSError):
        return UTC


def _hearing_hours(settled: Preferences) -> Iterator[tuple[time, time]]:
    """The hours of a working day at which the person may be disturbed, in order; midnight ends the day."""
    match settled.quiet_hours:
        case None:
            yield WORK_BEGINS, WORK_ENDS
        case (begin, end) if begin > end:
            yield end, begin
        case (begin, end):
            if begin != MIDNIGHT:
                yield MIDNIGHT, begin
            yield end, MIDNIGHT


def _moment(local: datetime, zone: tzinfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)


def _loaded(stored: str | None) -> time | None:
    return time.fromisoformat(stored) if stored else None


def _dumped(moment: time | None) -> str | None:
    return f"{moment:%H:%M}" if moment is not None else None
