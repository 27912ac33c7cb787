"""Words to the operation that they name and what they give it, not yet validated."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

from bot.errors import UsageError
from bot.intents.usage import usage_error
from bot.intents.wishes import Help, Pick, Vocabulary
from bot.intents.words import Word, as_words
from bot.operations.kit.base import Operation, is_read
from bot.operations.kit.parameters import parameters

HELP_WORDS = frozenset({"help", "--help", "-h", "?"})
ON, OFF = as_words(["true", "false"])

Given: TypeAlias = Word | list[Word]


@dataclass(frozen=True, slots=True)
class Spoken:
    """An operation and what was said for it, by parameter name."""

    operation: Operation
    values: Mapping[str, Given]
    reason: str


def understand(words: Sequence[Word], vocabulary: Vocabulary) -> Help | Pick | Spoken:
    """What the words want; raises `UsageError` with what is wrong and how it would be right."""
    if not words:
        return Pick()
    if words[0].text.lower() in HELP_WORDS:
        return Help(".".join(word.text for word in words[1:]).lower())
    found = find_operation(words, vocabulary)
    if isinstance(found, Help):
        return found
    operation, rest = found
    if rest and rest[-1].text in {"--help", "-h"}:
        return Help(operation.name)
    values, reason = read_arguments(rest, operation)
    return Spoken(operation, values, reason)


def find_operation(words: Sequence[Word], vocabulary: Vocabulary) -> tuple[Operation, Sequence[Word]] | Help:
    """The operation that the first words name, and the words after them; help where they name several."""
    operations = vocabulary.operations
    by_words = {tuple(operation.name.split(".")): operation for operation in operations}
    lowered = tuple(word.text.lower() for word in words)
    for length in range(max(map(len, by_words)), 0, -1):
        if operation := by_words.get(lowered[:length]):
            return operation, words[length:]
    if aliased := find_alias(lowered, operations):
        operation, length = aliased
        if len(words) > length and lowered[length] in HELP_WORDS:
            return Help(operation.name)
        return operation, words[length:]
    prefix = longest_prefix(lowered, list(by_words))
    if prefix and (len(prefix) == len(words) or lowered[len(prefix)] in HELP_WORDS):
        return Help(".".join(prefix))
    raise UsageError(unknown_text(lowered, vocabulary))


def find_alias(words: tuple[str, ...], operations: Sequence[Operation]) -> tuple[Operation, int] | None:
    """The operation whose alias the first words are, and how many they are.

    None where they are rather a name mistyped, or where an alias that begins names stands alone or asks for help.
    """
    names = [operation.name.replace(".", " ") for operation in operations]
    for operation in operations:
        length = len(operation.alias.split())
        if not length or " ".join(words[:length]) != operation.alias:
            continue
        begins_names = any(name.startswith(f"{operation.alias} ") for name in names)
        wants_help = len(words) == length or words[length] in HELP_WORDS
        if (begins_names and wants_help) or get_close_matches(" ".join(words[: length + 1]), names, n=1, cutoff=0.9):
            return None
        return operation, length
    return None


def longest_prefix(words: tuple[str, ...], names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """As many of the first words as begin some operation's name."""
    prefixes = {name[:length] for name in names for length in range(1, len(name))}
    return max((words[:n] for n in range(len(words) + 1) if words[:n] in prefixes), key=len, default=())


def unknown_text(words: tuple[str, ...], vocabulary: Vocabulary) -> str:
    """That there is no such command, and the nearest one that there is."""
    operations = vocabulary.operations
    names = [o.name.replace(".", " ") for o in operations] + [o.alias for o in operations if o.alias]
    typed = [" ".join(words[:n]) for n in range(min(len(words), 3), 0, -1)]
    nearest = next((found[0] for text in typed if (found := get_close_matches(text, names, n=1, cutoff=0.6))), None)
    hint = f" Did you mean “{vocabulary.line(nearest)}”?" if nearest else ""
    said = " ".join(words[:3])[:60]
    return f"There is no “{vocabulary.line(said)}”.{hint} “{vocabulary.line('help')}” lists everything."


def read_arguments(words: Sequence[Word], operation: Operation) -> tuple[dict[str, Given], str]:
    """The values by parameter name, as typed, and the reason, in which a person is a name."""
    values: dict[str, Given] = {}
    loose: list[Word] = []
    reason: str | None = None
    remaining = iter(words)
    for word in remaining:
        flag, value = split_flag(word, operation)
        if flag is None:
            loose.append(word)
        elif flag == "reason" and not is_read(operation):
            if reason is not None:
                raise usage_error("--reason is given twice.", operation)
            reason = (value or next_value(remaining, flag, operation)).text
        else:
            read_flag(flag, value, remaining, values=values, operation=operation)
    assign_positionals(loose, values, operation)
    return values, reason or ""


def split_flag(word: Word, operation: Operation) -> tuple[str | None, Word | None]:
    """The flag and its value in `--flag`, `--flag=value` and `flag=value`; no flag where the word is a value."""
    name, value = word.cut("=") or (word.text, None)
    if name.startswith("--") and len(word.text) > 2:
        return name[2:].lower().replace("_", "-"), value
    known = {p.flag for p in parameters(operation.params)} | {p.name for p in parameters(operation.params)}
    if value is not None and name.lower() in known | (set() if is_read(operation) else {"reason"}):
        return name.lower(), value
    return None, None


def next_value(words: Iterator[Word], flag: str, operation: Operation) -> Word:
    """The word after a flag."""
    try:
        return next(words)
    except StopIteration:
        raise usage_error(f"--{flag} needs a value.", operation) from None


def read_flag(
    flag: str, value: Word | None, words: Iterator[Word], *, values: dict[str, Given], operation: Operation
) -> None:
    """Put one flag's value among the values."""
    known = {name: p for p in parameters(operation.params) for name in (p.flag, p.name)}
    switched_off = known.get(flag.removeprefix("no-")) if flag.startswith("no-") else None
    parameter = known.get(flag) or switched_off
    if parameter is None:
        nearest = get_close_matches(flag, list(known), n=1)
        hint = f" Did you mean --{nearest[0]}?" if nearest else ""
        raise usage_error(f"There is no --{flag} here.{hint}", operation)
    if parameter.name in values and not parameter.is_list:
        raise usage_error(f"--{flag} is given twice.", operation)
    if parameter is switched_off and value is not None:
        raise usage_error(f"--{flag} takes no value.", operation)
    if parameter.is_switch:
        switched = value if value is not None and value.text else ON
        values[parameter.name] = OFF if parameter is switched_off else switched
        return
    given = value if value is not None else next_value(words, flag, operation)
    before = values.get(parameter.name)
    values[parameter.name] = [*(before if isinstance(before, list) else ()), given] if parameter.is_list else given


def assign_positionals(words: Sequence[Word], values: dict[str, Given], operation: Operation) -> None:
    """Give the words without a flag to the required parameters, in order; a list takes all that are left."""
    left = list(words)
    for parameter in parameters(operation.params):
        if not parameter.is_positional or parameter.name in values or not left:
            continue
        if parameter.is_list:
            values[parameter.name] = [part for word in left for part in word.split(",")]
            left = []
        else:
            values[parameter.name] = left.pop(0)
    if left:
        raise usage_error(
            f"“{left[0].text[:80]}” is one word too many. A value with spaces goes in quotation marks.", operation
        )
