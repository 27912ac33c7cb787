"""Words about a request by its number, and those that only look so."""

import pytest

from bot.errors import UsageError
from bot.intents.numbers import about_a_request, decides
from bot.intents.wishes import Decide, Doctor, Look, Pick, Wish
from bot.intents.words import as_words, split_line
from bot.operations.kit.base import Intent
from bot.phrases import Mention
from tests.intents.reading import parse


@pytest.mark.parametrize(
    ("line", "wish"),
    [
        ("approve 12", Decide("approve", 12)),
        ("Approve #12", Decide("approve", 12)),
        ("cancel 12", Decide("cancel", 12)),
        ("deny 12", Decide("deny", 12)),
        ('deny 12 "not this week"', Decide("deny", 12, "not this week")),
        ("deny 12 it's not this week", Decide("deny", 12, "it's not this week")),
        ("deny 12 --reason not this week", Decide("deny", 12, "not this week")),
        ('deny 12 --reason "not this week"', Decide("deny", 12, "not this week")),
        ('deny 12 —reason="not this week"', Decide("deny", 12, "not this week")),
        ("deny 12 --force is no flag", Decide("deny", 12, "--force is no flag")),
        ("request 12", Look(12)),
        ("request #12", Look(12)),
        ("doctor", Doctor()),
        ("DOCTOR", Doctor()),
        ("", Pick()),
    ],
)
def test_a_request_is_named_by_its_number(line: str, wish: Wish) -> None:
    assert parse(line) == wish


def test_a_person_in_a_reason_is_a_name() -> None:
    found = about_a_request(split_line(("deny 12 ask ", Mention("U0OMAR", name="omar"), " first")))
    assert found == Decide("deny", 12, "ask @omar first")


@pytest.mark.parametrize(
    ("line", "said", "usage"),
    [
        ("approve", "Which request? Write its number: approve 12.", "approve <number>"),
        ("approve everything", "Which request? Write its number: approve 12.", "approve <number>"),
        ("approve -1", "Which request?", "approve <number>"),
        ("approve ²", "Which request?", "approve <number>"),
        ("approve 1234567890123", "Which request?", "approve <number>"),
        ("approve 12 13", "“13” is one word too many: approve takes the number alone.", "approve <number>"),
        ("cancel", "Which request? Write its number: cancel 12.", "cancel <number>"),
        ("cancel 12 please", "“please” is one word too many", "cancel <number>"),
        ("deny", "Which request? Write its number: deny 12.", 'deny <number> "<reason>"'),
        (f"deny 12 {'x' * 1001}", "The reason has 1,001 characters, more than 1,000.", ""),
    ],
)
def test_what_is_missing_or_too_much_is_said_with_the_line_that_would_be_right(
    line: str, said: str, usage: str
) -> None:
    with pytest.raises(UsageError) as caught:
        parse(line)
    assert said in caught.value.text
    assert caught.value.usage == usage


@pytest.mark.parametrize(
    "line", ["request list", "request", "request 12 13", "cancel invite jane@example.com", "doctor who"]
)
def test_words_without_a_number_are_about_something_else(line: str) -> None:
    with pytest.raises(UsageError, match="There is no “/hub"):
        parse(line)


def test_operations_about_requests_stay_what_they_are() -> None:
    assert isinstance(parse("requests"), Intent)
    assert isinstance(parse("history 12"), Intent)


def test_a_line_that_decides_is_known_by_its_first_word() -> None:
    assert [decides(word) for word in as_words(["approve", "DENY", "cancel", "request", "invite", ""])] == (
        [True] * 3 + [False] * 3
    )
