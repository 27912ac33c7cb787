"""All that somebody's home shows, from our own tables and from what Slack says of people: Docker Hub is not asked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.db import hub_events, limit_snapshots, messages, requests
from bot.db.models import LimitSnapshot
from bot.governance.approval.principals import Principal
from bot.governance.context import Context
from bot.governance.ledger.lifecycle import STATES, Status
from bot.governance.ledger.subscribers import card_key
from bot.governance.people import Person
from bot.governance.policy import Allowed, may_somebody_ask
from bot.governance.requests.admission import is_admitted
from bot.governance.requests.authority import judge
from bot.governance.requests.deciding import able
from bot.governance.requests.queries import MOST, view_in, views_in
from bot.governance.views import RequestView
from bot.operations.kit.base import Intent, Operation, is_read
from bot.outbox.kinds import ALERT
from bot.outbox.sender import Place
from bot.phrases import Phrase

# More is on another page: what waits is counted so far.
MOST_WAITING, MOST_SHOWN, MOST_ALERTS = 50, 5, 5
# What has ended is shown for so long.
RECENT = timedelta(days=7)
LOOKED_THROUGH = 100
LOW_SHARE = 0.1
AUDIT_LOG = "audit.list"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits for the person, and as what they may decide it."""

    view: RequestView
    of: tuple[Principal, ...]


