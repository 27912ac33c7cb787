"""The audit trail's words: one for each kind of thing that it tells of."""

from enum import StrEnum

# Who acts where no person does.
HUBWARDEN = "hubwarden"


class Event(StrEnum):
    """What a record of the trail tells; rows hold these, so a word that has been used keeps its meaning."""

    READ = "operation.read"
    REFUSED = "request.refused"
    SUBMITTED = "request.submitted"
    VOTE = "approval.given"
    DENIAL = "denial.given"
    VOIDED = "approval.voided"
    VOTE_REFUSED = "approval.refused"
    APPROVED = "request.approved"
    DENIED = "request.denied"
    CANCELLED = "request.cancelled"
    EXPIRED = "request.expired"
    RETURNED = "request.returned"
    RECONSIDERED = "request.reconsidered"
    EXECUTING = "execution.started"
    DEFERRED = "execution.deferred"
    RESUMED = "execution.resumed"
    TAKEN_OVER = "execution.taken_over"
    SUCCEEDED = "execution.succeeded"
    FAILED = "execution.failed"
    UNKNOWN = "execution.unknown"
    SETTLED = "request.settled"
