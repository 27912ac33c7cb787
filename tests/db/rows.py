"""Rows for the tests of queries."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.db.models import Message, OperationRequest
from bot.db.session import Session

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=30)


def request_row(**more: Any) -> OperationRequest:
    """A pending request that lives for a day."""
    values: dict[str, Any] = {
        "version": 1,
        "status": "pending",
        "created_at": NOW,
        "organization": "acme",
        "operation": "invite.send",
        "params": {"organization": "acme", "invitees": ["jane@example.com"]},
        "reason": "why",
        "requester": "U0ANN",
        "rule": "a rule",
        "requirement": {
            "stages": [{"need": 1, "of": [{"kind": "user", "id": "U0OMAR"}]}],
            "deadline": 86400.0,
            "execute_within": 86400.0,
        },
        "expires_at": NOW + timedelta(days=1),
        "preview": {"changes": [], "notes": []},
        "fingerprint": "f" * 64,
        "attempts": 0,
    }
    return OperationRequest(**(values | more))


async def message_of(session: Session, key: str) -> Message | None:
    """The message with this key."""
    return await session.scalar(select(Message).where(Message.key == key))
