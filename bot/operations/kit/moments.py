"""When people mean: “yesterday”, “2 days ago” or “2026-11-01T12:00” to a text that means the same for ever."""

import re
from datetime import UTC, date, datetime, time, timedelta

MOMENT = "%Y-%m-%dT%H:%M:%SZ"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOURS = {"minute": 1 / 60, "min": 1 / 60, "m": 1 / 60, "hour": 1, "hr": 1, "h": 1}
UNITS = "minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|months?"
AGO = re.compile(
    rf"(?:(?:last|past) (\d{{1,6}}|an?|one) ?({UNITS})|(\d{{1,6}}|an?|one) ?({UNITS}) ago|(\d{{1,6}})([mhdw]))"
)
PERIOD = re.compile(r"(this|last) (week|month)")
WEEKDAY = re.compile(rf"(last )?({'|'.join(f'{day[:3]}(?:{day[3:]})?' for day in DAYS)})")
CLOCK = re.compile(r"(?:(?P<day>.+?)(?: at)? )?(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
ISO_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
ISO_WEEK = re.compile(r"\d{4}-w\d{2}", re.ASCII)
ISO_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(z|utc|[+-]\d{2}:?\d{2}))?", re.ASCII)
SECOND = timedelta(seconds=1)


def settle(text: str, now: datetime) -> str:
    """The text with words resolved: a moment, a day, a week or a month, such as `2026-11-23T14:05:00Z`, `2026-W47`.

    What it answers means the same at any other `now` (aware), so it can be stored. Days are UTC's, and a time without
    a zone is too. Raises ValueError for what is none of these, or lies outside the calendar.
    """
    words = " ".join(text.lower().split())
    today = now.astimezone(UTC).date()
    try:
        return _settled_iso(words) or _settled_clock(words, now) or _settled_words(words, now) or _day(words, today)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"“{text}” is no moment") from error


def first_moment(settled: str) -> datetime:
    """The first second of what `settle` answered, in UTC."""
    return _span(settled)[0]


def last_moment(settled: str) -> datetime:
    """The last second of what `settle` answered, in UTC; of a moment, itself."""
    return _span(settled)[1]


def _span(settled: str) -> tuple[datetime, datetime]:
    if "T" in settled:
        moment = datetime.strptime(settled, MOMENT).replace(tzinfo=UTC)
        return moment, moment
    if "W" in settled:
        start = date.fromisoformat(settled)
        return _midnight(start), _midnight(start + timedelta(days=7)) - SECOND
    if ISO_DAY.fullmatch(settled):
        start = date.fromisoformat(settled)
        return _midnight(start), _midnight(start) + timedelta(days=1) - SECOND
    start = date.fromisoformat(f"{settled}-01")
    return _midnight(start), _midnight((start + timedelta(days=31)).replace(day=1)) - SECOND


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _settled_iso(words: str) -> str | None:
    if ISO_MOMENT.fullmatch(words):
        # Python reads neither “utc” nor a space before the zone.
        found = datetime.fromisoformat(re.sub(r" ?(z|utc)$", "+00:00", words).replace(" +", "+").replace(" -", "-"))
        return _moment(found if found.tzinfo else found.replace(tzinfo=UTC))
    if not any(shape.fullmatch(words) for shape in (ISO_DAY, ISO_WEEK, ISO_MONTH)):
        return None
    _span(words.upper())
    return words.upper()


def _settled_clock(words: str, now: datetime) -> str | None:
    """`14:05`, `yesterday 9:30`, `monday at 12:00`."""
    found = CLOCK.fullmatch(words)
    if found is None:
        return None
    day = _day(found["day"] or "today", now.astimezone(UTC).date())
    return f"{day}T{int(found['hour']):02}:{found['minute']}:00Z"


def _settled_words(words: str, now: datetime) -> str | None:
    """`now`, `2 hours ago`, `2 days ago`, `last week`: a moment where the unit is less than a day."""
    if words == "now":
        return _moment(now)
    if found := PERIOD.fullmatch(words):
        return _period(found[1], found[2], today=now.astimezone(UTC).date())
    if found := AGO.fullmatch(words):
        number, unit = (part for part in found.groups() if part is not None)
        return _ago(int(number) if number.isdecimal() else 1, unit, now=now)
    return None


def _period(which: str, kind: str, *, today: date) -> str:
    if kind == "week":
        year, week, _ = (today - timedelta(days=7 if which == "last" else 0)).isocalendar()
        return f"{year:04}-W{week:02}"
    first = today.replace(day=1)
    return f"{first - timedelta(days=1) if which == 'last' else first:%Y-%m}"


def _ago(number: int, unit: str, *, now: datetime) -> str:
    unit = unit if len(unit) == 1 else unit.removesuffix("s")
    if unit in HOURS:
        return _moment(now - timedelta(hours=number * HOURS[unit]))
    today = now.astimezone(UTC).date()
    if unit == "month":
        return _months_before(today, number).isoformat()
    return (today - timedelta(days=number * (7 if unit[0] == "w" else 1))).isoformat()


def _months_before(today: date, number: int) -> date:
    """The same day of an earlier month, or that month's last."""
    year, month = divmod(today.year * 12 + today.month - 1 - number, 12)
    first = date(year, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(today.day, last.day))


def _day(words: str, today: date) -> str:
    """A day as ISO 8601 has it; raises ValueError where the words mean none."""
    if ISO_DAY.fullmatch(words):
        return date.fromisoformat(words).isoformat()
    if words in {"today", "yesterday"}:
        return (today - timedelta(days=words == "yesterday")).isoformat()
    if found := WEEKDAY.fullmatch(words):
        wanted = next(number for number, day in enumerate(DAYS) if day.startswith(found[2]))
        back = (today.weekday() - wanted) % 7
        return (today - timedelta(days=back or (7 if found[1] else 0))).isoformat()
    if (found := AGO.fullmatch(words)) and len(settled := _settled_words(words, _midnight(today)) or "") == 10:
        return settled
    raise ValueError(words)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"
