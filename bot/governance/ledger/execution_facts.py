"""What can happen to a request in the hands of executors: facts, as in `facts.py`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.governance.ledger.events import HUBWARDEN, Event
from bot.governance.ledger.lifecycle import STATES, Status, sources_of
from bot.governance.ledger.row_change import RowChange
from bot.governance.stored import dump_outcome
from bot.operations.kit.base import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What Docker's log will show because of an execution: this action, on one of the subjects."""

    action: str
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """An executor began; `lease_until` is machine time, `expected` what Docker's log will show of it.

    `version` is that of the row as it was judged, where somebody judged it.
    """

    at: datetime
    executor: str
    lease_until: datetime
    expected: tuple[Expected, ...] = ()
    version: int | None = None
    actor: str = HUBWARDEN

    @property
    def event(self) -> Event:
        return Event.EXECUTING

    @property
    def change(self) -> RowChange:
        """From approved, once, and not before what was put off goes on."""
        return RowChange(
            sources=sources_of(Status.EXECUTING),
            target=Status.EXECUTING,
            values={"claimed_by": self.executor, "claimed_at": self.at, "lease_until": self.lease_until},
            resumes_by=self.at,
            version=self.version,
            attempts=1,
        )

    @property
    def details(self) -> dict[str, Any]:
        return {"executor": self.executor}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """It waits, because of `why`: until `until` (None: until something else is over), since `since`.

    `executor` gives up its claim, where it had one. The request then stands at `status`: approved where nothing was
    written, executing where its execution has begun. `times` is how often in a row it was put off, where that changes.
    """

    at: datetime
    status: Status
    why: str
    until: datetime | None
    since: datetime
    times: int | None = None
    executor: str | None = None
    actor: str = HUBWARDEN

    @property
    def event(self) -> Event:
        return Event.DEFERRED

    @property
    def change(self) -> RowChange:
        """A claim that is given up before a write was no attempt."""
        values: dict[str, Any] = {
            "resume_at": self.until,
            "waits_because": self.why,
            "waits_since": self.since,
        }
        if self.times is not None:
            values["postponements"] = self.times
        if self.executor is None:
            return RowChange(sources=frozenset({self.status}), values=values, resumes_by=self.at)
        is_back = self.status is Status.APPROVED
        return RowChange(
            sources=frozenset({Status.EXECUTING}),
            target=self.status if is_back else None,
            values={**values, "claimed_by": None, "lease_until": None},
            holder=self.executor,
            attempts=-1 if is_back else 0,
        )

    @property
    def details(self) -> dict[str, Any]:
        until = {"until": self.until.isoformat()} if self.until is not None else {}
        return {"status": self.status, "why": self.why, **until}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """An executor goes on with what was given up in the middle: no new attempt. `lease_until` is machine time."""

    at: datetime
    executor: str
    lease_until: datetime
    actor: str = HUBWARDEN

    @property
    def event(self) -> Event:
        return Event.RESUMED

    @property
    def change(self) -> RowChange:
        """Only where nobody has its claim, and not before its time."""
        values = {"claimed_by": self.executor, "lease_until": self.lease_until}
        sources = frozenset({Status.EXECUTING})
        return RowChange(sources=sources, values=values, resumes_by=self.at, is_unclaimed=True)

    @property
    def details(self) -> dict[str, Any]:
        return {"executor": self.executor}


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """An executor goes on where another has fallen silent; `real_now` and `lease_until` are machine time."""

    at: datetime
    executor: str
    attempt: int
    real_now: datetime
    lease_until: datetime
    actor: str = HUBWARDEN

    @property
    def event(self) -> Event:
        return Event.TAKEN_OVER

    @property
    def change(self) -> RowChange:
        """Only where the other's lease is over."""
        values = {"claimed_by": self.executor, "lease_until": self.lease_until}
        sources = frozenset({Status.EXECUTING})
        return RowChange(sources=sources, values=values, lease_over_by=self.real_now, attempts=1)

    @property
    def details(self) -> dict[str, Any]:
        return {"executor": self.executor, "attempt": self.attempt}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """An execution came to its end, in the hands of whoever had the claim."""

    at: datetime
    status: Status
    executor: str
    outcome: Outcome | None = None
    error: str | None = None
    actor: str = HUBWARDEN

    @property
    def event(self) -> Event:
        return STATES[self.status].event

    @property
    def change(self) -> RowChange:
        """Only while the claim is held: whoever lost it must not say how it ended."""
        values: dict[str, Any] = {"finished_at": self.at, "error": self.error, "lease_until": None}
        if self.outcome is not None:
            values["outcome"] = dump_outcome(self.outcome)
        sources = frozenset({Status.EXECUTING})
        return RowChange(sources=sources, target=self.status, values=values, holder=self.executor)

    @property
    def details(self) -> dict[str, Any]:
        said = {"error": self.error, "outcome": dump_outcome(self.outcome) if self.outcome else None}
        return {key: value for key, value in said.items() if value is not None}
