"""Reading: judged each time, recorded once, and its question kept for a day where there are pages to turn."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import standing_at
from bot.db import answer_cursors, trail
from bot.db.models import AnswerCursor, TrailRecord
from bot.db.session import Database
from bot.errors import RequestRefused, UserError
from bot.governance.context import Context
from bot.governance.ledger.events import Event
from bot.governance.people import Person
from bot.governance.policy import Policy, load_policy
from bot.governance.requests.read import LIFETIME, AnswerExpired, NotYourAnswer, more, read, sweep
from bot.hub import Call, HubError, HubUnreachable
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Answer, CapabilityMissing, Intent, Read, is_read
from bot.operations.kit.capabilities import Capabilities
from tests.db.rows import NOW
from tests.operations.samples import intents

READS = [operation for operation in OPERATIONS if is_read(operation)]


def policy(*rules: str) -> Policy:
    """A policy of these rules."""
    text = "version: 1\nrules:\n" + "".join(f"  - {rule}\n" for rule in rules)
    return load_policy(text, OPERATIONS, source="test")


OPEN = policy('{name: reading, operations: ["*.list", "limits"], approvals: 0}')
SLOW = policy('{name: slow, operations: ["*.list"], approvals: 1, approvers: {users: [U0OMAR]}}')


class Workspace:
    """A `Directory` in which everybody is active, but for one guest."""

    async def person(self, user: str) -> Person:
        """Whoever is asked for."""
        return Person(id=user, name=user, is_active=True, is_guest=user == "U0GUS", is_bot=False)

    async def members_of(self, group: str) -> frozenset[str]:
        """Nobody."""
        return frozenset()


class Question:
    """What runs for the operation; counts, and answers as many rows as it is told to."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.rows = 45
        self.error: Exception | None = None

    async def __call__(self, _hub: Any, params: Any) -> Answer:
        """The rows."""
        self.asked.append(params)
        if self.error is not None:
            raise self.error
        return Answer("Members", ("Name",), tuple((f"m{number}",) for number in range(self.rows)), self.rows)


@pytest.fixture
def question() -> Question:
    return Question()


@pytest.fixture
def operation(question: Question) -> Read:
    members = BY_NAME["member.list"]
    assert is_read(members)
    return replace(members, run=question)


@pytest.fixture
async def context(database: Database, operation: Read) -> Context:
    """What the use case works with, on a database of this test's own, at a time that stands."""
    hub: Any = SimpleNamespace()
    return Context(
        database=database,
        hub=hub,
        policy=OPEN,
        directory=Workspace(),
        operations=BY_NAME | {operation.name: operation},
        organizations=("acme",),
        approvals_channel="C0APPROVALS",
        clock=standing_at(NOW),
        wake=lambda: None,
        capabilities=Capabilities(lambda: NOW),
        origin={"terminal": "ann@host"},
    )


def wish(operation: Read, **params: Any) -> Intent:
    """An ordinary question."""
    return Intent(operation, operation.params.model_validate({"organization": "acme", "search": "e", **params}))


def later(context: Context, **change: Any) -> Context:
    """The same after something has changed."""
    return replace(context, **change)


async def records(context: Context) -> Sequence[TrailRecord]:
    """What the trail holds."""
    async with context.database.begin() as session:
        return await trail.after(session, 0, 100)


async def test_a_read_is_recorded_with_its_question_its_rule_and_its_origin(context: Context, operation: Read) -> None:
    found = await read(context, wish(operation), "U0ANN")
    assert (found.operation, found.answer.total, found.token) == (operation, 45, None)
    (record,) = await records(context)
    assert (record.event, record.actor, record.request_id) == (Event.READ, "U0ANN", None)
    assert (record.details["rule"], record.details["terminal"]) == ("reading", "ann@host")
    assert record.details["params"]["search"] == "e"


@pytest.mark.parametrize(("rows", "is_kept"), [(0, False), (20, False), (21, True)])
async def test_a_question_is_kept_where_there_is_a_second_page(
    context: Context, operation: Read, question: Question, rows: int, is_kept: bool
) -> None:
    question.rows = rows
    found = await read(context, wish(operation), "U0ANN", page=20)
    assert (found.token is not None) is is_kept


async def test_a_surface_that_shows_everything_keeps_nothing(context: Context, operation: Read) -> None:
    await read(context, wish(operation), "U0ANN")
    assert await sweep(later(context, clock=standing_at(NOW + 2 * LIFETIME))) == 0


async def test_each_page_asks_the_same_question_anew_and_is_not_recorded_again(
    context: Context, operation: Read, question: Question
) -> None:
    found = await read(context, wish(operation, role="owner"), "U0ANN", page=20)
    question.rows = 50
    for _ in range(2):
        again = await more(context, found.token or "", "U0ANN")
        assert (again.operation, again.answer.total, again.token) == (operation, 50, found.token)
    assert question.asked == [wish(operation, role="owner").params] * 3
    assert [record.event for record in await records(context)] == [Event.READ]


async def test_two_questions_have_two_tokens_that_nobody_guesses(context: Context, operation: Read) -> None:
    tokens = [(await read(context, wish(operation), "U0ANN", page=20)).token or "" for _ in range(3)]
    assert len(set(tokens)) == 3
    assert all(16 <= len(token) <= 32 for token in tokens)


async def test_nobody_else_turns_the_pages(context: Context, operation: Read, question: Question) -> None:
    token = (await read(context, wish(operation), "U0ANN", page=20)).token or ""
    with pytest.raises(NotYourAnswer):
        await more(context, token, "U0OMAR")
    assert len(question.asked) == 1


