"""Words to the operation that they name and what they give it, not yet validated."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain
from typing import TypeAlias

from bot.errors import UsageError
from bot.intents.numbers import about_a_request
from bot.intents.usage import usage_error
from bot.intents.wishes import Decide, Doctor, Help, Look, Pick, Vocabulary
from bot.intents.words import Word, as_words, joined
from bot.keystrokes import APOSTROPHES, bare, dashed, is_typed_twice
from bot.operations.kit.base import Mentions, Operation, is_read, marker_of
from bot.operations.kit.pages import COMMANDS, takes
from bot.operations.kit.parameters import parameters

HELP_WORDS = frozenset({"help", "--help", "-h", "?"})
ON, OFF = as_words(["true", "false"])

# What people call it, and no operation does.
MISTAKEN_VERBS = frozenset({"revoke", "withdraw", "rescind", "retract", "undo", "stop", "abort", "expire", "status"})

REASON = "reason"
STRAY = (
    "“{word}” stands after --{flag}, and no flag stands before it. A value of several words goes in quotation marks; "
    "what has no flag comes before the first one."
)
DASHES_MISSING = "Write --reason for the reason; “{word}” goes in quotation marks where it is a name."
QUOTE_THE_REASON = "A reason that holds such a word goes in quotation marks."
DOUBTFUL = f"“{{word}}” could be a value or a word of the reason: write --{{flag}} for the value. {QUOTE_THE_REASON}"

# A list that is typed without its flag is one text, which whoever takes it parts.
Given: TypeAlias = Word | list[Word]


class NothingNamed(UsageError):
    """The words begin with nothing that can be wanted."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """An operation and what was said for it, by parameter name."""

    operation: Operation
    values: Mapping[str, Given]
    reason: str


def understand(words: Sequence[Word], vocabulary: Vocabulary) -> Help | Pick | Decide | Look | Doctor | Spoken:
    """What the words want; raises `UsageError` with what is wrong and how it would be right."""
    if not words:
        return Pick()
    if folded(words[0]) in HELP_WORDS:
        return Help(".".join(folded(word) for word in words[1:]))
    if (wanted := about_a_request(words)) is not None:
        return wanted
    found = find_operation(words, vocabulary)
    if isinstance(found, Help):
        return found
    operation, rest = found
    if rest and not rest[-1].is_quoted and folded(rest[-1]) in {"--help", "-h"}:
        return Help(operation.name)
    values, reason = read_arguments(rest, operation)
    return Spoken(operation, values, reason)


def folded(word: Word) -> str:
    """A word of ours as it is in our lists, however a keyboard wrote it."""
    match dashed(bare(word.text)):
        case (True, name):
            return f"--{name}".lower()
        case _:
            return bare(word.text).lower()


def find_operation(words: Sequence[Word], vocabulary: Vocabulary) -> tuple[Operation, Sequence[Word]] | Help:
    """The operation that the first words name, and the words after them; help where they name several."""
    operations = vocabulary.operations
    by_words = {tuple(operation.name.split(".")): operation for operation in operations}
    lowered = tuple(folded(word) for word in words)
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
    raise NothingNamed(unknown_text(lowered, vocabulary))


def operation_begun(words: Sequence[Word], vocabulary: Vocabulary) -> Operation | None:
    """The operation whose name or alias the words begin with, as typed: what is only near is not looked for.

    For whoever has no time: it takes a fiftieth of what `understand` does.
    """
    line = "".join(f"{folded(word)} " for word in words)
    named = (each for each in vocabulary.operations if line.startswith(f"{each.name.replace('.', ' ')} "))
    aliased = (each for each in vocabulary.operations if each.alias and line.startswith(f"{each.alias} "))
    return next(chain(named, aliased), None)


def find_alias(words: tuple[str, ...], operations: Sequence[Operation]) -> tuple[Operation, int] | None:
    """The operation whose alias the first words are, and how many they are.

    None where they are rather a name mistyped, or where an alias that begins names asks for help, or has a verb behind
    it: `invite revoke jane@example.com` wants no invite sent, and none to anybody called `revoke`.
    """
    names = [operation.name.replace(".", " ") for operation in operations]
    for operation in operations:
        length = len(operation.alias.split())
        if not length or " ".join(words[:length]) != operation.alias:
            continue
        verbs = {name.rpartition(" ")[2] for name in names} | MISTAKEN_VERBS
        begins_names = any(name.startswith(f"{operation.alias} ") for name in names)
        after = words[length : length + 1]
        if (begins_names and not {*after}.isdisjoint({*HELP_WORDS, *verbs})) or get_close_matches(
            " ".join(words[: length + 1]), names, n=1, cutoff=0.9
        ):
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
    """The values by parameter name, as typed, and the reason, in which a person is a name.

    Nothing after the first flag is guessed to be a value: what belongs to no flag there raises `UsageError`.
    """
    values: dict[str, Given] = {}
    loose: list[Word] = []
    reason, last = None, ""
    remaining = deque(words)
    while remaining:
        word = closed(remaining.popleft(), operation)
        flag, value = split_flag(word, operation)
        if flag is None and folded(word).rstrip(":") == REASON and not (word.is_quoted or is_read(operation)):
            raise usage_error(DASHES_MISSING.format(word=word.text), operation)
        if flag is None and last:
            raise usage_error(STRAY.format(word=word.text[:80], flag=last), operation)
        if flag is None:
            loose.append(word)
        elif flag == REASON and not is_read(operation):
            if reason is not None:
                raise usage_error("--reason is given twice.", operation)
            reason = read_reason(value, remaining, operation)
        else:
            read_flag(flag, value, remaining, values=values, operation=operation)
        last = flag or last
    assign_positionals(loose, values, operation)
    return values, reason or ""


def closed(word: Word, operation: Operation) -> Word:
    """The word, in which no quotation begins that never ends."""
    if word.is_open:
        raise usage_error(f"A quotation mark is not closed. It stands in {word.text[:80]}", operation)
    return word


def split_flag(word: Word, operation: Operation) -> tuple[str | None, Word | None]:
    """The flag and its value in `--flag`, `--flag=value` and `flag=value`; no flag where the word is a value.

    One dash alone makes a flag of what is one here: anything else, such as `-pull_count`, can be a value.
    """
    if word.is_quoted:
        return None, None
    name, value = word.cut("=") or (word.text, None)
    match dashed(name):
        case (is_flag, after) if is_flag or flag_name(after) in flags_of(operation):
            return flag_name(after), value
        case None if value is not None and name.lower() in flags_of(operation):
            return name.lower(), value
        case _:
            return None, None


def flag_name(typed: str) -> str:
    """A flag as usage has it, however it was typed."""
    return bare(typed, keeps="_").lower().replace("_", "-")


def flags_of(operation: Operation) -> frozenset[str]:
    """Everything that is a flag here, and the names of parameters; the reason where there is one."""
    rows = parameters(operation.params)
    own = {name for p in rows for name in (p.flag, p.name)} | {f"no-{p.flag}" for p in rows if p.is_switch}
    return frozenset(own if is_read(operation) else own | {REASON})


def read_reason(value: Word | None, words: deque[Word], operation: Operation) -> str:
    """The reason, and people in it as names: what is quoted, or else all up to the next flag, as it was typed."""
    if value is None:
        if not words or ends_reason(words[0], operation):
            raise usage_error("--reason needs a value.", operation)
        value = words.popleft()
    # In a sentence, as in 'tis, an apostrophe begins a word.
    first = value if value.text[:1] in APOSTROPHES else closed(value, operation)
    if first.is_quoted:
        return first.text
    said = [first]
    while words and not ends_reason(words[0], operation):
        said.append(words.popleft())
    return joined(said).text.strip()


def ends_reason(word: Word, operation: Operation) -> bool:
    """Whether the word is a flag; raises `UsageError` where it could be one as well as a word of the reason.

    A dash that belongs to a sentence is none: `moves —today` is text, `moves —taem platform` is a flag mistyped.
    """
    flag, _ = split_flag(word, operation)
    if flag is None:
        return False
    if flag in flags_of(operation):
        if dashed(word.text) is None:
            raise usage_error(DOUBTFUL.format(word=word.text[:80], flag=flag), operation)
        return True
    if is_typed_twice(word.text) or get_close_matches(flag, flags_of(operation), n=1):
        raise usage_error(f"{unknown_flag(flag, operation)} {QUOTE_THE_REASON}", operation)
    return False


def unknown_flag(flag: str, operation: Operation) -> str:
    """That there is no such flag, and the nearest that there is."""
    nearest = get_close_matches(flag, sorted(flags_of(operation)), n=1)
    hint = f" Did you mean --{nearest[0]}?" if nearest else ""
    return f"There is no --{flag} here.{hint}"


def next_value(words: deque[Word], flag: str, operation: Operation) -> Word:
    """The word after a flag."""
    if not words:
        raise usage_error(f"--{flag} needs a value.", operation)
    return closed(words.popleft(), operation)


def read_flag(
    flag: str, value: Word | None, words: deque[Word], *, values: dict[str, Given], operation: Operation
) -> None:
    """Put one flag's value among the values."""
    known = {name: p for p in parameters(operation.params) for name in (p.flag, p.name)}
    switched_off = known.get(flag.removeprefix("no-")) if flag.startswith("no-") else None
    parameter = known.get(flag) or switched_off
    if parameter is None:
        raise usage_error(unknown_flag(flag, operation), operation)
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
    """Give the words without a flag to the required parameters, in order; a list takes all that are left, as a text."""
    left = whole_values(words, operation)
    for parameter in parameters(operation.params):
        if not parameter.is_positional or parameter.name in values or not left:
            continue
        if parameter.is_list:
            values[parameter.name] = joined(left)
            left = []
        else:
            values[parameter.name] = left.pop(0)
    if left:
        raise usage_error(
            f"“{left[0].text[:80]}” is one word too many. A value with spaces goes in quotation marks.", operation
        )


def whole_values(words: Sequence[Word], operation: Operation) -> list[Word]:
    """The words, those that are pasted as several made one: `Kim Lee <kim@example.com>`, `docker pull acme/api`."""
    places = [p for p in parameters(operation.params) if p.is_positional]
    takers = [marker_of(p.info, Mentions) for p in places]
    if len(takers) == 1 and takers[0] and takers[0].addresses and any("@" in word.text for word in words):
        return [joined(words)] if words else []
    if any(takes(p.info, "repository") for p in places):
        texts = [word.text.lower() for word in words]
        for at in range(len(words) - 2):
            if texts[at] == "docker" and texts[at + 1] in COMMANDS:
                return [*words[:at], joined(words[at : at + 3]), *words[at + 3 :]]
    return list(words)
