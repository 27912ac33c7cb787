"""What a fact does to a request's row, and where: a conditional update."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.governance.ledger.lifecycle import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """The conditional update that a fact is: the row has to be in one of `sources`, and `holder` to have its claim.

    Without a `target` the state stays. `lease_over_by` (machine time) asks for a claim that has run out by then,
    `due_by` for a request whose time has, `resumes_by` for one that waits for nothing then, `is_unclaimed` for one
    whose claim nobody has, `version` for the row as it was seen. `attempts` is added to those that were made.
    """

    sources: frozenset[Status]
    target: Status | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    holder: str | None = None
    lease_over_by: datetime | None = None
    due_by: datetime | None = None
    resumes_by: datetime | None = None
    is_unclaimed: bool = False
    version: int | None = None
    attempts: int = 0
