"""Globs: what they match, and which patterns are none."""

import itertools
import string
import sys
from dataclasses import FrozenInstanceError
from fnmatch import fnmatchcase
from typing import Annotated

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from bot.globs import MAX_LENGTH, Glob, Globs, is_seen

LETTERS = "abz019-_.!^]/ "
LAST_SEEN = next(filter(is_seen, map(chr, range(sys.maxunicode, 0, -1))))
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
CLASSES = st.tuples(st.sampled_from(["", "!"]), st.text("abz09-!.]", min_size=1, max_size=4)).map(
    lambda made: f"[{made[0]}{made[1]}]"
)
PATTERNS = st.lists(st.one_of(st.sampled_from([*"ab0-.*?"]), CLASSES), min_size=1, max_size=6).map("".join)


def refused(pattern: str) -> str:
    """What is said of a pattern that is none."""
    with pytest.raises(ValueError, match=r".") as caught:
        Glob(pattern)
    return str(caught.value)


# What they match


@given(pattern=PATTERNS, text=st.text(LETTERS, max_size=6))
@example(pattern="[!]]*", text="a]")
@example(pattern="[]-a]", text="^")
@example(pattern="[--/]", text=".")
def test_a_pattern_matches_what_fnmatch_has_it_match(pattern: str, text: str) -> None:
    try:
        glob = Glob(pattern)
    except ValueError:
        assume(False)
    assert glob.matches(text) is fnmatchcase(text, pattern)


@given(pattern=PATTERNS)
def test_what_is_refused_of_such_patterns_is_a_range_or_a_class(pattern: str) -> None:
    try:
        Glob(pattern)
    except ValueError as error:
        assert any(said in str(error) for said in ("backwards", "never closed", "leaves no character"))


@given(text=st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1, max_size=20))
def test_a_text_without_wildcards_matches_itself_alone(text: str) -> None:
    assume(not set(text) & set("*?["))
    glob = Glob(text)
    assert glob.is_literal
    assert glob.matches(text)
    assert not glob.matches(f"{text}x")
    assert not glob.matches(f"x{text}")
    assert not glob.matches(f"{text}\n")


@given(text=ANY_TEXT)
def test_a_star_matches_every_text_and_an_escaped_character_only_itself(text: str) -> None:
    assert Glob("*").matches(text)
    assert Glob("[*]").matches(text) is (text == "*")
    assert Glob("[[]").matches(text) is (text == "[")


# What they share with all that is reached


REACHES = st.text("ab*", max_size=5)
SHORT = [*("".join(letters) for size in range(6) for letters in itertools.product("abc", repeat=size))]


def texts_of(reach: str) -> list[str]:
    """The texts of at most five letters that a reach stands for, an a, b or c each."""
    return [text for text in SHORT if fnmatchcase(text, reach)]


def read(pattern: str) -> Glob:
    """The glob, where the pattern is one."""
    try:
        return Glob(pattern)
    except ValueError:
        assume(False)
        raise


@given(pattern=PATTERNS, reach=REACHES)
@example(pattern="*web:*", reach="acme/*")
@example(pattern="a?", reach="a*")
@example(pattern="[!a]*", reach="a*b")
@example(pattern="*a", reach="*b")
def test_a_pattern_meets_a_reach_where_a_text_is_of_both(pattern: str, reach: str) -> None:
    glob = read(pattern)
    found = any(map(glob.matches, texts_of(reach)))
    if found:
        assert glob.meets(reach, "abc")
    elif "*" not in reach:
        assert not glob.meets(reach, "abc") or not texts_of(reach)


@given(pattern=st.text("ab*?", min_size=1, max_size=5), reach=st.text("ab*", max_size=3))
def test_it_meets_a_reach_only_where_a_text_is_of_both(pattern: str, reach: str) -> None:
    long = ("".join(letters) for size in range(9) for letters in itertools.product("ab", repeat=size))
    glob = Glob(pattern)
    assert glob.meets(reach, "abc") is any(glob.matches(text) for text in long if fnmatchcase(text, reach))


@given(pattern=st.text("ab*?", min_size=1, max_size=5), reach=REACHES)
def test_a_pattern_covers_a_reach_only_where_every_text_of_it_matches(pattern: str, reach: str) -> None:
    glob = Glob(pattern)
    if glob.covers(reach):
        assert all(map(glob.matches, texts_of(reach)))


