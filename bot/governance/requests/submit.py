"""Asking for a change: the policy decides, Docker Hub tells what would change, and the wish is recorded once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from bot.db import requests
from bot.db.models import OperationRequest
from bot.db.session import Session
from bot.errors import NothingToDo, RequestNotFound, RequestRefused
from bot.governance.approval.requirement import Requirement, dump_requirement, spares
from bot.governance.context import Context
from bot.governance.hub_errors import translated
from bot.governance.ledger.facts import Submitted
from bot.governance.ledger.lifecycle import Status
from bot.governance.ledger.record import record
from bot.governance.people import DirectoryUnavailable, is_slack_user
from bot.governance.policy import Allowed, NeedsApproval
from bot.governance.requests.admission import Eligible, count_eligible
from bot.governance.requests.authority import authorize, described
from bot.governance.requests.bars import Concerned, find_bars, recognize, said_of
from bot.governance.requests.hearing import must_be_known, unknown_text
from bot.governance.requests.queries import view_in
from bot.governance.stored import NO_HEAD, KnownBeneficiary, dump_about, dump_preview, head_of
from bot.governance.views import RequestView, view_of
from bot.hub.auth import LOGIN
from bot.hub.limits import RateLimit, family
from bot.operations.kit.base import Intent, Operation, Params, Preview, Write
from bot.operations.kit.beneficiaries import beneficiaries
from bot.operations.kit.text import count
from bot.phrases import Mention, Phrase

MANY_ITEMS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An intent on its way into a row: whose, what the policy says of it, what would change, and whom it is about."""

    intent: Intent
    requester: str
    decision: Allowed | NeedsApproval
    would: Preview
    about: tuple[KnownBeneficiary, ...]
    source_key: str | None


async def submit(
    context: Context, intent: Intent, requester: str, *, source_key: str | None = None, seen: Preview | None = None
) -> RequestView:
    """Record a `Write` and ask for its approvals; the same `source_key` twice is one request.

    `seen` is the preview that the requester has said yes to, where they were asked. Raises `RequestRefused`,
    `NothingToDo`, what the preview raises, and `DirectoryUnavailable`.
    """
    decision = await authorize(context, intent, requester)
    would = await preview(context, intent)
    if would.is_noop:
        raise NothingToDo(" ".join(("Nothing to do.", *would.notes)))
    if seen is not None and seen.fingerprint != would.fingerprint:
        raise RequestRefused("Docker Hub has changed since you were asked. Ask again to see what it would do now.")
    about = await _about(context, intent, would, decision)
    if isinstance(decision, NeedsApproval):
        await _require_enough_approvers(context, decision, requester, about)
        _require_a_reader(intent.operation, requester)
    judged = Judged(
        intent=intent, requester=requester, decision=decision, would=would, about=about, source_key=source_key
    )
    view = await _store(context, judged)
    context.wake()
    return view


async def preview(context: Context, intent: Intent) -> Preview:
    """What a `Write` would change now."""
    operation = intent.operation
    if not isinstance(operation, Write):
        raise TypeError(f"{operation.name} is no write")
    with translated(), context.capabilities.watching(operation, intent.params.organization):
        would = await operation.preview(context.hub, intent.params)
        would = replace(would, notes=(*intent.notes, *would.notes))
        return await _with_estimate(context, operation, intent.params, would)


async def _with_estimate(context: Context, operation: Write, params: Params, would: Preview) -> Preview:
    """The preview with how long many items will take, as far as Docker Hub's rate limit tells."""
    if operation.steps is None or would.is_noop:
        return would
    planned = len(await operation.steps(context.hub, params))
    if planned < MANY_ITEMS:
        return would
    told = estimate(planned, context.hub.rate_limits, endpoint=operation.endpoint, now=context.clock.now())
    return replace(would, notes=(*would.notes, told))


