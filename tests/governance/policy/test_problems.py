"""What is said of a document that cannot be a policy."""

import re
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigurationError
from bot.governance.policy.decide import Allowed, Refused, decide
from bot.governance.policy.problems import load_policy
from bot.operations import OPERATIONS

from .parts import YES, asked, complaints, loaded, rule_complaints, said, written

ROOT = Path(__file__).parents[3]
PAGES = [page for page in (ROOT / "README.md", ROOT / "docs/policy.md") if page.exists()]


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


def folded(levels: int) -> str:
    """Lists of aliases of lists of aliases; the last is `*t`."""
    lists = [f"x{n}: &a{n} [" + f"*a{n - 1}," * 9 + "]\n" for n in range(1, levels)]
    return "x: &a0 [" + "v," * 9 + "]\n" + "".join(lists) + f"y: &t [*a{levels - 1}]\n"


@pytest.mark.parametrize("levels", [2, 4, 20])
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
def test_folded_up_aliases_are_refused_and_not_unfolded(rule: str, levels: int) -> None:
    problems = complaints(f"version: 1\n{folded(levels)}rules: [{rule}]")
    assert all(len(problem) < 500 for problem in problems)


def test_every_key_that_does_not_exist_is_named_with_those_that_do() -> None:
    assert "“approver” is no key here. There are: name, operations, kinds" in rule_complaints(approver=1)
    assert "“user” is no key here. There are: users, groups." in rule_complaints(requesters={"user": ["U1"]})
    [problem] = complaints("version: 1\napprovers: {}")
    known = "administrators, people, terminal, version, rules"
    assert problem == f"policy.yml, line 2: “approvers” is no key here. There are: {known}."


def test_every_problem_is_told_at_once_with_its_rule() -> None:
    rules: list[dict[str, Any]] = [{"name": "one", "operations": []}, {"operations": ["*"], "approvals": 99}]
    problems = complaints(written(*rules))
    assert problems == [
        "policy.yml, line 3, rule “one”: operations: it is empty; leave it out, or name at least one.",
        "policy.yml, line 4, rule 2: name: nothing is given.",
        "policy.yml, line 4, rule 2: approvals: “99” is more than 10, the most there is.",
    ]


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
        ({"approvals": -1}, "approvals: “-1” is less than 0, the least there is."),
        ({"approvals": 11}, "approvals: “11” is more than 10, the most there is."),
        ({"approvals": "two"}, "approvals: “two” is no whole number."),
        ({"kinds": ["wirte"]}, "kinds.0: “wirte” is none of read, write or destructive."),
        ({"kinds": "read"}, "kinds: it is no list."),
        ({"operations": "invite.send"}, "operations: it is no list."),
        ({"operations": []}, "operations: it is empty"),
        ({"name": ""}, "rule 1: name: it is empty."),
        ({"name": 5}, "rule 1: name: it is no text."),
        ({"requesters": {"users": ["jane"]}}, "requesters.users.0: “jane” is no Slack user's id, such as U024BE7LH."),
        (
            {"requesters": {"groups": ["U0ANN"]}},
            "requesters.groups.0: “U0ANN” is no id of a Slack user group, such as S0614TZR7.",
        ),
        ({"expires": "soon"}, "a duration reads like 90m, 24h, 3d or 1w"),
        ({"expires": 24}, "a duration reads like 90m, 24h, 3d or 1w"),
        ({"expires": "31d"}, "a request lives from 1m to 30d"),
        ({"expires": "99999w"}, "a request lives from 1m to 30d"),
        ({"expires": "0m"}, "a request lives from 1m to 30d"),
        ({"where": ["role"]}, "where: it holds no keys."),
        ({"where": {"role": {"never": ["x"]}}}, "where.role: a condition is a pattern"),
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
        ({"where": {}}, "where is empty: fill it in or leave it out"),
        ({"where": None}, "where is empty: fill it in or leave it out"),
        ({"requesters": None}, "requesters is empty: fill it in or leave it out"),
        ({"kinds": []}, "kinds is empty: fill it in or leave it out"),
        ({"approvals": False}, "approvals: “False” is no whole number."),
        ({"where": {"role": {"any": ["x"]}}}, "role of invite.send is a single value: write role: value"),
        ({"where": {"invitees": "*@x"}}, "invitees of invite.send is a list: write invitees: {any: [...]}"),
    ],
)
def test_each_mistake_has_its_sentence(keys: dict[str, Any], told: str) -> None:
    complaint = rule_complaints(**keys)
    assert told in complaint
    assert len(complaint.splitlines()) == 1


PATTERNS = [
    ("", "a pattern is empty"),
    ("prod[1-3", "“prod[1-3” has a [ that is never closed; write [[] for the character itself"),
    ("[]", "never closed"),
    ("[z-a]*", "backwards"),
    ("[^p]rod", "“none of these” is written [!…]"),
    (" prod", "begins or ends with a space"),
    ("prod\u200b", "holds a character that cannot be seen (U+200B)"),
    ("x" * 501, "a pattern has 501 characters, more than 500"),
]


@pytest.mark.parametrize(("pattern", "told"), PATTERNS)
@pytest.mark.parametrize("says", [{"approvals": 0}, {"approvals": ..., "refuse": "no"}])
def test_a_pattern_that_cannot_be_understood_is_refused_wherever_it_stands(
    pattern: str, told: str, says: dict[str, Any]
) -> None:
    complaint = rule_complaints(operations=["*", pattern], **says)
    assert complaint.startswith("policy.yml, line 3, rule “r”: operations.1: ")
    assert told in complaint
    for condition, place in (
        (pattern, "where.repository"),
        (["a", pattern], "where.repository.1"),
        ({"any": [pattern]}, "where.repository.any.0"),
        ({"all": ["a", pattern]}, "where.repository.all.1"),
    ):
        complaint = rule_complaints(operations=["repo.delete"], where={"repository": condition}, **says)
        assert complaint.startswith(f"policy.yml, line 3, rule “r”: {place}: ")
        assert told in complaint


