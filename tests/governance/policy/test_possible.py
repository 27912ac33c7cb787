"""What a parameter can be: no pattern that it can match is refused, and no slip that is cheaply seen is taken."""

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.globs import Glob
from bot.governance.policy.possible import never
from bot.operations import OPERATIONS
from bot.operations.kit.base import ByAnyName, Intent, Operation, marker_of
from bot.operations.kit.parameters import Parameter, parameters
from tests.operations.samples import intents

from .test_conditions import parameter


@pytest.mark.parametrize(
    ("operation", "name", "pattern", "said"),
    [
        ("repo.delete", "repository", "acme/api", "“/” stands in none of its values"),
        ("repo.delete", "repository", "acme/*", "“/” stands in none of its values"),
        ("repo.delete", "repository", "{a,b}", "“{” stands in none of its values"),
        ("repo.delete", "repository", "a[/:]*", "“[/:]” stands in none of its values"),
        ("repo.delete", "repository", "pr\N{CYRILLIC SMALL LETTER O}d*", "stands in none of its values"),
        ("repo.delete", "repository", "?" * 256, "It has at most 255 characters"),
        ("repo.delete", "repository", "a", "“a” is no repository name"),
        ("repo.delete", "repository", "prod-", "“prod-” is no repository name"),
        ("team.member.add", "username", "jane@example.com", "“@” stands in none of its values"),
        ("team.member.add", "username", "?" * 31, "It has at most 30 characters"),
        ("team.member.add", "username", "j", "“j” is no Docker ID"),
        ("team.member.add", "team", "The team", "“ ” stands in none of its values"),
        ("invite.send", "team", "own.ers", "“.” stands in none of its values"),
        ("invite.send", "organization", "acme.com", "“.” stands in none of its values"),
        ("invite.send", "invitees", "@jane", "“@jane” is no e-mail address"),
        ("invite.send", "role", "owners", "It can be: member, editor, owner"),
        ("tag.delete", "tag", "v1:2", "“:” stands in none of its values"),
        ("tag.delete", "tag", ".hidden", "“.hidden” is no tag"),
        ("repo.immutable.set", "enabled", "off", "It can be: true, false"),
        ("repo.immutable.set", "rules", "v(1", "“v(1” is no RE2 expression"),
        ("oat.update", "active", "true", "It can be: on, off"),
        ("oat.create", "expires", "soon", "“soon” is no day such as 2026-11-23"),
        ("audit.list", "limit", "5000", "“5000” is more than 1000, the most there is"),
        ("audit.list", "limit", "0100", "It is read as 100"),
        ("audit.list", "from", "yesterday", "It is read as 20"),
    ],
)
def test_what_a_parameter_never_is_is_told_with_the_reason(operation: str, name: str, pattern: str, said: str) -> None:
    assert said in str(never(Glob(pattern), parameter(operation, name)))


@pytest.mark.parametrize(
    ("operation", "name", "pattern"),
    [
        *(("repo.delete", "repository", pattern) for pattern in ("PROD-*", "prod[1-3]", "*", "??", "a.b_c-d", "[!a]*")),
        *(("invite.send", "invitees", pattern) for pattern in ("*@example.com", "jane", "JANE@example.com", "*")),
        *(("invite.send", "role", pattern) for pattern in ("OWN*", "[eo]*", "*")),
        *(("invite.send", "team", "owners"), ("audit.list", "from", "2026-*"), ("audit.list", "limit", "1??")),
        *(("repo.immutable.set", "rules", r"v\d+"), ("repo.immutable.set", "rules", "v{1,3}*")),
        *(
            ("repo.immutable.set", "enabled", "T*"),
            ("oat.create", "expires", "2026-12-31"),
            ("tag.delete", "tag", "V1.0"),
        ),
    ],
)
def test_what_a_parameter_can_be_is_left_alone(operation: str, name: str, pattern: str) -> None:
    assert never(Glob(pattern), parameter(operation, name)) is None


def is_named_freely(each: Parameter) -> bool:
    """Whether no condition goes by the parameter anyway."""
    return marker_of(each.info, ByAnyName) is not None


def as_glob(text: str, loosened: list[int]) -> Glob:
    """A pattern that matches the text: literally, but for wildcards at some places."""
    letters = [f"[{letter}]" if letter in "*?[" else letter for letter in text]
    for place in loosened:
        letters[place % len(letters)] = "?" if place % 2 else "*"
    return Glob("".join(letters))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(data=st.data())
def test_no_pattern_that_matches_a_value_which_a_parameter_has_is_refused(operation: Operation, data: Any) -> None:
    intent: Intent = data.draw(intents(operation))
    values = intent.params.model_dump(by_alias=True)
    for each in parameters(operation.params):
        value = values[each.name]
        for item in value if isinstance(value, tuple) else (value,):
            if item in (None, "") or is_named_freely(each):
                continue
            try:
                glob = as_glob(str(item), data.draw(st.lists(st.integers(0, 99), max_size=2)))
            except ValueError:
                assume(False)
            assert glob.matches(str(item))
            assert never(glob, each) is None
