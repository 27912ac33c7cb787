"""The document: what a rule says, and what makes no sense."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bot.globs import Glob
from bot.governance.policy.conditions import AllItems, AnyItem, OneOf
from bot.governance.policy.document import Approvers, Policy, Rule, kinds_of
from bot.governance.policy.people import People
from bot.operations import BY_NAME, OPERATIONS

from .parts import YES, loaded


def rule(**keys: Any) -> Rule:
    """A rule that makes sense but for these keys."""
    return Rule.model_validate({"name": "r", "operations": ["*"], "approvals": 0} | keys)


def test_a_rule_is_read_whole() -> None:
    [read] = loaded(
        YES
        | {
            "name": "one",
            "operations": ["invite.send", "repo.*"],
            "kinds": ["write"],
            "where": {"role": "owner", "invitees": {"any": ["*@x.example"]}, "rules": {"all": ["*"]}},
            "requesters": {"users": ["U0ANN"], "groups": ["S0DEVS"]},
            "expires": "2d",
        }
    ).rules
    assert read == Rule(
        name="one",
        operations=(Glob("invite.send"), Glob("repo.*")),
        kinds=("write",),
        where={
            "role": OneOf((Glob("owner"),)),
            "invitees": AnyItem(any=(Glob("*@x.example"),)),
            "rules": AllItems(all=(Glob("*"),)),
        },
        requesters=People(users=("U0ANN",), groups=("S0DEVS",)),
        approvals=1,
        approvers=Approvers.model_validate({"users": ["U0OMAR"]}),
        expires=timedelta(days=2),
    )


@pytest.mark.parametrize("written", ["barred", "known", "allowed"])
def test_a_rule_may_say_what_becomes_of_those_whom_it_is_about(written: str) -> None:
    assert loaded(YES | {"beneficiary": written}).rules[0].beneficiary == written
    assert rule(beneficiary=written).beneficiary == written, "who settles it is barred too, where nobody has to agree"


@pytest.mark.parametrize("written", ["allow", "", None, "all", ["allowed"], True])
def test_what_becomes_of_them_is_one_of_three(written: Any) -> None:
    with pytest.raises(ValidationError):
        rule(beneficiary=written)


def test_of_what_is_refused_nobody_is_barred() -> None:
    with pytest.raises(ValidationError, match="what is refused is decided by nobody"):
        Rule.model_validate({"name": "r", "operations": ["*"], "refuse": "no", "beneficiary": "barred"})


def test_a_document_without_rules_is_a_policy_that_allows_nothing() -> None:
    assert loaded().rules == ()
    assert Policy(version=1) == loaded()


def test_a_rule_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        rule().approvals = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *((None, None), ("1m", timedelta(minutes=1)), ("90m", timedelta(minutes=90)), ("24h", timedelta(days=1))),
        *((" 3 d ", timedelta(days=3)), ("1w", timedelta(weeks=1)), (timedelta(hours=2), timedelta(hours=2))),
        *(("30d", timedelta(days=30)), ("720h", timedelta(days=30)), ("43200m", timedelta(days=30))),
    ],
)
def test_a_duration_names_its_unit(written: Any, meant: timedelta | None) -> None:
    assert rule(expires=written).expires == meant


@pytest.mark.parametrize(
    "written",
    ["", "soon", "24", 24, 1.5, True, "1y", "-1d", "1.5h", "1h30m", "0d", "43201m", "31d", "5w", "999999m", []],
)
def test_what_is_no_duration_or_too_long_a_one_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError, match=r"a duration reads like|a request lives from 1m to 30d"):
        rule(expires=written)


@pytest.mark.parametrize("user", ["U0ANN", "W012A3CDE", "U1"])
def test_a_user_is_an_id_of_slack(user: str) -> None:
    assert rule(requesters={"users": [user]}).requesters == People(users=(user,))


@pytest.mark.parametrize(
    "user", ["", "U", "u0ann", "jane", "@jane", "S0LEADS", "U0ANN ", "U0ANN\n", "<@U0ANN>", "U*", 5, None]
)
def test_what_is_no_users_id_is_refused(user: Any) -> None:
    with pytest.raises(ValidationError):
        People.model_validate({"users": [user]})


@pytest.mark.parametrize("group", ["", "S", "s0leads", "leads", "U0ANN", "S0LEADS\n", "S*", "@leads", 5, None])
def test_what_is_no_groups_id_is_refused(group: Any) -> None:
    with pytest.raises(ValidationError):
        People.model_validate({"groups": [group]})


@pytest.mark.parametrize("key", ["requesters", "kinds", "where", "approvers", "refuse", "approvals"])
def test_a_key_with_nothing_behind_it_is_refused(key: str) -> None:
    with pytest.raises(ValidationError, match=f"{key} is empty: fill it in or leave it out"):
        rule(**{key: None})


@pytest.mark.parametrize("approvals", ["1", 1.0, True, "0x1", -1, 11])
def test_a_number_of_approvals_is_written_as_one(approvals: Any) -> None:
    with pytest.raises(ValidationError):
        rule(approvals=approvals, approvers={"users": ["U1"]})


@pytest.mark.parametrize(
    ("keys", "name", "covers"),
    [
        ({}, "member.list", True),
        ({"operations": ["team.*"]}, "member.list", False),
        ({"operations": ["TEAM.*"]}, "team.list", True),
        ({"operations": ["team.*", "member.*"]}, "member.list", True),
        ({"kinds": ["read"]}, "member.list", True),
        ({"kinds": ["write"]}, "member.list", False),
        ({"kinds": ["destructive"], "operations": ["repo.*"]}, "repo.delete", True),
        ({"kinds": ["destructive"], "operations": ["team.*"]}, "repo.delete", False),
    ],
)
def test_a_rule_covers_operations_by_name_and_kind(keys: dict[str, Any], name: str, covers: bool) -> None:
    assert rule(**keys).covers(BY_NAME[name]) is covers


def test_every_operation_is_of_a_kind_and_what_destroys_writes() -> None:
    assert all(kinds_of(operation) for operation in OPERATIONS)
    assert all("write" in kinds_of(operation) for operation in OPERATIONS if "destructive" in kinds_of(operation))
    assert kinds_of(BY_NAME["member.list"]) == {"read"}
    assert kinds_of(BY_NAME["invite.send"]) == {"write"}
    assert kinds_of(BY_NAME["repo.delete"]) == {"write", "destructive"}
