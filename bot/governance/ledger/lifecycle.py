"""The life of a request: its states, each described once. The README's drawing mirrors the arrows."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bot.governance.ledger.events import Event


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
    REFUSED = "refused"


class Act(StrEnum):
    """What people can do to a request; every surface offers it in its own way."""

    APPROVE = "approve"
    DENY = "deny"
    CANCEL = "cancel"
    SETTLE_DONE = "settle_done"
    SETTLE_NOT_DONE = "settle_not_done"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that there is to know of a state.

    `said` ends a sentence about the request, `heading` stands for itself, `mark` is the sign beside either. `event` is
    the trail's word for coming here. `acts` is what people can do, in order. `is_announced`: the requester is told.
    `by_decider`: it is somebody's decision, and they are named. `has_changed`: what it asked for has come true.
    `is_trouble`: somebody should look.
    """

    said: str
    heading: str
    event: Event
    mark: str = ""
    targets: frozenset[Status] = frozenset()
    acts: tuple[Act, ...] = ()
    is_announced: bool = False
    by_decider: bool = False
    has_changed: bool = False
    is_trouble: bool = False


STATES: Mapping[Status, State] = MappingProxyType(
    {
        Status.PENDING: State(
            said="waits for approval",
            heading="Waiting for approval",
            mark="⏳",
            event=Event.SUBMITTED,
            targets=frozenset({Status.APPROVED, Status.DENIED, Status.CANCELLED, Status.EXPIRED, Status.REFUSED}),
            acts=(Act.APPROVE, Act.DENY, Act.CANCEL),
        ),
        Status.APPROVED: State(
            said="is approved",
            heading="Approved, about to be done",
            mark="👍",
            event=Event.APPROVED,
            targets=frozenset({Status.PENDING, Status.EXECUTING, Status.CANCELLED, Status.EXPIRED, Status.REFUSED}),
        ),
        Status.EXECUTING: State(
            said="is being done",
            heading="Being done",
            mark="⚙️",
            event=Event.EXECUTING,
            targets=frozenset({Status.APPROVED, Status.SUCCEEDED, Status.FAILED, Status.UNKNOWN}),
        ),
        Status.SUCCEEDED: State(
            said="is done", heading="Done", mark="✅", event=Event.SUCCEEDED, is_announced=True, has_changed=True
        ),
        Status.FAILED: State(
            said="has failed", heading="Failed", mark="❌", event=Event.FAILED, is_announced=True, is_trouble=True
        ),
        Status.UNKNOWN: State(
            said="has an unknown outcome",
            heading="Outcome unknown",
            mark="⚠️",
            event=Event.UNKNOWN,
            targets=frozenset({Status.SUCCEEDED, Status.FAILED}),
            acts=(Act.SETTLE_DONE, Act.SETTLE_NOT_DONE),
            is_announced=True,
            is_trouble=True,
        ),
        Status.DENIED: State(
            said="was denied", heading="Denied", mark="⛔", event=Event.DENIED, is_announced=True, by_decider=True
        ),
        # Whoever cancels is the requester, who need not be told.
        Status.CANCELLED: State(
            said="was cancelled", heading="Cancelled", mark="↩️", event=Event.CANCELLED, by_decider=True
        ),
        Status.EXPIRED: State(said="has expired", heading="Expired", mark="⌛", event=Event.EXPIRED, is_announced=True),
        Status.REFUSED: State(
            said="was refused by the policy as it is now",
            heading="Refused by the policy as it is now",
            mark="🚫",
            event=Event.REFUSED,
            is_announced=True,
        ),
    }
)


def sources_of(target: Status) -> frozenset[Status]:
    """The states from which a request may come to `target`."""
    return frozenset(status for status, state in STATES.items() if target in state.targets)
