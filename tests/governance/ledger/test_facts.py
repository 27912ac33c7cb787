"""Each fact: what it does to the row, and what the trail says of it. Nothing here needs a database."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.reconsideration import Demand, Reconsideration
from bot.governance.approval.requirement import NOBODY, dump_requirement
from bot.governance.ledger.events import HUBWARDEN, Event
from bot.governance.ledger.execution_facts import Claimed, Deferred, Expected, Finished, Resumed, TakenOver
from bot.governance.ledger.facts import (
    Balloted,
    Fact,
    Moved,
    Note,
    Objected,
    Read,
    Reconsidered,
    Refused,
    Returned,
    Settled,
    Submitted,
)
from bot.governance.ledger.lifecycle import STATES, Status
from bot.governance.ledger.row_change import RowChange
from bot.operations.kit.base import ItemResult, Outcome
from bot.phrases import Mention
from tests.governance.parts import ANN, CHANNEL, DAY, OMAR, START

LATER = START + timedelta(seconds=30)
MADE = Outcome("made", (ItemResult("ci", True, "made"),), secret=SecretStr("dckr_pat_verysecret"))
STORED = {"summary": "made", "items": [{"subject": "ci", "done": True, "text": "made"}]}
WISH = {"operation": "lever.pull", "params": {"organization": "acme"}, "reason": "because", "host": "a terminal"}


def submitted() -> Submitted:
    """A wish."""
    return Submitted(
        actor=ANN, at=START, rule="one agrees", fingerprint="f" * 64, described=WISH, approvals_channel=CHANNEL
    )


def balloted(choice: Choice) -> Balloted:
    """A word of Omar's."""
    return Balloted(ballot=Ballot(voter=OMAR, choice=choice, at=LATER), given=1, required=2)