def test_a_refusal_by_a_broken_pattern_does_not_load_so_no_later_rule_opens_what_it_meant_to_close() -> None:
    broken = {"name": "a", "operations": ["repo.delete"], "where": {"repository": "prod[1-3"}, "refuse": "no"}
    later = {"name": "b", "operations": ["repo.*"], "approvals": 0}
    assert complaints(written(broken, later)) == [
        "policy.yml, line 3, rule “a”: where.repository: “prod[1-3” has a [ that is never closed; "
        "write [[] for the character itself."
    ]
    mended = {"operations": ["repo.delete"], "where": {"repository": "prod[1-3]"}, "refuse": "no"}
    rules = (mended, {"operations": ["repo.*"], "approvals": 0})
    assert isinstance(said(asked("repo.delete", repository="prod1"), *rules), Refused)
    assert not isinstance(said(asked("repo.delete", repository="prod4"), *rules), Refused)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (
            {"operations": ["repo.delete"], "where": {"repository": "acme/prod-*"}},
            "repository of repo.delete is never “acme/prod-*”. “/” stands in none of its values.",
        ),
        (
            {"operations": ["repo.*"], "where": {"repository": {"any": ["x"]}}},
            "repository of repo.show and 11 more is a single value: write repository: value.",
        ),
        (
            {"operations": ["repo.*"], "where": {"visibility": ["public", "hidden"]}},
            "visibility of repo.create and 1 more is never “hidden”. It can be: private, public.",
        ),
        (
            {"operations": ["*.list"], "kinds": ["destructive"]},
            "none of its operations is destructive. They are: read.",
        ),
        (
            {"operations": ["invite.send"], "kinds": ["write", "read"]},
            "none of its operations is read. They are: write.",
        ),
    ],
)
def test_what_can_never_be_so_is_told_once_for_all_operations(keys: dict[str, Any], told: str) -> None:
    assert rule_complaints(**keys) == f"policy.yml, line 3, rule “r”: {told}"


def test_a_pattern_that_one_of_the_operations_can_have_is_no_mistake() -> None:
    both = ["repo.immutable.set", "registry.access.update"]
    rule = {"operations": both, "where": {"enabled": ["false", "off"]}, "approvals": 0}
    assert loaded(rule).rules[0].where.keys() == {"enabled"}


def test_an_operation_that_can_have_none_of_the_patterns_is_told() -> None:
    both = ["repo.immutable.set", "registry.access.update"]
    assert rule_complaints(operations=both, where={"enabled": "off"}) == (
        "policy.yml, line 3, rule “r”: enabled of repo.immutable.set is never “off”. It can be: true, false."
    )


@pytest.mark.parametrize("word", ["on", "off"])
def test_a_bare_on_or_off_is_the_text_that_it_looks_like(word: str) -> None:
    text = f"version: 1\nrules:\n- {{name: r, operations: [oat.update], where: {{active: {word}}}, approvals: 0}}"
    policy = load_policy(text, OPERATIONS, source="policy.yml")
    other = {"on": "off", "off": "on"}[word]
    assert decide(policy, asked("oat.update", token="x", active=word), "U0ANN") == Allowed("r")
    assert isinstance(decide(policy, asked("oat.update", token="x", active=other), "U0ANN"), Refused)


def test_each_problem_is_told_with_the_line_of_its_key() -> None:
    text = """
version: 1
rules:
  - name: one
    operations:
      - invite.send
      - invite.sent
    kinds: [read]
    where:
      role: owners
    approvals: 0
    expires: soon
"""
    assert complaints(text) == ["policy.yml, line 12, rule “one”: expires: a duration reads like 90m, 24h, 3d or 1w."]
    [operations, kinds] = complaints(text.replace("soon", "1d"))
    assert operations.startswith("policy.yml, line 7, rule “one”: no operation matches “invite.sent”")
    assert kinds.startswith("policy.yml, line 8, rule “one”: none of its operations is read.")
    [role] = complaints(text.replace("soon", "1d").replace("      - invite.sent\n    kinds: [read]\n", ""))
    assert role.startswith("policy.yml, line 8, rule “one”: role of invite.send is never “owners”.")


def test_a_thousand_rules_load_within_a_second() -> None:
    rules = [
        {
            "name": f"rule {number}",
            "operations": ["repo.*", "team.member.*"],
            "where": {"organization": "acme", "repository": [f"api-{number}", f"v[0-9]*-{number}"]},
            "expires": "24h",
        }
        | YES
        for number in range(1000)
    ]
    text = written(*rules)
    assert min(cost_of_loading(text) for _ in range(2)) < 1


def cost_of_loading(text: str) -> float:
    """The processor's seconds: what else the machine does is not counted."""
    began = process_time()
    load_policy(text, OPERATIONS, source="policy.yml")
    return process_time() - began


def test_two_rules_of_one_name_are_refused() -> None:
    rule = {"name": "twice", "operations": ["*"], "approvals": 0}
    assert complaints(written(rule, rule)) == ["policy.yml, line 4, rule “twice”: two rules are named “twice”."]


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
