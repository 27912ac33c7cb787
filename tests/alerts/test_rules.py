from collections.abc import Iterable, Mapping
from time import perf_counter, process_time

import pytest

from bot.alerts.facts import FACTS, Provider
from bot.alerts.rules import AlertRule, AuditLogEntry, Rules, load_rules, match, needed_facts, render, standard_rules
from bot.errors import ConfigurationError
from bot.globs import Glob
from tests.contract.docker_hub import audit_actions

from .far_side import START

HEAD = "version: 1\nrules:\n"


def rule_text(*, name: str = "one", text: str = "t", actions: str = "repo.*", where: str = "{name: '*'}") -> str:
    return f"- {{name: {name}, title: One, severity: info, text: '{text}', actions: ['{actions}'], where: {where}}}\n"


def entry(
    action: str, data: Mapping[str, str] | None = None, *, name: str = "acme/api", description: str = "", **fields: str
) -> AuditLogEntry:
    return AuditLogEntry("acme", action, name, fields.get("actor", "omarh"), START, data or {}, description)


def names(rules: Iterable[AlertRule]) -> list[str]:
    return [rule.name for rule in rules]


def fired(one: AuditLogEntry, *facts: str) -> list[str]:
    return names(match(Rules(standard_rules()), one, facts))


def rule(**fields: str) -> AlertRule:
    return load_rules(HEAD + rule_text(**fields), "a test")[0]


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load_rules(text, "alerts.yml")
    return caught.value.problems


FIRES = [
    ("owner-added", entry("org.team.member.add", {"team": "owners"}, name="annberg")),
    ("owner-added", entry("org.team.member.add", {"team_name": "Owners", "member": "annberg"}, name="acme")),
    ("owner-added", entry("org.team.member.add", description="added the member annberg to the team owners")),
    ("owner-added", entry("org.member.role.change", {"old_role": "member", "new_role": "owner"}, name="annberg")),
    ("owner-added", entry("org.member.role.change", {"role": "Owner"}, name="annberg")),
    ("owner-added", entry("org.member.role.change", {"from": "editor", "to": "owner"}, name="annberg")),
    ("owner-added", entry("org.member.role.change", description="changed the role of ann from member to owner")),
    ("owner-added", entry("org.member.add", {"role": "owner"}, name="annberg")),
    ("repository-deleted", entry("repo.delete")),
    ("repository-made-public", entry("repo.change_privacy", {"privacy": "public"})),
    ("repository-made-public", entry("repo.change_privacy", {"old_privacy": "private", "new_privacy": "public"})),
    ("repository-made-public", entry("repo.change_privacy", {"is_private": "false"})),
    ("repository-made-public", entry("repo.change_privacy", description="changed the privacy of acme/api to public")),
    ("immutability-switched-off", entry("repo.immutable.tags.updated", {"immutable_tags": "false"})),
    ("immutability-switched-off", entry("repo.immutable.tags.updated", {"immutable_tags_settings.enabled": "false"})),
    ("immutability-switched-off", entry("repo.immutable.tags.updated", {"immutableTags": "disabled"})),
    (
        "immutability-switched-off",
        entry("repo.immutable.tags.updated", description="disabled immutable tags of acme/api"),
    ),
]
NEAR_MISSES = [
    entry("org.team.member.add", {"team": "backend"}, name="owners"),
    entry("org.team.member.add", {"team": "owners-of-web"}),
    entry("org.team.member.remove", {"team": "owners"}),
    entry("org.team.member.add", {"team": "backend", "access_token_label": "owners"}),
    entry("org.team.member.add", description="added the member annberg to the team owners-of-web"),
    entry("org.member.role.change", {"old_role": "owner", "new_role": "member"}),
    entry("org.member.role.change", {"from": "owner", "to": "editor"}),
    entry("org.member.role.change", description="changed the role of owner1 from owner to member"),
    entry("org.member.add", {"role": "member"}, name="owner"),
    entry("org.member.invite.send", {"role": "owner"}),
    entry("repo.tag.delete", {"tag": "v1.0.0"}),
    entry("repo.change_privacy", {"privacy": "private"}, name="acme/public"),
    entry("repo.change_privacy", {"old_privacy": "public", "new_privacy": "private"}),
    entry("repo.change_privacy", {"is_private": "true"}),
    entry("repo.create", {"privacy": "public"}),
    entry("repo.immutable.tags.updated", {"immutable_tags": "true", "immutable_tags_rules": "off"}),
    entry("repo.immutable.tags.updated", {"old_immutable_tags": "false", "immutable_tags": "true"}),
    entry("repo.immutable.tags.updated", description="enabled immutable tags of the repository acme/disabled"),
]


@pytest.mark.parametrize(("name", "one"), FIRES)
def test_each_standard_rule_fires(name: str, one: AuditLogEntry) -> None:
    assert fired(one) == [name]


@pytest.mark.parametrize("one", NEAR_MISSES)
def test_what_only_looks_like_it_fires_nothing(one: AuditLogEntry) -> None:
    assert fired(one, "pushed_before") == []


