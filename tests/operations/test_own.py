"""Reads over our own tables: each person sees what concerns them, and nobody learns more from a number."""

import typing
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.db import ballots, requests, trail
from bot.db.models import TrailRecord
from bot.db.session import Database
from bot.errors import RequestNotFound
from bot.governance.ledger.events import HUBWARDEN as ACTOR
from bot.governance.ledger.lifecycle import Status
from bot.operations.kit.base import Answer, Viewer
from bot.operations.own import HUBWARDEN, RequestHistory, RequestList, State, list_requests, show_history
from bot.phrases import Mention
from tests.db.rows import NOW, request_row

BY_OMAR = {"stages": [{"need": 1, "of": [{"kind": "user", "id": "U0OMAR"}]}], "deadline": 1, "execute_within": 1}


def viewer(user: str, *, sees_everything: bool = False) -> Viewer:
    """Somebody whom requirements name by their id."""

    async def may_decide(requirement: Mapping[str, Any]) -> bool:
        return any(user == one["id"] for stage in requirement["stages"] for one in stage["of"])

    return Viewer(user, sees_everything, may_decide)


async def stored(database: Database, **values: Any) -> int:
    """The number of a new request."""
    row = {"requirement": BY_OMAR, "preview": {"changes": [{"subject": "jane", "items": []}], "notes": []}} | values
    async with database.begin() as session:
        number = await requests.add(session, request_row(**row))
    assert number is not None
    return number


async def voted(database: Database, number: int, voter: str) -> None:
    """Somebody said something to it."""
    async with database.begin() as session:
        await ballots.add(session, number, voter=voter, choice="approve", at=NOW, admitted_by=[], voids=[])


async def listed(database: Database, who: Viewer, **values: Any) -> list[int]:
    """The numbers that somebody sees, in order."""
    answer = await list_requests(database, who, RequestList(organization="acme", **values))
    return [int(str(row[0])) for row in answer.rows]


def test_the_states_that_can_be_asked_for_are_those_that_there_are() -> None:
    assert set(typing.get_args(State)) == {"any", *Status}
    assert HUBWARDEN == ACTOR


async def test_people_see_what_they_asked_for_may_decide_or_have_voted_on(database: Database) -> None:
    mine = await stored(database, requester="U0SAM")
    voted_on = await stored(database)
    await stored(database)
    await voted(database, voted_on, "U0SAM")
    assert await listed(database, viewer("U0SAM")) == [voted_on, mine]
    assert len(await listed(database, viewer("U0OMAR"))) == 3
    assert await listed(database, viewer("U0MIRA")) == []


async def test_whoever_may_see_everything_does(database: Database) -> None:
    numbers = [await stored(database) for _ in range(3)]
    assert await listed(database, viewer("U0MIRA", sees_everything=True)) == numbers[::-1]


async def test_another_organization_shows_nothing_even_to_them(database: Database) -> None:
    number = await stored(database, organization="other")
    who = viewer("U0MIRA", sees_everything=True)
    assert await listed(database, who) == []
    with pytest.raises(RequestNotFound):
        await show_history(database, who, RequestHistory(organization="acme", request=number))


async def test_mine_are_those_that_i_asked_for(database: Database) -> None:
    await stored(database)
    mine = await stored(database, requester="U0OMAR")
    assert await listed(database, viewer("U0OMAR"), whose="mine") == [mine]


async def test_what_waits_for_me_is_pending_not_my_own_and_has_no_word_of_mine_yet(database: Database) -> None:
    waiting = await stored(database)
    await stored(database, requester="U0OMAR")
    await stored(database, status="denied")
    await voted(database, await stored(database), "U0OMAR")
    assert await listed(database, viewer("U0OMAR"), whose="waiting") == [waiting]
    assert await listed(database, viewer("U0OMAR"), whose="waiting", state="denied") == []
    assert await listed(database, viewer("U0SAM", sees_everything=True), whose="waiting") == []


async def test_a_state_and_an_operation_narrow_the_list(database: Database) -> None:
    who = viewer("U0SAM", sees_everything=True)
    denied = await stored(database, status="denied")
    deleted = await stored(database, operation="repo.delete")
    assert await listed(database, who, state="denied") == [denied]
    assert await listed(database, who, operation="repo.delete") == [deleted]


async def test_a_list_that_is_cut_says_so(database: Database) -> None:
    for _ in range(3):
        await stored(database)
    who = viewer("U0SAM", sees_everything=True)
    answer = await list_requests(database, who, RequestList(organization="acme", limit=2))
    assert len(answer.rows) == 2
    assert "There are more: these are the newest 2." in answer.note


async def test_a_line_says_what_who_and_why(database: Database) -> None:
    number = await stored(database)
    answer = await list_requests(database, viewer("U0OMAR"), RequestList(organization="acme"))
    assert answer.rows[0] == (str(number), NOW, "pending", "invite.send", "jane", Mention("U0ANN"), "why")
    assert answer.note == "These are the requests that concern you."


async def history(database: Database, who: Viewer, number: int) -> Answer:
    """What somebody is shown."""
    return await show_history(database, who, RequestHistory(organization="acme", request=number))


async def test_a_history_tells_each_step_with_its_actor(database: Database) -> None:
    number = await stored(database)
    async with database.begin() as session:
        for event, actor, details in (
            ("request.submitted", "U0ANN", {"rule": "a rule", "params": {"secret": "no"}}),
            ("approval.given", "U0OMAR", {"given": 1, "required": 1}),
            ("execution.failed", "hubwarden", {"error": "Docker Hub said no.", "outcome": {"summary": "0 of 1"}}),
        ):
            record = TrailRecord(
                at=NOW + timedelta(seconds=1), event=event, actor=actor, request_id=number, details=details
            )
            await trail.append(session, record)
    rows = (await history(database, viewer("U0ANN"), number)).rows
    assert [row[1:] for row in rows] == [
        ("request.submitted", Mention("U0ANN"), "a rule"),
        ("approval.given", Mention("U0OMAR"), "1 of 1 approvals"),
        ("execution.failed", "Hubwarden", "Docker Hub said no.; 0 of 1"),
    ]


async def test_whom_it_does_not_concern_learns_no_more_than_of_a_number_that_nobody_has(database: Database) -> None:
    number = await stored(database)
    with pytest.raises(RequestNotFound) as hidden:
        await history(database, viewer("U0MIRA"), number)
    with pytest.raises(RequestNotFound) as missing:
        await history(database, viewer("U0MIRA"), number + 1)
    assert hidden.value.text.replace(str(number), "N") == missing.value.text.replace(str(number + 1), "N")
