"""After a write whose answer was lost, or whose executor died: done, not done, or nobody knows."""

from typing import Any

from bot.db.models import OperationRequest
from bot.errors import UserError
from bot.governance.execution.verdict import Verdict
from bot.governance.hub_errors import text_of
from bot.governance.ledger.lifecycle import Status
from bot.hub import Hub, HubError, HubUnavailable
from bot.operations.kit.base import Outcome, Preview, Write


async def read_back(hub: Hub, request: OperationRequest, operation: Write, params: Any, error: HubError) -> Verdict:
    """What reading tells of a write that ended in `error`, which leaves it open whether Docker Hub did it."""
    said = text_of(error)
    if operation.observable:
        try:
            preview = await operation.preview(hub, params)
        except (HubError, UserError) as second:
            return Verdict(Status.UNKNOWN, error=f"{said} Reading back failed too: {text_of(second)}")
        if preview.is_noop:
            return Verdict(
                Status.SUCCEEDED, Outcome("Done. Docker Hub's answer was lost; reading back shows the change")
            )
        # Only an answer says that Docker Hub has stopped working on it; after a time-out it may still act.
        if preview.fingerprint == request.fingerprint and isinstance(error, HubUnavailable):
            return Verdict(Status.FAILED, error=f"{said} Reading back shows that nothing was changed.")
    return Verdict(Status.UNKNOWN, error=f"{said} Whether it was done cannot be told from reading.")


def verdict_after_a_death(operation: Write, preview: Preview) -> Verdict:
    """What the preview tells of a write whose executor died in the middle, where it must not be tried again."""
    if operation.observable and preview.is_noop:
        summary = "Done. Hubwarden was stopped in the middle; reading back shows the change"
        return Verdict(Status.SUCCEEDED, Outcome(summary))
    return Verdict(
        Status.UNKNOWN, error="Hubwarden was stopped while doing this, and reading does not tell whether it was done."
    )
