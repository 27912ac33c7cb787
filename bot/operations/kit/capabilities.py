"""Parts of Docker Hub outside its contract: off for a while after it has refused them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.operations.kit.base import CapabilityMissing, Operation

# A plan can be upgraded and a role be given: then it is tried again.
REMEMBERED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Which capabilities Docker Hub has refused in the last hour, and what it said."""

    now: Callable[[], datetime]
    refused: dict[tuple[str, str], tuple[datetime, str]] = field(default_factory=dict)

    def why_off(self, operation: Operation, organization: str) -> str | None:
        """Why the operation cannot be used in the organization now; None where it can."""
        until, why = self.refused.get((organization, operation.capability), (None, ""))
        return why if until is not None and until > self.now() else None

    def all_off(self, operations: Mapping[str, Operation], organization: str) -> dict[str, str]:
        """The names of the operations that are off in the organization, and why."""
        found = {name: self.why_off(operation, organization) for name, operation in operations.items()}
        return {name: why for name, why in found.items() if why}

    @contextmanager
    def watching(self, operation: Operation, organization: str) -> Iterator[None]:
        """Refuse at once what is off; notice inside when Docker Hub refuses."""
        if why := self.why_off(operation, organization):
            raise CapabilityMissing(why)
        try:
            yield
        except CapabilityMissing as error:
            if operation.capability:
                self.refused[organization, operation.capability] = (self.now() + REMEMBERED, error.text)
            raise