@pytest.mark.parametrize("age", [LIFETIME, LIFETIME + timedelta(seconds=1), 3 * LIFETIME])
async def test_a_question_is_forgotten_after_a_day(context: Context, operation: Read, age: timedelta) -> None:
    token = (await read(context, wish(operation), "U0ANN", page=20)).token or ""
    almost = later(context, clock=standing_at(NOW + LIFETIME - timedelta(seconds=1)))
    assert (await more(almost, token, "U0ANN")).token == token
    assert await sweep(almost) == 0
    with pytest.raises(AnswerExpired):
        await more(later(context, clock=standing_at(NOW + age)), token, "U0ANN")
    assert await sweep(later(context, clock=standing_at(NOW + age))) == 1
    with pytest.raises(AnswerExpired):
        await more(context, token, "U0ANN")


async def test_a_sweep_leaves_what_is_younger(context: Context, operation: Read) -> None:
    old = (await read(context, wish(operation), "U0ANN", page=20)).token or ""
    half = later(context, clock=standing_at(NOW + LIFETIME / 2))
    young = (await read(half, wish(operation), "U0ANN", page=20)).token or ""
    assert await sweep(later(context, clock=standing_at(NOW + LIFETIME))) == 1
    with pytest.raises(AnswerExpired):
        await more(half, old, "U0ANN")
    assert (await more(half, young, "U0ANN")).token == young


@pytest.mark.parametrize("token", ["", "unknown", "x" * 500])
async def test_a_token_that_names_nothing_says_to_ask_again(context: Context, token: str) -> None:
    with pytest.raises(AnswerExpired, match="please ask again"):
        await more(context, token, "U0ANN")


@pytest.mark.parametrize(
    "change",
    [{"policy": SLOW}, {"policy": policy("{name: x, operations: [limits], approvals: 0}")}, {"organizations": ()}],
)
async def test_authority_is_judged_again_at_every_page(
    context: Context, operation: Read, question: Question, change: dict[str, Any]
) -> None:
    token = (await read(context, wish(operation), "U0ANN", page=20)).token or ""
    with pytest.raises(RequestRefused):
        await more(later(context, **change), token, "U0ANN")
    assert len(question.asked) == 1


async def test_a_refusal_at_a_page_is_recorded_as_any_refusal(context: Context, operation: Read) -> None:
    token = (await read(context, wish(operation), "U0ANN", page=20)).token or ""
    refusing = later(context, policy=policy("{name: x, operations: [limits], approvals: 0}"))
    with pytest.raises(RequestRefused):
        await more(refusing, token, "U0ANN")
    assert [record.event for record in await records(context)] == [Event.READ, Event.REFUSED]


async def test_a_read_that_would_have_to_wait_for_approvals_is_refused(
    context: Context, operation: Read, question: Question
) -> None:
    with pytest.raises(RequestRefused, match=r"wants approvals for member\.list, and a read cannot wait"):
        await read(later(context, policy=SLOW), wish(operation), "U0ANN")
    assert question.asked == []
    assert await records(context) == []


async def test_a_guest_reads_nothing(context: Context, operation: Read, question: Question) -> None:
    with pytest.raises(RequestRefused, match="Guests"):
        await read(context, wish(operation), "U0GUS")
    assert question.asked == []


async def test_what_docker_hub_does_not_answer_is_not_recorded_as_read(
    context: Context, operation: Read, question: Question
) -> None:
    question.error = HubUnreachable(Call("GET", "/v2/orgs/acme/members"), sent=False)
    with pytest.raises(UserError) as caught:
        await read(context, wish(operation), "U0ANN", page=20)
    assert not isinstance(caught.value, HubError)
    assert await records(context) == []
    assert await sweep(later(context, clock=standing_at(NOW + 2 * LIFETIME))) == 0


async def test_what_docker_hub_does_not_offer_is_off_for_the_next_one_too(
    context: Context, operation: Read, question: Question
) -> None:
    question.error = CapabilityMissing("The plan lacks it.")
    lacking = replace(operation, capability="members")
    for _ in range(2):
        with pytest.raises(CapabilityMissing, match="The plan lacks it"):
            await read(context, wish(lacking), "U0ANN")
    assert len(question.asked) == 1


async def test_a_write_is_no_read(context: Context) -> None:
    write = BY_NAME["team.create"]
    params = write.params.model_validate({"organization": "acme", "team": "design"})
    with pytest.raises(TypeError, match=r"team\.create is no read"):
        await read(context, Intent(write, params, "x"), "U0ANN")


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("member.vanished", {"organization": "acme"}),
        ("team.create", {"organization": "acme", "team": "design"}),
        ("member.list", {"organization": "acme", "renamed": "x"}),
        ("member.list", {}),
    ],
)
async def test_a_question_that_this_version_does_not_understand_says_to_ask_again(
    context: Context, name: str, params: dict[str, Any]
) -> None:
    row = AnswerCursor(token="t", reader="U0ANN", operation=name, params=params, created_at=NOW)
    async with context.database.begin() as session:
        answer_cursors.add(session, row)
    with pytest.raises(AnswerExpired):
        await more(context, "t", "U0ANN")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(READS).flatmap(intents))
def test_any_question_is_the_same_after_a_visit_to_the_database(wanted: Intent) -> None:
    stored = json.loads(json.dumps(wanted.params.model_dump(mode="json", by_alias=True)))
    assert wanted.operation.params.model_validate(stored) == wanted.params
