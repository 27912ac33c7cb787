"""Kinds of approvers: whom each admits, how it is named, and how a row holds it."""

import json
import re

import pytest

from bot.governance.approval.principals import (
    PRINCIPALS,
    Principal,
    User,
    UserGroup,
    dump_principal,
    load_principal,
)
from bot.governance.people import DirectoryUnavailable
from bot.phrases import Mention
from tests.governance.parts import GUEST, LEADS, LENA, MIRA, OMAR, People

EXAMPLES: tuple[Principal, ...] = (User(OMAR), UserGroup(LEADS))


def test_there_is_an_example_here_of_every_kind() -> None:
    assert {type(example) for example in EXAMPLES} == set(PRINCIPALS)


async def test_a_person_is_themselves_and_nobody_has_to_be_asked() -> None:
    people = People(silent={LEADS})
    assert await User(OMAR).admits(await people.person(OMAR), people)
    assert not await User(OMAR).admits(await people.person(LENA), people)
    assert await User(OMAR).people(people) == {OMAR}
    assert people.asked == []


async def test_a_group_admits_who_is_in_it_now() -> None:
    people = People()
    lena = await people.person(LENA)
    assert await UserGroup(LEADS).admits(lena, people)
    assert await UserGroup(LEADS).people(people) == {LENA, MIRA, GUEST}
    people.groups[LEADS] = frozenset({MIRA})
    assert not await UserGroup(LEADS).admits(lena, people)
    assert not await UserGroup("S0OTHER").admits(lena, people)


async def test_a_group_that_slack_does_not_answer_for_admits_nobody_and_says_so() -> None:
    people = People(silent={LEADS})
    with pytest.raises(DirectoryUnavailable, match="nothing is decided"):
        await UserGroup(LEADS).admits(await people.person(LENA), people)
    with pytest.raises(DirectoryUnavailable):
        await UserGroup(LEADS).people(people)


def test_each_is_mentioned_as_what_it_is() -> None:
    assert [example.mention() for example in EXAMPLES] == [Mention(OMAR, "person"), Mention(LEADS, "group")]


@pytest.mark.parametrize("principal", EXAMPLES)
def test_it_is_the_same_after_a_visit_to_a_row(principal: Principal) -> None:
    stored = json.loads(json.dumps(dump_principal(principal)))
    assert load_principal(stored) == principal
    assert hash(load_principal(stored)) == hash(principal)


def test_a_person_and_a_group_of_the_same_name_are_not_the_same() -> None:
    assert len({User("S0X"), UserGroup("S0X"), User("S0X")}) == 2


def test_a_kind_that_this_version_does_not_have_is_refused() -> None:
    with pytest.raises(LookupError):
        load_principal({"kind": "kind of tomorrow", "id": OMAR})


def test_rows_and_documents_know_each_kind_by_a_name_of_its_own() -> None:
    assert len({kind.kind for kind in PRINCIPALS}) == len({kind.key for kind in PRINCIPALS}) == len(PRINCIPALS)
    assert {kind.kind for kind in PRINCIPALS} >= {"user", "group"}, "rows hold these"


@pytest.mark.parametrize("principal", EXAMPLES)
def test_an_id_fits_its_kind(principal: Principal) -> None:
    assert re.fullmatch(type(principal).pattern, principal.id)


def test_a_person_is_no_group_nor_a_group_a_person() -> None:
    assert not re.fullmatch(User.pattern, LEADS)
    assert not re.fullmatch(UserGroup.pattern, OMAR)


@pytest.mark.parametrize("identity", ["", "u0omar", "U0 OMAR", "@omar", "U0OMAR>", "C0GENERAL"])
def test_what_is_no_id_fits_no_kind(identity: str) -> None:
    assert not any(re.fullmatch(kind.pattern, identity) for kind in PRINCIPALS)
