"""What is told: a message for each alert, and a notice where the log stays unreadable."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot import outbox
from bot.alerts.matching import Alert
from bot.alerts.rules import render
from bot.clock import standing_at
from bot.db.session import Session
from bot.outbox.destination import slack_channel
from bot.outbox.kinds import ALERT, NOTICE


async def tell(session: Session, alerts: Sequence[Alert], *, channel: str, now: datetime) -> int:
    """Put a message into the outbox for each alert; answers how many."""
    payloads = {f"alert:{alert.stored.id}:{alert.rule.name}": payload_of(alert) for alert in alerts}
    await outbox.want_each(session, payloads, kind=ALERT, destination=slack_channel(channel), clock=standing_at(now))
    return len(alerts)


async def tell_unreadable(session: Session, organization: str, reason: str, *, channel: str, now: datetime) -> bool:
    """Put a notice into the outbox that no alert can come, once a day; False where it has been said today."""
    text = f"Docker Hub's audit log of {organization} cannot be read, so no alert can come: {reason}"
    key = f"notice:audit-log:{organization}:{now:%Y-%m-%d}"
    return await outbox.want(
        session,
        key,
        kind=NOTICE,
        destination=slack_channel(channel),
        clock=standing_at(now),
        payload={"text": text},
    )


async def tell_off(session: Session, organization: str, reason: str, *, channel: str, now: datetime) -> bool:
    """Put a notice into the outbox that there is no audit log for us; False where it has ever been said."""
    text = (
        f"Docker Hub does not show Hubwarden the audit log of {organization}, so alerts are off: {reason} "
        "They come as soon as it does."
    )
    key = f"notice:audit-log-off:{organization}"
    clock, destination = standing_at(now), slack_channel(channel)
    return await outbox.want(session, key, kind=NOTICE, destination=destination, clock=clock, payload={"text": text})


def payload_of(alert: Alert) -> dict[str, Any]:
    """Everything that the message can say."""
    rule, entry = alert.rule, alert.stored.entry
    return {
        "rule": rule.name,
        "title": rule.title,
        "severity": rule.severity,
        "text": render(rule, entry),
        "organization": entry.organization,
        "action": entry.action,
        "name": entry.name,
        "actor": entry.actor,
        "at": entry.at.isoformat(),
        "data": dict(entry.data),
    }
