"""What the database says of requests, and whether it hangs together: checked whenever something was raced or killed."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.db import messages
from bot.db.models import Message, OperationRequest, StoredBallot, TrailRecord
from bot.db.session import Database
from bot.governance.ledger.events import Event
from bot.governance.ledger.lifecycle import STATES, Status

Found = TypeVar("Found")

ARROWS = {
    Event.APPROVED: Status.APPROVED,
    Event.DENIED: Status.DENIED,
    Event.CANCELLED: Status.CANCELLED,
    Event.EXPIRED: Status.EXPIRED,
    Event.RETURNED: Status.PENDING,
    Event.REFUSED: Status.REFUSED,
    Event.EXECUTING: Status.EXECUTING,
    Event.SUCCEEDED: Status.SUCCEEDED,
    Event.FAILED: Status.FAILED,
    Event.UNKNOWN: Status.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Records:
    """Everything that one moment's database holds of requests, by request where that makes sense."""

    requests: Mapping[int, OperationRequest]
    votes: Mapping[int, Sequence[str]]
    trail: Mapping[int, Sequence[TrailRecord]]
    messages: Mapping[str, Message]

    def status(self, number: int) -> Status:
        """Where a request stands."""
        return Status(self.requests[number].status)

    def events(self, number: int) -> list[str]:
        """A request's history, by the names of its events."""
        return [record.event for record in self.trail[number]]

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is left to be done or to be said."""
        busy = {Status.APPROVED, Status.EXECUTING}
        moving = any(request.status in busy for request in self.requests.values())
        return not moving and all(message.state != messages.DUE for message in self.messages.values())


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """The database at `url`, through connections of the test's own."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def read_records(database: Database) -> Records:
    """All of it, in one transaction."""
    async with database.begin() as session:
        requests = {row.id: row for row in await session.scalars(select(OperationRequest))}
        ballots = select(StoredBallot).where(StoredBallot.choice == "approve").order_by(StoredBallot.id)
        votes = list(await session.scalars(ballots))
        trail = list(await session.scalars(select(TrailRecord).order_by(TrailRecord.id)))
        outbox = {row.key: row for row in await session.scalars(select(Message))}
    return Records(
        requests,
        {number: [vote.voter for vote in votes if vote.request_id == number] for number in requests},
        {number: [record for record in trail if record.request_id == number] for number in requests},
        outbox,
    )


async def read_once(url: str) -> Records:
    """All of it, where nobody else is reading."""
    async with opened(url) as database:
        return await read_records(database)


async def wait_quiet(url: str, *, seconds: float = 30) -> Records:
    """The records as soon as everything is done and said."""
    async with opened(url) as database:

        async def look() -> Records | None:
            records = await read_records(database)
            return records if records.is_quiet else None

        return await looked_for(look, seconds=seconds)


async def looked_for(look: Callable[[], Awaitable[Found | None]], *, seconds: float = 15) -> Found:
    """What `look` finds, as soon as it does: for files and databases, which tell nobody that they have changed."""
    async with asyncio.timeout(seconds):
        while (found := await look()) is None:  # noqa: ASYNC110  there is no event to wait for
            await asyncio.sleep(0.03)
    return found


def assert_whole(records: Records) -> None:
    """Rows, trail, votes and outbox tell one story, and every step of it is an arrow of the table."""
    for number, request in records.requests.items():
        begun = Status.PENDING if request.requirement["stages"] else Status.APPROVED
        assert walk(records.trail[number], begun) == request.status, (number, records.events(number), request.status)
        told = Counter(record.event for record in records.trail[number])
        assert told[Event.SUBMITTED] == 1
        assert told[Event.VOTE] == len(records.votes[number])
        back = sum(is_given_back(record) for record in records.trail[number])
        assert told[Event.EXECUTING] <= 1 + back, "executed twice"
        assert f"card:{number}" in records.messages
        status = Status(request.status)
        ended = status is Status.UNKNOWN or (not STATES[status].targets and status is not Status.CANCELLED)
        assert (f"result:{number}" in records.messages) == ended


def is_given_back(record: TrailRecord) -> bool:
    """Whether somebody gave a claim up before any write."""
    return record.event == Event.DEFERRED and record.details["status"] == Status.APPROVED


def walk(trail: Sequence[TrailRecord], begun: Status) -> Status:
    """The state to which a request's history leads; fails at a step that `STATES` does not know."""
    status = begun
    for record in trail:
        said = {Event.SETTLED, Event.DEFERRED}
        target = Status(record.details["status"]) if record.event in said else ARROWS.get(Event(record.event))
        if target is None or (record.event == Event.DEFERRED and target is status):
            continue
        assert target in STATES[status].targets, f"{record.event} leads from {status} to {target}"
        status = target
    return status


def assert_sound(url: str) -> None:
    """SQLite itself finds nothing torn in the file."""
    with closing(sqlite3.connect(make_url(url).database or "")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