@dataclass(frozen=True, slots=True)
class LogSeen:
    """Whether an organization's audit log is being read; `since` is when it last was, None where it never was."""

    organization: str
    is_fresh: bool
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFacts:
    """Everything on somebody's home, as of now.

    `is_insider` is false for guests, bots and people of elsewhere, of whom all the rest is empty. `waiting` and `own`
    are the first of `waits` and `asked`, which are counts (`waits` to 50). `may_ask` are the operations that the policy
    may let them have, `used` the names of those of which they have asked for some, most first. `alerts` is None where
    they may not read the log; else payloads. `limited_until` is when a limit that is nearly spent is full again.
    """

    person: str
    is_insider: bool
    organizations: tuple[str, ...]
    administrator: Phrase
    waiting: tuple[Waiting, ...] = ()
    waits: int = 0
    own: tuple[RequestView, ...] = ()
    asked: int = 0
    may_ask: tuple[Operation, ...] = ()
    used: tuple[str, ...] = ()
    alerts: tuple[Mapping[str, Any], ...] | None = None
    logs: tuple[LogSeen, ...] = ()
    limited_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What one look into our tables brings."""

    pending: tuple[RequestView, ...]
    own: tuple[RequestView, ...]
    alerts: tuple[Mapping[str, Any], ...]
    polled: Mapping[str, datetime]
    limits: tuple[LimitSnapshot, ...]


async def home_facts(context: Context, user: str, *, stale_after: timedelta) -> HomeFacts:
    """What the person's home shows now; a log that was not read for `stale_after` is not being read.

    Raises `DirectoryUnavailable` where Slack does not say who they are.
    """
    person = await context.directory.person(user)
    nothing = HomeFacts(
        person=user,
        is_insider=person.may_decide,
        organizations=context.organizations,
        administrator=context.policy.an_administrator(),
    )
    if not person.may_decide:
        return nothing
    found = await _look(context, user)
    waiting = await _waiting(context, found.pending, person)
    open_ones = [view for view in found.own if STATES[view.status].targets]
    ended = [view for view in found.own if view not in open_ones and _is_recent(view, context.clock.now())]
    low = (each.reset_at for each in found.limits if is_low(each))
    return replace(
        nothing,
        waiting=await _with_cards(context, waiting[:MOST_SHOWN]),
        waits=len(waiting),
        own=await _as_they_stand(context, [*open_ones, *ended][:MOST_SHOWN]),
        asked=len(open_ones) + len(ended),
        may_ask=await _may_ask(context, user),
        used=tuple(name for name, _ in Counter(view.operation for view in found.own).most_common()),
        alerts=found.alerts if await _may_read_the_log(context, user) else None,
        logs=tuple(log_seen(context, name, found.polled, stale_after) for name in context.organizations),
        limited_until=max(low, default=None),
    )


async def _look(context: Context, user: str) -> Found:
    """All of it in one transaction that only reads."""
    now = context.clock.now()
    async with context.database.reading() as session:
        pending = await requests.in_states(session, [Status.PENDING], limit=MOST)
        own = await requests.of_requester(session, user, limit=LOOKED_THROUGH)
        return Found(
            pending=_known(context, await views_in(session, pending)),
            own=_known(context, await views_in(session, own)),
            alerts=tuple(each.payload for each in await messages.newest_of(session, ALERT.name, MOST_ALERTS)),
            polled=await hub_events.polled(session, context.organizations),
            limits=tuple(await limit_snapshots.current(session, now)),
        )


def _known(context: Context, views: Sequence[RequestView]) -> tuple[RequestView, ...]:
    """Those of an operation that this version still has."""
    return tuple(view for view in views if view.operation in context.operations)


async def _waiting(context: Context, pending: Sequence[RequestView], person: Person) -> list[Waiting]:
    """What waits for the person, whatever ends first before the others."""
    now = context.clock.now()
    admitted = dict.fromkeys({view.requirements for view in pending}, False)
    for requirements in admitted:
        admitted[requirements] = await is_admitted(requirements, person, context.directory)
    found: list[Waiting] = []
    for view in sorted(pending, key=lambda view: (view.expires_at, view.id)):
        if view.expires_at <= now or not admitted[view.requirements]:
            continue
        found += [Waiting(view, of) async for _, of in able(context, view, [person.id])]
        if len(found) == MOST_WAITING:
            break
    return found


async def _with_cards(context: Context, waiting: Sequence[Waiting]) -> tuple[Waiting, ...]:
    """The same, with where their cards stand."""
    async with context.database.reading() as session:
        places = [await messages.place_of(session, card_key(each.view.id)) for each in waiting]
    return tuple(
        replace(each, view=replace(each.view, card=Place(*place) if place else None))
        for each, place in zip(waiting, places, strict=True)
    )


async def _as_they_stand(context: Context, views: Sequence[RequestView]) -> tuple[RequestView, ...]:
    """The same, with where their cards stand and how far they are."""
    async with context.database.reading() as session:
        return tuple([await view_in(session, view.id) for view in views])


def _is_recent(view: RequestView, now: datetime) -> bool:
    return now - (view.finished_at or view.decided_at or view.created_at) < RECENT


async def _may_ask(context: Context, user: str) -> tuple[Operation, ...]:
    """What the rules may let them have."""
    named = {group for rule in context.policy.rules if rule.requesters for group in rule.requesters.groups}
    theirs = frozenset({group for group in named if user in await context.directory.members_of(group)})
    return tuple(each for each in context.operations.values() if may_somebody_ask(context.policy, each, user, theirs))


async def _may_read_the_log(context: Context, user: str) -> bool:
    """Whether they may see what is told of every organization's audit log: who may read all of it."""
    operation = context.operations.get(AUDIT_LOG)
    if operation is None or not is_read(operation):
        return False
    intents = [
        Intent(operation, operation.params.model_validate({"organization": each})) for each in context.organizations
    ]
    return all([isinstance(await judge(context, intent, user), Allowed) for intent in intents])


def log_seen(context: Context, name: str, polled: Mapping[str, datetime], stale_after: timedelta) -> LogSeen:
    """How it is with an organization's log; `polled` is when each was last read."""
    at = polled.get(name)
    is_fresh = at is not None and context.clock.now() - at <= stale_after
    # A moment that moves with every reading would make every home another one.
    return LogSeen(name, is_fresh, None if is_fresh else at)


def is_low(limit: LimitSnapshot) -> bool:
    """Whether little is left of a rate limit."""
    return limit.remaining < LOW_SHARE * limit.limit
