"""What somebody wants to hear directly, and when not: as they settled it, or as it is for who never did."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal, TypeAlias, get_args

from bot.clock import zone_of
from bot.db import preferences
from bot.db.session import Database, Session
from bot.db.surfaces import StoredPreferences

# To be asked for an approval, to be reminded of it, to hear what became of one's requests; the words are in rows.
Want: TypeAlias = Literal["ask", "reminders", "results"]
WANTS: tuple[Want, ...] = get_args(Want)
DEFAULT: frozenset[str] = frozenset({"reminders", "results"})
WORK_BEGINS, WORK_ENDS = time(9), time(18)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Preferences:
    """`quiet` is from when until when nothing is sent, by the person's own clock; it may go over midnight."""

    wants: frozenset[str] = DEFAULT
    quiet: tuple[time, time] | None = None


def is_quiet(settled: Preferences, at: datetime, timezone: str) -> bool:
    """Whether the moment is in the person's quiet hours, which nobody has who never settled any."""
    if settled.quiet is None:
        return False
    (begin, end), now = settled.quiet, at.astimezone(zone_of(timezone)).time()
    return begin <= now < end if begin < end else now >= begin or now < end


def may_be_reminded(settled: Preferences, at: datetime, timezone: str) -> bool:
    """Whether what can wait may come now: from Monday to Friday, outside of their quiet hours, or else from 9 to 18."""
    there = at.astimezone(zone_of(timezone))
    is_quiet_now = is_quiet(settled, at, timezone) if settled.quiet else not WORK_BEGINS <= there.time() < WORK_ENDS
    return there.weekday() < SATURDAY and not is_quiet_now


def read_preferences(stored: StoredPreferences | None) -> Preferences:
    """What a row says; what there is no word for any more is left out."""
    if stored is None:
        return Preferences()
    wants = frozenset(stored.wants) & frozenset(WANTS)
    if stored.quiet_from is None or stored.quiet_until is None:
        return Preferences(wants)
    return Preferences(wants, (time.fromisoformat(stored.quiet_from), time.fromisoformat(stored.quiet_until)))


async def preferences_of(database: Database, person: str) -> Preferences:
    """What the person has settled."""
    async with database.reading() as session:
        return await preferences_in(session, person)


async def preferences_in(session: Session, person: str) -> Preferences:
    """The same in a transaction."""
    return read_preferences(await preferences.get(session, person))


async def preferences_of_each(database: Database, people: Collection[str]) -> Mapping[str, Preferences]:
    """What each of these people has settled."""
    async with database.reading() as session:
        stored = await preferences.get_each(session, people)
    return {person: read_preferences(stored.get(person)) for person in people}


async def settle_preferences(session: Session, person: str, settled: Preferences, *, now: datetime) -> None:
    """Keep it in place of what they had; quiet hours that begin when they end are none."""
    quiet = settled.quiet if settled.quiet and settled.quiet[0] != settled.quiet[1] else None
    begin, end = (f"{each:%H:%M}" for each in quiet) if quiet else (None, None)
    await preferences.put(session, person, wants=settled.wants, quiet_from=begin, quiet_until=end, now=now)
