"""What people said to a request: ballots are only ever added, and name a person, not a stage."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.governance.approval.principals import Principal


class Choice(StrEnum):
    """What a ballot says."""

    APPROVE = "approve"
    DENY = "deny"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """One person's word. `admitted_by` is who they were when they gave it; who they are is asked again when it counts.

    `voids` are the ids of ballots that no longer count because of this one, which says no more than that where its
    choice is VOID; `id` is None until it is stored.
    """

    voter: str
    choice: Choice
    at: datetime
    admitted_by: tuple[Principal, ...] = ()
    voids: tuple[int, ...] = ()
    id: int | None = None
