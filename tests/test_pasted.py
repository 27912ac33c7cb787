"""What hangs on to a pasted value is taken off; what is inside stays, or is told of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pasted import decoded, flaw, unwrap

AROUND = ["", " ", "\n", "\r\n", "\t", "\u00a0", "\ufeff", "\u200b", "\u2060", "\x00", "\\n", "\u2028"]
PAIRS = ['""', "''", "``", "“”", "„“", "«»", "‘’", "‹›", "＂＂", "″″", "「」", "”“"]


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("around", AROUND)
def test_blanks_marks_and_quotation_marks_around_a_value_are_taken_off(pair: str, around: str) -> None:
    assert unwrap(f"{around}{pair[0]}{around}xoxb-1 2{around}{pair[1]}{around}") == "xoxb-1 2"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('\\"quoted twice\\"', "quoted twice"),
        ("\"'both'\"", "both"),
        ("it's", "it's"),
        ('"one side', '"one side'),
        ("'mixed\"", "'mixed\""),
        ('say "no"', 'say "no"'),
        ('"', '"'),
        ('""', ""),
        (" \n ", ""),
    ],
)
def test_only_what_encloses_the_whole_value_goes(text: str, left: str) -> None:
    assert unwrap(text) == left


@given(st.text())
def test_unwrapping_twice_is_unwrapping_once(text: str) -> None:
    assert unwrap(unwrap(text)) == unwrap(text)


@pytest.mark.parametrize("character", ["\n", "\r", "\u2028", "\x0b"])
def test_a_line_break_inside_is_told_of(character: str) -> None:
    said = flaw(f"xoxb-{character}secret")
    assert said == "it holds a line break in the middle: copy it again, in one piece and on one line"


@pytest.mark.parametrize("character", ["\u200b", "\ufeff", "\x00", "\x1b", "\u202e", "\u00ad"])
def test_what_cannot_be_seen_inside_is_told_of_by_its_number(character: str) -> None:
    assert f"(U+{ord(character):04X})" in str(flaw(f"xoxb-{character}secret"))


def test_a_plain_value_has_no_flaw() -> None:
    assert flaw("a plain välue, with “quotes” 👍") is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom"])
def test_a_file_is_read_whatever_editor_wrote_it(encoding: str) -> None:
    content = b"\xff\xfe" + "grün".encode("utf-16-le") if encoding == "utf-16-le-bom" else "grün".encode(encoding)
    assert decoded(content) == "grün"


@pytest.mark.parametrize("content", ["grün".encode("latin-1"), "abc".encode("utf-16-le"), b"\xff\xfea", b"a\x00b"])
def test_a_file_that_is_no_text_is_told_of(content: bytes) -> None:
    with pytest.raises(ValueError, match="it is no UTF-8 text"):
        decoded(content)
