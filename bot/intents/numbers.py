"""Words that are about a request by its number: deciding it, or looking at it."""

from collections.abc import Mapping, Sequence

from bot.errors import UsageError
from bot.intents.wishes import Act, Decide, Doctor, Look
from bot.intents.words import Word, joined
from bot.keystrokes import bare, dashed

DOCTOR, LOOK, REASON = "doctor", "request", "reason"
ACTS: Mapping[str, Act] = {"approve": "approve", "deny": "deny", "cancel": "cancel"}
# More is no number of ours, and more than a database takes for one.
LONGEST_NUMBER = 12
MAX_REASON = 1000


def about_a_request(words: Sequence[Word]) -> Decide | Look | Doctor | None:
    """What the words want of a request that they number; None where they are about something else.

    `cancel invite …` and `request list` are: they have no number. Raises `UsageError` where it is missing, or where
    more stands behind it than can be meant.
    """
    first, rest = _said(words[0]), words[1:]
    if first == DOCTOR and not rest:
        return Doctor()
    number = _number(rest[0]) if rest else None
    if first == LOOK and number is not None and len(rest) == 1:
        return Look(number)
    act = ACTS.get(first)
    if act is None:
        return None
    if number is None:
        if rest and act == "cancel":
            return None
        raise UsageError(f"Which request? Write its number: {act} 12.", usage=_usage(act))
    return Decide(act, number, _reason(rest[1:], act))


def decides(word: Word) -> bool:
    """Whether a line that begins with this word decides something, unless it is wrong."""
    return _said(word) in ACTS


def _said(word: Word) -> str:
    return bare(word.text).lower()


def _number(word: Word) -> int | None:
    digits = word.text.strip().removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST_NUMBER else None


def _usage(act: Act) -> str:
    return f'{act} <number> "<reason>"' if act == "deny" else f"{act} <number>"


def _reason(words: Sequence[Word], act: Act) -> str:
    """What is said besides the number: the reason of a denial, with or without its flag, in quotation marks or not."""
    if words and act != "deny":
        raise UsageError(
            f"“{words[0].text[:80]}” is one word too many: {act} takes the number alone.", usage=_usage(act)
        )
    match dashed(words[0].text) if words and not words[0].is_quoted else None:
        case (True, name) if name.partition("=")[0].lower() == REASON:
            value = words[0].cut("=")
            words = [*([value[1]] if value else ()), *words[1:]]
    said = words[0].text if len(words) == 1 else joined(words).text
    if len(said.strip()) > MAX_REASON:
        raise UsageError(f"The reason has {len(said.strip()):,} characters, more than {MAX_REASON:,}.")
    return said.strip()
