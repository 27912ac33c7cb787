"""Operations by what people call them."""

from collections.abc import Sequence

from bot.keystrokes import bare
from bot.operations.kit.base import Operation


def found_by(operations: Sequence[Operation], typed: str) -> list[Operation]:
    """The operations that all words of the text fit, best first; each word fits where another begins with it.

    What an operation is called weighs more than what its summary says; all operations where nothing is typed.
    """
    wanted = words_of(typed)
    if not wanted:
        return list(operations)
    ranked = [(rank, number) for number, each in enumerate(operations) if (rank := rank_of(each, wanted)) is not None]
    return [operations[number] for _, number in sorted(ranked)]


def rank_of(operation: Operation, wanted: Sequence[str]) -> int | None:
    """How well it fits, least is best; None where it does not."""
    called = [operation.title, operation.name.replace(".", " "), operation.alias, *operation.also_called]
    if any(begins(words_of(each), wanted) for each in called):
        return 0
    if any(fits(words_of(each), wanted) for each in called):
        return 1
    everything = words_of(" ".join([*called, operation.summary]))
    return 2 if fits(everything, wanted) else None


def begins(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether the words begin as the text does, its last word perhaps unfinished."""
    text, line = " ".join(wanted), " ".join(words)
    return line.startswith(text)


def fits(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether each wanted word begins one of the words."""
    return all(any(word.startswith(each) for word in words) for each in wanted)


def words_of(text: str) -> list[str]:
    """The words, as they are compared."""
    return bare(text).casefold().replace("-", " ").replace(".", " ").split()