@pytest.mark.parametrize("tag", ["1.4", "v1.4.2", "V2.0", "1.4.2-rc.1", "v1.4.2+build.7", "2026.11.23", "1.4.2_alpine"])
def test_a_version_that_is_pushed_again_fires(tag: str) -> None:
    assert fired(entry("repo.tag.push", {"tag": tag}), "pushed_before") == ["version-overwritten"]


@pytest.mark.parametrize("tag", ["latest", "nightly", "v1", "2026", "sha-1.2.3", "v1.x", "1.2.3/4", "v1.4.2\nx", ""])
def test_a_tag_that_is_no_version_may_be_pushed_again(tag: str) -> None:
    one = entry("repo.tag.push", {"tag": tag})
    assert fired(one, "pushed_before") == []
    assert needed_facts(Rules(standard_rules()), one) == frozenset()


def test_a_version_fires_only_where_it_is_known_to_have_been_pushed_before() -> None:
    one = entry("repo.tag.push", {"tag": "v1.4.2"})
    assert fired(one) == []
    assert needed_facts(Rules(standard_rules()), one) == {"pushed_before"}


def test_there_are_five_standard_rules() -> None:
    assert len(standard_rules()) == 5


def test_every_action_of_the_standard_rules_is_dockers() -> None:
    assert {action.pattern for each in standard_rules() for action in each.actions} <= audit_actions()


def test_a_text_is_filled_in_once_so_names_stay_data() -> None:
    one = entry("repo.delete", {"tag": "{name}"}, name="{actor} <!channel>", actor="%s {0} {data.tag}")
    text = "{{x}} {name} by {actor}: {data.tag}, {data.none} at {at}"
    assert render(rule(text=text), one) == (
        "{x} {actor} <!channel> by %s {0} {data.tag}: {name}, (unknown) at 2026-11-23 12:00:00 UTC"
    )


def test_a_name_stays_on_its_line() -> None:
    one = entry("repo.delete", {"label": "a\r\n*b*\x1b[31m\u2028c\x85"}, actor="\n")
    assert render(rule(text="{actor}: {data.label}."), one) == "(unknown): a *b* [31m c."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{nobody}", "“{nobody}” is no placeholder. There are: {organization}"),
        ("{}", "“{}” is no placeholder"),
        ("{data}", "“{data}” is no placeholder"),
        ("{data.}", "“{data.}” is no placeholder"),
        ("{actor.__class__}", "is no placeholder"),
        ("{data[tag]}", "is no placeholder"),
        ("{name!r}", "takes no format and no conversion"),
        ("{name:>9}", "takes no format and no conversion"),
        ("{name", "expected"),
    ],
)
def test_a_placeholder_that_nothing_fills_is_a_load_error(text: str, says: str) -> None:
    [problem] = problems(HEAD + rule_text(text=text))
    assert problem.startswith("alerts.yml, line 3, rule “one”: text: ")
    assert says in problem


@pytest.mark.parametrize(
    ("action", "says"),
    [
        ("repo.[tag", "never closed"),
        ("", "is no action"),
        ("repo tag", "is no action"),
        ("repo.[z-a]*", "backwards"),
        ("repo.[^a]*", "is no action"),
        ("repo." + "x" * 500, "has 505 characters, more than 500"),
    ],
)
def test_a_malformed_action_is_a_load_error(action: str, says: str) -> None:
    [problem] = problems(HEAD + rule_text(actions=action))
    assert problem.startswith("alerts.yml, line 3, rule “one”: actions.0: ")
    assert says in problem


