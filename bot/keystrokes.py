"""What keyboards, autocorrection and chat clients make of what people type, undone: pure.

A line is undone by `shown`, what stands for a name by `bare`, what is searched for by `straight`. A text for people,
such as a reason, stays as it was typed.
"""

import re

# What a keyboard makes of `--`; and what it makes of `-`, so that only several of them are one.
LONG_DASHES = "—–―‒⸺⸻﹘"
HYPHENS = "-‐‑−－﹣˗⁃"
# A Japanese keyboard's key for “-” lengthens a vowel; where no vowel stands before it, it is a dash.
VOWEL_MARKS = "ーｰ"
DASHES = HYPHENS + VOWEL_MARKS + LONG_DASHES

APOSTROPHES = "'‘’‚‛′＇ʼ´"
QUOTATION_MARKS = '"“”„‟″＂〝〞〟'
CODE_MARKS = "`ˋ"
# By the mark that opens a quotation, those that close it; clients mix what is alike.
CLOSING = {
    **dict.fromkeys(QUOTATION_MARKS, QUOTATION_MARKS),
    **dict.fromkeys("'‘’‚‛′＇", APOSTROPHES),
    **dict.fromkeys(CODE_MARKS, CODE_MARKS),
    "«": "»",
    "»": "«»",
    "‹": "›",
    "›": "‹›",
    "「": "」",
    "『": "』",
}
# No name is longer, nor is an address; so much of nothing but marks is taken for no name.
LONGEST = 2000
EMPHASIS = "*_~"
# Between the items of a list; Chinese and Japanese keyboards have none but the last three.
LIST_MARKS = ",;，；、"

STRAIGHT = str.maketrans(
    dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(QUOTATION_MARKS, '"') | dict.fromkeys(HYPHENS, "-")
)
# https://www.unicode.org/charts/PDF/UFF00.pdf: what a keyboard for Chinese or Japanese types for ASCII.
NARROW = str.maketrans({chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)})
# Joiners hold letters of Persian or parts of an emoji together; beside ASCII they do nothing, and hide in names.
JOINER = re.compile("(?<=[^\x00-\x7f])[\u200c\u200d](?=[^\x00-\x7f])")
FLAG = re.compile(f"([{re.escape(DASHES)}]+)(?![{re.escape(DASHES)}=])(.+)", re.DOTALL)


def shown(text: str) -> str:
    """The text without what has no width and no ink; every kind of space but a line's end is an ordinary one."""
    kept = {found.start() for found in JOINER.finditer(text)}
    return "".join(
        character if character.isprintable() or character == "\n" or at in kept else " " * character.isspace()
        for at, character in enumerate(text)
    )


def straight(text: str) -> str:
    """The text with plain quotation marks, apostrophes and hyphens: as programs have what people look for."""
    return text.translate(STRAIGHT)


def bare(text: str, *, keeps: str = "") -> str:
    """What stands for a name or an address, without the marks that clients and people put around it.

    Quotation marks, code marks and emphasis go where they stand on both sides, `keeps` apart; so do commas and
    semicolons at the end. A dash that could have been two is none of a name's, and stays.
    """
    text = "".join(each for each in shown(text) if each.isprintable() or each == "\n")
    text = text.translate(NARROW).translate(STRAIGHT).strip()
    while 0 < len(text) <= LONGEST and (inner := without_marks(text, keeps=keeps)) != text:
        text = inner
    return text


def without_marks(text: str, *, keeps: str) -> str:
    """The text without one pair of marks around it, or else without what ends it as an item of a list."""
    is_marked = len(text) > 1 and text[0] not in keeps and text[-1] in CLOSING.get(text[0], "")
    is_stressed = len(text) > 1 and text[0] not in keeps and text[0] in EMPHASIS and text[0] == text[-1]
    return text[1:-1].strip() if is_marked or is_stressed else text.rstrip(",; \n")


def dashed(text: str) -> tuple[bool, str] | None:
    """Whether the dashes before a word are as good as `--`, and the word; None where there are none, or no word.

    `—reason` and `-–reason` are as good; `-reason` and `−reason`, with the sign for minus, are one dash only.
    """
    found = FLAG.fullmatch(text)
    if found is None:
        return None
    return len(found[1]) > 1 or found[1] in LONG_DASHES, found[2]


def is_typed_twice(text: str) -> bool:
    """Whether several dashes stand before a word: no text for people begins a word so."""
    return FLAG.fullmatch(text) is not None and len(text) > 1 and text[1] in DASHES
