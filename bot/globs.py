"""Globs, as policy and alert rules have them: checked and compiled once, and none that can match nothing."""

import itertools
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

MAX_LENGTH = 500
# A ] directly after [ or [! stands for itself, as fnmatch has it; possessive, or “[!]” would pass for a class.
PART = re.compile(r"\[!?+\]?+[^\]]*+\]|.", re.DOTALL)
RANGE = re.compile(r"(.)-(.)", re.DOTALL)
# Blanks and joiners that Unicode counts among letters, marks and symbols: str.isprintable() takes them.
UNSEEN = (
    0x034F,
    0x115F,
    0x1160,
    0x17B4,
    0x17B5,
    *range(0x180B, 0x1810),
    0x2800,
    0x3164,
    *range(0xFE00, 0xFE10),
    0xFFA0,
)
VARIATIONS = range(0xE0100, 0xE01F0)


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern for a whole text: `*`, `?`, `[abc]`, `[a-c]`, `[!abc]`; upper and lower case are the same.

    Raises `ValueError` for a pattern that cannot be understood, or that no text could match.
    """

    pattern: str
    _compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_characters(self.pattern)
        object.__setattr__(self, "_compiled", compiled(self.pattern))
        for part in parts(self.pattern):
            check_part(self.pattern, part)

    def __str__(self) -> str:
        return self.pattern

    @property
    def is_literal(self) -> bool:
        """Whether it stands for one text only, upper and lower case apart."""
        return not any(part[0] in "*?[" for part in parts(self.pattern))

    def matches(self, text: str) -> bool:
        """Whether the whole text is so."""
        return self._compiled.match(text) is not None

    def foreign_part(self, alphabet: str) -> str | None:
        """The first part that stands for none of these characters, all in lower case; None where each can."""
        return next((part for part in parts(self.pattern) if not admits(part, alphabet)), None)

    def meets(self, reach: str, alphabet: str) -> bool:
        """Whether it matches any of the texts that `reach` stands for: all in it is itself, but for `*`.

        That is any text of these characters, all in lower case.
        """
        return walk(self.pattern, reach, partial(leap_over, alphabet=alphabet))

    def covers(self, reach: str) -> bool:
        """Whether it matches all of the texts that `reach` stands for, or names its `*` itself, as `[*]`.

        Closed: of patterns such as `?*`, which more can match than is plain, it may say no.
        """
        return walk(self.pattern, reach, stay_at_stars)

    @property
    def shortest(self) -> int:
        """How many characters a text has at least that matches."""
        return sum(part != "*" for part in parts(self.pattern))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How pydantic reads one: from a text, or a glob as it is."""
        return core_schema.no_info_plain_validator_function(
            read_glob, serialization=core_schema.to_string_ser_schema(when_used="always")
        )


def read_glob(value: Any) -> Glob:
    """The glob of a text; raises `ValueError` as `Glob` does, and for what is no text."""
    if isinstance(value, Glob):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("no_pattern", "a pattern is a text: put it in quotation marks")
    return Glob(value)


def as_patterns(value: Any) -> Any:
    """One pattern or several, as text: `owner`, `true`, `[owner, 7]`. What is neither stays, and is refused later.

    Lists in lists stay too: as text, one that a document's aliases fold up would fill the memory.
    """
    items = value if isinstance(value, list) else [value]
    if isinstance(value, tuple) or not all(isinstance(item, str | int | Glob) for item in items):
        return value
    return tuple(str(item).lower() if isinstance(item, bool) else item for item in map(number_as_text, items))


def number_as_text(item: Any) -> Any:
    """`7` of 7; anything else as it is."""
    return str(item) if isinstance(item, int) and not isinstance(item, bool) else item


def refuse_empty(value: Any) -> Any:
    """The value; raises `ValueError` for an empty list or map, which would match everything or nothing."""
    if not value:
        raise ValueError("it is empty; leave it out, or name at least one")
    return value


