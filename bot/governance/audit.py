"""The audit trail's only door: every fact enters it here, in the transaction that makes it one."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.db import trail
from bot.db.models import TrailRecord
from bot.db.session import Session

HUBWARDEN = "hubwarden"


class Event(StrEnum):
    """What the trail tells of."""

    READ = "operation.read"
    REFUSED = "request.refused"
    SUBMITTED = "request.submitted"
    APPROVED = "request.approved"
    VOTE = "approval.given"
    VOTE_REFUSED = "approval.refused"
    DENIED = "request.denied"
    CANCELLED = "request.cancelled"
    EXPIRED = "request.expired"
    EXECUTING = "execution.started"
    TAKEN_OVER = "execution.taken_over"
    SUCCEEDED = "execution.succeeded"
    FAILED = "execution.failed"
    UNKNOWN = "execution.unknown"
    SETTLED = "request.settled"


def record(
    session: Session, event: Event, *, actor: str, at: datetime, request_id: int | None = None, **details: Any
) -> None:
    """Add a fact. `actor` is a Slack user's id or `HUBWARDEN`; `details` must be JSON and hold no secret."""
    trail.add(session, TrailRecord(at=at, event=event, actor=actor, request_id=request_id, details=details))
