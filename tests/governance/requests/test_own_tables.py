"""Our own tables as one person may see them: what concerns them, and no more from a number."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.db import ballots, requests, trail
from bot.db.models import TrailRecord
from bot.db.session import Database
from bot.errors import RequestNotFound, UserError
from bot.governance.context import Context
from bot.governance.people import DirectoryUnavailable, Person
from bot.governance.requests.own_tables import PersonsTables
from bot.operations import BY_NAME
from bot.operations.kit.own_tables import SeenStep, Wanted, Whose
from tests.db.rows import NOW, request_row
from tests.governance.bench import Everybody, bench_on

NAMED = {"kind": "user", "id": "U0OMAR"}
LEADS = {"kind": "group", "id": "S0LEADS"}


class LeadsAreLena(Everybody):
    """A directory in which one group has somebody; `is_away` where Slack does not answer."""

    is_away = False

    async def person(self, user: str) -> Person:
        """Everybody decides, but Gus."""
        return replace(await super().person(user), is_guest=user == "U0GUS")

    async def members_of(self, _group: str) -> frozenset[str]:
        """Lena."""
        if self.is_away:
            raise DirectoryUnavailable
        return frozenset({"U0LENA"})


@pytest.fixture
async def context(database_url: str) -> AsyncIterator[Context]:
    """Use cases on either database."""
    with bench_on(database_url) as bench:
        yield replace(bench.context(), directory=LeadsAreLena(), operations=BY_NAME)
        await bench.hub.close()
        await bench.database.close()


async def stored(database: Database, *, of: dict[str, str] = NAMED, **values: Any) -> int:
    """The number of a new request that somebody named, or a group, may decide."""
    requirement = {"stages": [{"need": 1, "of": [of]}], "deadline": 1, "execute_within": 1}
    async with database.begin() as session:
        number = await requests.add(session, request_row(requirement=requirement, **values))
    assert number is not None
    return number


async def voted(database: Database, number: int, voter: str) -> None:
    """Somebody said something to it."""
    async with database.begin() as session:
        await ballots.add(session, number, voter=voter, choice="approve", at=NOW, admitted_by=[], voids=[])


async def seen(
    context: Context, person: str, whose: Whose = "all", *, everything: bool = False, **wanted: Any
) -> list[int]:
    """The numbers that somebody sees, in order."""
    tables = PersonsTables(context, person, everything)
    return [view.id for view in (await tables.requests(Wanted("acme", whose, **wanted))).requests]


async def test_people_see_what_they_asked_for_may_decide_or_have_voted_on(context: Context) -> None:
    mine = await stored(context.database, requester="U0SAM")
    voted_on = await stored(context.database)
    leads = await stored(context.database, of=LEADS)
    await voted(context.database, voted_on, "U0SAM")
    assert await seen(context, "U0SAM") == [voted_on, mine]
    assert await seen(context, "U0OMAR") == [voted_on, mine]
    assert await seen(context, "U0LENA") == [leads]
    assert await seen(context, "U0MIRA") == []


async def test_whoever_may_see_everything_does(context: Context) -> None:
    numbers = [await stored(context.database) for _ in range(3)]
    assert await seen(context, "U0MIRA", everything=True) == numbers[::-1]


async def test_where_slack_is_away_a_group_shows_nothing_rather_than_everything(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = await stored(context.database)
    await stored(context.database, of=LEADS)
    monkeypatch.setattr(LeadsAreLena, "is_away", True)
    assert await seen(context, "U0LENA") == []
    assert await seen(context, "U0OMAR") == [named]


async def test_slack_is_asked_of_a_group_once_however_many_requests_name_it(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def unanswered(_: object, group: str) -> frozenset[str]:
        asked.append(group)
        raise DirectoryUnavailable

    monkeypatch.setattr(LeadsAreLena, "members_of", unanswered)
    for _ in range(3):
        await stored(context.database, of=LEADS)
    assert await seen(context, "U0LENA") == []
    assert asked == ["S0LEADS"]


async def test_another_organization_shows_nothing_whoever_asks(context: Context) -> None:
    number = await stored(context.database, organization="other", requester="U0SAM")
    assert await seen(context, "U0SAM", everything=True) == []
    assert await seen(context, "U0SAM", "mine") == []
    assert await seen(context, "U0OMAR", "waiting") == []
    with pytest.raises(RequestNotFound):
        await PersonsTables(context, "U0SAM", sees_everything=True).history("acme", number)


async def test_mine_are_those_that_i_asked_for(context: Context) -> None:
    await stored(context.database)
    mine = await stored(context.database, requester="U0OMAR")
    assert await seen(context, "U0OMAR", "mine") == [mine]


async def test_what_waits_for_me_is_pending_not_my_own_and_has_no_word_of_mine_yet(context: Context) -> None:
    waiting = await stored(context.database)
    newer = await stored(context.database)
    await stored(context.database, requester="U0OMAR")
    await stored(context.database, status="denied")
    await voted(context.database, await stored(context.database), "U0OMAR")
    assert await seen(context, "U0OMAR", "waiting") == [newer, waiting]
    assert await seen(context, "U0OMAR", "waiting", states=("denied",)) == []
    assert await seen(context, "U0SAM", "waiting", everything=True) == []


async def test_nothing_waits_for_a_guest(context: Context) -> None:
    await stored(context.database, of={"kind": "user", "id": "U0GUS"})
    assert await seen(context, "U0GUS", "waiting") == []


async def test_a_state_and_an_operation_narrow_the_list(context: Context) -> None:
    denied = await stored(context.database, status="denied")
    deleted = await stored(context.database, operation="repo.delete")
    assert await seen(context, "U0SAM", everything=True, states=("denied",)) == [denied]
    assert await seen(context, "U0SAM", everything=True, operation="repo.delete") == [deleted]
    assert await seen(context, "U0ANN", "mine", states=("denied",)) == [denied]


@pytest.mark.parametrize("whose", ["all", "mine", "waiting"])
async def test_an_operation_that_there_is_not_is_said(context: Context, whose: Whose) -> None:
    with pytest.raises(UserError, match=r"no operation “repo\.delte”\. The nearest is “repo\.delete”\."):
        await seen(context, "U0SAM", whose, operation="repo.delte")
    with pytest.raises(UserError, match="There is no operation"):
        await seen(context, "U0SAM", whose, operation="\x00")


async def add_record(database: Database, number: int, event: str, actor: str, **details: Any) -> None:
    """Something happened to the request."""
    async with database.begin() as session:
        at = NOW + timedelta(seconds=1)
        await trail.append(session, TrailRecord(at=at, event=event, actor=actor, request_id=number, details=details))


async def test_a_history_tells_each_step_with_its_actor(context: Context) -> None:
    number = await stored(context.database)
    await add_record(context.database, number, "request.submitted", "U0ANN", rule="a rule")
    await add_record(context.database, number, "execution.started", "hubwarden", executor="one")
    at = NOW + timedelta(seconds=1)
    assert await PersonsTables(context, "U0ANN", sees_everything=False).history("acme", number) == [
        SeenStep(at, "request.submitted", "U0ANN", {"rule": "a rule"}),
        SeenStep(at, "execution.started", None, {"executor": "one"}),
    ]


async def test_whom_it_does_not_concern_learns_no_more_than_of_a_number_that_nobody_has(context: Context) -> None:
    number = await stored(context.database)
    tables = PersonsTables(context, "U0MIRA", sees_everything=False)
    with pytest.raises(RequestNotFound) as hidden:
        await tables.history("acme", number)
    with pytest.raises(RequestNotFound) as missing:
        await tables.history("acme", number + 1)
    assert hidden.value.text.replace(str(number), "N") == missing.value.text.replace(str(number + 1), "N")


async def test_a_person_a_repository_and_a_time_narrow_the_list(context: Context) -> None:
    about = [{"names": ["samok", "sam@example.com"], "people": ["U0SAM"]}]
    asked = await stored(context.database, requester="U0LEA")
    concerning = await stored(context.database, about=about, params={"organization": "acme", "username": "Samok"})
    decided = await stored(context.database, status="denied", decided_by="U0MAX")
    voted_on = await stored(context.database, params={"organization": "acme", "invitees": ["kim", "lee"]})
    await voted(context.database, voted_on, "U0IDA")
    of_repository = await stored(context.database, params={"organization": "acme", "repository": "api"})
    late = await stored(context.database, created_at=NOW + timedelta(days=2))

    async def of(**wanted: Any) -> list[int]:
        tables = PersonsTables(context, "U0ANN", sees_everything=True)
        return [view.id for view in (await tables.requests(Wanted("acme", "all", **wanted))).requests]

    assert await of(person="U0LEA") == [asked]
    assert await of(person="U0SAM") == [concerning]
    assert await of(person="samok") == await of(person="@SAMOK") == await of(person="sam@example.com") == [concerning]
    assert await of(person="U0MAX") == [decided]
    assert await of(person="U0IDA") == await of(person="lee") == [voted_on]
    assert await of(person="nobody") == []
    assert await of(repository="api") == [of_repository]
    assert await of(repository="ap") == []
    assert await of(since=NOW + timedelta(days=2)) == [late]
    assert await of(since=NOW + timedelta(days=2, seconds=1)) == []
    assert late not in await of(until=NOW + timedelta(days=2) - timedelta(seconds=1))
    assert late in await of(until=NOW + timedelta(days=2))
