"""From votes and columns to ballots and requirements: everything that was under way goes on, and nothing is lost."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, insert

from bot.db.session import Database
from bot.errors import AlreadyVoted, NotAnApprover
from bot.governance.approval.principals import User, UserGroup
from bot.governance.approval.requirement import Requirement, Stage
from bot.governance.execution.executor import NO_LONGER_KNOWN
from bot.governance.ledger.lifecycle import Status
from bot.governance.requests.cancel import cancel
from bot.governance.requests.expire import expire
from bot.governance.requests.queries import by_number, mine, waiting_for
from bot.governance.requests.settle import settle
from bot.governance.requests.submit import submit
from bot.governance.requests.vote import approve, deny
from bot.hub import Credential, Hub
from bot.slack.card import request_card
from bot.slack.results import result_message
from tests.conftest import BOTH
from tests.db.old_house import DAY, HOUR, REQUESTS, START, TRAIL, build, call, go, reflected, request, stored
from tests.governance.parts import ANN, AT_ONCE, LENA, MIRA, OMAR, Desk
from tests.templates import Template, template

NUMBERS = [row["id"] for row in REQUESTS]
BOTH_KINDS = (User(OMAR), UserGroup("S0LEADS"))
DROPPED = {"required", "approver_users", "approver_groups"}


def make_old(url: str) -> None:
    """What an old house left, migrated to today."""
    build(url)
    go(url, "head")


@pytest.fixture(scope="module", params=BOTH)
def old(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """A database as an old house left it, migrated to today; to copy."""
    with template(request, tmp_path_factory, make_old) as made:
        yield made


@pytest.fixture
def old_url(old: Template, tmp_path: Path) -> Iterator[str]:
    """The address of a copy of this test's own; the test runs once on each kind."""
    with old.copy(tmp_path) as url:
        yield url


@pytest.fixture
async def moved_in(old_url: str) -> AsyncIterator[Desk]:
    """People who go on with it, a moment later."""
    desk = Desk(Database(old_url), Hub(url="http://127.0.0.1:1", credential=Credential("nobody", SecretStr("never"))))
    desk.times.let_pass(timedelta(seconds=30))
    yield desk
    await desk.hub.close()
    await desk.database.close()


