"""A line parted into words: quotation marks, and mentions that no text passes for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.intents.words import MAX_LENGTH, Word, as_words, joined, split_line
from bot.phrases import Mention, plain

BOB, ANN = Mention("U0BOB", name="bob"), Mention("U0ANN")
MARKS = st.characters(min_codepoint=0xF0000, max_codepoint=0xFFFFF)
PARTS = st.one_of(st.text(st.one_of(MARKS, st.sampled_from("ab \"'=,-@")), max_size=8), st.sampled_from([BOB, ANN]))


def words(*line: str | Mention) -> list[tuple[str | Mention, ...]]:
    """The parts of each word of the line."""
    return [word.parts for word in split_line(line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a  b\n\tc", ["a", "b", "c"]),
        ("a 'b c' \"d e\"", ["a", "b c", "d e"]),
        ("--x='a b'", ["--x=a b"]),
        (r"a\ b", ["a\\", "b"]),
        ("a # b", ["a", "#", "b"]),
        ("", []),
        ("''", [""]),
        ('it"\'"s', ['it"\'"s']),
        ("it's Pat's don't", ["it's", "Pat's", "don't"]),
        ("'tis a b", ["'tis", "a", "b"]),
        ("O’Neil’s “new hire” ‘a b’", ["O’Neil’s", "new hire", "a b"]),
        ("„low high“ «a b» »c d« ‹e f› 「g h」 ＂i j＂ ‟k l”", ["low high", "a b", "c d", "e f", "g h", "i j", "k l"]),
        ("`a b` ```c d``` `e", ["a b", "c d", "`e"]),
        ('"a “b c” d" e', ["a “b c” d", "e"]),
        ('5" "a b", \'c d\';e', ['5"', "a b,", "c d;e"]),
        ("--x=“a b” x=‘c d’", ["--x=a b", "x=c d"]),
    ],
)
def test_words_are_parted_where_a_person_parts_them(line: str, expected: list[str]) -> None:
    assert [word.text for word in split_line((line,))] == expected


def test_a_mention_is_a_value_in_its_word() -> None:
    assert words("add ", BOB, " x") == [("add",), (BOB,), ("x",)]
    assert words("--who=", BOB, ",", ANN, "!") == [("--who=", BOB, ",", ANN, "!")]


def test_quotation_marks_hold_a_mention_together_with_its_words() -> None:
    assert words("'for ", BOB, " and ", ANN, "' x") == [("for ", BOB, " and ", ANN), ("x",)]
    assert words('"', BOB, '"') == [(BOB,)]


def test_a_mention_alone_is_somebody_and_one_among_text_is_a_name() -> None:
    assert Word((BOB,)).mention == BOB
    assert Word((BOB, "!")).mention is None
    assert Word((BOB, ANN)).mention is None
    assert Word(("@bob",)).mention is None
    assert Word((BOB, " and ", ANN)).text == "@bob and @U0ANN"


@given(st.lists(st.text(max_size=6), max_size=6))
def test_a_shells_words_are_text_whatever_they_hold(texts: list[str]) -> None:
    found = as_words(texts)
    assert [word.text for word in found] == texts
    assert all(word.mention is None for word in found)


@given(st.lists(PARTS, max_size=10))
def test_no_text_makes_or_moves_a_mention(parts: list[str | Mention]) -> None:
    try:
        found = [part for word in split_line(tuple(parts)) for part in word.parts]
    except UsageError:
        return
    mentions = [part for part in parts if isinstance(part, Mention)]
    assert [part for part in found if isinstance(part, Mention)] == mentions
    assert not any(ord(letter) >= 0xF0000 for part in found if isinstance(part, str) for letter in part)


def test_a_mark_that_somebody_types_is_nobody() -> None:
    assert words("\U000f0000 x\U000f0001y ", BOB) == [("xy",), (BOB,)]
    assert words("\U000f0000") == []


def test_a_mention_counts_as_one_character_of_a_line() -> None:
    line: tuple[str | Mention, ...] = (BOB, " ") * (MAX_LENGTH // 2)
    assert len(split_line(line)) == MAX_LENGTH // 2
    with pytest.raises(UsageError, match="4,001 characters long; 4,000 are the limit"):
        split_line((*line, BOB))


@pytest.mark.parametrize(
    ("line", "is_open"),
    [
        ('"a b', True),
        ("“a b", True),
        ("«a", True),
        ('--x="a', True),
        ("'a b", True),
        ("‘a", True),
        ("it's", False),
        ("`a", False),
        ('5"', False),
    ],
)
def test_a_quotation_that_never_ends_is_known_and_an_apostrophe_in_a_word_begins_none(line: str, is_open: bool) -> None:
    assert split_line((line,))[0].is_open is is_open


def test_a_word_knows_whether_all_of_it_was_quoted_and_how_it_was_typed() -> None:
    whole, part, none, flag = split_line(("'a b' \"c d\",e f x='g h'",))
    assert [word.is_quoted for word in (whole, part, none, flag)] == [True, False, False, False]
    assert [word.typed for word in (whole, part, none, flag)] == [("'a b'",), ('"c d",e',), ("f",), ("x='g h'",)]
    cut = flag.cut("=")
    assert cut is not None
    assert (cut[1].is_quoted, cut[1].typed) == (True, ("'g h'",))


def test_words_are_joined_as_they_were_typed() -> None:
    assert joined(split_line(("it’s  'a b' ", BOB))).text == "it’s 'a b' @bob"


@given(st.text(alphabet="ab \"'“”„‘’«»`,;=-—", max_size=60))
def test_no_letter_of_a_line_is_lost(line: str) -> None:
    assert "".join(joined(split_line((line,))).text.split()) == "".join(line.split())


@pytest.mark.parametrize(
    ("word", "name", "value"),
    [
        (Word(("a=b=c",)), "a", ("b=c",)),
        (Word(("a=",)), "a", ()),
        (Word(("a=", BOB)), "a", (BOB,)),
        (Word(("a=x", BOB, "=y")), "a", ("x", BOB, "=y")),
    ],
)
def test_a_word_is_cut_at_its_first_separator(word: Word, name: str, value: tuple[str | Mention, ...]) -> None:
    assert word.cut("=") == (name, Word(value))


@pytest.mark.parametrize("word", [Word(()), Word(("a",)), Word((BOB,)), Word((BOB, "=x")), Word(("a", BOB, "=x"))])
def test_nothing_is_cut_where_a_mention_stands_before_the_separator(word: Word) -> None:
    assert word.cut("=") is None


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (Word(("a,b",)), ["a", ",", "b"]),
        (Word((",a, b；",)), [",", "a", ", ", "b", "；"]),
        (Word((BOB, ",x,", ANN)), ["@bob", ",", "x", ",", "@U0ANN"]),
        (Word(("x", BOB, "y z")), ["x@boby", " ", "z"]),
        (Word(()), [""]),
    ],
)
def test_a_word_is_taken_apart_and_nothing_is_lost(word: Word, expected: list[str]) -> None:
    assert [part.text for part in word.pieces] == expected


def test_what_is_parted_is_still_a_mention_where_nothing_is_glued_to_it() -> None:
    assert [part.mention for part in Word((BOB, ",x,", ANN)).pieces] == [BOB, None, None, None, ANN]
    assert [part.mention for part in Word((BOB, ANN, " ", BOB, "x")).pieces] == [None, None, None]


def test_a_persons_name_says_nothing_of_who_they_are() -> None:
    assert Mention("U0BOB", name="ann") == BOB
    assert plain((Mention("U0BOB", name="ann"),)) == "@ann"
