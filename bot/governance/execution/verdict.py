"""What an execution can come to."""

from dataclasses import dataclass

from bot.governance.ledger.lifecycle import Status
from bot.hub import HubError
from bot.operations.kit.base import Outcome


class Interrupted(Exception):
    """The process is about to stop; what is left is done after its next start, or by another replica."""


class PutOff(Exception):
    """It goes on another time, because of an error that passes; the claim is given up, and nobody sleeps in it.

    `times` is how often in a row that is so; `has_begun` tells that something of it may have been done already.
    """

    def __init__(self, error: HubError, *, times: int, has_begun: bool) -> None:
        super().__init__(str(error))
        self.error, self.times, self.has_begun = error, times, has_begun


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an execution came to."""

    status: Status
    outcome: Outcome | None = None
    error: str | None = None
