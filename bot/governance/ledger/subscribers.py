"""What follows from a fact in its own transaction: the card, the word to the requester, what Docker's log will show.

A new follower is a function here and its line in `SUBSCRIBERS`.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeAlias, assert_never

from bot.db import hub_events, messages
from bot.db.models import ExpectedEvent, OperationRequest
from bot.db.session import Session
from bot.governance.ledger.facts import (
    Balloted,
    Claimed,
    Expected,
    Fact,
    Finished,
    Moved,
    Objected,
    Settled,
    Submitted,
    TakenOver,
)
from bot.governance.ledger.lifecycle import STATES
from bot.governance.people import is_slack_user

CARD = "card"
RESULT = "result"

Subscriber: TypeAlias = Callable[[Session, OperationRequest, Fact], Awaitable[None]]


async def keep_card(session: Session, request: OperationRequest, fact: Fact) -> None:
    """The card is asked for once, and brought up to date by whatever changes what it says."""
    match fact:
        case Submitted():
            await messages.want(
                session,
                f"{CARD}:{request.id}",
                kind=CARD,
                channel=fact.approvals_channel,
                now=fact.at,
                request_id=request.id,
            )
        case Balloted() | Moved() | Claimed() | Finished() | Settled():
            await refresh_card(session, request.id, fact.at)
        case Objected() | TakenOver():
            return
        case _:
            assert_never(fact)


async def refresh_card(session: Session, request_id: int, at: datetime) -> None:
    """Bring the card up to date: it says what the row says when it is delivered."""
    await messages.touch(session, f"{CARD}:{request_id}", at)


async def tell_requester(session: Session, request: OperationRequest, fact: Fact) -> None:
    """Whoever asked hears how it ended, and again where a person settles it later."""
    if not isinstance(fact, Moved | Finished | Settled) or not STATES[fact.status].is_announced:
        return
    if not is_slack_user(request.requester):
        return
    key = f"{RESULT}:{request.id}"
    if not await messages.want(
        session, key, kind=RESULT, channel=request.requester, now=fact.at, request_id=request.id
    ):
        await messages.touch(session, key, fact.at)


async def expect_events(session: Session, request: OperationRequest, fact: Fact) -> None:
    """What the bot is about to do is no alarm when Docker's log shows it."""
    if isinstance(fact, Claimed):
        for expected in fact.expected:
            expect(session, request, expected, fact.at)


def expect(session: Session, request: OperationRequest, expected: Expected, at: datetime) -> None:
    """Note that Docker's log will show this from now on, because the bot is about to do it."""
    event = ExpectedEvent(
        request_id=request.id,
        organization=request.organization,
        action=expected.action,
        subjects=list(expected.subjects),
        since=at,
    )
    hub_events.expect(session, event)


SUBSCRIBERS: tuple[Subscriber, ...] = (keep_card, tell_requester, expect_events)
