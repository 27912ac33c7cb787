"""A request as others may see it: frozen, and free of the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.principals import load_principal
from bot.governance.approval.reconsideration import NOTHING_FOUND, Reconsideration, load_reconsideration
from bot.governance.approval.recount import approvals
from bot.governance.approval.requirement import Requirement, load_requirement, spares
from bot.governance.ledger.lifecycle import Status
from bot.governance.stored import KnownBeneficiary, load_about, load_changes, load_head, load_items
from bot.operations.kit.base import Change, ItemResult
from bot.operations.kit.consequences import Prepared, Risk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.db.models import OperationRequest, StoredBallot
    from bot.outbox.sender import Place


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a request is not being done though it could be, since when, and when it goes on.

    `until` is None where that depends on something else. Both moments are the business's.
    """

    why: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class RequestView:
    """Everything that a card, an answer or a terminal shows of a request.

    `title` says what and whom, and is empty where an earlier version made the request. `card` is where its card
    stands, as far as whoever made the view has looked.
    """

    id: int
    version: int
    status: Status
    created_at: datetime
    organization: str
    operation: str
    params: dict[str, Any]
    reason: str
    requester: str
    rule: str
    requirement: Requirement
    ballots: tuple[Ballot, ...]
    expires_at: datetime
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    decided_by: str | None
    decision_reason: str | None
    settled_by: str | None
    finished_at: datetime | None
    summary: str | None
    items: tuple[ItemResult, ...]
    error: str | None
    progress: tuple[int, int] = (0, 0)
    about: tuple[KnownBeneficiary, ...] | None = None
    reconsidered: Reconsideration = NOTHING_FOUND
    origin: str | None = None
    wait: Wait | None = None
    title: str = ""
    risks: tuple[Risk, ...] = ()
    inverse: Prepared | None = None
    decided_at: datetime | None = None
    card: "Place | None" = None

    @property
    def required(self) -> int:
        """How many people have to agree at the least."""
        return max(requirement.required for requirement in self.requirements)

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """What has to be met: what was asked for in the beginning, and what is asked for now where that differs."""
        demand = self.reconsidered.demand
        return (self.requirement, *((demand.requirement,) if demand else ()))

    @property
    def spares_beneficiaries(self) -> bool:
        """Whether those whom it is about may decide it."""
        return spares(self.requirements)

    @property
    def approvals(self) -> tuple[str, ...]:
        """Who has agreed, in order, as far as it still counts."""
        return tuple(dict.fromkeys(ballot.voter for ballot in approvals(self.ballots)))


def view_of(
    request: "OperationRequest",
    ballots: "Iterable[StoredBallot]" = (),
    *,
    progress: tuple[int, int] = (0, 0),
    card: "Place | None" = None,
) -> RequestView:
    """The view of a row, its ballots, how many of its items are settled out of how many, and where its card stands."""
    outcome, head = request.outcome or {}, load_head(request.preview)
    return RequestView(
        id=request.id,
        version=request.version,
        status=Status(request.status),
        created_at=request.created_at,
        organization=request.organization,
        operation=request.operation,
        params=request.params,
        reason=request.reason,
        requester=request.requester,
        origin=request.origin,
        rule=request.rule,
        requirement=load_requirement(request.requirement),
        ballots=load_ballots(ballots),
        expires_at=request.expires_at,
        about=load_about(request.about),
        reconsidered=load_reconsideration(request.reconsidered),
        changes=load_changes(request.preview),
        notes=tuple(request.preview["notes"]),
        decided_by=request.decided_by,
        decision_reason=request.decision_reason,
        settled_by=request.settled_by,
        finished_at=request.finished_at,
        summary=outcome.get("summary"),
        items=load_items(request.outcome),
        error=request.error,
        progress=progress,
        wait=wait_of(request),
        title=head.title,
        risks=head.risks,
        inverse=head.inverse,
        decided_at=request.decided_at,
        card=card,
    )


def wait_of(request: "OperationRequest") -> Wait | None:
    """What a request waits for that nobody has claimed, where it is known."""
    is_at_work = request.status in {Status.APPROVED, Status.EXECUTING}
    if not is_at_work or request.claimed_by is not None or request.waits_because is None:
        return None
    return Wait(request.waits_because, request.waits_since or request.created_at, request.resume_at)


def load_ballots(stored: "Iterable[StoredBallot]") -> tuple[Ballot, ...]:
    """The ballots of rows."""
    return tuple(
        Ballot(
            id=row.id,
            voter=row.voter,
            choice=Choice(row.choice),
            at=row.at,
            admitted_by=tuple(load_principal(principal) for principal in row.admitted_by),
            voids=tuple(row.voids),
        )
        for row in stored
    )