STAYS = Reconsideration(("Not enough. ", Mention(OMAR)), Demand("two agree", NOBODY))
STAYS_STORED = {
    "why": ["Not enough. ", {"id": OMAR, "kind": "person"}],
    "rule": "two agree",
    "requirement": dump_requirement(NOBODY),
}
GONE = Reconsideration(("No levers.",))
GONE_STORED = {"why": ["No levers."], "rule": None, "requirement": None}
FACTS: dict[str, Fact] = {
    "submitted": submitted(),
    "yes": balloted(Choice.APPROVE),
    "no": balloted(Choice.DENY),
    "void": Balloted(
        ballot=Ballot(voter=HUBWARDEN, choice=Choice.VOID, at=LATER, voids=(1,)), given=0, required=2, why="Omar left."
    ),
    "objected": Objected(actor=OMAR, at=START, verb="approve", why="not you"),
    "approved": Moved(actor=OMAR, at=START, status=Status.APPROVED, expires_at=START + DAY),
    "denied": Moved(actor=OMAR, at=START, status=Status.DENIED, reason="no need"),
    "cancelled": Moved(actor=ANN, at=START, status=Status.CANCELLED),
    "expired": Moved(actor=HUBWARDEN, at=START, status=Status.EXPIRED),
    "refused now": Moved(actor=HUBWARDEN, at=START, status=Status.REFUSED, found=GONE),
    "reconsidered": Reconsidered(at=START, found=STAYS),
    "returned": Returned(at=START, found=STAYS, expires_at=START + DAY),
    "claimed": Claimed(at=START, executor="one", lease_until=LATER),
    "judged": Claimed(at=START, executor="one", lease_until=LATER, version=7),
    "waits": Deferred(at=LATER, status=Status.APPROVED, why="It waits.", until=None, since=START),
    "given back": Deferred(
        at=LATER, status=Status.APPROVED, why="It waits.", until=START + DAY, since=START, times=1, executor="one"
    ),
    "given up": Deferred(
        at=LATER, status=Status.EXECUTING, why="It waits.", until=START + DAY, since=START, times=1, executor="one"
    ),
    "resumed": Resumed(at=START, executor="two", lease_until=LATER),
    "taken over": TakenOver(at=START, executor="two", attempt=2, real_now=START, lease_until=LATER),
    "succeeded": Finished(at=START, status=Status.SUCCEEDED, executor="one", outcome=MADE),
    "failed": Finished(at=START, status=Status.FAILED, executor="one", error="It was refused."),
    "unknown": Finished(at=START, status=Status.UNKNOWN, executor="one", error="Nobody knows."),
    "settled": Settled(actor=OMAR, at=START, status=Status.FAILED, outcome=MADE),
}
NOTES: dict[str, Note] = {
    "read": Read(actor=ANN, at=START, rule="at once", described=WISH),
    "refused": Refused(actor=ANN, at=START, rule=None, described=WISH),
}
EVENTS = {
    "submitted": Event.SUBMITTED,
    "yes": Event.VOTE,
    "no": Event.DENIAL,
    "void": Event.VOIDED,
    "refused now": Event.REFUSED,
    "reconsidered": Event.RECONSIDERED,
    "returned": Event.RETURNED,
    "objected": Event.VOTE_REFUSED,
    "approved": Event.APPROVED,
    "denied": Event.DENIED,
    "cancelled": Event.CANCELLED,
    "expired": Event.EXPIRED,
    "claimed": Event.EXECUTING,
    "judged": Event.EXECUTING,
    "waits": Event.DEFERRED,
    "given back": Event.DEFERRED,
    "given up": Event.DEFERRED,
    "resumed": Event.RESUMED,
    "taken over": Event.TAKEN_OVER,
    "succeeded": Event.SUCCEEDED,
    "failed": Event.FAILED,
    "unknown": Event.UNKNOWN,
    "settled": Event.SETTLED,
    "read": Event.READ,
    "refused": Event.REFUSED,
}
DETAILS: dict[str, dict[str, Any]] = {
    "submitted": {"rule": "one agrees", "fingerprint": "f" * 64, **WISH},
    "yes": {"given": 1, "required": 2},
    "no": {"given": 1, "required": 2},
    "void": {"given": 0, "required": 2, "why": "Omar left."},
    "refused now": {"status": "refused", "why": "No levers."},
    "reconsidered": {"why": "Not enough. @U0OMAR", "rule": "two agree"},
    "returned": {"why": "Not enough. @U0OMAR", "rule": "two agree"},
    "objected": {"verb": "approve", "why": "not you"},
    "approved": {"status": "approved"},
    "denied": {"status": "denied", "reason": "no need"},
    "cancelled": {"status": "cancelled"},
    "expired": {"status": "expired"},
    "claimed": {"executor": "one"},
    "judged": {"executor": "one"},
    "waits": {"status": "approved", "why": "It waits."},
    "given back": {"status": "approved", "why": "It waits.", "until": (START + DAY).isoformat()},
    "given up": {"status": "executing", "why": "It waits.", "until": (START + DAY).isoformat()},
    "resumed": {"executor": "two"},
    "taken over": {"executor": "two", "attempt": 2},
    "succeeded": {"outcome": STORED},
    "failed": {"error": "It was refused."},
    "unknown": {"error": "Nobody knows."},
    "settled": {"status": "failed"},
    "read": {"rule": "at once", **WISH},
    "refused": {"rule": None, **WISH},
}
PENDING, APPROVED, EXECUTING = frozenset({Status.PENDING}), frozenset({Status.APPROVED}), frozenset({Status.EXECUTING})
GIVEN_UP = {
    "resume_at": START + DAY,
    "waits_because": "It waits.",
    "waits_since": START,
    "postponements": 1,
    "claimed_by": None,
    "lease_until": None,
}
CHANGES: dict[str, RowChange | None] = {
    "submitted": None,
    "yes": RowChange(sources=PENDING),
    "no": RowChange(sources=PENDING),
    "void": RowChange(sources=PENDING),
    "refused now": RowChange(sources=PENDING | APPROVED, target=Status.REFUSED, values={"reconsidered": GONE_STORED}),
    "reconsidered": RowChange(sources=PENDING, values={"reconsidered": STAYS_STORED}),
    "returned": RowChange(
        sources=APPROVED,
        target=Status.PENDING,
        values={"reconsidered": STAYS_STORED, "expires_at": START + DAY}
        | dict.fromkeys(("decided_by", "decided_at", "resume_at", "waits_because", "waits_since")),
    ),
    "objected": None,
    "approved": RowChange(
        sources=PENDING,
        target=Status.APPROVED,
        values={"decided_by": OMAR, "decided_at": START, "decision_reason": None, "expires_at": START + DAY},
    ),
    "denied": RowChange(
        sources=PENDING,
        target=Status.DENIED,
        values={"decided_by": OMAR, "decided_at": START, "decision_reason": "no need"},
    ),
    "cancelled": RowChange(
        sources=PENDING | APPROVED,
        target=Status.CANCELLED,
        values={"decided_by": ANN, "decided_at": START, "decision_reason": None},
    ),
    "expired": RowChange(sources=PENDING | APPROVED, target=Status.EXPIRED, due_by=START),
    "claimed": RowChange(
        sources=APPROVED,
        target=Status.EXECUTING,
        values={"claimed_by": "one", "claimed_at": START, "lease_until": LATER},
        resumes_by=START,
        attempts=1,
    ),
    "judged": RowChange(
        sources=APPROVED,
        target=Status.EXECUTING,
        values={"claimed_by": "one", "claimed_at": START, "lease_until": LATER},
        resumes_by=START,
        version=7,
        attempts=1,
    ),
    "waits": RowChange(
        sources=APPROVED,
        values={"resume_at": None, "waits_because": "It waits.", "waits_since": START},
        resumes_by=LATER,
    ),
    "given back": RowChange(
        sources=EXECUTING,
        target=Status.APPROVED,
        values=GIVEN_UP,
        holder="one",
        attempts=-1,
    ),
    "given up": RowChange(sources=EXECUTING, values=GIVEN_UP, holder="one"),
    "resumed": RowChange(
        sources=EXECUTING,
        values={"claimed_by": "two", "lease_until": LATER},
        resumes_by=START,
        is_unclaimed=True,
    ),
    "taken over": RowChange(
        sources=EXECUTING,
        values={"claimed_by": "two", "lease_until": LATER},
        lease_over_by=START,
        attempts=1,
    ),
    "succeeded": RowChange(
        sources=EXECUTING,
        target=Status.SUCCEEDED,
        values={"finished_at": START, "error": None, "lease_until": None, "outcome": STORED},
        holder="one",
    ),
    "failed": RowChange(
        sources=EXECUTING,
        target=Status.FAILED,
        values={"finished_at": START, "error": "It was refused.", "lease_until": None},
        holder="one",
    ),
    "unknown": RowChange(
        sources=EXECUTING,
        target=Status.UNKNOWN,
        values={"finished_at": START, "error": "Nobody knows.", "lease_until": None},
        holder="one",
    ),
    "settled": RowChange(
        sources=frozenset({Status.UNKNOWN}),
        target=Status.FAILED,
        values={"settled_by": OMAR, "finished_at": START, "error": None, "outcome": STORED},
    ),
}
HISTORIES = [*FACTS.items(), *NOTES.items()]


