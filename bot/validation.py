"""What pydantic finds wrong with a value, as a person would say it."""

from collections.abc import Mapping
from typing import Any

SAID = {
    "literal_error": "“{input}” is none of {expected}",
    "int_parsing": "“{input}” is no whole number",
    "int_type": "“{input}” is no whole number",
    "greater_than_equal": "“{input}” is less than {ge}, the least there is",
    "less_than_equal": "“{input}” is more than {le}, the most there is",
    "bool_parsing": "“{input}” is neither true nor false",
    "date_from_datetime_parsing": "“{input}” is no day such as 2026-11-23",
    "date_parsing": "“{input}” is no day such as 2026-11-23",
    "too_short": "at least {min_length} is needed",
    "too_long": "{actual_length} are too many: {max_length} is the most there is",
    "string_too_short": "it is empty",
    "missing": "nothing is given",
    "string_pattern_mismatch": "“{input}” is not written as {pattern}",
    "string_type": "it is no text",
    "tuple_type": "it is no list",
    "dict_type": "it holds no keys",
    "mapping_type": "it holds no keys",
    "model_type": "it holds no keys",
}
SHOWN = 80


def fault(problem: Mapping[str, Any]) -> str:
    """One of a `ValidationError`'s problems, with the value and the limit, without a full stop."""
    template = SAID.get(problem["type"])
    if template is None:
        return bare_fault(problem)
    limits = {name: str(limit).replace("'", "") for name, limit in problem.get("ctx", {}).items()}
    return template.format(input=str(problem.get("input"))[:SHOWN], **limits)


def bare_fault(problem: Mapping[str, Any]) -> str:
    """The same in the words of whoever found it, which never repeat the value: it can be a secret."""
    return str(problem["msg"]).removeprefix("Value error, ").rstrip(".")