@given(pattern=st.text("ab*?", min_size=1, max_size=5), text=st.text("ab", max_size=5))
def test_of_a_single_text_both_say_whether_it_matches(pattern: str, text: str) -> None:
    glob = Glob(pattern)
    assert glob.covers(text) is glob.meets(text, "ab") is glob.matches(text)


@pytest.mark.parametrize(
    ("pattern", "reach", "meets", "covers"),
    [
        ("*web:*", "acme/*:pull", True, False),
        ("acme/*:*", "acme/*:pull", True, True),
        ("*", "acme/*:pull", True, True),
        ("acme/[*]:*", "acme/*:pull", True, True),
        ("acme/[*]:*", "acme/web:pull", False, False),
        ("acme/?:*", "acme/*:pull", True, False),
        ("acme/[!x]:*", "acme/*:pull", True, False),
        ("other/*", "acme/*:pull", False, False),
        ("ACME/*", "acme/*:Pull", True, True),
        ("acme/web:push", "acme/*:pull", False, False),
        ("*x", "a*", True, False),
        ("a*b*c", "a*c", True, False),
        ("a/*b:*", "a/*:x", True, False),
        ("a/b:*b*", "a/*:x", False, False),
    ],
)
def test_what_a_pattern_shares_with_a_reach(pattern: str, reach: str, *, meets: bool, covers: bool) -> None:
    assert (Glob(pattern).meets(reach, "*abcdefghijklmnopqrstuvwxyz"), Glob(pattern).covers(reach)) == (meets, covers)


def test_the_longest_patterns_are_judged_at_once() -> None:
    glob = Glob("*a" * (MAX_LENGTH // 2))
    assert glob.meets("*b" * 300 + "*", "ab")
    assert not glob.meets("*b" * 300, "ab")
    assert not glob.covers("*b" * 300 + "*")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("PROD-*", "prod-api"), ("prod-*", "PROD-API"), ("[A-C]x", "bX"), ("É*", "école"), ("[!a]b", "CB")],
)
def test_upper_and_lower_case_are_the_same(pattern: str, text: str) -> None:
    assert Glob(pattern).matches(text)


@pytest.mark.parametrize("text", ["A", "a"])
def test_a_class_that_leaves_a_letter_out_leaves_out_both_its_cases(text: str) -> None:
    assert not Glob("[!a]").matches(text)
    assert not Glob("[!A]").matches(text)


def test_many_stars_take_no_time() -> None:
    assert not Glob("*a" * 200 + "b").matches("a" * 400)


# Which patterns are none


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("", "a pattern is empty"),
        ("prod[1-3", "“prod[1-3” has a [ that is never closed; write [[] for the character itself"),
        ("[", "never closed"),
        ("[]", "never closed"),
        ("[!]", "never closed"),
        ("a[]b", "never closed"),
        ("[a]b[c", "never closed"),
        ("[z-a]", "has a range that runs backwards"),
        ("[ab-9]", "has a range that runs backwards"),
        ("[!z-a]x", "has a range that runs backwards"),
        ("v[3-1].*", "has a range that runs backwards"),
        ("[^a]*", "“[^a]*” has [^…]; “none of these” is written [!…]"),
        (f"[! -{LAST_SEEN}]", "has a class that leaves no character"),
        ("prod\ufe0f", "cannot be seen (U+FE0F)"),
        (" prod", "“ prod” begins or ends with a space"),
        ("prod ", "begins or ends with a space"),
        (" ", "begins or ends with a space"),
        ("prod\n", "“prod�” holds a character that cannot be seen (U+000A)"),
        ("pr\u200bod", "“pr�od” holds a character that cannot be seen (U+200B)"),
        ("\ufeffprod", "cannot be seen (U+FEFF)"),
        ("prod\u00a0*", "cannot be seen (U+00A0)"),
        ("prod\u00ad*", "cannot be seen (U+00AD)"),
        ("prod\u202e*", "cannot be seen (U+202E)"),
        ("prod\u3164", "cannot be seen (U+3164)"),
        ("a\tb", "cannot be seen (U+0009)"),
        ("a\x00", "cannot be seen (U+0000)"),
        ("[\ud800]", "cannot be seen (U+D800)"),
        ("x" * (MAX_LENGTH + 1), "a pattern has 501 characters, more than 500"),
    ],
)
def test_a_pattern_that_could_not_be_meant_is_refused(pattern: str, said: str) -> None:
    assert said in refused(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["[a-]", "[-a]", "[]a]", "[!]a]", "[[]", "[!^]", "a]", "x" * MAX_LENGTH, "a b", "[ ]a", "{a,b}", "\\*"],
)
def test_a_pattern_that_only_looks_odd_is_taken(pattern: str) -> None:
    assert Glob(pattern).pattern == pattern


