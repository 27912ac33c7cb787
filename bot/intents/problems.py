"""What is wrong with an operation's parameters, one sentence for each."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.validation import fault


def field_errors(problems: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """One sentence, without its full stop, for each parameter at fault."""
    errors: dict[str, str] = {}
    for problem in problems:
        name = str(problem["loc"][0]) if problem["loc"] else "organization"
        text = fault(problem)
        errors[name] = f"{errors[name]}; {text}" if name in errors else text
    return errors
