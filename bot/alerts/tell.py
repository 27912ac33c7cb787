"""What is told: a message for alerts of one kind that come together, and a notice where the log stays unreadable."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot import outbox
from bot.alerts.matching import Alert
from bot.alerts.told import NOTHING_KNOWN, Knowledge, all_accounts, payload_of
from bot.clock import standing_at
from bot.db import alert_groups, humans
from bot.db.session import Session
from bot.outbox.destination import slack_channel
from bot.outbox.kinds import ALERT, ALERT_MORE, NOTICE

# How long after the first of them an alert of the same kind is counted with it.
TOGETHER = timedelta(minutes=1)
# How many of the further ones are said in the message that counts them; all of them are in its thread.
NAMED = 10


@dataclass(slots=True)
class Group:
    """Alerts of one rule that came together: the message that counts them, and what is told in its thread.

    `payload` is what that message tells where it is new, and None where it has been asked for before; `count` is how
    many there were before `further` came.
    """

    rule: str
    key: str
    began_at: datetime
    count: int = 1
    payload: dict[str, Any] | None = None
    further: dict[str, dict[str, Any]] = field(default_factory=dict)

    def takes(self, at: datetime) -> bool:
        """Whether an alert of that moment belongs to it."""
        return abs(at - self.began_at) <= TOGETHER

    def as_row(self, organization: str) -> dict[str, object]:
        """What is kept of it."""
        at, count = self.began_at, self.count + len(self.further)
        group = {"message_key": self.key, "began_at": at, "last_at": at, "count": count}
        return {"organization": organization, "rule": self.rule, **group}


async def tell(
    session: Session, alerts: Sequence[Alert], *, channel: str, now: datetime, knowledge: Knowledge = NOTHING_KNOWN
) -> int:
    """Put into the outbox what people hear of an organization's alerts; answers how many they are.

    One that comes within a minute of another of its rule is counted in that one's message, and told in its thread.
    Docker's own moments say what came together: how often the log is read must not. The caller holds the organization's
    cursor, so nobody else tells at the same time. However many there are, the statements are as few.
    """
    if not alerts:
        return 0
    organization = alerts[0].stored.entry.organization
    ties = await humans.tied_each(session, all_accounts(alerts))
    rows = await alert_groups.of_organization(session, organization)
    open_groups = {row.rule: Group(row.rule, row.message_key, row.began_at, row.count) for row in rows}
    groups = grouped(alerts, open_groups, ties=ties, knowledge=knowledge)
    destination, clock = slack_channel(channel), standing_at(now)
    fresh = {group.key: group.payload | counted(group)({}) for group in groups if group.payload is not None}
    await outbox.want_each(session, fresh, kind=ALERT, destination=destination, clock=clock)
    further = {key: payload for group in groups for key, payload in group.further.items()}
    threads = {key: group.key for group in groups for key in group.further}
    await outbox.want_each(session, further, kind=ALERT_MORE, destination=destination, clock=clock, threads=threads)
    grown = {group.key: counted(group) for group in groups if group.payload is None and group.further}
    await outbox.change_each(session, grown, clock=clock)
    last = {group.rule: group for group in groups}
    await alert_groups.keep_each(session, [group.as_row(organization) for group in last.values()])
    return len(alerts)


def keys_of(alert: Alert) -> tuple[str, str]:
    """Under which keys the outbox may have it: by itself, or in another one's thread."""
    name = f"{alert.stored.id}:{alert.rule.name}"
    return f"alert:{name}", f"alert-more:{name}"


def grouped(
    alerts: Sequence[Alert], open_groups: Mapping[str, Group], *, ties: Mapping[str, str], knowledge: Knowledge
) -> list[Group]:
    """The groups that the alerts make, in order; each rule's `open_groups` one was there before, and may take some."""
    groups: dict[str, Group] = {}
    current = dict(open_groups)
    for alert in alerts:
        own, further = keys_of(alert)
        at, payload = alert.stored.entry.at, payload_of(alert, ties=ties, knowledge=knowledge)
        group = current.get(alert.rule.name)
        if group is None or not group.takes(at):
            group = Group(alert.rule.name, own, at, payload=payload | {"key": own})
            current[alert.rule.name] = group
        elif group.key != own:
            group.further[further] = payload | {"key": further, "further": True}
        groups.setdefault(group.key, group)
    return list(groups.values())


def counted(group: Group) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """What a group's message says of the others that it counts, made of what it says already."""
    texts = [str(payload["text"]) for payload in group.further.values()]

    def say(payload: Mapping[str, Any]) -> dict[str, Any]:
        return {"count": group.count + len(texts), "more": [*payload.get("more", ()), *texts][:NAMED]} if texts else {}

    return say


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
