"""The state machine: total, with an end in sight from everywhere, and drawn in the README."""

import re
from pathlib import Path

import pytest

from bot.governance.ledger.events import Event
from bot.governance.ledger.lifecycle import STATES, Act, Status, sources_of

README = Path(__file__).parents[3] / "README.md"
FINAL = frozenset(status for status, state in STATES.items() if not state.targets)
ARROW = re.compile(r"^\s*(\S+) --> (\w+)", re.MULTILINE)


def test_every_status_has_its_arrows() -> None:
    assert set(STATES) == set(Status)


def test_only_the_ends_have_none() -> None:
    assert frozenset({"succeeded", "failed", "denied", "cancelled", "expired", "refused"}) == FINAL


def test_only_what_is_approved_may_wait_for_people_again_and_nothing_leads_to_itself() -> None:
    assert sources_of(Status.PENDING) == {Status.APPROVED}
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


def test_from_pending_and_approved_it_goes_where_people_and_time_take_it() -> None:
    either = {Status.CANCELLED, Status.EXPIRED, Status.REFUSED}
    assert STATES[Status.PENDING].targets == {Status.APPROVED, Status.DENIED, *either}
    assert STATES[Status.APPROVED].targets == {Status.PENDING, Status.EXECUTING, *either}
    assert STATES[Status.EXECUTING].targets == {Status.APPROVED, Status.SUCCEEDED, Status.FAILED, Status.UNKNOWN}
    assert STATES[Status.UNKNOWN].targets == {Status.SUCCEEDED, Status.FAILED}


def test_no_executor_goes_on_with_what_is_unknown_but_a_person_may() -> None:
    assert not any(Status.EXECUTING in STATES[status].targets for status in {Status.UNKNOWN, *FINAL})
    assert STATES[Status.UNKNOWN].acts


ACTS = {
    Status.PENDING: (Act.APPROVE, Act.DENY, Act.CANCEL),
    Status.UNKNOWN: (Act.SETTLE_DONE, Act.SETTLE_NOT_DONE),
}
SAID = {
    Status.PENDING: ("waits for approval", "Waiting for approval", "⏳"),
    Status.APPROVED: ("is approved", "Approved, about to be done", "👍"),
    Status.EXECUTING: ("is being done", "Being done", "⚙️"),
    Status.SUCCEEDED: ("is done", "Done", "✅"),
    Status.FAILED: ("has failed", "Failed", "❌"),
    Status.UNKNOWN: ("has an unknown outcome", "Outcome unknown", "⚠️"),
    Status.DENIED: ("was denied", "Denied", "⛔"),
    Status.CANCELLED: ("was cancelled", "Cancelled", "↩️"),
    Status.EXPIRED: ("has expired", "Expired", "⌛"),
    Status.REFUSED: ("was refused by the policy as it is now", "Refused by the policy as it is now", "🚫"),
}
CAME_BY = {
    Status.PENDING: Event.SUBMITTED,
    Status.APPROVED: Event.APPROVED,
    Status.EXECUTING: Event.EXECUTING,
    Status.SUCCEEDED: Event.SUCCEEDED,
    Status.FAILED: Event.FAILED,
    Status.UNKNOWN: Event.UNKNOWN,
    Status.DENIED: Event.DENIED,
    Status.CANCELLED: Event.CANCELLED,
    Status.EXPIRED: Event.EXPIRED,
    Status.REFUSED: Event.REFUSED,
}


@pytest.mark.parametrize("status", Status)
def test_people_can_do_this_in_each_state_and_nothing_else(status: Status) -> None:
    assert STATES[status].acts == ACTS.get(status, ())


@pytest.mark.parametrize("status", Status)
def test_this_is_said_of_each_state(status: Status) -> None:
    state = STATES[status]
    assert (state.said, state.heading, state.mark) == SAID[status]


@pytest.mark.parametrize("status", Status)
def test_the_trail_has_this_word_for_coming_there(status: Status) -> None:
    assert STATES[status].event is CAME_BY[status]


def test_every_act_is_offered_somewhere() -> None:
    assert {act for state in STATES.values() for act in state.acts} == set(Act)


def test_the_requester_is_told_of_every_end_but_their_own() -> None:
    assert {status for status, state in STATES.items() if state.is_announced} == {Status.UNKNOWN, *FINAL} - {
        Status.CANCELLED
    }


def test_only_where_somebody_decided_that_it_ends_are_they_named() -> None:
    assert {status for status, state in STATES.items() if state.by_decider} == {Status.DENIED, Status.CANCELLED}


def test_only_what_succeeded_has_come_true_and_what_failed_or_is_unknown_is_looked_at() -> None:
    assert {status for status, state in STATES.items() if state.has_changed} == {Status.SUCCEEDED}
    assert {status for status, state in STATES.items() if state.is_trouble} == {Status.FAILED, Status.UNKNOWN}


def test_the_readme_draws_these_arrows_and_no_others() -> None:
    drawing = README.read_text(encoding="utf-8").partition("stateDiagram-v2")[2].partition("```")[0]
    drawn = ARROW.findall(drawing)
    assert sorted(drawn) == sorted(set(drawn))
    arrows = {(source, target) for source, state in STATES.items() for target in state.targets}
    assert set(drawn) == arrows | {("[*]", Status.PENDING), ("[*]", Status.APPROVED)}
