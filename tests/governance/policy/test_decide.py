"""What the policy says of an intent."""

from datetime import timedelta
from typing import Any

import pytest

from bot.globs import Glob
from bot.governance.approval.principals import User
from bot.governance.approval.requirement import Requirement, Stage
from bot.governance.policy.conditions import AllItems, AnyItem, Condition, OneOf
from bot.governance.policy.decide import Allowed, NeedsApproval, Refused, decide, first_rule, may_ask_for
from bot.governance.policy.document import Policy, Rule
from bot.operations import BY_NAME
from bot.phrases import Mention

from .parts import YES, asked, loaded, said

NEVER = {"operations": ["*"], "refuse": "never"}


def test_no_rule_is_a_refusal() -> None:
    decision = decide(Policy(version=1), asked("member.list"), "U0ANN")
    assert decision == Refused(
        None, ("No rule of the policy speaks of member.list, and what no rule allows is refused.",)
    )


def test_the_first_rule_that_matches_decides() -> None:
    rules = ({"operations": ["team.*"], "refuse": "no"}, {"approvals": 0})
    assert said(asked("team.list"), *rules) == Refused("rule 0", ("The rule “rule 0” refuses team.list: no",))
    assert said(asked("member.list"), *rules) == Allowed("rule 1")


@pytest.mark.parametrize("more", [{"approvals": 0}, {}])
def test_what_becomes_of_those_whom_it_is_about_is_part_of_what_is_wanted(more: dict[str, Any]) -> None:
    for written, meant in (
        ({}, "barred"),
        ({"beneficiary": "known"}, "known"),
        ({"beneficiary": "allowed"}, "allowed"),
    ):
        keys = ({"approvals": 0} if more else YES) | written
        decision = said(asked("team.list"), keys)
        assert isinstance(decision, Allowed | NeedsApproval)
        assert decision.requirement.beneficiary == meant


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


PULL, PUSH, DELETE = "image-pull", "image-push", "image-delete"


@pytest.mark.parametrize(
    ("condition", "grants", "speaks"),
    [
        # One of all that they reach.
        ({"any": ["*web:*"]}, [f"acme/*:{PULL}"], True),
        ({"any": ["*web:*"]}, [f"*/*/public:{PULL}"], True),
        ({"any": ["acme/web:*"]}, [f"*/*/public:{PULL}"], True),
        ({"any": ["[*]/[*]/public:*"]}, [f"*/*/public:{PULL}"], True),
        ({"any": ["acme/web:*tag*"]}, [f"acme/*:{PULL}"], False),
        ({"any": ["acme/web:*"]}, [f"acme/api:{PULL}", f"acme/*:{PULL}"], True),
        ({"any": ["*web:*"]}, [f"acme/api:{PULL}"], False),
        ({"any": ["acme/prod-?:*"]}, [f"acme/*:{PULL}"], True),
        ({"any": ["acme/[*]:*"]}, [f"acme/*:{PULL}"], True),
        ({"any": ["acme/[*]:*"]}, [f"acme/web:{PULL}"], False),
        ({"any": ["*:scope-image-push"]}, [f"acme/web:{PULL},{PUSH}"], True),
        ({"any": ["*:scope-image-push"]}, [f"acme/web:{PUSH},{PULL}"], True),
        ({"any": ["*:scope-image-push"]}, [f"acme/*:{DELETE}"], True),
        ({"any": ["*:scope-image-push"]}, [f"acme/*:{PULL}"], False),
        ({"any": ["none"]}, ["none"], True),
        ({"any": ["*:*"]}, ["none"], False),
        # All that they reach.
        ({"all": ["acme/web:*"]}, [f"acme/web:{DELETE}"], True),
        ({"all": ["acme/web:*"]}, [f"acme/*:{PULL}"], False),
        ({"all": ["*web:*"]}, [f"acme/*:{PULL}"], False),
        ({"all": ["acme/*:*"]}, [f"acme/*:{PULL}", f"acme/web:{PULL}"], True),
        ({"all": ["acme/*:*"]}, [f"*/*/public:{PULL}"], False),
        ({"all": ["acme/?:*", "acme/[a-z]*:*"]}, [f"acme/*:{PULL}"], False),
        ({"all": ["acme/[*]:*"]}, [f"acme/*:{PULL}"], True),
        ({"all": ["*/*/public:scope-image-pull"]}, [f"*/*/public:{PULL}"], True),
        ({"all": ["*:scope-image-pull"]}, [f"acme/web:{PULL},{PUSH}"], False),
        ({"all": ["*:*pull*"]}, [f"acme/web:{PULL},{DELETE}"], False),
        ({"all": ["*:scope-image-pull", "*:scope-tag-read"]}, [f"acme/web:tag-read,{PULL}"], True),
        ({"all": ["*:scope-image-delete"]}, [f"acme/web:{DELETE}"], True),
    ],
)
def test_a_condition_on_grants_goes_by_what_they_reach(
    condition: dict[str, list[str]], grants: list[str], *, speaks: bool
) -> None:
    rules = ({"operations": ["oat.create"], "where": {"repos": condition}, "refuse": "no"}, {"approvals": 0})
    decision = said(asked("oat.create", repos=grants), *rules)
    assert decision.rule == ("rule 0" if speaks else "rule 1")