def test_an_action_that_docker_has_not_today_is_no_error() -> None:
    assert rule(actions="quantum.entangle").actions == (Glob("quantum.entangle"),)


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("{colour: red}", "“colour” is no field of an entry. There are: organization"),
        ("{data: red}", "“data” is no field of an entry"),
        ("{'data.': red}", "a pattern is empty"),
        ("{name: '[a'}", "“[a” has a [ that is never closed"),
        ("{name: []}", "it is empty"),
        ("{name: {matches: '(a'}}", "“(a” is no RE2 expression: missing ): (a"),
        ("{name: {matches: '(?=a)'}}", "is no RE2 expression"),
        ("{name: {like: a}}", "where.name.matches: nothing is given"),
        ("{name: null}", "where.name: it is no list"),
        ("{name: [[a]]}", "a pattern is a text"),
        ("{name: ''}", "where.name: a pattern is empty"),
        ("{name: ' a'}", "begins or ends with a space"),
        ("{name: '[^a]'}", "“none of these” is written [!…]"),
        ("{name: [a, '[z-a]']}", "where.name.1: “[z-a]” has a range that runs backwards"),
        ("[{name: a}, {name: '[a'}]", "where.1.name: “[a” has a [ that is never closed"),
        ("{'data.[a': b}", "“[a” has a [ that is never closed"),
        ("[{}]", "it is empty"),
        ("[]", "it is empty"),
        ("{}", "it is empty"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_a_load_error(where: str, says: str) -> None:
    found = problems(HEAD + rule_text(where=where))
    assert problems_at(found, "alerts.yml, line 3, rule “one”: ", "where", "“like” is no key here. There are: matches")
    assert says in found[0]


def problems_at(found: list[str], place: str, *begins: str) -> bool:
    """Whether each problem is said of this place, and begins in one of these ways."""
    return all(problem.startswith(place) and problem.removeprefix(place).startswith(begins) for problem in found)


def test_a_number_in_a_pattern_stays_as_it_is_written() -> None:
    one = rule(where="{data.tag: [1.10, 007]}")
    assert fires(one, entry("repo.tag.push", {"tag": "1.10"}))
    assert fires(one, entry("repo.tag.push", {"tag": "007"}))
    assert not fires(one, entry("repo.tag.push", {"tag": "1.1"}))


def test_a_bare_off_is_text() -> None:
    one = rule(where="{data.state: off}")
    assert fires(one, entry("repo.update", {"state": "OFF"}))
    assert not fires(one, entry("repo.update", {"state": "false"}))


def fires(one: AlertRule, found: AuditLogEntry) -> bool:
    """Whether the rule fires on the entry."""
    return match(Rules([one]), found) == (one,)


def test_a_fact_that_nobody_finds_out_is_a_load_error_that_lists_those_that_exist() -> None:
    [problem] = problems(HEAD + rule_text().replace("where:", "facts: [pushed_before, pulled_before], where:"))
    known = ", ".join(fact.name for fact in FACTS)
    assert problem == f"alerts.yml, line 3, rule “one”: facts.1: “pulled_before” is no fact. There are: {known}."


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_every_fact_of_the_registry_may_be_named(fact: Provider) -> None:
    [loaded] = load_rules(HEAD + rule_text().replace("where:", f"facts: [{fact.name}], where:"), "alerts.yml")
    assert loaded.facts == (fact.name,)


def test_every_problem_is_named_at_once() -> None:
    text = HEAD + "- {name: One, title: One, severity: loud, text: t, actions: [a], colour: red}\n- {}\n"
    found = problems(text)
    assert "alerts.yml, line 3, rule “One”: “colour” is no key here. There are: name, title" in " ".join(found)
    assert "alerts.yml, line 3, rule “One”: severity: “loud” is none of info, warning or critical." in found
    assert any(p.startswith("alerts.yml, line 3, rule “One”: name: “One” is not written as ") for p in found)
    assert "alerts.yml, line 4, rule 2: actions: nothing is given." in found


@pytest.mark.parametrize("text", ["", "rules: [", "[]", "version: 2", "version: 1\nextra: 1", "version: 1\nrules: [7]"])
def test_what_is_no_document_is_a_load_error(text: str) -> None:
    assert problems(text)[0].startswith("alerts.yml")


def test_two_rules_of_one_name_are_a_load_error() -> None:
    assert problems(HEAD + rule_text() * 2) == ["alerts.yml, line 4, rule “one”: two rules are named “one”."]


def test_all_conditions_of_a_map_must_hold_and_one_map_is_enough() -> None:
    both = Rules([rule(where="{actor: 'omar*', data.tag: [v1, v2]}")])
    either = Rules([rule(where="[{actor: 'omar*'}, {data.tag: v1}]")])
    mixed = entry("repo.tag.push", {"tag": "v3"})
    assert names(match(both, entry("repo.tag.push", {"tag": "V2"}))) == ["one"]
    assert match(both, mixed) == ()
    assert names(match(either, mixed)) == ["one"]


def test_a_value_that_is_missing_meets_no_condition() -> None:
    assert match(Rules([rule(where="{data.tag: '*'}")]), entry("repo.delete")) == ()


def test_a_glob_of_keys_does_not_reach_the_access_token_but_its_name_does() -> None:
    traced = entry("repo.delete", {"access_token_label": "ci"})
    assert match(Rules([rule(where="{data.*: ci}")]), traced) == ()
    assert names(match(Rules([rule(where="{data.access_token_label: ci}")]), traced)) == ["one"]


def test_rules_answer_in_the_order_of_the_file() -> None:
    text = HEAD + "".join(rule_text(name=name) for name in ("b", "a", "c"))
    assert names(match(Rules(load_rules(text, "t")), entry("repo.delete"))) == ["b", "a", "c"]


def test_a_thousand_rules_are_asked_in_well_under_a_millisecond() -> None:
    one = rule(actions="repo.*", where="{actor: 'omar*', data.tag: 'v*'}")
    many = Rules([one.model_copy(update={"actions": (Glob(f"group{n}.*"),)}) for n in range(999)] + [one])
    pushed = entry("repo.tag.push", {"tag": "v1"})
    match(many, pushed)
    best = min(timed(many, pushed) for _ in range(20))
    assert best < 0.001


def test_a_thousand_rules_load_within_a_second() -> None:
    text = HEAD + "".join(rule_text(name=f"r{n}", where=f"{{name: 'a{n}*', data.tag: [a, 'b?']}}") for n in range(1000))
    began = process_time()
    load_rules(text, "alerts.yml")
    assert process_time() - began < 1


def timed(rules: Rules, one: AuditLogEntry) -> float:
    start = perf_counter()
    match(rules, one)
    return perf_counter() - start
