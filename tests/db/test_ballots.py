"""Ballots: added in order, read by request, and kept whole."""

from bot.db import ballots, requests
from bot.db.models import StoredBallot
from bot.db.session import Database, Session
from tests.db.rows import NOW, SOON, request_row


async def two_requests(database: Database) -> tuple[int, int]:
    """Their numbers."""
    async with database.begin() as session:
        one, two = await requests.add(session, request_row()), await requests.add(session, request_row())
    assert one is not None
    assert two is not None
    return one, two


async def say(session: Session, number: int, voter: str) -> None:
    """Somebody agrees."""
    await ballots.add(session, number, voter=voter, choice="approve", at=SOON, admitted_by=[], voids=[])


def told(rows: list[StoredBallot]) -> list[tuple[int, str]]:
    """Of which request, and who."""
    return [(row.request_id, row.voter) for row in rows]


async def test_a_ballot_comes_back_whole(database: Database) -> None:
    number, _ = await two_requests(database)
    admitted = [{"kind": "user", "id": "U0OMAR"}]
    async with database.begin() as session:
        await ballots.add(session, number, voter="U0OMAR", choice="deny", at=NOW, admitted_by=admitted, voids=[3, 4])
    async with database.begin() as session:
        (row,) = await ballots.of_request(session, number)
    assert (row.voter, row.choice, row.at, row.admitted_by, row.voids) == ("U0OMAR", "deny", NOW, admitted, [3, 4])


async def test_ballots_are_read_in_the_order_in_which_they_were_given(database: Database) -> None:
    one, two = await two_requests(database)
    async with database.begin() as session:
        for number, voter in ((one, "U0Z"), (two, "U0M"), (one, "U0A")):
            await say(session, number, voter)
    async with database.begin() as session:
        assert told(list(await ballots.of_request(session, one))) == [(one, "U0Z"), (one, "U0A")]
        both = await ballots.of_requests(session, [two, one])
        assert told(list(both)) == [(one, "U0Z"), (two, "U0M"), (one, "U0A")]
        assert told(list(await ballots.of_requests(session, [two]))) == [(two, "U0M")]


async def test_of_no_request_there_are_no_ballots(database: Database) -> None:
    one, _ = await two_requests(database)
    async with database.begin() as session:
        await say(session, one, "U0A")
    async with database.begin() as session:
        assert await ballots.of_requests(session, []) == []
        assert await ballots.of_request(session, 99) == []


async def test_somebody_may_say_something_twice(database: Database) -> None:
    one, _ = await two_requests(database)
    async with database.begin() as session:
        await say(session, one, "U0A")
        await say(session, one, "U0A")
    async with database.begin() as session:
        assert len(await ballots.of_request(session, one)) == 2
