"""The kinds of condition: how each is written, on which parameters it can be judged, and when it holds."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from bot.globs import Glob
from bot.governance.policy.conditions import TAGS, WRITTEN, AllItems, AnyItem, Condition, OneOf
from bot.operations import BY_NAME
from bot.operations.kit.parameters import Parameter, parameters

CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)


def parameter(operation: str, name: str) -> Parameter:
    """An operation's parameter."""
    return next(each for each in parameters(BY_NAME[operation].params) if each.name == name)


def globs(*patterns: str) -> tuple[Glob, ...]:
    """The patterns."""
    return tuple(map(Glob, patterns))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("owner", OneOf(globs("owner"))),
        (True, OneOf(globs("true"))),
        (7, OneOf(globs("7"))),
        (["a", False, 7], OneOf(globs("a", "false", "7"))),
        ({"any": "a"}, AnyItem(any=globs("a"))),
        ({"any": ["a", "b"]}, AnyItem(any=globs("a", "b"))),
        ({"all": ["a"]}, AllItems(all=globs("a"))),
    ],
)
def test_a_condition_is_read_as_the_kind_that_it_is_written_as(written: Any, read: Condition) -> None:
    assert CONDITION.validate_python(written) == read


NEITHER: list[Any] = ["", None, 1.5, [], {}, [None], [["a"]], [{}], ["[a"], {"a": "b"}, {"any": []}, {"all": None}]


@pytest.mark.parametrize(
    "written", [*NEITHER, {"any": ["a"], "all": ["a"]}, {"any": {"all": ["a"]}}, {"any": ["[a"]}, {"all": "[a"}]
)
def test_what_is_written_as_no_kind_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError):
        CONDITION.validate_python(written)


@pytest.mark.parametrize("condition", [OneOf(globs("a")), AnyItem(any=globs("a")), AllItems(all=globs("a"))])
def test_a_condition_is_taken_as_it_is(condition: Condition) -> None:
    assert CONDITION.validate_python(condition) == condition


def test_what_is_written_like_no_kind_reads_how_each_is_written() -> None:
    with pytest.raises(ValidationError, match=r"a condition is a pattern, \[patterns\] or") as caught:
        CONDITION.validate_python({"never": ["a"]})
    assert all(kind.written in str(caught.value) for kind in TAGS)
    assert WRITTEN.startswith("a pattern, [patterns] or {any: [patterns]} or {all: [patterns]}")


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        (OneOf(globs("a*", "b")), "abc", True),
        (OneOf(globs("a*", "b")), "B", True),
        (OneOf(globs("a*", "b")), "cab", False),
        (OneOf(globs("true")), True, True),
        (OneOf(globs("true")), False, False),
        (OneOf(globs("10?")), 100, True),
        (AnyItem(any=globs("a*")), ("x", "ab"), True),
        (AnyItem(any=globs("a*")), ("x", "y"), False),
        (AnyItem(any=globs("*")), (), False),
        (AllItems(all=globs("a*", "b*")), ("ab", "ba"), True),
        (AllItems(all=globs("a*")), ("ab", "ba"), False),
        (AllItems(all=globs("*")), (), False),
    ],
)
def test_when_a_condition_holds(condition: Condition, value: Any, holds: bool) -> None:
    assert condition.holds(value) is holds


ITEMS = (AnyItem(any=globs("*")), AllItems(all=globs("*")))


@pytest.mark.parametrize("condition", ITEMS)
def test_a_condition_on_items_is_judged_on_lists_alone(condition: Condition) -> None:
    assert condition.misfit(parameter("invite.send", "invitees")) is None
    assert condition.misfit(parameter("invite.send", "role")) == "is a single value: write role: value"


def test_a_condition_on_a_value_is_judged_on_single_values_alone() -> None:
    condition = OneOf(globs("*"))
    assert condition.misfit(parameter("invite.send", "role")) is None
    assert condition.misfit(parameter("invite.send", "team")) is None
    assert str(condition.misfit(parameter("invite.send", "invitees"))).startswith("is a list: write invitees: {any:")


@pytest.mark.parametrize(("operation", "name"), [("oat.delete", "token"), ("invite.cancel", "invite")])
def test_no_condition_is_judged_on_what_goes_by_several_names(operation: str, name: str) -> None:
    said = OneOf(globs("*")).misfit(parameter(operation, name))
    assert str(said).startswith("names one thing in several ways")


@pytest.mark.parametrize("condition", [OneOf(globs("public", "hidden")), AnyItem(any=globs("public", "hidden"))])
def test_each_pattern_is_told_whether_it_can_be(condition: Condition) -> None:
    assert condition.verdicts(parameter("repo.visibility", "visibility")) == {
        "public": None,
        "hidden": "It can be: private, public",
    }


@pytest.mark.parametrize("kind", ["any", "all"])
@pytest.mark.parametrize(("pattern", "is_judged"), [("v*", False), (".*", False), ("*", True), ("**", True)])
def test_no_pattern_is_judged_on_regular_expressions_but_that_of_all_texts(
    kind: str, pattern: str, *, is_judged: bool
) -> None:
    condition = CONDITION.validate_python({kind: [pattern]})
    said = condition.misfit(parameter("repo.immutable.set", "rules"))
    assert (said is None) is is_judged
    assert is_judged or "regular expressions" in str(said)


def test_a_single_expression_is_judged_no_more_than_several() -> None:
    said = OneOf(globs("v*")).misfit(parameter("repo.immutable.verify", "rule"))
    assert "regular expressions" in str(said)


def test_a_pattern_on_grants_that_names_several_scopes_is_a_slip() -> None:
    verdicts = AnyItem(any=globs("acme/*:*pull,*")).verdicts(parameter("oat.create", "repos"))
    assert verdicts == {"acme/*:*pull,*": "“,” stands in none of its values"}
