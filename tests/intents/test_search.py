"""Operations are found by what people call them."""

import pytest

from bot.intents.search import found_by
from bot.operations import OPERATIONS


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("make owner", "member.role"),
        ("kick", "member.remove"),
        ("lock tags", "repo.immutable.set"),
        ("Add to te", "team.member.add"),
        ("offb", "member.offboard"),
        ("oat create", "oat.create"),
        ("token ci", "oat.create"),
        ("restrictions", "org.settings.show"),
    ],
)
def test_the_first_is_what_is_meant(typed: str, first: str) -> None:
    assert found_by(OPERATIONS, typed)[0].name == first


def test_nothing_typed_finds_everything_and_what_nobody_says_nothing() -> None:
    assert found_by(OPERATIONS, "  ") == list(OPERATIONS)
    assert found_by(OPERATIONS, "make coffee") == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_each_is_found_by_its_title_its_name_and_all_that_it_is_called(operation: object) -> None:
    operation = next(each for each in OPERATIONS if each is operation)
    for called in (operation.title, operation.name, operation.name.replace(".", " "), *operation.also_called):
        found = found_by(OPERATIONS, called)
        assert operation in found, called
        assert operation.also_called == tuple(text.lower() for text in operation.also_called)
