"""Who is who by the policy's word: administrators, ties of Docker IDs, and who sits at a terminal."""

from typing import Any

import pytest

from bot.governance.policy.document import Policy
from bot.governance.policy.people import People
from bot.phrases import Mention
from tests.governance.policy.parts import complaints


def policy(**keys: Any) -> Policy:
    """A policy with these keys."""
    return Policy.model_validate({"version": 1, **keys})


def test_docker_ids_are_tied_to_people_one_or_several_to_each() -> None:
    read = policy(people={"U0ANN": "AnnBerg", "U0BOB": ["bobby", 12345]})
    assert dict(read.people) == {"U0ANN": ("annberg",), "U0BOB": ("bobby", "12345")}
    assert (read.whose("annberg"), read.whose("12345"), read.whose("nobody")) == ("U0ANN", "U0BOB", None)
    assert read.docker_ids_of({"U0BOB", "U0ANN", "U0SAM"}) == ("12345", "annberg", "bobby")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "people:\n  U0ANN: annberg\n  U0BOB: annberg",
            "line 4: the Docker ID “annberg” is tied to U0ANN and to U0BOB.",
        ),
        ("people:\n  U0ANN: AnnBerg\n  U0BOB: [bob, annberg]", "line 4: the Docker ID “annberg” is tied to U0ANN"),
        ("people:\n  ann: annberg", "line 3: people.ann: “ann” is no Slack user's id, such as U024BE7LH."),
        ("people:\n  U0ANN: no good", "line 3: people.U0ANN: “no good” is no Docker ID"),
        ("people:\n  U0ANN: []", "line 3: people.U0ANN: it is empty"),
        ("people:\n  U0ANN:", "line 3: people.U0ANN"),
        ("people: {}", "line 2: people is empty: fill it in or leave it out."),
        ("people: [U0ANN]", "line 2: people: it holds no keys."),
        ("administrators:", "line 2: administrators is empty: fill it in or leave it out."),
        ("administrators: {users: [omar]}", "line 2: administrators.users.0: “omar” is no Slack user's id"),
        ("administrators: {user: [U0OMAR]}", "“user” is no key here. There are: users, groups."),
        ("administrators: {users: []}", "line 2: administrators name nobody: give users or groups, or leave it out."),
        ("terminal: {}", "line 2: terminal is empty"),
        ("terminal:\n  users:\n    root: []", "line 4: terminal.users.root: it is empty"),
        ("terminal:\n  users:\n    root: [omar]", "line 4: terminal.users.root.0: “omar” is no Slack user's id"),
        ("terminal:\n  users:\n    root: U0OMAR", "line 4: terminal.users.root: it is no list."),
        ("terminal:\n  user: {}", "“user” is no key here. There are: users."),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, said: str) -> None:
    [problem] = complaints(f"version: 1\n{text}\n")
    assert problem.startswith("policy.yml, line ")
    assert said in problem


def test_an_administrator_is_named_where_the_policy_names_one() -> None:
    named = policy(administrators={"users": ["U0OMAR"], "groups": ["S0LEADS"]})
    leads = Mention("S0LEADS", "group")
    assert named.an_administrator() == ("An administrator (", Mention("U0OMAR"), ", ", leads, ")")
    assert policy().an_administrator() == ("An administrator",)
    assert policy().administrators == People()


def test_a_system_user_is_tied_to_those_who_sit_there() -> None:
    read = policy(terminal={"users": {"root": ["U0OMAR", "U0LENA"], r"ACME\ann": ["U0ANN"]}})
    assert read.terminal.users["root"] == ("U0OMAR", "U0LENA")
    assert policy().terminal.users == {}