def test_a_strict_rule_on_any_is_not_passed_and_a_mild_one_on_all_lets_nothing_wider_pass() -> None:
    strict = {"operations": ["oat.*"], "where": {"repos": {"any": ["acme/prod-*:*"]}}, "refuse": "no"}
    mild = {"operations": ["oat.*"], "where": {"repos": {"all": ["acme/web:*"]}}, "approvals": 0}
    last = {"operations": ["oat.*"], **YES}
    for grant, rule in (
        ("acme/*", "rule 0"),
        ("acme/prod-api", "rule 0"),
        ("acme/web", "rule 1"),
        ("acme/api", "rule 2"),
    ):
        assert said(asked("oat.create", repos=[f"{grant}:{PULL}"]), strict, mild, last).rule == rule
    assert said(asked("oat.create", repos=[f"acme/*:{PULL}"]), mild, last).rule == "rule 1"


def test_a_condition_on_grants_that_are_not_given_is_not_met() -> None:
    rules = ({"operations": ["oat.create"], "where": {"repos": {"any": ["*"]}}, "refuse": "no"}, {"approvals": 0})
    assert said(asked("oat.create", repos=[], org_scopes=["member-read"]), *rules) == Allowed("rule 1")


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


def test_one_approver_among_several_and_zero_approvals_differ() -> None:
    assert said(asked("invite.send"), {"approvals": 0}) == Allowed("rule 0")
    assert isinstance(said(asked("invite.send"), YES), NeedsApproval)


# What cannot be told is closed


@pytest.mark.parametrize("other", [{"approvals": 0}, {"refuse": "no"}])
def test_an_operation_without_the_parameter_is_not_what_a_rule_speaks_of(other: dict[str, Any]) -> None:
    rules = ({"where": {"repository": "prod*"}} | other, {"refuse": "the second"})
    assert said(asked("member.list"), *rules) == Refused(
        "rule 1", ("The rule “rule 1” refuses member.list: the second",)
    )


def test_an_operation_that_has_only_some_of_the_parameters_is_not_what_a_rule_speaks_of() -> None:
    rule = {"operations": ["team.*"], "where": {"team": "*", "username": "*"}, "approvals": 0}
    assert isinstance(said(asked("team.show"), rule), Refused)
    assert isinstance(said(asked("team.member.add"), rule), Allowed)


