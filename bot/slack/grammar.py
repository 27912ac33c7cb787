"""What people type after `/hub`, to an intent; and the usage and help that say how: pure."""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any, TypeAlias

from pydantic import ValidationError

from bot.errors import UsageError
from bot.operations.kit.base import Intent, Operation, Write
from bot.operations.kit.parameters import Parameter, parameters
from bot.slack.typed import plain, with_names
from bot.validation import fault

COMMAND = "/hub"
MAX_LENGTH = 4000
HELP_WORDS = frozenset({"help", "--help", "-h", "?"})
MAX_REASON = 1000


@dataclass(frozen=True, slots=True)
class Help:
    """Somebody wants to know what there is; `topic` narrows it to operations that begin so."""

    topic: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """Somebody wants to choose from everything."""


@dataclass(frozen=True, slots=True)
class Form:
    """Something is missing: a form asks for it, with what was typed already."""

    operation: Operation
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """An operation and what was typed for it, not yet validated."""

    operation: Operation
    values: Mapping[str, Any]
    reason: str


Command: TypeAlias = Help | Pick | Form | Intent


def parse(text: str, operations: Sequence[Operation], organization: str) -> Command:
    """What the text after the command wants; raises `UsageError` with what is wrong and how it would be right."""
    found = read(text, operations)
    return complete(found, organization) if isinstance(found, Typed) else found


def parse_words(words: Sequence[str], operations: Sequence[Operation], organization: str) -> Command:
    """What the words want, taken as they are; raises as `parse` does."""
    found = read_words(words, operations)
    return complete(found, organization) if isinstance(found, Typed) else found


def read(text: str, operations: Sequence[Operation]) -> Help | Pick | Typed:
    """The first half of `parse`: what was typed, not yet validated, so that mentions can be replaced in between."""
    found = read_words(split(text), operations)
    return replace(found, reason=with_names(found.reason)) if isinstance(found, Typed) else found


def read_words(words: Sequence[str], operations: Sequence[Operation]) -> Help | Pick | Typed:
    """The same, of words that are taken as they are."""
    if not words:
        return Pick()
    if words[0].lower() in HELP_WORDS:
        return Help(".".join(words[1:]).lower())
    operation, rest = find_operation(words, operations)
    if operation is None:
        return Help(rest[0])
    if rest and rest[-1] in {"--help", "-h"}:
        return Help(operation.name)
    values, reason = read_arguments(rest, operation)
    return Typed(operation, values, reason)


def split(text: str) -> list[str]:
    """Words, with quotes honoured and what Slack does to text undone; a backslash is a letter like any other."""
    if len(text) > MAX_LENGTH:
        raise UsageError(
            f"That is {len(text):,} characters long; {MAX_LENGTH:,} are the limit. The form of {COMMAND} takes more."
        )
    lexer = shlex.shlex(plain(text), posix=True, punctuation_chars="")
    lexer.whitespace_split = True
    lexer.commenters = ""
    lexer.escape = ""
    try:
        return list(lexer)
    except ValueError:
        raise UsageError("A quotation mark is not closed.") from None


def find_operation(words: Sequence[str], operations: Sequence[Operation]) -> tuple[Operation | None, list[str]]:
    """The operation that the first words name, and the words after them; None and a topic where they name several."""
    by_words = {tuple(operation.name.split(".")): operation for operation in operations}
    lowered = tuple(word.lower() for word in words)
    for length in range(max(map(len, by_words)), 0, -1):
        if operation := by_words.get(lowered[:length]):
            return operation, list(words[length:])
    if aliased := find_alias(lowered, operations):
        operation, length = aliased
        if len(words) > length and lowered[length] in HELP_WORDS:
            return None, [operation.name]
        return operation, list(words[length:])
    prefix = longest_prefix(lowered, list(by_words))
    if prefix and (len(prefix) == len(words) or lowered[len(prefix)] in HELP_WORDS):
        return None, [".".join(prefix)]
    raise UsageError(unknown_text(lowered, operations))


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


def unknown_text(words: tuple[str, ...], operations: Sequence[Operation]) -> str:
    """That there is no such command, and the nearest one that there is."""
    names = [o.name.replace(".", " ") for o in operations] + [o.alias for o in operations if o.alias]
    typed = [" ".join(words[:n]) for n in range(min(len(words), 3), 0, -1)]
    nearest = next((found[0] for text in typed if (found := get_close_matches(text, names, n=1, cutoff=0.6))), None)
    hint = f" Did you mean “{COMMAND} {nearest}”?" if nearest else ""
    said = " ".join(words[:3])[:60]
    return f"There is no “{COMMAND} {said}”.{hint} “{COMMAND} help” lists everything."