def test_every_kind_of_fact_is_looked_at_here() -> None:
    kinds = {type(fact) for fact in FACTS.values()} | {type(fact) for fact in NOTES.values()}
    assert kinds == {*Fact.__args__, *Note.__args__}


@pytest.mark.parametrize(("name", "fact"), FACTS.items())
def test_a_fact_changes_the_row_like_this_and_not_otherwise(name: str, fact: Fact) -> None:
    assert fact.change == CHANGES[name]


@pytest.mark.parametrize(("name", "fact"), HISTORIES)
def test_the_trail_says_this_of_it(name: str, fact: Fact | Note) -> None:
    assert fact.event == EVENTS[name]
    assert json.loads(json.dumps(fact.details)) == DETAILS[name]


def test_every_word_of_the_trail_is_said_of_something() -> None:
    assert set(EVENTS.values()) == set(Event)


@pytest.mark.parametrize(("name", "fact"), HISTORIES)
def test_the_trail_hears_of_no_secret(name: str, fact: Fact | Note) -> None:
    change = getattr(fact, "change", None)
    assert "verysecret" not in json.dumps(fact.details)
    assert "verysecret" not in json.dumps(dict(change.values) if change else {}, default=str)
    assert "verysecret" not in repr(fact)


@pytest.mark.parametrize(("name", "fact"), FACTS.items())
def test_every_step_is_an_arrow_of_the_table(name: str, fact: Fact) -> None:
    change = fact.change
    for source in change.sources if change is not None and change.target is not None else ():
        assert change is not None
        assert change.target in STATES[source].targets


def test_who_acts_is_named_and_where_nobody_does_it_is_hubwarden() -> None:
    assert {name: fact.actor for name, fact in FACTS.items()} == {
        "submitted": ANN,
        "yes": OMAR,
        "no": OMAR,
        "objected": OMAR,
        "approved": OMAR,
        "denied": OMAR,
        "cancelled": ANN,
        "expired": HUBWARDEN,
        "void": HUBWARDEN,
        "refused now": HUBWARDEN,
        "reconsidered": HUBWARDEN,
        "returned": HUBWARDEN,
        "claimed": HUBWARDEN,
        "judged": HUBWARDEN,
        "waits": HUBWARDEN,
        "given back": HUBWARDEN,
        "given up": HUBWARDEN,
        "resumed": HUBWARDEN,
        "taken over": HUBWARDEN,
        "succeeded": HUBWARDEN,
        "failed": HUBWARDEN,
        "unknown": HUBWARDEN,
        "settled": OMAR,
    }


def test_a_ballot_is_of_the_moment_in_which_it_was_given() -> None:
    assert FACTS["yes"].at == LATER


def test_what_an_execution_expects_is_no_part_of_its_row() -> None:
    expecting = Claimed(at=START, executor="one", lease_until=LATER, expected=(Expected(action="a", subjects=("b",)),))
    assert expecting.change == CHANGES["claimed"]
    assert expecting.details == {"executor": "one"}
