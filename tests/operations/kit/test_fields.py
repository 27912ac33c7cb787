"""The kinds of value that people type, held against Docker's contract, RE2 and common sense."""

import re
from typing import Any

import pytest
import re2
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot import keystrokes
from bot.operations.kit.base import Params
from bot.operations.kit.fields import (
    Invitees,
    InviteReference,
    Organization,
    RepositoryName,
    TagRules,
    TeamName,
    Username,
)
from tests.contract.docker_hub import repository_name

# As the contract has it; the length, 2 to 255 characters, is checked beside it.
CONTRACT_NAME = re.compile(r"^[a-z0-9]+(?:[._-][a-z0-9]+)*$")
NAMES = st.text(alphabet="ab09._-/A \n", max_size=12)


class Repository(Params):
    organization: Organization
    repository: RepositoryName


class People(Params):
    organization: Organization
    invitees: Invitees


class Rules(Params):
    organization: Organization
    rules: TagRules


class Team(Params):
    organization: Organization
    team: TeamName


class Account(Params):
    organization: Organization
    username: Username


class Invite(Params):
    organization: Organization
    invite: InviteReference


def takes(model: type[Params], **values: Any) -> Any:
    """The field's value where it is taken, None where it is refused."""
    try:
        params = model.model_validate({"organization": "acme"} | values)
    except ValidationError:
        return None
    return getattr(params, next(iter(values)))


def complaint(model: type[Params], **values: Any) -> str:
    """What is said of a value that is refused."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate({"organization": "acme"} | values)
    return " ".join(problem["msg"] for problem in caught.value.errors())


def test_the_contract_still_has_the_name_that_these_tests_hold() -> None:
    contract = {"type": "string", "pattern": CONTRACT_NAME.pattern, "minLength": 2, "maxLength": 255}
    assert repository_name() == contract


@given(st.from_regex(CONTRACT_NAME, fullmatch=True))
def test_what_the_contract_takes_as_a_repositorys_name_is_taken(name: str) -> None:
    assume(2 <= len(name) <= 255)
    assert takes(Repository, repository=name) == name


@given(NAMES)
def test_what_the_contract_refuses_as_a_repositorys_name_is_refused(name: str) -> None:
    taken = takes(Repository, repository=name)
    bare = keystrokes.bare(name).lower()
    assume("/" not in bare)
    expected = bare if 2 <= len(bare) <= 255 and CONTRACT_NAME.fullmatch(bare) else None
    assert taken == expected


@pytest.mark.parametrize(("length", "is_taken"), [(1, False), (2, True), (255, True), (256, False)])
def test_a_repositorys_name_has_2_to_255_characters(length: int, is_taken: bool) -> None:
    assert (takes(Repository, repository="a" * length) is not None) is is_taken


@pytest.mark.parametrize(
    ("given_name", "taken"),
    [
        ("acme/api", "api"),
        ("api", "api"),
        ("acme", "acme"),
        ("other/api", None),
        ("acme/acme/api", None),
        ("acme/", None),
        ("/api", None),
        ("API", "api"),
        ("`acme/api`", "api"),
        ("acme/api:1.2", "api"),
        ("api\n", "api"),
        ("a__b", None),
        ("-api", None),
        ("api.", None),
    ],
)
def test_a_repository_is_taken_with_or_without_its_own_organization(given_name: str, taken: str | None) -> None:
    assert takes(Repository, repository=given_name) == taken


def test_a_prefix_is_kept_where_the_organization_itself_is_wrong() -> None:
    said = complaint(Repository, organization="!", repository="/api")
    assert "“/api” is no repository name" in said


@pytest.mark.parametrize(
    ("given_name", "taken"),
    [
        ("jane", "jane"),
        ("Jane", "jane"),
        ("jane_doe-1", "jane_doe-1"),
        ("j", None),
        ("a" * 30, "a" * 30),
        ("a" * 31, None),
        ("_jane", None),
        ("jane doe", None),
        ("jane\ndoe", None),
        ("j\u0430ne", None),
        ("", None),
    ],
)
def test_a_docker_id_is_lower_case_ascii(given_name: str, taken: str | None) -> None:
    assert takes(Account, username=given_name) == taken


@pytest.mark.parametrize(
    ("given_name", "is_taken"), [("platform", True), ("a" * 255, True), ("a" * 256, False), ("Ops", True), ("", False)]
)
def test_a_teams_name_is_checked_as_it_stands(given_name: str, is_taken: bool) -> None:
    assert (takes(Team, team=given_name) is not None) is is_taken


@pytest.mark.parametrize(
    "address", ["jane@example.com", "j.d+hub@mail.example.co.uk", "JANE@Example.COM", "x_y%z@a-b.io", "pat.o'neil@a.io"]
)
def test_an_ordinary_address_is_taken_as_it_is(address: str) -> None:
    assert takes(People, invitees=[address]) == (address,)


@pytest.mark.parametrize(
    "address",
    [
        "jane@",
        "@example.com",
        "jane@example",
        "jane@@example.com",
        "jane@-example.com",
        "jane@example..com",
        "jane@example.c",
        "jane doe@example.com",
        "jane@example.com joe",
        "jane@example.com (work)",
        "a" * 65 + "@example.com",
    ],
)
def test_what_no_mail_server_would_take_is_refused(address: str) -> None:
    assert takes(People, invitees=[address]) is None


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("jane@example.com joe", ("jane@example.com", "joe")),
        ("jane@example.com,joe\n  ann_b ", ("jane@example.com", "joe", "ann_b")),
        ("jane, joe,", ("jane", "joe")),
        ("jane@example.com JANE@example.com", ("jane@example.com",)),
        (" , \n", None),
        ("", None),
    ],
)
def test_a_text_is_a_list_of_people_each_once(text: str, people: tuple[str, ...] | None) -> None:
    assert takes(People, invitees=text) == people


def test_five_hundred_people_are_the_most() -> None:
    people = [f"person{number}" for number in range(501)]
    assert takes(People, invitees=people[:500]) == tuple(people[:500])
    assert "500" in complaint(People, invitees=people)


@pytest.mark.parametrize(
    "reference", ["jane@example.com", "jane", "jane_doe", "0f1e2d3c-1111-2222-3333-444455556666", "A1B2"]
)
def test_an_invite_is_named_by_address_docker_id_or_number(reference: str) -> None:
    assert takes(Invite, invite=reference) == reference


@pytest.mark.parametrize("reference", ["", "a b", "../../repositories", "x" * 65, "a%2Fb", "jane@", "?x=1"])
def test_what_could_be_a_path_is_no_invite(reference: str) -> None:
    assert takes(Invite, invite=reference) is None


# Printable as Python has it: neither a control nor a separator but the space; drawn so, since most texts are not.
PRINTABLE = st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters=",", include_characters=" ")
RULE_PARTS = st.one_of(
    PRINTABLE, st.sampled_from(["(", ")", "[", "]", "{2}", "*", "+", "\\", "|", "(?:", "(?=", "\\1", "-"])
)


@settings(max_examples=200, deadline=None)
@given(st.lists(RULE_PARTS, min_size=1, max_size=30).map("".join).filter(str.strip))
def test_a_tag_rule_is_taken_exactly_where_re2_takes_it(rule: str) -> None:
    assert (takes(Rules, rules=[rule]) is not None) is compiles(rule.strip())


def compiles(expression: str) -> bool:
    """Whether RE2 itself takes it."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(expression, options)
    except re2.error:
        return False
    return True


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("(?=v)", "look-around"),
        ("(?<!v)1", "look-around"),
        (r"(a)\1", "back-references"),
        ("v[0-", "no RE2 expression"),
        ("v,w", "make it two rules"),
        ("v" * 251, "251 characters, more than 250"),
        ("v1\n• *Immutable tags*: on → off", "cannot be seen"),
        ("v\u202e1", "cannot be seen"),
        ("(é", "no RE2 expression"),
    ],
)
def test_a_rule_that_docker_refuses_is_refused_with_the_way_out(rule: str, said: str) -> None:
    assert said in complaint(Rules, rules=[rule])


