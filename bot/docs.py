"""The reference page: every operation, from the operations themselves."""

import inspect
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from bot.intents.usage import usage
from bot.operations import OPERATIONS
from bot.operations.kit.base import FromFile, Operation, Write, is_read, marker_of
from bot.operations.kit.menus import Periods
from bot.operations.kit.parameters import Parameter, parameters
from bot.slack.manifest import COMMAND

PAGE = Path(__file__).parents[1] / "docs" / "operations.md"
HEAD = """# Operations

Everything that `/hub` can do. `make docs` writes this page from the code; `make check` fails where it is stale.
Every command takes `--organization <organization>` besides; the first of the settings is meant otherwise.
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
    rows = [render_parameter(parameter) for parameter in parameters(operation.params)]
    alias = f"Shorter: `{COMMAND} {operation.alias} …`\n\n" if operation.alias else ""
    facts = "".join(f"- {fact}\n" for fact in facts_of(operation))
    return "\n".join(
        [
            f"### {operation.name}\n",
            f"{operation.summary}. {kind_of(operation)}.\n",
            f"```\n{COMMAND} {usage(operation)}\n```\n",
            f"{alias}| parameter | meaning | default |",
            "| --- | --- | --- |",
            *rows,
            "",
            facts,
        ]
    )


def facts_of(operation: Operation) -> Iterator[str]:
    """What it asks of Docker Hub, what that takes, and what Docker's own log says of it."""
    yield f"Docker Hub: `{operation.endpoint}`" if operation.endpoint else "Asks Hubwarden's own tables"
    if not is_read(operation):
        yield f"Its card says: {first_line(operation.preview)}"
        yield record_of(operation)
    if operation.needs:
        yield f"Needs: {operation.needs}"
    if operation.scopes:
        yield f"Scopes of an organization access token: {', '.join(f'`{scope}`' for scope in operation.scopes)}"
    if operation.capability:
        yield f"Outside Docker's contract ({operation.capability}): off for an hour after a 403 or 404"


def first_line(documented: object) -> str:
    """What a function says of itself, without the full stop."""
    return (inspect.getdoc(documented) or "").partition("\n")[0].removesuffix(".")


def record_of(operation: Write) -> str:
    """How it is done, and under which name Docker's own log has it."""
    how = "item by item, each with a result of its own" if operation.steps else "in one piece"
    log = f"has it as `{operation.hub_action}`" if operation.hub_action else "does not show it"
    return f"Done {how}; Docker's audit log {log}"


def kind_of(operation: Operation) -> str:
    """Whether it only reads, writes, or takes something away."""
    if is_read(operation):
        return "Read"
    return "Destructive write" if operation.destructive else "Write"


def render_parameter(parameter: Parameter) -> str:
    """One row of the table."""
    info = parameter.info
    if parameter.name == "organization":
        default = "the first of `DOCKERHUB_ORGANIZATIONS`"
    elif info.is_required():
        default = "required"
    elif periods := marker_of(info, Periods):
        default = f"`{periods.default}`"
    else:
        default = "–" if info.default in (None, "", ()) else f"`{info.default}`"
    options = f" ({', '.join(parameter.options)})" if parameter.options else ""
    file = "; in the form also from a CSV file" if marker_of(info, FromFile) else ""
    return f"| `{parameter.flag}` | {info.description}{options}{file} | {default} |"


def is_current() -> bool:
    """Whether the page on disk is what the code would write."""
    return PAGE.exists() and PAGE.read_text(encoding="utf-8") == render_page()


def write_page() -> Path:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(render_page(), encoding="utf-8")
    return PAGE