MISFITS = [
    ("invite.send", "invitees", OneOf((Glob("*"),)), "invitees is a list"),
    ("invite.send", "role", AnyItem(any=(Glob("*"),)), "role is a single value"),
    ("invite.send", "role", AllItems(all=(Glob("*"),)), "role is a single value"),
    ("oat.delete", "token", OneOf((Glob("*"),)), "token names one thing in several ways"),
    ("member.offboard", "person", OneOf((Glob("kofim"),)), "person names one thing in several ways"),
    ("oat.delete", "token", OneOf((Glob("matches-nothing"),)), "token names one thing in several ways"),
]


def judged(name: str, parameter: str, condition: Condition, **rest: Any) -> Policy:
    """A policy that no document could be read into, then a milder rule."""
    first = Rule(name="first", operations=(Glob("*"),), where={parameter: condition}, **rest)
    return Policy(version=1, rules=(first, Rule(name="milder", operations=(Glob("*"),), approvals=0)))


@pytest.mark.parametrize(("name", "parameter", "condition", "why"), MISFITS)
@pytest.mark.parametrize("rest", [{"approvals": 0}, YES])
def test_a_condition_that_cannot_be_judged_opens_nothing_and_hands_on_to_no_milder_rule(
    name: str, parameter: str, condition: Condition, why: str, rest: dict[str, Any]
) -> None:
    decision = decide(judged(name, parameter, condition, **rest), asked(name), "U0ANN")
    assert isinstance(decision, Refused)
    assert decision.rule == "first"
    [reason] = decision.reason
    assert str(reason).startswith(f"Whether the rule “first” speaks of {name} is not clear: {why}")


@pytest.mark.parametrize(("name", "parameter", "condition", "why"), MISFITS)
def test_a_refusal_whose_condition_cannot_be_judged_is_a_refusal(
    name: str, parameter: str, condition: Condition, why: str
) -> None:
    decision = decide(judged(name, parameter, condition, refuse="no"), asked(name), "U0ANN")
    assert decision == Refused("first", (f"The rule “first” refuses {name}: no",)), why


def test_a_condition_that_cannot_be_judged_beside_one_that_does_not_hold_is_not_asked() -> None:
    where = {"invitees": OneOf((Glob("*"),)), "role": OneOf((Glob("owner"),))}
    rule = Rule(name="first", operations=(Glob("*"),), where=where, refuse="no")
    mild = Rule(name="milder", operations=(Glob("*"),), approvals=0)
    policy = Policy(version=1, rules=(rule, mild))
    assert decide(policy, asked("invite.send", role="member"), "U0ANN") == Allowed("milder")
    assert isinstance(decide(policy, asked("invite.send", role="owner"), "U0ANN"), Refused)


# Who may ask at all


@pytest.mark.parametrize(
    ("rules", "name", "may"),
    [
        ([], "team.list", False),
        ([{"approvals": 0}], "team.list", True),
        ([YES], "team.list", True),
        ([NEVER], "team.list", False),
        ([NEVER | {"where": {"team": "x"}}, {"approvals": 0}], "team.show", True),
        ([{"operations": ["invite.*"], "approvals": 0}], "team.list", False),
        ([{"kinds": ["write"], "approvals": 0}], "team.list", False),
        ([{"kinds": ["write"], "approvals": 0}], "team.create", True),
    ],
)
def test_an_operation_may_be_asked_for_where_some_rule_may_let_somebody_have_it(
    rules: list[dict[str, Any]], name: str, may: bool
) -> None:
    assert may_ask_for(loaded(*rules), BY_NAME[name]) is may


def test_the_rule_that_decides_is_the_first_that_speaks_of_the_intent() -> None:
    policy = loaded({"operations": ["invite.send"], "where": {"role": "owner"}, "refuse": "no"}, YES)
    owner, member = (first_rule(policy, asked("invite.send", role=role)) for role in ("owner", "member"))
    assert owner is policy.rules[0]
    assert member is policy.rules[1]
    assert first_rule(loaded(), asked("invite.send")) is None
