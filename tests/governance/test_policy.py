"""The policy: what it says of an intent, and what is said of a document that cannot be one."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigurationError
from bot.governance.approval.principals import User
from bot.governance.approval.requirement import Requirement, Stage
from bot.governance.policy import Allowed, Decision, NeedsApproval, Policy, Refused, decide, load_policy
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Intent
from bot.phrases import Mention
from tests.operations.samples import sample_values

ROOT = Path(__file__).parents[2]
PAGES = [page for page in (ROOT / "README.md", ROOT / "docs/policy.md") if page.exists()]
YES = {"approvals": 1, "approvers": {"users": ["U0OMAR"]}}


def loaded(*rules: dict[str, Any]) -> Policy:
    """The policy of these rules, named by their place."""
    numbered = [{"name": f"rule {number}", "operations": ["*"]} | rule for number, rule in enumerate(rules)]
    return load_policy(yaml.safe_dump({"version": 1, "rules": numbered}), OPERATIONS, source="policy.yml")


def asked(name: str, **values: Any) -> Intent:
    """An intent of the operation, with ordinary values for what is not given."""
    operation = BY_NAME[name]
    return Intent(operation, operation.params.model_validate(sample_values(operation) | values), "why")


def said(intent: Intent, *rules: dict[str, Any], groups: frozenset[str] = frozenset()) -> Decision:
    """What these rules say to Ann."""
    return decide(loaded(*rules), intent, "U0ANN", groups)


def complaints(text: str) -> list[str]:
    """What is said of a document."""
    with pytest.raises(ConfigurationError) as caught:
        load_policy(text, OPERATIONS, source="policy.yml")
    assert caught.value.problems
    return caught.value.problems


def rule_complaints(**keys: Any) -> str:
    """What is said of a single rule that would be right without these keys."""
    rule = {"name": "r", "operations": ["invite.send"], "approvals": 0} | keys
    given_keys = {key: value for key, value in rule.items() if value is not ...}
    return "\n".join(complaints(yaml.safe_dump({"version": 1, "rules": [given_keys]})))


# What it says of an intent


def test_no_rule_is_a_refusal() -> None:
    decision = decide(Policy(version=1), asked("member.list"), "U0ANN")
    assert decision == Refused(
        None, ("No rule of the policy speaks of member.list, and what no rule allows is refused.",)
    )


def test_the_first_rule_that_matches_decides() -> None:
    rules = ({"operations": ["team.*"], "refuse": "no"}, {"approvals": 0})
    assert said(asked("team.list"), *rules) == Refused("rule 0", ("The rule “rule 0” refuses team.list: no",))
    assert said(asked("member.list"), *rules) == Allowed("rule 1")


def test_a_later_refusal_does_not_take_back_an_earlier_yes() -> None:
    assert said(asked("team.list"), {"approvals": 0}, {"refuse": "never"}) == Allowed("rule 0")


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("*", "limits", True),
        ("*.list", "team.member.list", True),
        ("team.*", "team.member.add", True),
        ("team.?ist", "team.list", True),
        ("team.list", "team.member.list", False),
        ("[mt]e*", "member.list", True),
    ],
)
def test_operations_are_globs_over_names(pattern: str, name: str, matches: bool) -> None:
    decision = said(asked(name), {"operations": [pattern], "approvals": 0})
    assert isinstance(decision, Allowed) is matches


@pytest.mark.parametrize(
    ("kinds", "name", "matches"),
    [
        (["read"], "member.list", True),
        (["read"], "invite.send", False),
        (["write"], "invite.send", True),
        (["write"], "invite.cancel", True),
        (["destructive"], "invite.cancel", True),
        (["destructive"], "invite.send", False),
        (["read", "destructive"], "member.list", True),
    ],
)
def test_kinds_narrow_a_rule(kinds: list[str], name: str, matches: bool) -> None:
    assert isinstance(said(asked(name), {"kinds": kinds, "approvals": 0}), Allowed) is matches


@pytest.mark.parametrize(
    ("where", "name", "values", "matches"),
    [
        ({"role": "owner"}, "invite.send", {"role": "owner"}, True),
        ({"role": "OWN*"}, "invite.send", {"role": "owner"}, True),
        ({"role": ["editor", "owner"]}, "invite.send", {"role": "owner"}, True),
        ({"role": "owner"}, "invite.send", {"role": "member"}, False),
        ({"enabled": False}, "repo.immutable.set", {"enabled": False}, True),
        ({"enabled": False}, "repo.immutable.set", {"enabled": True}, False),
        ({"enabled": "false"}, "repo.immutable.set", {"enabled": False}, True),
        ({"team": "*"}, "invite.send", {"team": None}, False),
        ({"team": "owners"}, "invite.send", {"team": "owners"}, True),
        ({"repository": "prod-*"}, "repo.immutable.set", {"repository": "acme/prod-api"}, True),
        ({"limit": 100}, "audit.list", {"limit": 100}, True),
        ({"from": "2026-*"}, "audit.list", {"from": "2026-11-01"}, True),
        ({"invitees": {"any": ["*@x.example"]}}, "invite.send", {"invitees": ["joe", "a@x.example"]}, True),
        ({"invitees": {"any": ["*@x.example"]}}, "invite.send", {"invitees": ["joe"]}, False),
        ({"invitees": {"all": ["*@x.example"]}}, "invite.send", {"invitees": ["a@X.example", "b@x.example"]}, True),
        ({"invitees": {"all": ["*@x.example"]}}, "invite.send", {"invitees": ["a@x.example", "joe"]}, False),
        ({"invitees": {"all": ["*@x.example", "joe"]}}, "invite.send", {"invitees": ["a@x.example", "joe"]}, True),
        ({"rules": {"all": ["*"]}}, "repo.immutable.set", {"rules": []}, False),
        ({"rules": {"any": ["*"]}}, "repo.immutable.set", {"rules": []}, False),
        ({"organization": "acme", "role": "owner"}, "invite.send", {"organization": "acme", "role": "owner"}, True),
        ({"organization": "other", "role": "owner"}, "invite.send", {"role": "owner"}, False),
    ],
)
def test_all_conditions_must_hold(where: dict[str, Any], name: str, values: dict[str, Any], matches: bool) -> None:
    decision = said(asked(name, **values), {"operations": [name], "where": where, "approvals": 0})
    assert isinstance(decision, Allowed) is matches


def test_a_condition_on_what_an_operation_lacks_never_holds_for_it() -> None:
    rules = ({"where": {"role": "*"}, "approvals": 0},)
    assert isinstance(said(asked("invite.send"), *rules), Allowed)
    assert isinstance(said(asked("invite.cancel"), *rules), Refused)


@pytest.mark.parametrize(
    ("requesters", "groups", "is_allowed"),
    [
        ({"users": ["U0ANN"]}, frozenset(), True),
        ({"users": ["U0OMAR"]}, frozenset(), False),
        ({"groups": ["S0DEVS"]}, frozenset({"S0DEVS"}), True),
        ({"groups": ["S0DEVS"]}, frozenset({"S0LEADS"}), False),
        ({"users": ["U0OMAR"], "groups": ["S0DEVS"]}, frozenset({"S0DEVS", "S0X"}), True),
    ],
)
def test_requesters_say_who_may_ask(requesters: Any, groups: frozenset[str], is_allowed: bool) -> None:
    decision = said(asked("team.list"), {"approvals": 0, "requesters": requesters}, {"approvals": 0}, groups=groups)
    assert isinstance(decision, Allowed) is is_allowed


def test_who_may_not_ask_reads_who_may() -> None:
    decision = said(asked("team.list"), {"approvals": 0, "requesters": {"users": ["U0OMAR"], "groups": ["S0LEADS"]}})
    assert isinstance(decision, Refused)
    assert decision.reason == (
        "The rule “rule 0” does not let you ask for team.list: ",
        Mention("U0OMAR"),
        ", ",
        Mention("S0LEADS", "group"),
        " may.",
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (None, timedelta(hours=24)),
        ("90m", timedelta(minutes=90)),
        ("24h", timedelta(hours=24)),
        (" 3 d ", timedelta(days=3)),
        ("1w", timedelta(weeks=1)),
        ("30d", timedelta(days=30)),
    ],
)
def test_approvals_name_how_many_who_and_how_long(written: str | None, meant: timedelta) -> None:
    decision = said(asked("invite.send"), YES | {"expires": written})
    assert decision == NeedsApproval("rule 0", Requirement((Stage(1, (User("U0OMAR"),)),), meant))


# What is said of a document that cannot be one


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "null",
            "[]",
            "hello",
            "5",
            "true",
            "&a [*a]",
            "a: b: c",
            "\x00",
            "---\n---\n",
            "1: 2",
            "<<: 5",
            "? [a]\n: b",
        ),
        *("version: 1\nrules: null", "version: 1\nrules: [x, 5, [a]]", "version: 2", "version: 1\nrules: {a: b}"),
        *("version: 1\nrules: &a [*a]", "version: 1\nrules: [{1: 2, null: 3}]", "!!python/object:os.system {}"),
        *("a: 2026-99-99", "a: !!bool x", "a: !!timestamp x", "a: !!float x", "a: " + "9" * 5000, "a: *nobody"),
        *("[" * 300, "{a: " * 300),
    ],
)
def test_what_is_no_policy_is_a_sentence_and_never_a_traceback(text: str) -> None:
    for problem in complaints(text):
        assert problem.startswith("policy.yml")
        assert "0x" not in problem
        assert "\n" not in problem
        assert "Traceback" not in problem


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*"-:[]{}&*!|>'\"#%@`,?~ \na1", "version: 1\n", "rules: "]), max_size=40).map("".join))
def test_any_text_is_a_policy_or_a_sentence(text: str) -> None:
    try:
        load_policy(text, OPERATIONS, source="policy.yml")
    except ConfigurationError as error:
        assert error.problems


BOMB = (
    "x: &a ["
    + "v," * 9
    + "]\n"
    + "".join(f"x{n}: &{chr(97 + n)} [" + f"*{chr(96 + n)}," * 9 + "]\n" for n in range(1, 20))
)


@pytest.mark.parametrize(
    "rule",
    [
        "{name: r, operations: [invite.send], approvals: 0, where: {role: [*t]}}",
        "{name: r, operations: [invite.send], approvals: 0, where: {role: *t}}",
        "{name: *t, operations: [invite.send], approvals: 0}",
        "{name: r, operations: *t, approvals: *t, refuse: *t, expires: *t, kinds: *t, requesters: *t}",
        "*t",
    ],
)
def test_folded_up_aliases_are_refused_and_not_unfolded(rule: str) -> None:
    problems = complaints(f"version: 1\n{BOMB}rules: [{rule}]")
    assert all(len(problem) < 500 for problem in problems)


def test_every_key_that_does_not_exist_is_named_with_those_that_do() -> None:
    assert "“approver” is no key here. There are: name, operations, kinds" in rule_complaints(approver=1)
    assert "“user” is no key here. There are: users, groups." in rule_complaints(requesters={"user": ["U1"]})
    [problem] = complaints("version: 1\napprovers: {}")
    assert problem == "policy.yml: “approvers” is no key here. There are: version, rules."


def test_every_problem_is_told_at_once_with_its_rule() -> None:
    rules = [{"name": "one", "operations": []}, {"operations": ["*"], "approvals": 99}]
    problems = complaints(yaml.safe_dump({"version": 1, "rules": rules}))
    assert any("rule “one”: operations" in problem for problem in problems)
    assert any("rule 2: name: Field required" in problem for problem in problems)
    assert any("rule 2: approvals: Input should be less than or equal to 10" in problem for problem in problems)


def test_an_operation_that_does_not_exist_is_named_with_the_nearest_and_all() -> None:
    told = rule_complaints(operations=["invite.sent"])
    assert "no operation matches “invite.sent” (nearest: invite.send)" in told
    assert all(operation.name in told for operation in OPERATIONS)


def test_a_parameter_that_no_operation_of_the_rule_has_is_named_with_those_there_are() -> None:
    told = rule_complaints(where={"rol": "owner"})
    assert "none of its operations has a parameter “rol”. There are: invitees, organization, role, team." in told


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"approvals": ...}, "give either approvals or refuse"),
        ({"refuse": "no"}, "give either approvals or refuse"),
        ({"approvals": 1}, "approvals need approvers: users or groups"),
        ({"approvers": {"users": ["U1"]}}, "approvers without approvals would never be asked"),
        ({"requesters": {}}, "requesters name nobody"),
        ({"approvals": -1}, "greater than or equal to 0"),
        ({"approvals": 11}, "less than or equal to 10"),
        ({"approvals": "two"}, "valid integer"),
        ({"kinds": ["wirte"]}, "'read', 'write' or 'destructive'"),
        ({"kinds": "read"}, "kinds: Input should be a valid tuple"),
        ({"operations": "invite.send"}, "operations: Input should be a valid tuple"),
        ({"operations": []}, "operations"),
        ({"name": ""}, "rule 1: name"),
        ({"name": 5}, "rule 1: name: Input should be a valid string"),
        ({"requesters": {"users": ["jane"]}}, "requesters.users.0"),
        ({"requesters": {"groups": ["U0ANN"]}}, "requesters.groups.0"),
        ({"expires": "soon"}, "a duration reads like 90m, 24h, 3d or 1w"),
        ({"expires": 24}, "a duration reads like 90m, 24h, 3d or 1w"),
        ({"expires": "31d"}, "a request lives from 1m to 30d"),
        ({"expires": "99999w"}, "a request lives from 1m to 30d"),
        ({"expires": "0m"}, "a request lives from 1m to 30d"),
        ({"where": ["role"]}, "where: Input should be a valid dictionary"),
        ({"where": {"role": {"none": ["x"]}}}, "where.role: a condition is a pattern"),
        ({"where": {"invitees": {"any": ["a"], "all": ["b"]}}}, "where.invitees: a condition is"),
        ({"where": {"role": []}}, "where.role: a condition is"),
        ({"where": {"role": None}}, "where.role: a condition is"),
        ({"where": {"role": "owners"}}, "role of invite.send is never “owners”. It can be: member, editor, owner"),
        ({"operations": ["oat.update"], "where": {"active": False}}, "active of oat.update is never “false”"),
        (
            {"operations": ["oat.delete"], "where": {"token": "prod*"}},
            "token of oat.delete names one thing",
        ),
        ({"operations": ["invite.cancel"], "where": {"invite": "*@example.com"}}, "invite of invite.cancel names one"),
        ({"requesters": None}, "requesters is empty: fill it in or leave it out"),
        ({"kinds": []}, "kinds is empty: fill it in or leave it out"),
        ({"approvals": False}, "approvals: Input should be a valid integer"),
        ({"where": {"role": {"any": ["x"]}}}, "role of invite.send is a single value: write role: value"),
        ({"where": {"invitees": "*@x"}}, "invitees of invite.send is a list: write invitees: {any: [...]}"),
    ],
)
def test_each_mistake_has_its_sentence(keys: dict[str, Any], told: str) -> None:
    complaint = rule_complaints(**keys)
    assert told in complaint
    assert len(complaint.splitlines()) == 1


def test_two_rules_of_one_name_are_refused() -> None:
    rule = {"name": "twice", "operations": ["*"], "approvals": 0}
    assert complaints(yaml.safe_dump({"version": 1, "rules": [rule, rule]})) == [
        "policy.yml: the document: two rules are named “twice”."
    ]


def samples() -> list[Any]:
    """Every whole policy that the pages and the sandbox show."""
    texts = [(ROOT / "sandbox/policy.yml").read_text(encoding="utf-8")]
    for page in PAGES:
        blocks = re.findall(r"```ya?ml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        texts += [block for block in blocks if block.startswith("version:") and "rules:" in block]
    return texts


@pytest.mark.parametrize("text", samples())
def test_every_policy_that_we_show_loads(text: str) -> None:
    assert load_policy(text, OPERATIONS, source="a page").rules