@given(text=st.text(max_size=30))
def test_any_text_is_a_glob_or_a_sentence(text: str) -> None:
    try:
        Glob(text)
    except ValueError as error:
        assert len(str(error)) < 200
        assert "\n" not in str(error)


# The value


def test_it_is_a_value() -> None:
    assert Glob("a*") == Glob("a*")
    assert len({Glob("a*"), Glob("a*"), Glob("b*")}) == 2
    assert str(Glob("a*")) == "a*"
    assert repr(Glob("a*")) == "Glob(pattern='a*')"
    with pytest.raises(FrozenInstanceError):
        Glob("a*").pattern = "b"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("pattern", "is_literal"), [("a", True), ("a]", True), ("a*", False), ("?", False), ("[a]", False)]
)
def test_it_knows_whether_it_stands_for_one_text(pattern: str, is_literal: bool) -> None:
    assert Glob(pattern).is_literal is is_literal


@pytest.mark.parametrize(("pattern", "least"), [("a", 1), ("*", 0), ("a*?[bc]", 3), ("[!]a]", 1)])
def test_it_knows_how_short_a_text_can_be(pattern: str, least: int) -> None:
    assert Glob(pattern).shortest == least


@pytest.mark.parametrize(
    ("pattern", "part"),
    [
        ("abc", None),
        ("ABC", None),
        ("a*?", None),
        ("[x/a]", None),
        ("a/b", "/"),
        ("{a,b}", "{"),
        ("[/:]a", "[/:]"),
        ("[!a-c]", "[!a-c]"),
        ("[A-Z]", None),
        ("\N{CYRILLIC SMALL LETTER A}", "\N{CYRILLIC SMALL LETTER A}"),
    ],
)
def test_it_names_the_part_that_no_text_of_an_alphabet_has(pattern: str, part: str | None) -> None:
    assert Glob(pattern).foreign_part("abc") == part


@given(pattern=PATTERNS, text=st.text("abz09", max_size=6))
def test_a_pattern_with_a_foreign_part_matches_no_text_of_the_alphabet(pattern: str, text: str) -> None:
    try:
        glob = Glob(pattern)
    except ValueError:
        assume(False)
    if glob.matches(text):
        assert glob.foreign_part("abz09") is None
        assert glob.shortest <= len(text)


# In a document


class Wanted(BaseModel):
    """A model with patterns."""

    one: Glob = Field(default=Glob("*"))
    several: Globs = (Glob("*"),)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("owner", ["owner"]),
        (["a", "b*"], ["a", "b*"]),
        (True, ["true"]),
        (False, ["false"]),
        (7, ["7"]),
        ([True, 7, "x"], ["true", "7", "x"]),
    ],
)
def test_one_pattern_or_several_are_read(written: object, read: list[str]) -> None:
    assert [glob.pattern for glob in Wanted.model_validate({"several": written}).several] == read


@pytest.mark.parametrize(
    "written", [None, 1.5, {}, {"a": "b"}, [["a"]], [None], ["a", {"b": "c"}], [], ["[a"], "[a", ""]
)
def test_what_is_no_pattern_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        Wanted.model_validate({"several": written})


@pytest.mark.parametrize("written", [None, True, 5, ["a"], "", "[a"])
def test_a_single_glob_is_a_text(written: object) -> None:
    with pytest.raises(ValidationError):
        Wanted.model_validate({"one": written})


def test_a_glob_is_read_as_it_is_and_written_as_its_text() -> None:
    wanted = Wanted(one=Glob("a*"), several=(Glob("b"),))
    assert Wanted.model_validate(wanted.model_dump()) == wanted
    assert wanted.model_dump() == {"one": "a*", "several": ("b",)}


def test_it_can_be_annotated_further() -> None:
    short = TypeAdapter(Annotated[Glob, Field(description="short")])
    assert short.validate_python("a") == Glob("a")


def test_every_letter_that_can_be_seen_is_a_pattern() -> None:
    assert all(Glob(each).matches(each) for each in string.ascii_letters + string.digits + "-_./@")
