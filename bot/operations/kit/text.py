"""How values read in an answer: numbers, days and sizes for people."""

from collections.abc import Iterable
from datetime import UTC, datetime
from difflib import get_close_matches


def day(timestamp: object) -> str:
    """`2026-11-23` of Docker's timestamps, or a dash where there is none."""
    return str(timestamp)[:10] if timestamp else "–"


def moment(timestamp: object) -> str | datetime:
    """The moment of one of Docker's timestamps, in UTC, or a dash; what is no timestamp is answered as it is."""
    if not timestamp:
        return "–"
    try:
        found = datetime.fromisoformat(str(timestamp))
    except ValueError:
        return str(timestamp)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def minute(timestamp: object) -> str:
    """`2026-11-23 14:05 UTC`, for the middle of a sentence; what is no timestamp is answered as it is."""
    found = moment(timestamp)
    return found.strftime("%Y-%m-%d %H:%M UTC") if isinstance(found, datetime) else found


def size(octets: object) -> str:
    """`12.3 MB` of a number of bytes, or a dash."""
    if not isinstance(octets, int | float):
        return "–"
    value = float(octets)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def count(number: int, singular: str, plural: str = "") -> str:
    """`1 tag`, `1,204 tags`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name among those that exist that is most like the one typed, whatever the case; None where none is."""
    by_folded = {each.casefold(): each for each in names}
    found = get_close_matches(name.casefold(), list(by_folded), n=1)
    return by_folded[found[0]] if found else None


def nearest_hint(name: str, names: Iterable[str]) -> str:
    """` The nearest is “backend”.`, to end a sentence with; nothing where no name is like the one typed."""
    near = nearest(name, names)
    return f" The nearest is “{near}”." if near else ""


def no_formula(cell: str) -> str:
    """The cell of a CSV file, as no formula: a spreadsheet takes what begins with an apostrophe for text."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and len(cell) > 1 else cell
