"""What is told: a message for alerts of one kind that come together, and a notice where the log stays unreadable."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot import outbox
from bot.alerts.matching import Alert
from bot.alerts.told import NOTHING_KNOWN, Knowledge, all_accounts, payload_of
from bot.clock import standing_at
from bot.db import alert_groups, humans, messages
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

    `payload` is what that message tells where it is new, and None where it has been asked for before.
    """

    key: str
    began_at: datetime
    count: int = 1
    payload: dict[str, Any] | None = None
    further: dict[str, dict[str, Any]] = field(default_factory=dict)

    def takes(self, at: datetime) -> bool:
        """Whether an alert of that moment belongs to it."""
        return abs(at - self.began_at) <= TOGETHER

    def take(self, key: str, payload: dict[str, Any]) -> None:
        """Count one more, which is told under this key in the thread."""
        self.count += 1
        self.further[key] = payload


async def tell(
    session: Session, alerts: Sequence[Alert], *, channel: str, now: datetime, knowledge: Knowledge = NOTHING_KNOWN
) -> int:
    """Put into the outbox what people hear of the alerts that it has not been told yet; answers how many they are.

    One that comes within a minute of another of its rule is counted in that one's message, and told in its thread.
    Docker's own moments say what came together: how often the log is read must not.
    """
    keys = {key for alert in alerts for key in keys_of(alert)}
    known = await messages.known(session, keys) if keys else frozenset()
    new = [alert for alert in alerts if known.isdisjoint(keys_of(alert))]
    ties = await humans.tied_each(session, all_accounts(new)) if new else {}
    by_rule: defaultdict[tuple[str, str], list[Alert]] = defaultdict(list)
    for alert in new:
        by_rule[alert.stored.entry.organization, alert.rule.name].append(alert)
    for (organization, rule), together in by_rule.items():
        row = await alert_groups.get(session, organization, rule)
        open_group = Group(row.message_key, row.began_at, row.count) if row else None
        groups = grouped(together, open_group, ties=ties, knowledge=knowledge)
        await _tell_groups(session, groups, channel=channel, now=now)
        last = groups[-1]
        await alert_groups.begin(
            session, organization, rule, message_key=last.key, now=last.began_at, count=last.count
        )
    return len(new)


def keys_of(alert: Alert) -> tuple[str, str]:
    """Under which keys the outbox may have it: by itself, or in another one's thread."""
    name = f"{alert.stored.id}:{alert.rule.name}"
    return f"alert:{name}", f"alert-more:{name}"


def grouped(
    alerts: Sequence[Alert], open_group: Group | None, *, ties: Mapping[str, str], knowledge: Knowledge
) -> list[Group]:
    """The groups that alerts of one rule make, in order; `open_group` is the one that was there, and may take some."""
    groups: list[Group] = []
    current = open_group
    for alert in alerts:
        own, further = keys_of(alert)
        at, payload = alert.stored.entry.at, payload_of(alert, ties=ties, knowledge=knowledge)
        if current is not None and current.takes(at):
            current.take(further, payload | {"key": further, "further": True})
        else:
            current = Group(own, at, payload=payload | {"key": own})
        if current not in groups:
            groups.append(current)
    return groups


async def _tell_groups(session: Session, groups: Sequence[Group], *, channel: str, now: datetime) -> None:
    destination, clock = slack_channel(channel), standing_at(now)
    fresh = {group.key: group.payload | counted(group) for group in groups if group.payload is not None}
    await outbox.want_each(session, fresh, kind=ALERT, destination=destination, clock=clock)
    for group in groups:
        if group.payload is None:
            before = await messages.by_key(session, group.key)
            said = counted(group, before.payload.get("more") or () if before else ())
            await outbox.change(session, group.key, said, clock=clock)
        await outbox.want_each(
            session, group.further, kind=ALERT_MORE, destination=destination, clock=clock, thread_of=group.key
        )


def counted(group: Group, said: Sequence[str] = ()) -> dict[str, Any]:
    """What a message says of the others that it counts; `said` are those that it says already."""
    further = [str(payload["text"]) for payload in group.further.values()]
    return {"count": group.count, "more": [*said, *further][:NAMED]} if group.count > 1 else {}


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
