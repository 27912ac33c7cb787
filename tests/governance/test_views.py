"""A view shows everything of its row, and of its ballots those that count."""

from typing import Any

import pytest

from bot.db.models import OperationRequest, StoredBallot
from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.requirement import Requirement, Stage, dump_requirement
from bot.governance.ledger.lifecycle import Status
from bot.governance.stored import Head, dump_outcome, dump_preview
from bot.governance.views import RequestView, Wait, load_ballots, view_of
from bot.operations.kit.base import Change, ItemResult, Outcome, Preview
from bot.operations.kit.consequences import Harm, Prepared, Risk
from bot.outbox.sender import Place
from tests.governance.parts import ANN, DAY, HOUR, LENA, MIRA, OMAR, SAM, START, group, users

RISKS = (Risk(Harm.OPEN, "It opens the gate."),)
PUSH = Prepared("lever.push", {"organization": "acme"})
ROW: dict[str, Any] = {
    "id": 7,
    "version": 3,
    "status": "succeeded",
    "created_at": START,
    "organization": "acme",
    "operation": "lever.pull",
    "params": {"organization": "acme"},
    "reason": "because",
    "requester": ANN,
    "origin": "host laptop",
    "rule": "two agree",
    "requirement": dump_requirement(Requirement((Stage(2, (*users(OMAR), group())),), DAY)),
    "expires_at": START + DAY,
    "preview": dump_preview(
        Preview((Change("lever", "up", "down"),), ("It is old.",)), Head("Pull the lever", RISKS, PUSH)
    ),
    "fingerprint": "f" * 64,
    "decided_by": LENA,
    "decided_at": START + HOUR,
    "decision_reason": "go on",
    "settled_by": OMAR,
    "finished_at": START + HOUR,
    "outcome": dump_outcome(Outcome("1 of 1", (ItemResult("A", True, "is there"),))),
    "error": "none",
}


def ballot(number: int, voter: str, choice: str, voids: list[int]) -> StoredBallot:
    """As a row holds it."""
    admitted = [{"kind": "user", "id": voter}]
    return StoredBallot(
        id=number, request_id=7, voter=voter, choice=choice, at=START, admitted_by=admitted, voids=voids
    )


def test_a_view_shows_everything_of_its_row() -> None:
    place = Place("C0APPROVALS", "1.2")
    view = view_of(OperationRequest(**ROW), [ballot(1, OMAR, "approve", [])], progress=(1, 2), card=place)
    assert view == RequestView(
        id=7,
        version=3,
        status=Status.SUCCEEDED,
        created_at=START,
        organization="acme",
        operation="lever.pull",
        params={"organization": "acme"},
        reason="because",
        requester=ANN,
        rule="two agree",
        requirement=Requirement((Stage(2, (*users(OMAR), group())),), DAY),
        ballots=(Ballot(voter=OMAR, choice=Choice.APPROVE, at=START, admitted_by=users(OMAR), id=1),),
        expires_at=START + DAY,
        changes=(Change("lever", "up", "down"),),
        notes=("It is old.",),
        decided_by=LENA,
        decision_reason="go on",
        settled_by=OMAR,
        finished_at=START + HOUR,
        summary="1 of 1",
        items=(ItemResult("A", True, "is there"),),
        error="none",
        progress=(1, 2),
        origin="host laptop",
        title="Pull the lever",
        risks=RISKS,
        inverse=PUSH,
        decided_at=START + HOUR,
        card=place,
    )
    assert (view.required, view.approvals) == (2, (OMAR,))


def test_before_its_end_there_is_neither_a_summary_nor_items() -> None:
    view = view_of(OperationRequest(**ROW | {"outcome": None}))
    assert (view.summary, view.items, view.ballots, view.progress) == (None, (), (), (0, 0))


def test_those_who_agreed_are_named_once_in_order_and_nobody_who_took_it_back_or_said_no() -> None:
    given = [
        ballot(1, OMAR, "approve", []),
        ballot(2, LENA, "approve", []),
        ballot(3, OMAR, "approve", []),
        ballot(4, MIRA, "approve", [2]),
        ballot(5, SAM, "deny", []),
    ]
    assert view_of(OperationRequest(**ROW), given).approvals == (OMAR, MIRA)


def test_a_row_with_a_choice_of_a_later_version_is_not_understood() -> None:
    with pytest.raises(ValueError, match="abstain"):
        load_ballots([ballot(1, OMAR, "abstain", [])])


WAIT = {"status": "approved", "waits_because": "It is full.", "waits_since": START, "resume_at": START + HOUR}


@pytest.mark.parametrize("status", ["approved", "executing"])
def test_what_nobody_has_claimed_and_waits_says_why_since_when_and_until_when(status: str) -> None:
    view = view_of(OperationRequest(**ROW | WAIT | {"status": status}))
    assert view.wait == Wait("It is full.", START, START + HOUR)


@pytest.mark.parametrize(
    "more",
    [
        {"claimed_by": "one", "status": "executing"},
        {"waits_because": None},
        *({"status": status} for status in Status if status not in {Status.APPROVED, Status.EXECUTING}),
    ],
)
def test_what_is_being_done_or_has_ended_waits_for_nothing_whatever_its_row_remembers(more: dict[str, Any]) -> None:
    assert view_of(OperationRequest(**ROW | WAIT | more)).wait is None
