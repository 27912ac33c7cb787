"""The state machine: total, with an end in sight from everywhere, and drawn in the README."""

import re
from pathlib import Path

import pytest

from bot.governance.ledger.lifecycle import FINAL, STATES, Status, sources_of

README = Path(__file__).parents[3] / "README.md"


def test_every_status_has_its_arrows() -> None:
    assert set(STATES) == set(Status)


def test_only_the_ends_have_none() -> None:
    assert frozenset({"succeeded", "failed", "denied", "cancelled", "expired"}) == FINAL


def test_nothing_leads_back_to_pending_or_to_itself() -> None:
    assert sources_of(Status.PENDING) == frozenset()
    assert [status for status, state in STATES.items() if status in state.targets] == []


@pytest.mark.parametrize("status", Status)
def test_an_end_is_reached_from_everywhere(status: Status) -> None:
    reached, waiting = set[Status](), {status}
    while waiting:
        reached |= waiting
        waiting = {target for source in waiting for target in STATES[source].targets} - reached
    assert reached & FINAL


@pytest.mark.parametrize("status", Status)
def test_sources_are_the_arrows_turned_round(status: Status) -> None:
    assert sources_of(status) == {source for source in Status if status in STATES[source].targets}


def test_only_an_approved_request_is_executed_and_only_an_execution_succeeds_or_is_settled() -> None:
    assert sources_of(Status.EXECUTING) == {Status.APPROVED}
    assert sources_of(Status.SUCCEEDED) == sources_of(Status.FAILED) == {Status.EXECUTING, Status.UNKNOWN}


def test_the_readme_draws_every_status() -> None:
    text = README.read_text(encoding="utf-8")
    if not re.search(r"^#+ .*(state|life)", text, re.IGNORECASE | re.MULTILINE):
        pytest.skip("README.md has no section on the states of a request yet")
    assert [status for status in Status if not re.search(rf"\b{status}\b", text)] == []
