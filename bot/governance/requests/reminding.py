"""Who is told directly that a request waits for them: at once, where they want that, and twice before its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import structlog

from bot import outbox
from bot.db import messages, preferences, requests
from bot.governance.approval.principals import Principal, dump_principal
from bot.governance.approval.requirement import Requirement
from bot.governance.context import Context
from bot.governance.ledger.lifecycle import Status
from bot.governance.people import DirectoryUnavailable, is_slack_user
from bot.governance.preferences import Preferences, is_quiet, may_be_reminded, preferences_of_each, settle_preferences
from bot.governance.requests.deciding import able, named
from bot.governance.requests.queries import MOST, views_in
from bot.governance.views import RequestView
from bot.outbox.destination import slack_person
from bot.outbox.kinds import ASK, REMINDER, Kind

log = structlog.stdlib.get_logger(__name__)

# More people are not told of one request: whoever is next finds it on Home, and in the channel.
MOST_TOLD = 20
# So many are looked at in one round: each costs Slack a question a minute at the most.
MOST_LOOKED_AT = 60
LAST_CALL = timedelta(hours=2)

Call: TypeAlias = Literal["ask", "half", "last"]


@dataclass(frozen=True, slots=True)
class Round:
    """What one round goes by: now, who has been told what already (`told`, keys of messages), and what people want."""

    now: datetime
    told: frozenset[str]
    settled: Mapping[str, Preferences]

    def calls(self, view: RequestView, user: str) -> tuple[Call, ...]:
        """What the person may have to be told of the request, whether they can hear it now or not."""
        wants, calls = self.settled[user].wants, list[Call]()
        if "ask" in wants:
            calls.append("ask")
        if "reminders" in wants and (reminder := reminder_at(view, self.now)):
            calls.append(reminder)
        return tuple(call for call in calls if key_of(view.id, call, user) not in self.told)

    def is_heard(self, call: Call, user: str, timezone: str) -> bool:
        """Whether this is a moment for it."""
        settled = self.settled[user]
        if call == "ask":
            return not is_quiet(settled, self.now, timezone)
        return may_be_reminded(settled, self.now, timezone)

    def already_told(self, view: RequestView) -> set[str]:
        """Who has been told anything of the request."""
        beginnings = tuple(key_of(view.id, call, "") for call in ("ask", "half", "last"))
        return {key.rpartition(":")[2] for key in self.told if key.startswith(beginnings)}


def reminder_at(view: RequestView, now: datetime) -> Call | None:
    """Which reminder it is time for: the last two hours of a request's life, or tenth of it, go before its half."""
    life = view.expires_at - view.created_at
    if now >= view.expires_at - min(LAST_CALL, life / 10):
        return "last"
    return "half" if now >= view.created_at + life / 2 else None


def key_of(request_id: int, call: Call, user: str) -> str:
    """How the message is found again: in use, so it stays as it is."""
    return f"ask:{request_id}:{user}" if call == "ask" else f"remind:{request_id}:{call}:{user}"


async def settle_wants(context: Context, person: str, settled: Preferences) -> None:
    """Keep what the person wants to be told from now on."""
    async with context.acting() as session:
        await settle_preferences(session, person, settled, now=context.clock.now())


async def call_approvers(context: Context) -> int:
    """Tell whoever can still act on a pending request and has to be told now; answers how many messages that makes."""
    now = context.clock.now()
    async with context.database.reading() as session:
        rows = await requests.in_states(session, [Status.PENDING], limit=MOST)
        is_asked = await preferences.somebody_wants(session, "ask")
        # Who is in a group is asked of Slack only where somebody may have to be told something.
        pending = [
            view
            for view in await views_in(session, rows)
            if now < view.expires_at and (is_asked or reminder_at(view, now) is not None)
        ]
        told = await messages.keys_of(session, [view.id for view in pending], [ASK.name, REMINDER.name])
    candidates = {asked: await _candidates(context, asked) for asked in {view.requirements for view in pending}}
    everybody = frozenset[str]().union(*candidates.values())
    this = Round(now, frozenset(told), await preferences_of_each(context.database, everybody))
    made = [await _call(context, view, candidates[view.requirements], this) for view in pending]
    if any(made):
        context.wake()
    return sum(made)


async def _candidates(context: Context, asked: tuple[Requirement, ...]) -> frozenset[str]:
    """Whom the requirements name, of those who can have direct messages; nobody, while Slack does not say who it is."""
    try:
        return frozenset(filter(is_slack_user, await named(context, asked)))
    except DirectoryUnavailable:
        return frozenset()


async def _call(context: Context, view: RequestView, people: frozenset[str], this: Round) -> int:
    """Tell those of them who have to be told of this request now; the next round finds whom Slack keeps from it."""
    called = sorted(user for user in people if this.calls(view, user))[:MOST_LOOKED_AT]
    told, made = this.already_told(view), 0
    if not called:
        return 0
    try:
        async for user, of in able(context, view, called):
            if user not in told and len(told) >= MOST_TOLD:
                continue
            timezone = (await context.directory.person(user)).timezone
            heard = [call for call in this.calls(view, user) if this.is_heard(call, user, timezone)]
            for call in heard[:1]:
                made += await _tell(context, view, user, call=call, of=of)
                told.add(user)
    except DirectoryUnavailable:
        log.info("approvers.not_called", request=view.id)
    return made


async def _tell(context: Context, view: RequestView, user: str, *, call: Call, of: tuple[Principal, ...]) -> bool:
    kind: Kind = ASK if call == "ask" else REMINDER
    async with context.database.begin() as session:
        return await outbox.want(
            session,
            key_of(view.id, call, user),
            kind=kind,
            destination=slack_person(user),
            clock=context.clock,
            request_id=view.id,
            payload={"call": call, "as": [dump_principal(principal) for principal in of]},
        )
