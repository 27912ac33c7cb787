"""What a request is about: for every operation the same thing by whatever name, in every case."""

from typing import Any

import pytest

from bot.db.models import OperationRequest
from bot.governance.execution.subjects import known, subjects_of
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Write
from tests.operations.samples import sample_values

WRITES = [operation for operation in OPERATIONS if isinstance(operation, Write)]


def request(name: str, **params: Any) -> OperationRequest:
    """A row for it."""
    given = {"organization": "acme"} | params
    return OperationRequest(operation=name, params=BY_NAME[name].params.model_validate(given).model_dump(mode="json"))


def subjects(name: str, **params: Any) -> set[str]:
    """What it is about."""
    return set(subjects_of(request(name, **params), BY_NAME))


@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.name)
def test_every_write_is_about_something_of_its_organization(operation: Write) -> None:
    params = operation.params.model_validate(sample_values(operation))
    row = OperationRequest(operation=operation.name, params=params.model_dump(mode="json", by_alias=True))
    found = subjects_of(row, BY_NAME)
    assert found
    assert all(each.startswith(f"{params.organization}/") for each in found)


MEMBER = ("team.member.add", {"team": "devs", "username": "janedoe"})
SAME = [
    (MEMBER, ("team.member.remove", {"team": "devs", "username": "samok"})),
    (MEMBER, ("member.remove", {"username": "JaneDoe"})),
    (MEMBER, ("team.delete", {"team": "devs"})),
    (MEMBER, ("repo.team.set", {"repository": "api", "team": "devs", "permission": "read"})),
    (MEMBER, ("team.clone", {"from": "devs", "to": "ops"})),
    (("tag.delete", {"repository": "api", "tag": "v1"}), ("repo.delete", {"repository": "acme/api"})),
    (("oat.update", {"token": "ci", "label": "cd"}), ("oat.delete", {"token": "a7a5ef25-8889-43a0-8cc7-f2a94268e861"})),
    (("invite.cancel", {"invite": "jane@example.com"}), ("invite.resend", {"invite": "abc123"})),
    (
        ("invite.send", {"invitees": ["jane@example.com", "joe@example.com"]}),
        ("invite.cancel", {"invite": "Jane@Example.com"}),
    ),
]
OTHERS = [
    (MEMBER, ("team.member.add", {"team": "ops", "username": "samok"})),
    (("invite.send", {"invitees": ["jane@example.com"]}), ("invite.send", {"invitees": ["joe@example.com"]})),
    (("repo.delete", {"repository": "api"}), ("repo.delete", {"repository": "web"})),
    (("oat.delete", {"token": "ci"}), ("org.settings.update", {"restricted_images": "on"})),
]


def named(each: tuple[str, dict[str, Any]]) -> set[str]:
    """What this one is about."""
    return subjects(each[0], **each[1])


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_on_the_same_thing_share_a_subject(one: Any, other: Any) -> None:
    assert named(one) & named(other)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_two_on_different_things_share_none(one: Any, other: Any) -> None:
    assert not named(one) & named(other)


def test_somebody_is_the_same_by_whichever_name_it_was_asked_for() -> None:
    by_address = request("member.offboard", person="Kofi@Example.com")
    by_address.about = [{"names": ["kofim", "kofi@example.com"], "people": None}]
    assert set(subjects_of(by_address, BY_NAME)) & subjects("member.role", username="KofiM", role="owner")


def test_the_same_name_in_another_organization_is_another_thing() -> None:
    assert not subjects("team.delete", team="devs") & subjects("team.delete", team="devs", organization="globex")


@pytest.mark.parametrize(
    "row", [OperationRequest(operation="gone", params={}), OperationRequest(operation="team.list")]
)
def test_what_this_version_cannot_do_is_about_nothing(row: OperationRequest) -> None:
    assert (known(row, BY_NAME), subjects_of(row, BY_NAME)) == (None, ())
