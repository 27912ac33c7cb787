"""A typed line as words. A person whom it mentions is a value in a word, so that no text passes for one."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.errors import UsageError
from bot.keystrokes import CLOSING, CODE_MARKS, LIST_MARKS
from bot.phrases import Mention, Phrase, plain

MAX_LENGTH = 4000
# While a line is parted, one character of Unicode's plane 15, which is for private use, stands for each mention.
FIRST_MARK = 0xF0000
MARK = re.compile("[\U000f0000-\U000fffff]")

OPENING = "".join(re.escape(mark) for mark in CLOSING)
# A quotation begins where a word does, after the name of its flag, or after a comma: elsewhere it is an apostrophe.
NAME = re.compile(f"[^\\s=,;{OPENING}]{{1,64}}=(?=[{OPENING}])")
PLAIN = re.compile(r"[^\s,;]+|[,;]+")
ENDING = r"(?=[\s,;<]|$)"
BLOCK = re.compile(f"```(.+?)```{ENDING}", re.DOTALL)
# Curly ones within straight ones end nothing.
INNER = "[“„][^“”„]{0,999}[“”]"
CONTENT = {'"': f"(?:(?>{INNER})|(?!{INNER}).)*?"}
QUOTATIONS = {
    mark: re.compile(f"{re.escape(mark)}({CONTENT.get(mark, '.*?')})[{re.escape(closing)}]{ENDING}", re.DOTALL)
    for mark, closing in CLOSING.items()
}
GAP = re.compile(f"[\\s{LIST_MARKS}]+")
PIECE = re.compile(f"{GAP.pattern}|[^\\s{LIST_MARKS}]+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word, quotation marks taken off.

    `typed` has it with them. `quoted_from` is how many characters stand before its quotation, where nothing stands
    after it; `is_open` says that a quotation begins in it and never ends.
    """

    parts: Phrase
    typed: Phrase = field(default=(), compare=False)
    quoted_from: int | None = field(default=None, compare=False)
    is_open: bool = field(default=False, compare=False)

    @property
    def text(self) -> str:
        """All of it as text; whoever is mentioned in it has their name there."""
        return plain(self.parts)

    @property
    def is_quoted(self) -> bool:
        """Whether all of it stood in quotation marks."""
        return self.quoted_from == 0

    @property
    def mention(self) -> Mention | None:
        """Whom it mentions, where it does nothing besides."""
        match self.parts:
            case (Mention() as mention,):
                return mention
            case _:
                return None

    @property
    def pieces(self) -> "list[Word]":
        """The words in it, and what parts them; each mention is a piece where nothing is glued to it."""
        found: list[list[str | Mention]] = [[]]
        for part in self.parts:
            for piece in [part] if isinstance(part, Mention) else PIECE.findall(part):
                if found[-1] and (is_gap(piece) or is_gap(found[-1][-1])):
                    found.append([])
                found[-1].append(piece)
        return [word_of(parts) for parts in found]

    def cut(self, separator: str) -> tuple[str, "Word"] | None:
        """The text before the first separator and the word after it; None where no text that it begins with has one."""
        match self.parts:
            case (str(first), *rest) if separator in first:
                name, _, value = first.partition(separator)
                shift = len(name) + len(separator)
                quoted_from = 0 if self.quoted_from == shift else None
                typed = ((str(self.typed[0])[shift:], *self.typed[1:])) if self.typed else ()
                return name, Word(word_of([value, *rest]).parts, typed, quoted_from, self.is_open)
            case _:
                return None


def is_gap(piece: str | Mention) -> bool:
    """Whether the piece is what stands between two words."""
    return isinstance(piece, str) and GAP.fullmatch(piece) is not None


def word_of(parts: Iterable[str | Mention]) -> Word:
    """The word of these parts, those without any text left out."""
    return Word(tuple(part for part in parts if part != ""))


def as_words(texts: Iterable[str]) -> list[Word]:
    """Words that a shell has parted already, and in which nobody is mentioned."""
    return [word_of([text]) for text in texts]


def joined(words: Iterable[Word]) -> Word:
    """One word of several, as they were typed, with a space between them."""
    parts: list[str | Mention] = []
    for word in words:
        parts += [*([" "] if parts else []), *(word.typed or word.parts)]
    return word_of(parts)


def split_line(line: Phrase) -> list[Word]:
    """The line's words, with quotation marks of every kind honoured; a backslash is a letter like any other.

    Raises `UsageError` where the line is too long.
    """
    if (length := sum(len(part) if isinstance(part, str) else 1 for part in line)) > MAX_LENGTH:
        raise UsageError(f"That is {length:,} characters long; {MAX_LENGTH:,} are the limit. A form takes more.")
    people = [part for part in line if isinstance(part, Mention)]
    text, words, at = marked(line), list[Word](), 0
    while (at := len(text) - len(text[at:].lstrip())) < len(text):
        word, at = read_word(text, at, people)
        words.append(word)
    return words


def read_word(text: str, start: int, people: Sequence[Mention]) -> tuple[Word, int]:
    """The word that begins there, and where it ends."""
    name = NAME.match(text, start)
    at = first = name.end() if name else start
    values = [text[start:at]]
    quotations = 0
    while at < len(text) and not text[at].isspace():
        quotation = quotation_at(text, at)
        found = quotation or PLAIN.match(text, at)
        if found is None:
            break
        quotations += quotation is not None
        values.append(quotation[1] if quotation else found[0])
        at = found.end()
    is_quoted = quotations == 1 and len(values) == 2
    parts, typed = (unmarked(each, people) for each in ("".join(values), text[start:at]))
    is_open = not quotations and opens_only(text, first)
    return Word(parts, typed, first - start if is_quoted else None, is_open), at


def quotation_at(text: str, at: int) -> re.Match[str] | None:
    """The quotation that begins there, with what is in it; its end is followed by that of a word."""
    quotation = QUOTATIONS.get(text[at])
    return BLOCK.match(text, at) or (quotation.match(text, at) if quotation else None)


def opens_only(text: str, at: int) -> bool:
    """Whether a quotation begins there and ends nowhere; code marks begin words that are none."""
    closing = CLOSING.get(text[at], "") if at < len(text) and text[at] not in CODE_MARKS else ""
    return bool(closing) and not any(mark in text[at + 1 :] for mark in closing)


def marked(line: Phrase) -> str:
    """The line with a mark for each mention; a mark that somebody typed is taken out first, or it would be one."""
    marks = iter(range(FIRST_MARK, FIRST_MARK + MAX_LENGTH))
    return "".join(MARK.sub("", part) if isinstance(part, str) else chr(next(marks)) for part in line)


def unmarked(text: str, people: Sequence[Mention]) -> Phrase:
    """The text with the mentions back in their places."""
    parts: list[str | Mention] = []
    end = 0
    for mark in MARK.finditer(text):
        parts += [text[end : mark.start()], people[ord(mark[0]) - FIRST_MARK]]
        end = mark.end()
    return tuple(part for part in (*parts, text[end:]) if part != "")