Globs = Annotated[tuple[Glob, ...], BeforeValidator(as_patterns), AfterValidator(refuse_empty)]


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression for `match`."""
    return re.compile(translate(pattern), re.IGNORECASE)


def parts(pattern: str) -> Iterator[str]:
    """Its parts: a letter, `*`, `?` or a whole `[…]`; a `[` that is never closed stands alone."""
    return (found[0] for found in PART.finditer(pattern))


def walk(pattern: str, reach: str, leap: Callable[[set[int], Sequence[str]], set[int]]) -> bool:
    """Whether a reach leads from the beginning of a pattern to its end.

    `leap` answers where in the pattern's parts a `*` of the reach leads from these places.
    """
    known = tuple(parts(pattern))
    at = beyond_stars({0}, known)
    for character in reach:
        if not at:
            return False
        after = leap(at, known) if character == "*" else step(at, known, character)
        at = beyond_stars(after, known)
    return len(known) in at


def step(at: set[int], pattern: Sequence[str], character: str) -> set[int]:
    """Where one character leads in a pattern's parts."""
    places = [place for place in at if place < len(pattern)]
    stay = {place for place in places if pattern[place] == "*"}
    return stay | {place + 1 for place in places if pattern[place] != "*" and admits(pattern[place], character.lower())}


def leap_over(at: set[int], pattern: Sequence[str], *, alphabet: str) -> set[int]:
    """Where texts of these characters lead."""
    found = set(at)
    for place, part in enumerate(pattern):
        if place in found and admits(part, alphabet):
            found.add(place + 1)
    return found


def stay_at_stars(at: set[int], pattern: Sequence[str]) -> set[int]:
    """Where any text whatever leads: only a `*` takes it, and a `[*]`, which names it."""
    places = [place for place in at if place < len(pattern)]
    return {place for place in places if pattern[place] == "*"} | {
        place + 1 for place in places if pattern[place] == "[*]"
    }


def beyond_stars(at: set[int], pattern: Sequence[str]) -> set[int]:
    """The places, and those that lie behind a `*`, which may stand for nothing."""
    found = set(at)
    for place, part in enumerate(pattern):
        if place in found and part == "*":
            found.add(place + 1)
    return found


def admits(part: str, alphabet: str) -> bool:
    """Whether a part of a pattern can stand for some of these characters, all in lower case, or for nothing."""
    if part[0] == "[":
        return any(map(compiled(part).match, alphabet))
    return part in "*?" or part.lower() in alphabet


def check_characters(pattern: str) -> None:
    """Raises `ValueError` where the pattern is empty or too long, or holds what nobody sees."""
    if not pattern:
        raise ValueError("a pattern is empty")
    if len(pattern) > MAX_LENGTH:
        raise ValueError(f"a pattern has {len(pattern):,} characters, more than {MAX_LENGTH}")
    hidden = next(itertools.filterfalse(is_seen, pattern), None)
    if hidden is not None:
        shown = "".join(each if is_seen(each) else "�" for each in pattern[:80])
        raise ValueError(f"“{shown}” holds a character that cannot be seen (U+{ord(hidden):04X})")
    if pattern != pattern.strip():
        raise ValueError(f"“{pattern}” begins or ends with a space; write [ ] where you mean one")


def is_seen(character: str) -> bool:
    """Whether a reader sees it, a space included."""
    return character.isprintable() and ord(character) not in UNSEEN and ord(character) not in VARIATIONS


def check_part(pattern: str, part: str) -> None:
    """Raises `ValueError` for a class that is unclosed, meant otherwise than it reads, or empty."""
    if part[0] != "[":
        return
    if part == "[":
        raise ValueError(f"“{pattern}” has a [ that is never closed; write [[] for the character itself")
    if part[1] == "^":
        raise ValueError(f"“{pattern}” has [^…]; “none of these” is written [!…]")
    if any(low > high for low, high in RANGE.findall(part[1:-1].removeprefix("!"))):
        raise ValueError(f"“{pattern}” has a range that runs backwards")
    # Lazily: only a class that leaves out everything makes this look at them all.
    test = compiled(part).match
    if not any(map(test, filter(is_seen, map(chr, range(sys.maxunicode + 1))))):
        raise ValueError(f"“{pattern}” has a class that leaves no character")
