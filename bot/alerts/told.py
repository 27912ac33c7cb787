"""What an alert says of an entry: who it was, what it was before and is now, where it is seen, what to do about it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.alerts.entries import AuditLogEntry, account_of
from bot.alerts.matching import Alert
from bot.alerts.rules import AlertRule, fill, render
from bot.operations.kit.base import Operation, Write
from bot.operations.kit.consequences import Logged, Prepared

PAGES = "https://hub.docker.com"
# What an entry of such an action is about is no repository's page any more.
GONE = frozenset({"repo.delete"})


def nobody(_docker_id: str) -> str | None:
    """Nobody is known to the policy."""
    return None


def no_way_back(_entry: Logged) -> Prepared | None:
    """Nothing is known that would undo an entry."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What is known besides the entry: whose Docker ID is whose by the policy's word, and what would undo an entry.

    `account` is the bot's own, in lower case.
    """

    whose: Callable[[str], str | None] = nobody
    inverse: Callable[[Logged], Prepared | None] = no_way_back
    account: str = ""


NOTHING_KNOWN = Knowledge()


def payload_of(alert: Alert, *, ties: Mapping[str, str], knowledge: Knowledge) -> dict[str, Any]:
    """Everything that the message can say. `ties` says whose a Docker ID is where the policy does not."""
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
        "people": people_in(entry, ties=ties, knowledge=knowledge),
        "by_us": account_of(entry.actor) == knowledge.account,
        "changes": changes_of(rule, entry),
        "page": page_of(entry),
        "means": fill(rule.means, entry),
        "do": fill(rule.do, entry),
        "revert": way_back(rule, entry, knowledge),
    }


def accounts_in(entry: AuditLogEntry) -> tuple[str, ...]:
    """The Docker IDs that the entry may name, in lower case: who did it, and to whom."""
    about = entry.name.casefold()
    return (account_of(entry.actor), *((about,) if about and "/" not in about else ()))


def people_in(entry: AuditLogEntry, *, ties: Mapping[str, str], knowledge: Knowledge) -> list[list[str]]:
    """Who in Slack has which of the Docker IDs, whoever did it first."""
    named = dict.fromkeys(accounts_in(entry))
    known = ((docker_id, knowledge.whose(docker_id) or ties.get(docker_id)) for docker_id in named)
    return [[docker_id, person] for docker_id, person in known if person]


def changes_of(rule: AlertRule, entry: AuditLogEntry) -> list[list[str]]:
    """What was otherwise before: a word for it (or none), the state before, the new one."""
    told = [[what, before, now] for what, before, now in entry.differences()]
    if told or not (rule.before and rule.now):
        return told
    return [["", fill(rule.before, entry), fill(rule.now, entry)]]


def page_of(entry: AuditLogEntry) -> str:
    """The page of Docker Hub where it can be seen."""
    family, organization = entry.action.partition(".")[0], quote(entry.organization, safe="")
    if family == "org":
        return f"{PAGES}/orgs/{organization}/members"
    path = entry.name.split("/")
    if family == "repo" and len(path) == len(("organization", "repository")) and entry.action not in GONE:
        return f"{PAGES}/repository/docker/{'/'.join(quote(part, safe='') for part in path)}"
    return f"{PAGES}/repositories/{organization}"


def way_back(rule: AlertRule, entry: AuditLogEntry, knowledge: Knowledge) -> dict[str, Any] | None:
    """The request that would undo it, as JSON; None where nothing is known that would, exactly."""
    prepared = knowledge.inverse(entry)
    if prepared is None:
        return None
    reason = f"To take back what the audit log of {entry.at:%Y-%m-%d %H:%M} UTC has: {render(rule, entry)}"
    return {"operation": prepared.operation, "values": dict(prepared.values), "reason": reason}


def all_accounts(alerts: Iterable[Alert]) -> set[str]:
    """Every Docker ID that these alerts may name."""
    return {docker_id for alert in alerts for docker_id in accounts_in(alert.stored.entry)}


def undoing(operations: Iterable[Operation]) -> Callable[[Logged], Prepared | None]:
    """What answers which request would undo an entry: that of the first operation under whose action Docker logs it."""
    known: defaultdict[str, list[Callable[[Logged], Prepared | None]]] = defaultdict(list)
    for each in operations:
        if isinstance(each, Write) and each.inverse_of is not None and each.hub_action is not None:
            known[each.hub_action].append(each.inverse_of)

    def inverse(entry: Logged) -> Prepared | None:
        found = (inverse_of(entry) for inverse_of in known.get(entry.action, ()))
        return next((prepared for prepared in found if prepared is not None), None)

    return inverse
