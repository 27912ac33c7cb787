"""What writes say of themselves: their headings, what to look at twice, and what turns a logged change back."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.alerts.entries import AuditLogEntry
from bot.governance.stored import head_of
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Change, Preview, Write
from bot.operations.kit.consequences import Harm, Prepared
from bot.operations.kit.parameters import parameters

ACME = {"organization": "acme"}
ANY = (Change("it", "so", "otherwise"),)
JANE = (Change("jane@example.com", None, "invited"),)
FOUR = tuple(Change(f"p{number}@example.com", None, "invited") for number in range(4))
CLI = (Change("Repository acme/cli", "public, 12.3 MB, 5,033 pulls", None), Change("3 tags", "can be pulled", None))
LOST = (Change("Immutable tags", "on", "off"), Change("2 tags mutable again", "immutable", "mutable"))


def said(name: str, changes: tuple[Change, ...] = ANY, **values: Any) -> tuple[str, list[Harm]]:
    """The heading of a wish, and the harms that it names."""
    operation = BY_NAME[name]
    assert isinstance(operation, Write)
    head = head_of(
        operation, operation.params.model_validate(ACME | values), Preview(changes, basis={"before": [1, ()]})
    )
    return head.title, [risk.harm for risk in head.risks]


@pytest.mark.parametrize(
    ("got", "title", "harms"),
    [
        (said("invite.send", JANE, invitees="jane@example.com"), "Invite jane@example.com", []),
        (
            said("invite.send", JANE, invitees="jane@example.com", role="owner", team="web"),
            "Invite jane@example.com as owner to team web",
            [Harm.POWER],
        ),
        (
            said("invite.send", JANE, invitees="jane@example.com", team="owners"),
            "Invite jane@example.com to team owners",
            [Harm.POWER],
        ),
        (said("invite.send", FOUR, invitees="p0@example.com"), "Invite 4 people (p0@example.com, …)", []),
        (said("member.role", username="ada", role="owner"), "Make ada an owner of acme", [Harm.POWER]),
        (said("member.role", username="ada", role="member"), "Make ada a member of acme", []),
        (said("member.remove", username="ada"), "Remove ada from acme", [Harm.FINAL]),
        (said("member.offboard", person="chiaraweber"), "Offboard chiaraweber", [Harm.FINAL]),
        (said("team.member.add", team="web", username="ada"), "Add ada to team web", []),
        (said("team.member.add", team="owners", username="ada"), "Add ada to team owners", [Harm.POWER]),
        (said("team.member.remove", team="web", username="ada"), "Remove ada from team web", []),
        (said("repo.create", repository="cli"), "Create private repository acme/cli", []),
        (
            said("repo.create", repository="cli", visibility="public"),
            "Create public repository acme/cli",
            [Harm.PUBLIC],
        ),
        (said("repo.delete", CLI, repository="cli"), "Delete repository acme/cli (5,033 pulls)", [Harm.FINAL]),
        (
            said("repo.visibility", repository="cli", visibility="public"),
            "Make repository acme/cli public",
            [Harm.PUBLIC],
        ),
        (
            said("repo.immutable.set", LOST, repository="cli", enabled=False),
            "Switch off immutable tags of acme/cli",
            [Harm.OPEN],
        ),
        (said("tag.delete", repository="cli", tag="v1"), "Delete tag acme/cli:v1", [Harm.FINAL]),
        (
            said("pat.create", label="ci", scope="repo:read", expires="2030-01-31"),
            "Create personal token “ci” (repo:read)",
            [Harm.POWER],
        ),
        (
            said("oat.create", label="ci", repos="acme/cli:image-pull", expires="2030-01-31"),
            "Create org token “ci” of acme",
            [Harm.POWER],
        ),
    ],
)
def test_a_title_says_what_and_whom_and_what_is_no_routine(
    got: tuple[str, list[Harm]], title: str, harms: list[Harm]
) -> None:
    assert got == (title, harms)


def logged(action: str, name: str, **data: str) -> AuditLogEntry:
    """An entry of Docker's log."""
    return AuditLogEntry("acme", action, name, "somebody", datetime(2026, 11, 24, tzinfo=UTC), data)


def back_of(entry: AuditLogEntry) -> Prepared | None:
    """The request that turns the entry back."""
    found = (each for each in OPERATIONS if isinstance(each, Write) and each.hub_action == entry.action)
    return next((each.inverse_of(entry) for each in found if each.inverse_of), None)


@pytest.mark.parametrize(
    ("entry", "operation", "values"),
    [
        (
            logged("org.team.member.add", "ada", team="owners"),
            "team.member.remove",
            {"team": "owners", "username": "ada"},
        ),
        (
            logged("org.team.member.add", "acme", team_name="owners", member="Ada"),
            "team.member.remove",
            {"team": "owners", "username": "ada"},
        ),
        (logged("org.team.member.remove", "ada", team="web"), "team.member.add", {"team": "web", "username": "ada"}),
        (
            logged("org.member.role.change", "ada", old_role="member", new_role="owner"),
            "member.role",
            {"username": "ada", "role": "member"},
        ),
        (
            logged("repo.change_privacy", "acme/api", privacy="public"),
            "repo.visibility",
            {"repository": "api", "visibility": "private"},
        ),
        (
            logged("repo.immutable.tags.updated", "acme/api", immutable_tags="false", immutable_tags_rules="v.*"),
            "repo.immutable.set",
            {"repository": "api", "rules": [], "enabled": True},
        ),
    ],
)
def test_what_the_log_shows_can_be_turned_back(entry: AuditLogEntry, operation: str, values: dict[str, Any]) -> None:
    found = back_of(entry)
    assert found == Prepared(operation, ACME | values)
    BY_NAME[operation].params.model_validate(dict(found.values))
    assert set(found.values) <= {parameter.name for parameter in parameters(BY_NAME[operation].params)}


@pytest.mark.parametrize(
    "entry",
    [
        logged("org.team.member.add", "ada"),
        logged("org.team.member.add", "acme", team="owners"),
        logged("org.team.member.add", "ada", team="owners", team_name="web"),
        logged("org.member.role.change", "ada", role="owner"),
        logged("org.member.role.change", "acme", old_role="member", new_role="owner"),
        logged("org.member.role.change", "ada", old_role="emperor", new_role="owner"),
        logged("repo.change_privacy", "acme/api"),
        logged("repo.change_privacy", "other/api", privacy="public"),
        logged("repo.immutable.tags.updated", "acme/api", immutable_tags="true"),
        logged("repo.delete", "acme/api"),
    ],
    ids=lambda entry: f"{entry.action} {entry.name} {dict(entry.data)}",
)
def test_what_the_log_tells_in_part_only_is_not_turned_back(entry: AuditLogEntry) -> None:
    assert back_of(entry) is None


def test_some_of_the_invited_can_be_invited_anew() -> None:
    operation = BY_NAME["invite.send"]
    assert isinstance(operation, Write)
    assert operation.for_items is not None
    params = operation.params.model_validate(ACME | {"invitees": "a@example.com, b@example.com", "role": "editor"})
    again = operation.params.model_validate(operation.for_items(params, ("b@example.com",)))
    assert again.model_dump() == params.model_dump() | {"invitees": ("b@example.com",)}
