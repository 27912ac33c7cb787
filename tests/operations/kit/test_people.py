"""People in a text: addresses and Docker IDs are found, and nobody's name is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from bot.operations.kit.fields import check_invitee
from bot.operations.kit.people import is_name, one_person, people_in, split_people

KIM, JANE = "kim@example.com", "jane@example.com"
PARTS = st.lists(
    st.sampled_from([KIM, JANE, "joe", "Kim", "Lee", ",", ";", " ", "\n", "<", ">", '"', "’", f"<{KIM}>"]), max_size=12
)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        (f"{KIM} joe", [KIM, "joe"]),
        (f"joe {KIM}", ["joe", KIM]),
        (f"{KIM},{JANE};joe\tann\nbob", [KIM, JANE, "joe", "ann", "bob"]),
        (f"{KIM}，{JANE}、joe；ann", [KIM, JANE, "joe", "ann"]),
        (f'"Kim Lee" <{KIM}>', [KIM]),
        (f"'Kim Lee' <{KIM}>, “Doe, Jane” <{JANE}>", [KIM, JANE]),
        (f"kim lee <{KIM}>; Doe, Jane <{JANE}>", [KIM, JANE]),
        (f"Müller, Jürgen <{KIM}>", [KIM]),
        (f"田中 太郎 <{KIM}>", [KIM]),
        (f"Kim O’Neil {KIM} joe", [KIM, "joe"]),
        (f"joe; kim <{KIM}>", ["joe", KIM]),
        (f"<{KIM}>,<mailto:{JANE}|{JANE}>", [KIM, JANE]),
        (f"mailto:{KIM}?subject=hi", [KIM]),
        ("pat.o’neil@example.com pat.o'brien@example.com", ["pat.o'neil@example.com", "pat.o'brien@example.com"]),
        (f"‘{KIM}’ “joe” `ann` *bob*", [KIM, "joe", "ann", "bob"]),
        (f'"{KIM} joe"', [KIM, "joe"]),
        ("https://hub.docker.com/u/joe kim@example.com", ["https://hub.docker.com/u/joe", KIM]),
        ("Joe", ["Joe"]),
        (f"*'{KIM}* *`joe*", [KIM, "joe"]),
        ("*`*", []),
        (" , ; ", []),
    ],
)
def test_a_text_is_parted_where_people_part_it(text: str, people: list[str]) -> None:
    assert people_in(text, at_spaces=True) == people


@pytest.mark.parametrize("name", ["Kim", "KIM", "Pat Kim", "Joe_K"])
def test_a_word_before_an_address_that_is_not_its_name_is_not_dropped_in_silence(name: str) -> None:
    address = "ann.low@example.com"
    (together,) = people_in(f"{name} {address}", at_spaces=True)
    assert together == f"{name} {address}"
    assert people_in(f"{name} <{address}>", at_spaces=True) == [address]
    with pytest.raises(PydanticCustomError, match="in angle brackets"):
        check_invitee(together)


@pytest.mark.parametrize("name", ["Ann", "Ann Low", "Low", "Jürgen", "O’Neil", "A. Low", "Ann Smith"])
def test_a_name_that_is_in_its_address_or_nobodys_docker_id_is_a_name_without_brackets_too(name: str) -> None:
    address = "ann.low@example.com"
    assert people_in(f"{name} {address} joe", at_spaces=True) == [address, "joe"]


@pytest.mark.parametrize(
    ("cell", "people"),
    [
        ("Kim Lee", ["Kim Lee"]),
        ("kim lee", ["kim lee"]),
        (f"joe {KIM}", [f"joe {KIM}"]),
        (f"{KIM} (work)", [f"{KIM} (work)"]),
        (f"{KIM} {JANE}", [KIM, JANE]),
        (f"{KIM}; {JANE}", [KIM, JANE]),
        (f"Kim Lee <{KIM}>", [KIM]),
        ("", []),
    ],
)
def test_a_cell_holds_no_account_for_each_of_its_words(cell: str, people: list[str]) -> None:
    assert people_in(cell, at_spaces=False) == people


def test_a_list_is_parted_item_by_item_and_stays_as_it_is_when_it_was() -> None:
    once = split_people([f"Kim <{KIM}>", "joe;ann", "Kim Lee", 7])
    assert once == (KIM, "joe", "ann", "Kim Lee", 7)
    assert split_people(list(once)) == once
    assert split_people(7) == 7


def test_one_person_is_found_and_several_stay_what_was_typed() -> None:
    assert one_person(f"Kim Lee <{KIM}>") == KIM
    assert one_person(f"{KIM}, {JANE}") == f"{KIM}, {JANE}"
    assert one_person("") == ""
    assert one_person(None) is None


@given(PARTS)
def test_no_name_in_front_of_an_address_in_brackets_is_somebody(parts: list[str]) -> None:
    found = people_in("".join(parts) + f" ; Kim Lee <{JANE}>", at_spaces=True)
    assert found[-1] == JANE
    assert set(found[:-1]) <= set(people_in("".join(parts), at_spaces=True)) | {"", *parts}


@given(st.text(alphabet="ab@.,;<>\"'’ \n_*`", max_size=40))
def test_what_was_found_is_found_again(text: str) -> None:
    found = people_in(text, at_spaces=False)
    assert split_people(found) == tuple(found)


def test_a_name_has_something_that_no_docker_id_has() -> None:
    assert is_name(["Kim", "lee"])
    assert not is_name(["kim", "lee"])
    assert not is_name(["not*an*id"])
    assert not is_name([])