def estimate(planned: int, limits: Iterable[RateLimit], *, endpoint: str, now: datetime) -> str:
    """How long so many items take: a call each, at what Docker Hub lets through a minute.

    What counts is the limit of the endpoint's own route family; where it is not known, the tightest, log-ins apart.
    """
    known = {limit.family: limit for limit in limits if limit.reset_at > now}
    own = known.get(family(endpoint.partition(" ")[2]))
    counted = [own] if own else [limit for name, limit in known.items() if name != family(LOGIN)]
    if not counted:
        return f"{planned:,} items, one after another."
    remaining, limit = min(each.remaining for each in counted), min(each.limit for each in counted)
    minutes = max(0, -(-(planned - remaining) // limit))
    if not minutes:
        return f"{planned:,} items, one after another; the rate limit has room for all of them."
    return f"{planned:,} items, one after another; with Docker Hub's rate limit at least {count(minutes, 'minute')}."


async def _about(
    context: Context, intent: Intent, would: Preview, decision: Allowed | NeedsApproval
) -> tuple[KnownBeneficiary, ...]:
    """Whom it is about; raises `RequestRefused` where the rule wants to know them all and somebody is not known."""
    named = beneficiaries(intent.params, would)
    must_know = must_be_known((decision.requirement,))
    try:
        about = await recognize(context, intent.params.organization, named)
    except DirectoryUnavailable:
        if must_know:
            raise
        # Only a courtesy is lost: who they are is asked again, and for certain, at every press.
        return tuple(KnownBeneficiary(each.names, None) for each in named)
    administrator = context.policy.an_administrator()
    if missing := unknown_text(decision.rule, (decision.requirement,), about, administrator=administrator):
        raise RequestRefused(*missing)
    return about


def origin_of(context: Context) -> str | None:
    """Where a wish comes from, as a row says it: `terminal root@host`."""
    return ", ".join(f"{name} {where}" for name, where in context.origin.items()) or None


async def _require_enough_approvers(
    context: Context, decision: NeedsApproval, requester: str, about: tuple[KnownBeneficiary, ...]
) -> None:
    wanted = decision.requirement
    try:
        bars = await find_bars(context, requester, about, spares=spares((wanted,)), origin=origin_of(context))
        eligible = await count_eligible(context, wanted, bars)
    except DirectoryUnavailable:
        # A courtesy too: who may approve is asked at every press.
        return
    if not eligible.is_enough:
        raise RequestRefused(*too_few_text(decision, eligible, administrator=context.policy.an_administrator()))


def too_few_text(decision: NeedsApproval, eligible: Eligible, *, administrator: Phrase) -> Phrase:
    """That the rule can never be met, who is named and barred, and the way out, by an administrator."""
    barred = [part for user, bar in eligible.barred.items() for part in ("; ", Mention(user), ", ", *said_of(bar))]
    lead = (
        f"The rule “{decision.rule}” wants {count(decision.requirement.required, 'approval')}, "
        f"and {f'only {eligible.count:,}' if eligible.count else 'nobody'} of those it names may give one. "
    )
    who = ("Barred from deciding: ", *barred[1:], ". ") if barred else ()
    is_about = any(isinstance(bar, Concerned) for bar in eligible.barred.values())
    more = ", or write “beneficiary: allowed” into the rule" if is_about else ""
    return (lead, *who, *administrator, f" can add approvers to the policy{more}.")


def _require_a_reader(operation: Operation, requester: str) -> None:
    """A secret that waits for approvals needs somebody in Slack to be shown to; raises `RequestRefused`."""
    if isinstance(operation, Write) and operation.makes_secret and not is_slack_user(requester):
        raise RequestRefused(f"{operation.name} makes a token, and it waits for approvals: ask for it in Slack.")


async def _store(context: Context, judged: Judged) -> RequestView:
    async with context.acting() as session:
        row = _new_row(context, judged)
        request_id = await requests.add(session, row)
        if request_id is None:
            # Slack delivered the same command or form twice; the first one's request is this one.
            return await _view_of_source(session, judged.source_key or "")
        fact = Submitted(
            actor=judged.requester,
            at=row.created_at,
            rule=row.rule,
            fingerprint=row.fingerprint,
            described=described(context, judged.intent),
            approvals_channel=context.approvals_channel,
        )
        stored = await record(session, request_id, fact)
        return view_of(stored or row)


async def _view_of_source(session: Session, source_key: str) -> RequestView:
    known = await requests.get_by_source(session, source_key)
    if known is None:
        raise RequestNotFound
    return await view_in(session, known.id)


def _new_row(context: Context, judged: Judged) -> OperationRequest:
    """The row of an intent: approved already where the policy allows it."""
    now, intent = context.clock.now(), judged.intent
    status, requirement = _beginning(judged.decision)
    would, operation = judged.would, intent.operation
    head = head_of(operation, intent.params, would) if isinstance(operation, Write) else NO_HEAD
    return OperationRequest(
        version=1,
        status=status,
        source_key=judged.source_key,
        created_at=now,
        organization=intent.params.organization,
        operation=intent.operation.name,
        params=intent.params.model_dump(mode="json", by_alias=True),
        reason=intent.reason,
        requester=judged.requester,
        origin=origin_of(context),
        rule=judged.decision.rule,
        requirement=dump_requirement(requirement),
        expires_at=now + requirement.deadline,
        about=dump_about(judged.about),
        preview=dump_preview(would, head),
        fingerprint=would.fingerprint,
        attempts=0,
    )


def _beginning(decision: Allowed | NeedsApproval) -> tuple[Status, Requirement]:
    match decision:
        case NeedsApproval(requirement=requirement):
            return Status.PENDING, requirement
        case Allowed(requirement=requirement):
            return Status.APPROVED, requirement
        case _:
            assert_never(decision)
