"""Moments as Docker Hub writes and reads them."""

from datetime import UTC, datetime


def stamp(at: float) -> str:
    """Unix seconds as `2021-01-05T21:06:53.506400Z`."""
    return f"{datetime.fromtimestamp(at, UTC).isoformat(timespec='microseconds')[:-6]}Z"


def maybe_stamp(at: float | None) -> str | None:
    """As `stamp`, and None for a moment that never was."""
    return None if at is None else stamp(at)


def second(at: float) -> str:
    """Unix seconds as `2021-02-19T01:34:35Z`, the audit log's form."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> float:
    """An RFC 3339 moment as Unix seconds; one without a zone counts as UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
