"""What is written down of a request, and which messages tell of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, assert_never

from bot import outbox
from bot.clock import Clock
from bot.db import hub_events
from bot.db.models import ExpectedEvent, OperationRequest
from bot.db.session import Session
from bot.governance.lifecycle import FINAL, Status
from bot.governance.people import is_slack_user
from bot.governance.policy import Allowed, NeedsApproval, People
from bot.governance.views import dump_preview
from bot.hub.auth import LOGIN
from bot.hub.limits import RateLimit, family
from bot.operations.kit.base import Intent, Preview
from bot.operations.kit.text import count
from bot.outbox.destination import slack_channel, slack_person
from bot.outbox.kinds import CARD, RESULT

DIRECT_LIFETIME = timedelta(hours=24)


def described(intent: Intent) -> dict[str, Any]:
    """An intent, for the trail."""
    return {
        "operation": intent.operation.name,
        "params": intent.params.model_dump(mode="json", by_alias=True),
        "reason": intent.reason,
    }


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


def new_request(
    intent: Intent,
    requester: str,
    decision: Allowed | NeedsApproval,
    preview: Preview,
    *,
    source_key: str | None,
    origin: str | None,
    now: datetime,
) -> OperationRequest:
    """The row of an intent: approved already where the policy allows it."""
    match decision:
        case NeedsApproval(required=required, approvers=people, expires=lifetime):
            status = Status.PENDING
        case Allowed():
            status, required, people, lifetime = Status.APPROVED, 0, People(), DIRECT_LIFETIME
        case _:
            assert_never(decision)
    return OperationRequest(
        version=1,
        status=status,
        source_key=source_key,
        created_at=now,
        organization=intent.params.organization,
        operation=intent.operation.name,
        params=intent.params.model_dump(mode="json", by_alias=True),
        reason=intent.reason,
        requester=requester,
        origin=origin,
        rule=decision.rule,
        required=required,
        approver_users=list(people.users),
        approver_groups=list(people.groups),
        expires_at=now + lifetime,
        preview=dump_preview(preview),
        fingerprint=preview.fingerprint,
        attempts=0,
    )


def expect(session: Session, request: OperationRequest, *, action: str, subjects: Sequence[str], now: datetime) -> None:
    """Note that Docker's log will show this action on one of the subjects, because the bot is about to do it."""
    expected = ExpectedEvent(
        request_id=request.id,
        organization=request.organization,
        action=action,
        subjects=list(subjects),
        since=now,
    )
    hub_events.expect(session, expected)


async def want_card(session: Session, request: OperationRequest, channel: str) -> None:
    """Ask for the request's card in the channel."""
    await outbox.want(
        session,
        f"card:{request.id}",
        kind=CARD,
        destination=slack_channel(channel),
        clock=Clock(now=lambda: request.created_at),
        request_id=request.id,
    )


async def touch_card(session: Session, request: OperationRequest) -> None:
    """Bring the request's card up to date."""
    await outbox.touch(session, f"card:{request.id}", clock=Clock())


async def announce(session: Session, request: OperationRequest, now: datetime) -> None:
    """Bring the card up to date, and tell the requester where the request has come to an end."""
    await touch_card(session, request)
    status = Status(request.status)
    if status not in FINAL and status is not Status.UNKNOWN:
        return
    if status is Status.CANCELLED or not is_slack_user(request.requester):
        return
    key, clock = f"result:{request.id}", Clock(now=lambda: now)
    person = slack_person(request.requester)
    if not await outbox.want(session, key, kind=RESULT, destination=person, clock=clock, request_id=request.id):
        await outbox.touch(session, key, clock=clock)