def test_a_text_is_one_rule_a_line() -> None:
    assert takes(Rules, rules="v1.*\n\n  v2.*  \r\nv1.*") == ("v1.*", "v2.*")


def test_five_rules_are_the_most_and_the_sixth_is_counted() -> None:
    five = [f"v{number}" for number in range(5)]
    assert takes(Rules, rules=five) == tuple(five)
    assert "6 rules, and Docker takes at most 5" in complaint(Rules, rules=[*five, "v6"])


def test_braces_in_a_value_are_said_as_they_are() -> None:
    assert "“{text}{0}”" in complaint(Account, username="{text}{0}")


def test_a_page_of_somebody_is_their_docker_id() -> None:
    assert takes(People, invitees=["https://hub.docker.com/u/Kim?tab=x"]) == ("kim",)
    assert takes(Account, username="<https://hub.docker.com/u/kim|hub.docker.com/u/kim>") == "kim"
    assert takes(Invite, invite="hub.docker.com/u/kim") == "kim"
    assert "names no Docker ID" in complaint(Account, username="https://hub.docker.com/r/acme/api")


@pytest.mark.parametrize("name", ["Platform", "`platform`", "“platform”,", "hub.docker.com/orgs/acme/teams/platform"])
def test_a_team_is_taken_however_it_is_written(name: str) -> None:
    assert takes(Team, team=name) == "platform"


def test_a_team_of_another_organization_is_refused() -> None:
    said = complaint(Team, team="hub.docker.com/orgs/other/teams/platform")
    assert "is of the organization other, and acme is given" in said
