"""A Socket Mode envelope, and what can come of sending it."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.slack.workspace.state import Json


@dataclass(frozen=True, slots=True)
class Acked:
    """The app answered in time; `payload` is what its ack carried."""

    payload: Any = None


@dataclass(frozen=True, slots=True)
class Unacked:
    """It was sent, and no ack came within three seconds."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """No socket was open: Slack drops the payload, it does not queue it."""


Outcome = Acked | Unacked | Undelivered


@dataclass(slots=True)
class Envelope:
    """A payload on its way; `accepts_payload` says whether its ack may carry an answer."""

    id: str
    kind: str
    payload: Json
    accepts_payload: bool
    attempt: int = 0
    ack: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def frame(self) -> Json:
        """The frame as sent; `retry_attempt` comes with events and with whatever is sent again."""
        frame: Json = {
            "envelope_id": self.id,
            "type": self.kind,
            "payload": self.payload,
            "accepts_response_payload": self.accepts_payload,
        }
        if self.attempt or self.kind == "events_api":
            frame |= {"retry_attempt": self.attempt, "retry_reason": "timeout" if self.attempt else ""}
        return frame

    def retried(self, attempt: int) -> "Envelope":
        """The same envelope, to be sent again."""
        return replace(self, attempt=attempt, ack=asyncio.get_running_loop().create_future())
