"""The life of a request: its states, and every arrow between them. The README's drawing mirrors this table."""

from enum import StrEnum


class Status(StrEnum):
    """Where a request stands."""

    PENDING = "pending"
    APPROVED = "approved"
    EXECUTING = "executing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DENIED = "denied"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.APPROVED, Status.DENIED, Status.CANCELLED, Status.EXPIRED}),
    Status.APPROVED: frozenset({Status.EXECUTING, Status.CANCELLED, Status.EXPIRED}),
    Status.EXECUTING: frozenset({Status.SUCCEEDED, Status.FAILED, Status.UNKNOWN}),
    Status.UNKNOWN: frozenset({Status.SUCCEEDED, Status.FAILED}),
    Status.SUCCEEDED: frozenset(),
    Status.FAILED: frozenset(),
    Status.DENIED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.EXPIRED: frozenset(),
}
FINAL = frozenset(status for status, targets in TRANSITIONS.items() if not targets)
# The end of a sentence about a request.
SAID_OF = {
    Status.DENIED: "was denied",
    Status.CANCELLED: "was cancelled",
    Status.EXPIRED: "has expired",
    Status.APPROVED: "is approved",
    Status.EXECUTING: "is being done",
    Status.SUCCEEDED: "is done",
    Status.FAILED: "has failed",
    Status.UNKNOWN: "has an unknown outcome",
    Status.PENDING: "waits for approval",
}


def sources_of(target: Status) -> frozenset[Status]:
    """The states from which a request may come to `target`."""
    return frozenset(status for status, targets in TRANSITIONS.items() if target in targets)
