"""How an operation is typed."""

from bot.errors import UsageError
from bot.operations.kit.base import Operation, is_read
from bot.operations.kit.parameters import Parameter, parameters


def usage(operation: Operation) -> str:
    """The words with all that they take, such as `team member add <team> <username> --reason <reason>`.

    But for the organization, which every command takes as `--organization <organization>`: that is said once.
    """
    words = operation.name.split(".")
    rows = parameters(operation.params)
    words += [f"<{p.flag}>{'…' if p.is_list else ''}" for p in rows if p.is_positional]
    words += [optional_usage(p) for p in rows if not p.is_positional and p.name != "organization"]
    if not is_read(operation):
        words.append("--reason <reason>")
    return " ".join(words)


def optional_usage(parameter: Parameter) -> str:
    """`[--role member|owner]`, `[--no-enabled]`, `[--rule <rule>]…`."""
    if parameter.is_switch:
        return f"[--no-{parameter.flag}]" if parameter.info.default is True else f"[--{parameter.flag}]"
    value = "|".join(parameter.options) or f"<{parameter.flag}>"
    return f"[--{parameter.flag} {value}]{'…' if parameter.is_list else ''}"


def usage_error(text: str, operation: Operation, *, fields: dict[str, str] | None = None) -> UsageError:
    """The error with the line that would have been right."""
    return UsageError(text, usage=usage(operation), fields=fields)
