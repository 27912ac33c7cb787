"""What follows from a fact: what touches the card, what the requester hears, and what Docker's log may show."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import utc_now
from bot.db import messages
from bot.db.models import Message
from bot.governance.approval.ballots import Ballot, Choice
from bot.governance.approval.reconsideration import NOTHING_FOUND
from bot.governance.ledger.events import HUBWARDEN
from bot.governance.ledger.execution_facts import Claimed, Deferred, Expected, Finished, Resumed, TakenOver
from bot.governance.ledger.facts import Balloted, Fact, Moved, Objected, Reconsidered, Returned, Settled
from bot.governance.ledger.lifecycle import STATES, Status
from bot.governance.ledger.record import record
from bot.governance.ledger.subscribers import (
    SUBSCRIBERS,
    WORTH_TELLING,
    expect_events,
    keep_card,
    refresh_card,
    tell_requester,
)
from bot.governance.preferences import Preferences, settle_preferences
from bot.operations.kit.base import ItemResult, Outcome
from bot.phrases import load_phrase, plain
from tests.db.rows import message_of
from tests.governance.parts import ANN, AT_ONCE, CHANNEL, DAY, LEASE, OMAR, START, Desk

LATER = START + timedelta(minutes=5)
DONE = Outcome("done")
IN_PART = Outcome("1 of 2", (ItemResult("a", done=True, text="done"), ItemResult("b", done=False, text="refused")))
YES = Balloted(ballot=Ballot(voter=OMAR, choice=Choice.APPROVE, at=LATER), given=1, required=2)
CLAIMED = Claimed(at=LATER, executor="one", lease_until=START + LEASE)


def deferred(until: datetime) -> Deferred:
    """“One” gives its claim up before any write."""
    return Deferred(at=LATER, status=Status.APPROVED, why="It waits.", until=until, since=LATER, executor="one")


# Fact, from which state, and how many more versions are wanted: of the card, of the requester's word.
FOLLOWING: list[tuple[Fact, Status, tuple[int, int]]] = [
    (YES, Status.PENDING, (1, 0)),
    (Objected(actor=OMAR, at=LATER, verb="approve", why="no"), Status.PENDING, (0, 0)),
    (Moved(actor=OMAR, at=LATER, status=Status.APPROVED), Status.PENDING, (1, 0)),
    (Moved(actor=OMAR, at=LATER, status=Status.DENIED, reason="no"), Status.PENDING, (1, 1)),
    (Moved(actor=ANN, at=LATER, status=Status.CANCELLED), Status.PENDING, (1, 0)),
    (Moved(actor=HUBWARDEN, at=LATER, status=Status.EXPIRED), Status.PENDING, (1, 1)),
    (Moved(actor=HUBWARDEN, at=LATER, status=Status.REFUSED), Status.PENDING, (1, 1)),
    (Moved(actor=HUBWARDEN, at=LATER, status=Status.REFUSED), Status.APPROVED, (1, 1)),
    (Reconsidered(at=LATER, found=NOTHING_FOUND), Status.PENDING, (1, 0)),
    (Returned(at=LATER, found=NOTHING_FOUND, expires_at=LATER), Status.APPROVED, (1, 0)),
    (CLAIMED, Status.APPROVED, (1, 0)),
    (deferred(LATER + WORTH_TELLING), Status.EXECUTING, (1, 0)),
    (deferred(LATER + WORTH_TELLING - timedelta(seconds=1)), Status.EXECUTING, (0, 0)),
    (Deferred(at=LATER, status=Status.APPROVED, why="?", until=None, since=LATER), Status.APPROVED, (1, 0)),
    (Resumed(at=LATER, executor="one", lease_until=LATER), Status.EXECUTING, (0, 0)),
    (
        TakenOver(at=LATER, executor="two", attempt=2, real_now=LATER, lease_until=LATER),
        Status.EXECUTING,
        (0, 0),
    ),
    (Finished(at=LATER, status=Status.SUCCEEDED, executor="one", outcome=DONE), Status.EXECUTING, (1, 1)),
    (Finished(at=LATER, status=Status.FAILED, executor="one", error="no"), Status.EXECUTING, (1, 1)),
    (Finished(at=LATER, status=Status.UNKNOWN, executor="one", error="?"), Status.EXECUTING, (1, 1)),
    (Settled(actor=OMAR, at=LATER, status=Status.FAILED, outcome=DONE), Status.UNKNOWN, (1, 1)),
]


async def follow(desk: Desk, number: int, fact: Fact) -> None:
    """Make the fact one."""
    async with desk.database.begin() as session:
        assert await record(session, number, fact) is not None


async def standing_at(desk: Desk, status: Status, **more: object) -> int:
    """A request in that state, claimed by “one”, its lease over, and due."""
    number = await desk.ask()
    values: dict[str, object] = {
        "status": status,
        "claimed_by": "one",
        "lease_until": START,
        "expires_at": START,
    } | more
    await desk.change(number, **values)
    return number


def test_these_follow() -> None:
    assert {keep_card, tell_requester, expect_events} <= set(SUBSCRIBERS)


async def test_a_submission_asks_for_one_card_in_the_approvals_channel(desk: Desk) -> None:
    number = await desk.ask()
    card = await desk.message(f"card:{number}")
    assert card is not None
    assert (card.kind, card.address, card.request_id, card.wanted) == ("card", CHANNEL, number, 1)
    assert card.created_at == START, "the business's time"
    assert await desk.message(f"result:{number}") is None


async def test_what_is_allowed_at_once_has_a_card_too(desk: Desk) -> None:
    desk.policy = AT_ONCE
    assert await desk.wanted(await desk.ask()) == (1, 0)


@pytest.mark.parametrize(("fact", "status", "more"), FOLLOWING)
async def test_card_and_requester_hear_of_it_exactly_so_often(
    desk: Desk, fact: Fact, status: Status, more: tuple[int, int]
) -> None:
    number = await standing_at(desk, status, claimed_by=None if isinstance(fact, Resumed) else "one")
    other = await desk.ask()
    card, result = await desk.wanted(number)
    await follow(desk, number, fact)
    assert await desk.wanted(number) == (card + more[0], result + more[1])
    assert await desk.wanted(other) == (1, 0), "nobody else's card is touched"


LOGGED: list[tuple[Fact, Status, str | None]] = [
    (YES, Status.PENDING, f"@{OMAR} approved it (1 of 2)."),
    (Moved(actor=OMAR, at=LATER, status=Status.APPROVED), Status.PENDING, None),
    (Moved(actor=OMAR, at=LATER, status=Status.DENIED, reason="no"), Status.PENDING, f"It was denied by @{OMAR}. “no”"),
    (Moved(actor=HUBWARDEN, at=LATER, status=Status.EXPIRED), Status.PENDING, "It has expired."),
    (Reconsidered(at=LATER, found=NOTHING_FOUND), Status.PENDING, None),
    (CLAIMED, Status.APPROVED, None),
    (Finished(at=LATER, status=Status.SUCCEEDED, executor="one", outcome=DONE), Status.EXECUTING, "It is done. done."),
    (
        Finished(at=LATER, status=Status.SUCCEEDED, executor="one", outcome=IN_PART),
        Status.EXECUTING,
        "It has ended. 1 of 2.",
    ),
    (Finished(at=LATER, status=Status.FAILED, executor="one", error="no."), Status.EXECUTING, "It has failed. no."),
    (
        Settled(actor=OMAR, at=LATER, status=Status.FAILED, outcome=DONE),
        Status.UNKNOWN,
        f"It has failed, settled by @{OMAR}. done.",
    ),
]


@pytest.mark.parametrize(("fact", "status", "said"), LOGGED)
async def test_the_log_is_in_the_thread_of_the_card(desk: Desk, fact: Fact, status: Status, said: str | None) -> None:
    number = await standing_at(desk, status)
    await follow(desk, number, fact)
    async with desk.database.begin() as session:
        kept = list(await session.scalars(select(Message).where(Message.kind == "log")))
    assert [plain(load_phrase(one.payload["said"])) for one in kept] == ([said] if said else [])
    assert {(one.thread_of, one.address) for one in kept} <= {(f"card:{number}", CHANNEL)}


async def test_whoever_does_not_want_to_hear_how_it_ends_does_not(desk: Desk) -> None:
    number = await standing_at(desk, Status.PENDING)
    async with desk.database.begin() as session:
        await settle_preferences(session, ANN, Preferences(frozenset({"ask"})), now=LATER)
    await follow(desk, number, Moved(actor=OMAR, at=LATER, status=Status.DENIED, reason="no"))
    assert await desk.message(f"result:{number}") is None


async def test_what_is_announced_is_what_the_table_of_states_says(desk: Desk) -> None:
    announced = {status for fact, _, (_, told) in FOLLOWING if told and (status := getattr(fact, "status", None))}
    assert announced == {status for status in Status if STATES[status].is_announced}


async def test_the_requester_is_told_in_person_of_the_moment_it_ended(desk: Desk) -> None:
    number = await standing_at(desk, Status.PENDING)
    await follow(desk, number, Moved(actor=OMAR, at=LATER, status=Status.DENIED))
    result = await desk.message(f"result:{number}")
    assert result is not None
    assert (result.kind, result.address, result.request_id) == ("result", ANN, number)
    assert result.created_at == LATER, "the business's time"


async def test_whoever_settles_it_later_brings_the_same_message_up_to_date(desk: Desk) -> None:
    number = await standing_at(desk, Status.EXECUTING)
    await follow(desk, number, Finished(at=START, status=Status.UNKNOWN, executor="one", error="?"))
    await follow(desk, number, Settled(actor=OMAR, at=LATER, status=Status.SUCCEEDED, outcome=DONE))
    assert (await desk.wanted(number))[1] == 2


@pytest.mark.parametrize("requester", ["terminal:root", "hubwarden", "u0ann", "U0ANN "])
async def test_nobody_in_slack_is_told_where_nobody_of_slack_asked(desk: Desk, requester: str) -> None:
    number = await standing_at(desk, Status.PENDING, requester=requester)
    await follow(desk, number, Moved(actor=OMAR, at=LATER, status=Status.DENIED))
    assert await desk.wanted(number) == (2, 0)


async def test_the_card_is_due_at_once(desk: Desk) -> None:
    number = await desk.ask()
    async with desk.database.begin() as session:
        sent = await message_of(session, f"card:{number}")
        assert sent is not None
        await messages.mark_sent(session, sent.id, version=1, address=CHANNEL, posted_id="1.2")
    before = utc_now()
    await follow(desk, number, YES)
    card = await desk.message(f"card:{number}")
    assert card is not None
    assert card.state == "due"
    assert before <= card.due_at <= utc_now(), "the machine's time: a sandbox's must not delay it"


async def test_a_card_can_be_refreshed_without_a_fact(desk: Desk) -> None:
    number = await desk.ask()
    async with desk.database.begin() as session:
        await refresh_card(session, number)
    assert await desk.wanted(number) == (2, 0)
    assert len(await desk.trail()) == 1


async def test_an_execution_says_what_dockers_log_will_show(any_desk: Desk) -> None:
    number = await standing_at(any_desk, Status.APPROVED)
    expected = (Expected(action="lever.pull", subjects=("lever", "handle")), Expected(action="bell.ring", subjects=()))
    await follow(any_desk, number, Claimed(at=LATER, executor="one", lease_until=START + DAY, expected=expected))
    assert await any_desk.expected() == [(number, "lever.pull", ["lever", "handle"]), (number, "bell.ring", [])]


@pytest.mark.parametrize(("status", "left"), [(Status.APPROVED, 0), (Status.EXECUTING, 1)])
async def test_what_is_given_back_before_any_write_is_not_expected_any_more(
    any_desk: Desk, status: Status, left: int
) -> None:
    number, other = await standing_at(any_desk, Status.APPROVED), await standing_at(any_desk, Status.APPROVED)
    expected = (Expected(action="lever.pull", subjects=("lever",)),)
    for each in (number, other):
        await follow(any_desk, each, Claimed(at=LATER, executor="one", lease_until=START + DAY, expected=expected))
    await follow(any_desk, number, replace(deferred(LATER), status=status))
    assert len(await any_desk.expected()) == left + 1


@pytest.mark.parametrize(("fact", "status", "_more"), FOLLOWING)
async def test_nothing_is_expected_of_docker_that_was_not_named(
    desk: Desk, fact: Fact, status: Status, _more: object
) -> None:
    claimed_by = None if isinstance(fact, Resumed) else "one"
    await follow(desk, await standing_at(desk, status, claimed_by=claimed_by), fact)
    assert await desk.expected() == []
