"""What of a preview and an outcome is stored, and that it is the same when it is read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.db.models import OperationRequest, StoredBallot
from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.requirement import Requirement, Stage, dump_requirement
from bot.governance.ledger.lifecycle import Status
from bot.governance.views import (
    RequestView,
    dump_outcome,
    dump_preview,
    load_ballots,
    load_changes,
    load_items,
    view_of,
)
from bot.operations.kit.base import Change, ItemResult, Outcome, Preview
from tests.governance.parts import ANN, DAY, HOUR, LENA, MIRA, OMAR, SAM, START, group, users

TEXTS = st.text(max_size=20)
CHANGES = st.builds(Change, TEXTS, st.none() | TEXTS, st.none() | TEXTS, items=st.lists(TEXTS, max_size=3).map(tuple))


@given(st.lists(CHANGES, max_size=4).map(tuple), st.lists(TEXTS, max_size=3).map(tuple))
def test_a_preview_is_the_same_after_a_visit_to_the_database(
    changes: tuple[Change, ...], notes: tuple[str, ...]
) -> None:
    stored = json.loads(json.dumps(dump_preview(Preview(changes, notes))))
    assert load_changes(stored) == changes
    assert tuple(stored["notes"]) == notes


def test_a_secret_is_stored_nowhere() -> None:
    outcome = Outcome("made", (ItemResult("ci", True, "made"),), secret=SecretStr("dckr_pat_verysecret"))
    assert "verysecret" not in json.dumps(dump_outcome(outcome))
    assert "verysecret" not in repr(outcome)


@given(CHANGES, CHANGES)
def test_a_fingerprint_differs_exactly_where_the_changes_do(one: Change, other: Change) -> None:
    assert (Preview((one,)).fingerprint == Preview((other,)).fingerprint) is (one == other)


def test_the_basis_stands_for_the_changes_where_there_is_one() -> None:
    one, other = Change("a", None, "b"), Change("a", None, "c")
    assert Preview((one,), basis={"x": 1}).fingerprint == Preview((other,), basis={"x": 1}).fingerprint
    assert Preview((one,), basis={"x": 1}).fingerprint != Preview((one,), basis={"x": 2}).fingerprint


def test_notes_do_not_make_an_approval_stale() -> None:
    change = Change("a", None, "b")
    assert Preview((change,), ("3 members",)).fingerprint == Preview((change,), ("4 members",)).fingerprint


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
    "preview": dump_preview(Preview((Change("lever", "up", "down"),), ("It is old.",))),
    "fingerprint": "f" * 64,
    "decided_by": LENA,
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
    view = view_of(OperationRequest(**ROW), [ballot(1, OMAR, "approve", [])], progress=(1, 2))
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


@given(st.lists(st.builds(ItemResult, TEXTS, st.booleans(), TEXTS), max_size=4).map(tuple))
def test_items_are_the_same_after_a_visit_to_the_database(items: tuple[ItemResult, ...]) -> None:
    assert load_items(json.loads(json.dumps(dump_outcome(Outcome("x", items))))) == items
    assert load_items(None) == ()


def test_a_row_with_a_choice_of_a_later_version_is_not_understood() -> None:
    with pytest.raises(ValueError, match="abstain"):
        load_ballots([ballot(1, OMAR, "abstain", [])])
