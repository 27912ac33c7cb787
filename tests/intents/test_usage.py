"""How an operation is typed: the same on every surface, with what a surface puts before it left to it."""

import pytest

from bot.intents.usage import usage, usage_error
from bot.intents.wishes import Vocabulary
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Operation


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("team.list", "team list [--username <username>]"),
        ("team.member.add", "team member add <team> <username> --reason <reason>"),
        ("invite.cancel", "invite cancel <invite> --reason <reason>"),
    ],
)
def test_what_is_required_stands_first_and_the_organization_is_said_once_elsewhere(name: str, line: str) -> None:
    assert usage(BY_NAME[name]) == line


def test_lists_and_switches_and_fixed_values_look_like_what_they_are() -> None:
    line = usage(BY_NAME["repo.immutable.set"])
    assert "[--rule <rule>]…" in line
    assert "[--no-enabled]" in line
    assert "<invitee>…" in usage(BY_NAME["invite.send"])
    assert "[--role member|editor|owner]" in usage(BY_NAME["invite.send"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_a_usage_line_belongs_to_no_surface(operation: Operation) -> None:
    assert usage(operation).startswith(operation.name.replace(".", " "))
    assert "/" not in usage(operation).replace("<", "").split()[0]


def test_an_error_has_the_line_that_would_have_been_right() -> None:
    error = usage_error("No.", BY_NAME["team.list"], fields={"username": "no"})
    assert (error.text, error.usage, error.fields) == ("No.", usage(BY_NAME["team.list"]), {"username": "no"})


@pytest.mark.parametrize(("command", "line"), [("/hub", "/hub help"), ("", "help")])
def test_a_surface_says_what_is_typed_before_the_words(command: str, line: str) -> None:
    assert Vocabulary(operations=OPERATIONS, organization="acme", command=command).line("help") == line
