"""A typed line as words. A person whom it mentions is a value in a word, so that no text passes for one."""

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.errors import UsageError
from bot.phrases import Mention, Phrase, plain

MAX_LENGTH = 4000
# While a line is parted, one character of Unicode's plane 15, which is for private use, stands for each mention.
FIRST_MARK = 0xF0000
MARK = re.compile("[\U000f0000-\U000fffff]")


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was typed, quotation marks taken off."""

    parts: Phrase

    @property
    def text(self) -> str:
        """All of it as text; whoever is mentioned in it has their name there."""
        return plain(self.parts)

    @property
    def mention(self) -> Mention | None:
        """Whom it mentions, where it does nothing besides."""
        match self.parts:
            case (Mention() as mention,):
                return mention
            case _:
                return None

    def cut(self, separator: str) -> tuple[str, "Word"] | None:
        """The text before the first separator and the word after it; None where no text that it begins with has one."""
        match self.parts:
            case (str(first), *rest) if separator in first:
                name, _, value = first.partition(separator)
                return name, word_of([value, *rest])
            case _:
                return None

    def split(self, separator: str) -> list["Word"]:
        """The words between the separators; empty ones are left out."""
        found: list[list[str | Mention]] = [[]]
        for part in self.parts:
            first, *others = part.split(separator) if isinstance(part, str) else [part]
            found[-1].append(first)
            found += [[other] for other in others]
        return [word for parts in found if (word := word_of(parts)).parts]


def word_of(parts: Iterable[str | Mention]) -> Word:
    """The word of these parts, those without any text left out."""
    return Word(tuple(part for part in parts if part != ""))


def as_words(texts: Iterable[str]) -> list[Word]:
    """Words that a shell has parted already, and in which nobody is mentioned."""
    return [word_of([text]) for text in texts]


def split_line(line: Phrase) -> list[Word]:
    """The line's words, with quotation marks honoured; a backslash is a letter like any other.

    Raises `UsageError` where the line is too long, or a quotation mark is not closed.
    """
    if (length := sum(len(part) if isinstance(part, str) else 1 for part in line)) > MAX_LENGTH:
        raise UsageError(f"That is {length:,} characters long; {MAX_LENGTH:,} are the limit. A form takes more.")
    people = [part for part in line if isinstance(part, Mention)]
    lexer = shlex.shlex(marked(line), posix=True, punctuation_chars="")
    lexer.whitespace_split = True
    lexer.commenters = ""
    lexer.escape = ""
    try:
        return [unmarked(text, people) for text in lexer]
    except ValueError:
        raise UsageError("A quotation mark is not closed.") from None


def marked(line: Phrase) -> str:
    """The line with a mark for each mention; a mark that somebody typed is taken out first, or it would be one."""
    marks = iter(range(FIRST_MARK, FIRST_MARK + MAX_LENGTH))
    return "".join(MARK.sub("", part) if isinstance(part, str) else chr(next(marks)) for part in line)


def unmarked(text: str, people: Sequence[Mention]) -> Word:
    """The word with the mentions back in their places."""
    parts: list[str | Mention] = []
    end = 0
    for mark in MARK.finditer(text):
        parts += [text[end : mark.start()], people[ord(mark[0]) - FIRST_MARK]]
        end = mark.end()
    return word_of([*parts, text[end:]])
