"""What an execution can come to."""

from dataclasses import dataclass

from bot.governance.ledger.lifecycle import Status
from bot.operations.kit.base import Outcome


class Interrupted(Exception):
    """The process is about to stop; what is left is done after its next start, or by another replica."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an execution came to."""

    status: Status
    outcome: Outcome | None = None
    error: str | None = None
