"""What keyboards and chat clients make of what people type, undone, and no more than that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.keystrokes import CLOSING, DASHES, EMPHASIS, bare, dashed, is_typed_twice, shown, straight

ODD = st.text(
    alphabet="".join(CLOSING) + "".join(CLOSING.values()) + EMPHASIS + DASHES + "ab1@./,; \u200b\ufeff\u00a0\n",
    max_size=30,
)


@pytest.mark.parametrize(
    ("typed", "undone"),
    [
        ("a\u00a0b\u2003c\u3000d", "a b c d"),
        ("a\u200bb\u202ec\x00d\ufeff\u2060\u00ad", "abcd"),
        ("two\nlines\tand", "two\nlines and"),
        ("\u06cc\u200c\u06a9 👩\u200d💻 a\u200db", "\u06cc\u200c\u06a9 👩\u200d💻 ab"),
        ("it’s — “so”", "it’s — “so”"),
    ],
)
def test_what_has_no_ink_goes_and_what_people_wrote_stays(typed: str, undone: str) -> None:
    assert shown(typed) == undone


@pytest.mark.parametrize(
    "typed",
    [
        *(f"{opening}acme/api{closings[0]}" for opening, closings in CLOSING.items()),
        *("*acme/api*", "_acme/api_", "~acme/api~", "*_`acme/api`_*", "```acme/api```", "“acme/api”,", "acme/api;"),
        *(" acme/api\n", "\ufeffacme/api\u200b", "ａｃｍｅ／ａｐｉ", "“acme/api,”"),
    ],
)
def test_marks_around_a_name_go(typed: str) -> None:
    assert bare(typed) == "acme/api"


@pytest.mark.parametrize(
    "name",
    ["acme/*", "*/*/public", "a_b", "a-b", "pat.o'neil@example.com", "*a", "a*", "'a", "my–name", "my—name", "v1.2"],
)
def test_a_name_without_a_pair_of_marks_is_as_it_was(name: str) -> None:
    assert bare(name) == name


def test_an_apostrophe_in_a_name_is_the_one_of_programs_and_a_hyphen_too() -> None:
    assert {bare(f"o{mark}neil") for mark in "'’‘ʼ′＇´"} == {"o'neil"}
    assert {bare(f"a{mark}b") for mark in "-‐‑−－﹣"} == {"a-b"}


def test_some_marks_can_be_kept() -> None:
    assert (bare("_x_"), bare("_x_", keeps="_"), bare("`_x_`", keeps="_")) == ("x", "_x_", "_x_")


@given(ODD)
def test_undoing_what_is_undone_changes_nothing(text: str) -> None:
    assert bare(bare(text)) == bare(text)
    assert shown(shown(text)) == shown(text)
    assert straight(straight(text)) == straight(text)


def test_nothing_but_marks_is_no_name_however_long() -> None:
    assert bare("`" * 2000) == ""
    assert len(bare("`" * 200_000)) == 200_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(
            (f"{dashes}team", (True, "team"))
            for dashes in ("--", "—", "–", "―", "‒", "⸺", "﹘", "−−", "-–", "---", "ーー", "ｰｰ")
        ),
        *((f"{dash}team", (False, "team")) for dash in "-−－‐‑ー"),
        ("--team=x", (True, "team=x")),
        *((text, None) for text in ("team", "a—b", "—", "--", "-", "", "--=x", "“—")),
    ],
)
def test_dashes_before_a_word_are_told_from_those_in_a_sentence(text: str, expected: tuple[bool, str] | None) -> None:
    assert dashed(text) == expected


def test_two_dashes_are_typed_on_purpose() -> None:
    assert [is_typed_twice(text) for text in ("--a", "—–a", "—a", "-a", "--", "a--b")] == [True, True, *[False] * 4]