def without(row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """The row, but for these columns."""
    return {name: value for name, value in row.items() if name not in names}


def old_columns(rows: list[dict[str, Any]], known: dict[str, Any]) -> list[dict[str, Any]]:
    """What the rows hold in the columns of then."""
    return [{name: value for name, value in row.items() if name in known and name not in DROPPED} for row in rows]


async def test_an_upgrade_keeps_every_value_that_still_has_a_column(bare_database_url: str) -> None:
    build(bare_database_url)
    before = await call(bare_database_url, stored)
    go(bare_database_url, "0002")
    after = await call(bare_database_url, stored)
    for name in set(before) - {"votes"}:
        known = before[name][0]
        assert old_columns(after[name], known) == [without(row, DROPPED) for row in before[name]], name


async def test_what_a_request_required_is_one_value_now(moved_in: Desk) -> None:
    found = {number: (await by_number(moved_in.context, number)).requirement for number in NUMBERS}
    assert found[1] == Requirement((Stage(2, BOTH_KINDS),), DAY, DAY)
    assert found[2] == Requirement((Stage(1, (User(OMAR),)),), DAY, DAY)
    assert found[3] == Requirement((Stage(2, BOTH_KINDS),), timedelta(minutes=1), DAY)
    assert found[17] == Requirement((Stage(1, (UserGroup("S0LEADS"),)),), DAY, DAY)
    assert {number: requirement.required for number, requirement in found.items()} == {
        row["id"]: row["required"] for row in REQUESTS
    }
    assert [found[number].stages for number in (5, 7, 9, 12)] == [()] * 4, "nobody had to agree"


async def test_every_vote_is_a_ballot_now_in_the_order_in_which_they_were_given(moved_in: Desk) -> None:
    views = {number: await by_number(moved_in.context, number) for number in NUMBERS}
    assert {number: view.approvals for number, view in views.items() if view.approvals} == {
        1: (OMAR,),
        **dict.fromkeys((4, 6, 8, 11, 16), (LENA, OMAR)),
        10: (LENA,),
        13: (OMAR,),
        15: (LENA,),
    }
    first, second = views[4].ballots
    assert (first.at, first.admitted_by) == (START + timedelta(minutes=1), (UserGroup("S0LEADS"),))
    assert (second.at, second.admitted_by) == (START + timedelta(minutes=2), (User(OMAR),))


async def test_a_denial_is_a_ballot_too(moved_in: Desk) -> None:
    said = [(ballot.voter, ballot.choice, ballot.at) for ballot in await moved_in.ballots(13)]
    assert said == [(OMAR, "approve", START + timedelta(minutes=1)), (LENA, "deny", START + HOUR)]
    assert [len(await moved_in.ballots(number)) for number in (14, 15, 16)] == [0, 1, 2]


async def test_every_record_of_the_trail_knows_the_one_before_it_and_new_ones_go_on(moved_in: Desk) -> None:
    await approve(moved_in.context, 1, LENA)
    trail = await moved_in.trail()
    assert len(trail) == len(TRAIL) + 2
    assert [record.previous_id for record in trail] == [None, *(record.id for record in trail[:-1])]


async def test_more_requests_than_one_batch_are_all_carried_over(bare_sqlite_url: str) -> None:
    def many_more(connection: Connection) -> None:
        rows = [request(number, "expired", 1, source_key=None) for number in range(2001, 2602)]
        connection.execute(insert(reflected(connection)["requests"]), rows)

    build(bare_sqlite_url)
    await call(bare_sqlite_url, many_more)
    go(bare_sqlite_url, "0002")
    rows = (await call(bare_sqlite_url, stored))["requests"]
    assert len(rows) == len(REQUESTS) + 601
    assert {len(row["requirement"]["stages"]) for row in rows if row["id"] > 2000} == {1}


# Everything goes on


async def test_the_second_vote_approves_what_had_one(moved_in: Desk) -> None:
    with pytest.raises(AlreadyVoted):
        await approve(moved_in.context, 1, OMAR)
    view = await approve(moved_in.context, 1, LENA)
    assert (view.status, view.approvals) == (Status.APPROVED, (OMAR, LENA))
    card = await moved_in.message("card:1")
    assert card is not None
    assert (card.state, card.wanted, card.sent, card.posted_id) == ("due", 5, 2, "1.0")


async def test_whoever_could_decide_it_can_and_nobody_else(moved_in: Desk) -> None:
    moved_in.policy = AT_ONCE  # which wants nothing besides what was wanted then
    with pytest.raises(NotAnApprover):
        await approve(moved_in.context, 2, LENA)
    with pytest.raises(NotAnApprover):
        await approve(moved_in.context, 17, OMAR)
    assert (await approve(moved_in.context, 2, OMAR)).status is Status.APPROVED
    assert (await deny(moved_in.context, 17, MIRA, "no")).status is Status.DENIED
    assert (await cancel(moved_in.context, 3, ANN)).status is Status.CANCELLED


async def test_what_waits_for_somebody_still_does(moved_in: Desk) -> None:
    waiting = {user: [view.id for view in await waiting_for(moved_in.context, user)] for user in (OMAR, LENA)}
    assert waiting == {OMAR: [2, 3], LENA: [1, 3, 17]}
    assert [view.id for view in await mine(moved_in.context, ANN)] == [n for n in reversed(NUMBERS) if n != 17]


async def test_what_runs_out_does(moved_in: Desk) -> None:
    moved_in.times.let_pass(timedelta(minutes=1))
    assert await expire(moved_in.context) == 1
    assert await moved_in.status(3) == "expired"
    moved_in.times.let_pass(DAY)
    assert await expire(moved_in.context) == 5
    assert [await moved_in.status(number) for number in (1, 2, 4, 5, 17)] == ["expired"] * 5


async def test_what_was_approved_is_done_and_what_a_dead_executor_left_is_finished(moved_in: Desk) -> None:
    moved_in.lever.springs_back = True
    moved_in.times.machine += 2 * HOUR
    executor = moved_in.executor("heir")
    while await executor.step() == 0:
        continue
    assert [await moved_in.status(number) for number in (4, 5, 6, 7)] == ["succeeded"] * 4
    assert moved_in.lever.written == 4
    assert NO_LONGER_KNOWN not in [(await moved_in.row(number)).error for number in NUMBERS]
    assert [(await moved_in.row(number)).attempts for number in (4, 6)] == [1, 2]


async def test_what_nobody_knew_is_settled_and_keeps_its_items(moved_in: Desk) -> None:
    view = await settle(moved_in.context, 11, LENA, done=True)
    assert (view.status, [item.subject for item in view.items], view.progress) == (Status.SUCCEEDED, ["A"], (2, 2))
    assert (await settle(moved_in.context, 12, ANN, done=False)).status is Status.FAILED
    result = await moved_in.message("result:11")
    assert result is not None
    assert (result.state, result.wanted, result.posted_id) == ("due", 3, "11.0")


async def test_a_double_of_what_was_asked_before_is_still_the_same_request(moved_in: Desk) -> None:
    view = await submit(moved_in.context, moved_in.intent(), ANN, source_key="command:13")
    assert (view.id, view.status) == (13, Status.DENIED)
    assert await moved_in.ask() > max(NUMBERS)


async def test_every_card_and_every_result_can_be_shown(moved_in: Desk) -> None:
    for number in NUMBERS:
        view = await by_number(moved_in.context, number)
        assert f"{number}" in request_card(view, moved_in.operation).text
        assert result_message(view, moved_in.operation).text
    denied = await by_number(moved_in.context, 13)
    assert "she left" in request_card(denied, moved_in.operation).text


# And back


async def test_going_back_and_forth_loses_nothing(old_url: str) -> None:
    before = await call(old_url, stored)
    go(old_url, "0001", back=True)
    go(old_url, "head")
    after = await call(old_url, stored)
    said = {name: [without(row, {"id"}) for row in rows["ballots"]] for name, rows in (("b", before), ("a", after))}
    assert said["a"] == said["b"]
    assert {name: rows for name, rows in after.items() if name != "ballots"} == {
        name: rows for name, rows in before.items() if name != "ballots"
    }


async def test_an_old_house_finds_its_columns_and_votes_again(bare_database_url: str) -> None:
    build(bare_database_url)
    before = await call(bare_database_url, stored)
    go(bare_database_url, "0002")
    go(bare_database_url, "0001", back=True)
    after = await call(bare_database_url, stored)
    assert {name: rows for name, rows in after.items() if name != "ballots"} == before


async def test_what_was_decided_meanwhile_goes_back_too(moved_in: Desk, old_url: str) -> None:
    await approve(moved_in.context, 1, LENA)
    number = await moved_in.ask()
    await moved_in.database.close()
    go(old_url, "0001", back=True)
    rows = await call(old_url, stored)
    votes = [row["voter"] for row in rows["votes"] if row["request_id"] == 1]
    assert sorted(votes) == [LENA, OMAR]
    new = next(row for row in rows["requests"] if row["id"] == number)
    assert (new["required"], new["approver_groups"]) == (2, ["S0LEADS"])


async def test_numbers_of_the_trail_are_never_used_again(old_url: str) -> None:
    def newest_gone(connection: Connection) -> Any:
        connection.exec_driver_sql("DELETE FROM audit_trail WHERE request_id IS NULL")
        return connection.exec_driver_sql("SELECT max(id) FROM audit_trail").scalar()

    newest = await call(old_url, newest_gone)
    desk = Desk(Database(old_url), Hub(url="http://127.0.0.1:1", credential=Credential("nobody", SecretStr("never"))))
    await desk.ask()
    last = (await desk.trail())[-1]
    assert last.id > newest + 1
    await desk.hub.close()
    await desk.database.close()
