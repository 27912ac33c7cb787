"""What can be done now, what has to wait and for what: pure, and decided anew each time from the rows.

The oldest comes first, whatever has to be done with it. Two requests on one subject are never done at once, and in the
order of their numbers; what has to wait holds up nothing else.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.db.claims import Row
from bot.governance.ledger.lifecycle import Status

# States in which a request is an executor's.
AT_WORK = (Status.APPROVED, Status.EXECUTING)
# Longer than the workers need to see a request; whoever waits longer is told why.
EXPECTED_WAIT = timedelta(seconds=5)
NO_SLOT = "Everything that is done at once is being done: it waits for a free slot."


class Task(Enum):
    """What an executor does with a request: begin it, go on with what was given up, or with what a dead one left."""

    BEGIN = auto()
    RESUME = auto()
    TAKE_OVER = auto()


@dataclass(frozen=True, slots=True)
class Queue:
    """The requests that are approved or being done, oldest first, at a moment: `now` is business time."""

    rows: Sequence[Row]
    now: datetime
    real_now: datetime

    def next(self, *, but: Collection[int] = ()) -> tuple[int, Task] | None:
        """The oldest that can be done now, but for those that somebody looks at already."""
        blocked = self._blocked()
        for row in self.rows:
            if row.id not in but and row.id not in blocked and (task := self._task(row)) is not None:
                return row.id, task
        return None

    def task_of(self, request_id: int) -> Task | None:
        """What can be done with this one now, if anything."""
        if request_id in self._blocked():
            return None
        return next((self._task(row) for row in self.rows if row.id == request_id), None)

    def rest(self) -> timedelta | None:
        """How long until the next one that waits goes on; None where none waits for a moment."""
        moments = [row.resume_at for row in self.rows if row.resume_at is not None and row.resume_at > self.now]
        return min(moments) - self.now if moments else None

    def waits(self) -> Mapping[int, str]:
        """Why those wait that nothing puts off and that could have been begun a while ago; only what the rows lack."""
        blocked = self._blocked()
        told = {
            row.id: why_blocked(blocked[row.id]) if row.id in blocked else NO_SLOT
            for row in self.rows
            if self._task(row) is Task.BEGIN and self.now - ready_at(row) >= EXPECTED_WAIT
        }
        return {row.id: told[row.id] for row in self.rows if row.id in told and told[row.id] != row.waits_because}

    def ready_at(self, request_id: int) -> datetime:
        """Since when it could have been done."""
        return next(ready_at(row) for row in self.rows if row.id == request_id)

    def _task(self, row: Row) -> Task | None:
        is_due = row.resume_at is None or row.resume_at <= self.now
        if row.status == Status.APPROVED:
            return Task.BEGIN if is_due and row.expires_at > self.now else None
        if row.claimed_by is None:
            return Task.RESUME if is_due else None
        is_over = row.lease_until is not None and row.lease_until < self.real_now
        return Task.TAKE_OVER if is_over else None

    def _blocked(self) -> Mapping[int, int]:
        """Which approved requests have to wait for which: for what is being done, and for older ones."""
        return dict(self._pairs())

    def _pairs(self) -> Iterator[tuple[int, int]]:
        first = {key: row.id for row in self.rows if row.status == Status.EXECUTING for key in row.subjects or ()}
        for row in self.rows:
            if row.status != Status.APPROVED or row.expires_at <= self.now:
                continue
            others = [first[key] for key in row.subjects or () if key in first]
            if others:
                yield row.id, min(others)
            for key in row.subjects or ():
                first.setdefault(key, row.id)


def ready_at(row: Row) -> datetime:
    """The last decision on it, or the moment until which it was put off."""
    return row.resume_at or row.ready_at


def why_blocked(other: int) -> str:
    """The sentence for whoever waits for another request."""
    return f"Request {other} is about the same, and comes first."


def overlap(rows: Sequence[Row], request_id: int, subjects: Collection[str]) -> bool:
    """Whether another of the rows is about one of the subjects."""
    wanted = set(subjects)
    return any(row.id != request_id and not wanted.isdisjoint(row.subjects or ()) for row in rows)
