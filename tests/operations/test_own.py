"""How the reads over our own tables are shown."""

import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from bot.governance.ledger.lifecycle import Status
from bot.operations.kit.base import Change
from bot.operations.kit.own_tables import SeenRequests, SeenStep, Wanted
from bot.operations.own import RequestHistory, RequestList, State, list_requests, show_history, what_of
from bot.phrases import Mention

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Seen:
    """A request as a list shows it."""

    id: int
    created_at: datetime = AT
    status: str = "pending"
    operation: str = "invite.send"
    params: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[Change, ...] = (Change("jane@example.com", None, "invited"), Change("joe@example.com", None, "x"))
    requester: str = "U0ANN"
    reason: str = "joins on Monday"


@dataclass
class Tables:
    """What governance answers."""

    found: SeenRequests
    steps: Sequence[SeenStep] = ()
    asked: list[object] = field(default_factory=list)

    async def requests(self, wanted: Wanted) -> SeenRequests:
        """Note the question."""
        self.asked.append(wanted)
        return self.found

    async def history(self, organization: str, request_id: int) -> Sequence[SeenStep]:
        """Note the question."""
        self.asked.append((organization, request_id))
        return self.steps


def tables(*numbers: int, is_all: bool = True, sees_everything: bool = True) -> Tables:
    """Tables with these requests."""
    return Tables(SeenRequests([Seen(number) for number in numbers], is_all, sees_everything))


def test_the_states_that_can_be_asked_for_are_those_that_there_are() -> None:
    assert set(typing.get_args(State)) == {"any", *Status}


async def test_what_is_left_out_stands_for_all() -> None:
    asked = tables()
    await list_requests(asked, RequestList(organization="acme"))
    await list_requests(asked, RequestList(organization="acme", whose="mine", state="denied", operation="repo.delete"))
    assert asked.asked == [Wanted("acme", "all"), Wanted("acme", "mine", ("denied",), "repo.delete")]


async def test_a_line_says_what_who_and_why() -> None:
    answer = await list_requests(tables(7), RequestList(organization="acme"))
    what = "jane@example.com, joe@example.com"
    assert answer.rows == (("7", AT, "pending", "invite.send", what, Mention("U0ANN"), "joins on Monday"),)
    assert answer.note == ""


@pytest.mark.parametrize(
    ("params", "subject", "said"),
    [
        ({"organization": "acme", "repository": "api"}, "Rules", "api: Rules"),
        ({"organization": "acme", "team": "platform", "username": "samok"}, "samok in platform", "samok in platform"),
        ({"organization": "acme", "invitees": ["jane@example.com"]}, "jane@example.com", "jane@example.com"),
        ({"organization": "acme", "invitees": ["jane"], "role": "owner"}, "jane", "jane"),
        ({"organization": "acme", "token": "ci", "label": "new"}, "Label", "ci: Label"),
        ({"organization": "acme", "kinds": None, "label": "x"}, "State", "State"),
    ],
)
def test_what_is_asked_for_names_of_what(params: dict[str, Any], subject: str, said: str) -> None:
    assert what_of(Seen(7, params=params, changes=(Change(subject, None, "x"),))) == said


async def test_a_list_that_is_cut_says_so() -> None:
    answer = await list_requests(tables(3, 2, 1), RequestList(organization="acme", limit=2))
    assert [row[0] for row in answer.rows] == ["3", "2"]
    assert answer.note == "There are more: these are the newest 2. A higher --limit shows more."
    whole = await list_requests(tables(1, is_all=False), RequestList(organization="acme"))
    assert whole.note == "Older requests were not looked through."


async def test_whoever_sees_only_what_concerns_them_is_told() -> None:
    answer = await list_requests(tables(1, sees_everything=False), RequestList(organization="acme"))
    assert answer.note == "These are the requests that concern you."


async def test_a_history_says_in_words_what_the_trail_has() -> None:
    steps = (
        SeenStep(AT, "request.submitted", "U0ANN", {"rule": "a rule", "params": {"password": "no"}}),
        SeenStep(AT, "approval.given", "U0OMAR", {"given": 1, "required": 2}),
        SeenStep(AT, "execution.failed", None, {"error": "Docker Hub said no.", "outcome": {"summary": "0 of 1"}}),
        SeenStep(AT, "execution.started", None, {"executor": "one"}),
    )
    asked = Tables(SeenRequests((), True, True), steps)
    answer = await show_history(asked, RequestHistory(organization="acme", request=7))
    assert asked.asked == [("acme", 7)]
    assert [row[1:] for row in answer.rows] == [
        ("request.submitted", Mention("U0ANN"), "rule “a rule”"),
        ("approval.given", Mention("U0OMAR"), "1 of 2 approvals"),
        ("execution.failed", "Hubwarden", "Docker Hub said no; 0 of 1"),
        ("execution.started", "Hubwarden", "–"),
    ]


async def test_a_person_a_repository_and_a_time_are_handed_on() -> None:
    asked = tables()
    params = RequestList.model_validate(
        {"organization": "acme", "person": "U0ANN", "repository": "api", "from": "2026-11-01", "to": "2026-11-02"}
    )
    await list_requests(asked, params)
    since, until = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, 23, 59, 59, tzinfo=UTC)
    assert asked.asked == [Wanted("acme", "all", (), None, "U0ANN", "api", since, until)]


def test_a_time_that_ends_before_it_begins_is_no_time() -> None:
    with pytest.raises(ValidationError, match="lies before the beginning"):
        RequestList.model_validate({"organization": "acme", "from": "2026-11-02", "to": "2026-11-01"})