def read_arguments(words: Sequence[str], operation: Operation) -> tuple[dict[str, Any], str]:
    """The values by parameter name, as typed, and the reason."""
    values: dict[str, Any] = {}
    loose: list[str] = []
    reason: str | None = None
    remaining = iter(words)
    for word in remaining:
        flag, value = split_flag(word, operation)
        if flag is None:
            loose.append(word)
        elif flag == "reason" and isinstance(operation, Write):
            if reason is not None:
                raise usage_error("--reason is given twice.", operation)
            reason = value if value is not None else next_value(remaining, flag, operation)
        else:
            read_flag(flag, value, remaining, values=values, operation=operation)
    assign_positionals(loose, values, operation)
    return values, reason or ""


def split_flag(word: str, operation: Operation) -> tuple[str | None, str | None]:
    """The flag and its value in `--flag`, `--flag=value` and `flag=value`; no flag where the word is a value."""
    if word.startswith("--") and len(word) > 2:
        flag, equals, value = word[2:].partition("=")
        return flag.lower().replace("_", "-"), value if equals else None
    name, equals, value = word.partition("=")
    known = {p.flag for p in parameters(operation.params)} | {p.name for p in parameters(operation.params)}
    if equals and name.lower() in known | ({"reason"} if isinstance(operation, Write) else set()):
        return name.lower(), value
    return None, None


def next_value(words: Iterator[str], flag: str, operation: Operation) -> str:
    """The word after a flag."""
    try:
        return next(words)
    except StopIteration:
        raise usage_error(f"--{flag} needs a value.", operation) from None


def read_flag(
    flag: str, value: str | None, words: Iterator[str], *, values: dict[str, Any], operation: Operation
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
        values[parameter.name] = (value or "true") if parameter is not switched_off else "false"
        return
    given = value if value is not None else next_value(words, flag, operation)
    if parameter.is_list:
        values.setdefault(parameter.name, []).append(given)
    else:
        values[parameter.name] = given


def assign_positionals(words: Sequence[str], values: dict[str, Any], operation: Operation) -> None:
    """Give the words without a flag to the required parameters, in order; a list takes all that are left."""
    left = list(words)
    for parameter in parameters(operation.params):
        if not parameter.is_positional or parameter.name in values or not left:
            continue
        if parameter.is_list:
            values[parameter.name] = [part for word in left for part in word.split(",") if part]
            left = []
        else:
            values[parameter.name] = left.pop(0)
    if left:
        raise usage_error(
            f"“{left[0][:80]}” is one word too many. A value with spaces goes in quotation marks.", operation
        )


def complete(typed: Typed, organization: str) -> Form | Intent:
    """An intent where nothing is missing, a form where something is; raises `UsageError` where something is wrong."""
    operation, values, reason = typed.operation, typed.values, typed.reason
    try:
        params = operation.params.model_validate({"organization": organization, **values})
    except ValidationError as error:
        problems = [problem for problem in error.errors() if problem["type"] != "missing"]
        if not problems:
            return Form(operation, values, reason)
        fields = field_errors(problems)
        text = " ".join(f"{name}: {problem}." for name, problem in fields.items())
        raise usage_error(text, operation, fields=fields) from None
    if len(reason.strip()) > MAX_REASON:
        raise usage_error(f"The reason has {len(reason.strip()):,} characters, more than {MAX_REASON:,}.", operation)
    if isinstance(operation, Write) and not reason.strip():
        return Form(operation, values, reason)
    return Intent(operation, params, reason.strip())


def field_errors(problems: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """One sentence, without its full stop, for each parameter at fault."""
    errors: dict[str, str] = {}
    for problem in problems:
        name = str(problem["loc"][0]) if problem["loc"] else "organization"
        text = fault(problem)
        errors[name] = f"{errors[name]}; {text}" if name in errors else text
    return errors


def usage_error(text: str, operation: Operation, *, fields: dict[str, str] | None = None) -> UsageError:
    """The error with the line that would have been right."""
    return UsageError(text, usage=usage(operation), fields=fields)


def usage(operation: Operation) -> str:
    """How the operation is typed, such as `/hub team member add <team> <username> --reason <reason>`."""
    words = [COMMAND, *operation.name.split(".")]
    rows = parameters(operation.params)
    words += [f"<{p.flag}>{'…' if p.is_list else ''}" for p in rows if p.is_positional]
    words += [optional_usage(p) for p in rows if not p.is_positional and p.name != "organization"]
    if isinstance(operation, Write):
        words.append("--reason <reason>")
    words += [optional_usage(p) for p in rows if p.name == "organization"]
    return " ".join(words)


def optional_usage(parameter: Parameter) -> str:
    """`[--role member|owner]`, `[--no-enabled]`, `[--rule <rule>]…`."""
    if parameter.is_switch:
        return f"[--no-{parameter.flag}]" if parameter.info.default is True else f"[--{parameter.flag}]"
    value = "|".join(parameter.options) or f"<{parameter.flag}>"
    return f"[--{parameter.flag} {value}]{'…' if parameter.is_list else ''}"


def topics(operations: Sequence[Operation], topic: str) -> list[Operation]:
    """The operations that a topic means: those that begin with it; all where it means none."""
    wanted = topic.replace(" ", ".")
    found = [o for o in operations if o.name == wanted or o.name.startswith(f"{wanted}.")]
    return found or list(operations)
