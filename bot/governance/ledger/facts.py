"""Everything that can happen: a closed sum type.

Each fact says who did it and when (`actor`, `at`, the business's time), what it does to the row (`change`, None where
nothing), and what the trail says of it (`event`, `details`: JSON, and no secret).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.reconsideration import Reconsideration, dump_reconsideration
from bot.governance.ledger.events import HUBWARDEN, Event
from bot.governance.ledger.execution_facts import Claimed, Deferred, Finished, Resumed, TakenOver
from bot.governance.ledger.lifecycle import STATES, Status, sources_of
from bot.governance.ledger.row_change import RowChange
from bot.governance.stored import dump_outcome
from bot.operations.kit.base import Outcome
from bot.phrases import plain

BALLOTS: Mapping[Choice, Event] = {
    Choice.APPROVE: Event.VOTE,
    Choice.DENY: Event.DENIAL,
    Choice.VOID: Event.VOIDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A wish was recorded, in the same transaction; `described` is what was asked for, and from where."""

    actor: str
    at: datetime
    rule: str
    fingerprint: str
    described: Mapping[str, Any]
    approvals_channel: str

    @property
    def event(self) -> Event:
        return Event.SUBMITTED

    @property
    def change(self) -> RowChange | None:
        return None  # the row is new

    @property
    def details(self) -> dict[str, Any]:
        return {"rule": self.rule, "fingerprint": self.fingerprint, **self.described}


@dataclass(frozen=True, slots=True, kw_only=True)
class Balloted:
    """Somebody said yes or no; `given` of `required` approvals count with it.

    Or the bot said that a ballot does not count any more, and `why`.
    """

    ballot: Ballot
    given: int
    required: int
    why: str = ""

    @property
    def actor(self) -> str:
        """Whose ballot it is."""
        return self.ballot.voter

    @property
    def at(self) -> datetime:
        """When it was given."""
        return self.ballot.at

    @property
    def event(self) -> Event:
        return BALLOTS[self.ballot.choice]

    @property
    def change(self) -> RowChange:
        """Nothing but the row's lock: what comes of it is a fact of its own."""
        return RowChange(sources=frozenset({Status.PENDING}))

    @property
    def details(self) -> dict[str, Any]:
        return {"given": self.given, "required": self.required} | ({"why": self.why} if self.why else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Objected:
    """Somebody wanted to decide who may not: nothing changes, and the trail knows."""

    actor: str
    at: datetime
    verb: str
    why: str

    @property
    def event(self) -> Event:
        return Event.VOTE_REFUSED

    @property
    def change(self) -> RowChange | None:
        return None

    @property
    def details(self) -> dict[str, Any]:
        return {"verb": self.verb, "why": self.why}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The request came to another state by a decision, or because its time ran out.

    `expires_at` is its new deadline, where it gets one; `found` is what judging it again said, where that was done.
    """

    actor: str
    at: datetime
    status: Status
    reason: str | None = None
    expires_at: datetime | None = None
    found: Reconsideration | None = None

    @property
    def event(self) -> Event:
        return STATES[self.status].event

    @property
    def change(self) -> RowChange:
        """Whoever decided is named in the row; where only time did, nobody is.

        It did only where it still has run out: an approval that came in between has prolonged it. What is being done
        is its executor's alone.
        """
        values: dict[str, Any] = {}
        if self.actor != HUBWARDEN:
            values |= {"decided_by": self.actor, "decided_at": self.at, "decision_reason": self.reason}
        if self.expires_at is not None:
            values["expires_at"] = self.expires_at
        if self.found is not None:
            values["reconsidered"] = dump_reconsideration(self.found)
        due_by = self.at if self.status is Status.EXPIRED else None
        sources = sources_of(self.status) - {Status.EXECUTING}
        return RowChange(sources=sources, target=self.status, values=values, due_by=due_by)

    @property
    def details(self) -> dict[str, Any]:
        said = {"reason": self.reason, "why": plain(self.found.why) if self.found else None}
        return {"status": self.status} | {key: value for key, value in said.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconsidered:
    """A request that waits for people was judged again, and something else is known of it now."""

    at: datetime
    found: Reconsideration
    actor: str = HUBWARDEN

    @property
    def event(self) -> Event:
        return Event.RECONSIDERED

    @property
    def change(self) -> RowChange:
        """Where it stands stays."""
        values = {"reconsidered": dump_reconsideration(self.found)}
        return RowChange(sources=frozenset({Status.PENDING}), values=values)

    @property
    def details(self) -> dict[str, Any]:
        return described(self.found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What was approved waits for people again: the approvals do not suffice any more. They have until `expires_at`."""

    at: datetime
    found: Reconsideration
    expires_at: datetime
    actor: str = HUBWARDEN

    @property
    def event(self) -> Event:
        return Event.RETURNED

    @property
    def change(self) -> RowChange:
        """Nobody has decided it any more, and it is not the executor that it waits for."""
        values: dict[str, Any] = dict.fromkeys(("resume_at", "waits_because", "waits_since"))
        values |= {
            "reconsidered": dump_reconsideration(self.found),
            "expires_at": self.expires_at,
            "decided_by": None,
            "decided_at": None,
        }
        return RowChange(sources=sources_of(Status.PENDING), target=Status.PENDING, values=values)

    @property
    def details(self) -> dict[str, Any]:
        return described(self.found)


def described(found: Reconsideration) -> dict[str, Any]:
    """What the trail says of it: why, and by which rule something is asked for now."""
    return {"why": plain(found.why)} | ({"rule": found.demand.rule} if found.demand else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A person looked at Docker Hub and says what became of it; what is known of single items stays in `outcome`."""

    actor: str
    at: datetime
    status: Status
    outcome: Outcome

    @property
    def event(self) -> Event:
        return Event.SETTLED

    @property
    def change(self) -> RowChange:
        """Only what is unknown can be settled."""
        values = {
            "settled_by": self.actor,
            "finished_at": self.at,
            "error": None,
            "outcome": dump_outcome(self.outcome),
        }
        return RowChange(sources=frozenset({Status.UNKNOWN}), target=self.status, values=values)

    @property
    def details(self) -> dict[str, Any]:
        return {"status": self.status}


Fact: TypeAlias = (
    Submitted
    | Balloted
    | Objected
    | Moved
    | Reconsidered
    | Returned
    | Claimed
    | Deferred
    | Resumed
    | TakenOver
    | Finished
    | Settled
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Somebody read something: of no request, and in the trail all the same."""

    actor: str
    at: datetime
    rule: str
    described: Mapping[str, Any]

    @property
    def event(self) -> Event:
        return Event.READ

    @property
    def details(self) -> dict[str, Any]:
        return {"rule": self.rule, **self.described}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The policy refused what somebody asked for; `rule` is None where no rule spoke of it."""

    actor: str
    at: datetime
    rule: str | None
    described: Mapping[str, Any]

    @property
    def event(self) -> Event:
        return Event.REFUSED

    @property
    def details(self) -> dict[str, Any]:
        return {"rule": self.rule, **self.described}


Note: TypeAlias = Read | Refused
