"""What pydantic finds wrong with an operation's parameters, as a person would say it."""

from collections.abc import Iterable, Mapping
from typing import Any

PROBLEMS = {
    "literal_error": "“{input}” is none of {expected}",
    "int_parsing": "“{input}” is no whole number",
    "greater_than_equal": "“{input}” is less than {ge}, the least there is",
    "less_than_equal": "“{input}” is more than {le}, the most there is",
    "bool_parsing": "“{input}” is neither true nor false",
    "date_from_datetime_parsing": "“{input}” is no day such as 2026-11-23",
    "date_parsing": "“{input}” is no day such as 2026-11-23",
    "too_short": "at least {min_length} is needed",
    "too_long": "{actual_length} are too many: {max_length} is the most there is",
    "string_too_short": "it is empty",
    "missing": "nothing is given",
}


def field_errors(problems: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """One sentence, without its full stop, for each parameter at fault."""
    errors: dict[str, str] = {}
    for problem in problems:
        name = str(problem["loc"][0]) if problem["loc"] else "organization"
        text = problem_text(problem)
        errors[name] = f"{errors[name]}; {text}" if name in errors else text
    return errors


def problem_text(problem: Mapping[str, Any]) -> str:
    """One problem without its full stop: the value, then the limit."""
    template = PROBLEMS.get(problem["type"])
    if template is None:
        return str(problem["msg"]).rstrip(".")
    limits = {name: str(limit).replace("'", "") for name, limit in problem.get("ctx", {}).items()}
    return template.format(input=str(problem.get("input"))[:80], **limits)
