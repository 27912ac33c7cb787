"""People in a text as mail programs, spreadsheets and phones write them: e-mail addresses and Docker IDs, no names."""

import re
from typing import Any

from bot.keystrokes import APOSTROPHES, CLOSING, LIST_MARKS, QUOTATION_MARKS, bare

EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
DOCKER_ID = re.compile(r"[a-z0-9][a-z0-9_-]{1,29}")

SEPARATOR = re.compile(f"[{LIST_MARKS}\r\n]")
# `"Lee, Kim" <kim@example.com>`: what is quoted before an address in angle brackets is a name, its comma too.
QUOTED_NAME = re.compile(
    f"(?:[{QUOTATION_MARKS}][^{QUOTATION_MARKS}<>]{{0,200}}[{QUOTATION_MARKS}]"
    f"|(?<!\\S)[{APOSTROPHES}][^{APOSTROPHES}<>]{{0,200}}[{APOSTROPHES}])\\s{{0,9}}(?=<)"
)
# At either end of a word they are no letters of it, whether or not the word has both.
MARKS = "".join((*CLOSING, *CLOSING.values()))
BRACKETED = re.compile(
    r"<\s{0,9}(?:mailto:)?([^<>|\s]{1,100}@[^<>|?\s]{1,255})(?:[|?][^<>]{0,500})?\s{0,9}>", re.IGNORECASE
)
TOKEN = re.compile(rf"{BRACKETED.pattern}|<[^<>]{{0,500}}>|[^\s<]+|<", re.IGNORECASE)
# Letters of any script, and what stands between and around the parts of a name.
NAME = re.compile(f"[^\\W\\d_][\\w.()\\-{APOSTROPHES}{QUOTATION_MARKS}]*")


def split_people(value: Any) -> Any:
    """Let a text stand for a list of people, parted by commas, semicolons, lines or white space.

    `Kim Lee <kim@example.com>` and `Kim Lee kim@example.com` are that address: a name is nobody's Docker ID. Whether
    `Kim joe@example.com` is one person or two, nobody knows: it stays one value, which is refused. So does `Kim Lee` in
    a list, such as the cells of a file, in which white space parts addresses only.
    """
    if isinstance(value, str):
        return tuple(people_in(value, at_spaces=True))
    if not isinstance(value, list | tuple):
        return value
    return tuple(
        person for each in value for person in (people_in(each, at_spaces=False) if isinstance(each, str) else (each,))
    )


def one_person(value: Any) -> Any:
    """The address in `Kim Lee <kim@example.com>`; what names several, or nobody, stays as it is."""
    found = people_in(value, at_spaces=False) if isinstance(value, str) else []
    return found[0] if len(found) == 1 else value


def people_in(text: str, *, at_spaces: bool) -> list[str]:
    """The people in a text; `at_spaces`: words that are no addresses are people, too, each on its own."""
    people: list[str] = []
    before: list[str] = []  # what the last part ended in, where it can be the first half of a name
    for part in SEPARATOR.split(QUOTED_NAME.sub("", text)):
        tokens = [token for found in TOKEN.finditer(part) if (token := found[0].strip(MARKS))]
        if not tokens:
            continue
        if before and not (len(tokens) > 1 and any(BRACKETED.fullmatch(token) for token in tokens)):
            people += before
        before = []
        addressed, rest = read_part(tokens, at_spaces=at_spaces)
        people += addressed
        words = [unmarked(word) for word in (rest if at_spaces else [" ".join(rest)]) if word]
        if not addressed and is_name(rest):
            before = words
        else:
            people += words
    return [person for person in (*people, *before) if person]


def read_part(tokens: list[str], *, at_spaces: bool) -> tuple[list[str], list[str]]:
    """The people among words between two separators, and the words after the last address, as they were typed.

    Words before an address that are no name are people, too, or make one value with it, which nobody takes; so does a
    name that could as well be somebody else.
    """
    people: list[str] = []
    words: list[str] = []
    for token in tokens:
        bracketed = BRACKETED.fullmatch(token)
        address = address_of(bracketed[1] if bracketed else token)
        if address is None:
            words.append(token)
            continue
        is_named = is_name(words) or (bracketed and all(NAME.fullmatch(word) for word in words))
        if is_named and not bracketed and could_be_others(words, address):
            people.append(" ".join([*words, token]))
        elif is_named or at_spaces or not words:
            people += [*([] if is_named else map(unmarked, words)), address]
        else:
            people.append(" ".join([*words, token]))
        words = []
    if words and people and not at_spaces:
        people[-1] = " ".join([people[-1], *words])
        words = []
    return people, words


def unmarked(word: str) -> str:
    """The word without the marks around it, those on one side alone too."""
    while (inner := bare(word).strip(MARKS)) != word:
        word = inner
    return word


def is_name(words: list[str]) -> bool:
    """Whether the words can be somebody's name, and are not all Docker IDs as they stand."""
    return all(NAME.fullmatch(word) for word in words) and not all(DOCKER_ID.fullmatch(word) for word in words)


def could_be_others(words: list[str], address: str) -> bool:
    """Whether words before an address without brackets can be Docker IDs in capitals, and none of them is in it.

    `Kim kim.lee@example.com` is one person; of `Kim joe@example.com` nobody knows.
    """
    local = address.rpartition("@")[0].lower()
    return all(DOCKER_ID.fullmatch(word.lower()) and word.lower() not in local for word in words)


def address_of(text: str) -> str | None:
    """The e-mail address that the text is, marks and `mailto:` taken off; None where it is none."""
    found = re.sub(r"^mailto:([^?]*).*", r"\1", unmarked(text), flags=re.IGNORECASE)
    bracketed = BRACKETED.fullmatch(found)
    found = unmarked(bracketed[1]) if bracketed else found
    return found if EMAIL.fullmatch(found) and found.isprintable() else None
