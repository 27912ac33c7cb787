"""The reference page: every operation, from the operations themselves."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from bot.operations import OPERATIONS
from bot.operations.base import Operation, Read
from bot.slack.grammar import Parameter, parameters, usage

PAGE = Path(__file__).parents[1] / "docs" / "operations.md"
HEAD = """# Operations

Everything that `/hub` can do. `make docs` writes this page from the code; `make check` fails where it is stale.
"""


def render_page(operations: Sequence[Operation] = OPERATIONS) -> str:
    """The page, in Markdown."""
    parts = [HEAD]
    for noun, members in groupby(operations, key=lambda o: o.name.partition(".")[0]):
        parts.append(f"## {noun}\n")
        parts += [render_operation(operation) for operation in members]
    return "\n".join(parts)


def render_operation(operation: Operation) -> str:
    """One operation: what it does, how it is typed, its parameters, and what of Docker Hub it needs."""
    scopes = ", ".join(f"`{scope}`" for scope in operation.scopes) or "none beyond the log-in"
    rows = [render_parameter(parameter) for parameter in parameters(operation.params)]
    return "\n".join(
        [
            f"### {operation.name}\n",
            f"{operation.summary}. {kind_of(operation)}.\n",
            f"```\n{usage(operation)}\n```\n",
            "| parameter | meaning | default |",
            "| --- | --- | --- |",
            *rows,
            "",
            f"Docker Hub: `{operation.endpoint}`; scopes of an organization access token: {scopes}.\n",
        ]
    )


def kind_of(operation: Operation) -> str:
    """Whether it only reads, writes, or takes something away."""
    if isinstance(operation, Read):
        return "Read"
    return "Destructive write" if operation.destructive else "Write"


def render_parameter(parameter: Parameter) -> str:
    """One row of the table."""
    info = parameter.info
    if parameter.name == "organization":
        default = "the first of `DOCKERHUB_ORGANIZATIONS`"
    elif info.is_required():
        default = "required"
    else:
        default = "–" if info.default in (None, "", ()) else f"`{info.default}`"
    options = f" ({', '.join(parameter.options)})" if parameter.options else ""
    return f"| `{parameter.flag}` | {info.description}{options} | {default} |"


def is_current() -> bool:
    """Whether the page on disk is what the code would write."""
    return PAGE.exists() and PAGE.read_text(encoding="utf-8") == render_page()


def write_page() -> Path:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(render_page(), encoding="utf-8")
    return PAGE
