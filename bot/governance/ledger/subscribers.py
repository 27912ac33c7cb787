"""What follows from a fact in its own transaction: the card, the word to the requester, what Docker's log will show.

A new follower is a function here and its line in `SUBSCRIBERS`.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from bot import outbox
from bot.clock import REAL, standing_at
from bot.db import hub_events
from bot.db.models import ExpectedEvent, OperationRequest
from bot.db.session import Session
from bot.governance.ledger.execution_facts import Claimed, Deferred, Expected, Finished, Resumed, TakenOver
from bot.governance.ledger.facts import Balloted, Fact, Moved, Objected, Reconsidered, Returned, Settled, Submitted
from bot.governance.ledger.lifecycle import STATES, Status
from bot.governance.ledger.log_lines import log_line
from bot.governance.people import is_slack_user
from bot.governance.preferences import preferences_in
from bot.outbox.destination import slack_channel, slack_person
from bot.outbox.kinds import ASK, CARD, LOG, REMINDER, RESULT
from bot.phrases import dump_phrase

# What waits for less goes on before anybody has read why.
WORTH_TELLING = timedelta(seconds=3)

Subscriber: TypeAlias = Callable[[Session, OperationRequest, Fact], Awaitable[None]]


async def keep_card(session: Session, request: OperationRequest, fact: Fact) -> None:
    """The card is asked for once, and brought up to date by whatever changes what it says."""
    match fact:
        case Submitted():
            await outbox.want(
                session,
                card_key(request.id),
                kind=CARD,
                destination=slack_channel(fact.approvals_channel),
                clock=standing_at(fact.at),
                request_id=request.id,
            )
        case Balloted() | Moved() | Reconsidered() | Returned() | Claimed() | Finished() | Settled():
            await refresh_card(session, request.id)
        case Deferred():
            if fact.until is None or fact.until - fact.at >= WORTH_TELLING:
                await refresh_card(session, request.id)
        case Objected() | Resumed() | TakenOver():
            return  # its progress and its end are told soon enough
        case _:
            assert_never(fact)


def card_key(request_id: int) -> str:
    """How the request's card is found again: in use, so it stays as it is."""
    return f"card:{request_id}"


async def refresh_card(session: Session, request_id: int) -> None:
    """Bring the card up to date: it says what the row says when it is delivered."""
    await outbox.touch(session, card_key(request_id), clock=REAL)


async def keep_calls(session: Session, request: OperationRequest, fact: Fact) -> None:
    """Whoever was told directly that it waits for them sees when it does so no more, and how it ended."""
    match fact:
        case Balloted() | Moved() | Reconsidered() | Returned() | Finished() | Settled():
            await outbox.touch_of(session, request.id, [ASK, REMINDER], clock=REAL)
        case Submitted() | Claimed() | Deferred() | Objected() | Resumed() | TakenOver():
            return
        case _:
            assert_never(fact)


async def tell_requester(session: Session, request: OperationRequest, fact: Fact) -> None:
    """Whoever asked hears how it ended, and again where a person settles it later."""
    if not isinstance(fact, Moved | Finished | Settled) or not STATES[fact.status].is_announced:
        return
    if not is_slack_user(request.requester):
        return
    if "results" not in (await preferences_in(session, request.requester)).wants:
        return
    key, clock = f"result:{request.id}", standing_at(fact.at)
    person = slack_person(request.requester)
    if not await outbox.want(session, key, kind=RESULT, destination=person, clock=clock, request_id=request.id):
        await outbox.touch(session, key, clock=clock)


async def expect_events(session: Session, request: OperationRequest, fact: Fact) -> None:
    """What the bot is about to do is no alarm when Docker's log shows it; what it has not done would be one."""
    if isinstance(fact, Claimed):
        for expected in fact.expected:
            expect(session, request, expected, fact.at)
    if isinstance(fact, Deferred) and fact.executor is not None and fact.status is Status.APPROVED:
        await hub_events.expect_no_more(session, request.id)


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


async def keep_log(session: Session, request: OperationRequest, fact: Fact) -> None:
    """What happened, in the thread of the card: whoever wants to know looks there, and the channel stays quiet."""
    line = log_line(fact)
    if line is None:
        return
    channel = await outbox.destination_of(session, card_key(request.id))
    if channel is None:
        return
    await outbox.want(
        session,
        f"log:{request.id}:{request.version}",
        kind=LOG,
        destination=channel,
        clock=standing_at(fact.at),
        payload={"said": dump_phrase(line)},
        thread_of=card_key(request.id),
    )


SUBSCRIBERS: tuple[Subscriber, ...] = (keep_card, keep_calls, keep_log, tell_requester, expect_events)
