"""blocks.validate: Block Kit's rules as a public method."""

from typing import Any

from sandbox.slack.block_kit.check import check_blocks, check_message, check_view
from sandbox.slack.errors import ApiError, invalid_arguments
from sandbox.slack.web_api.limits import SPECIAL
from sandbox.slack.web_api.method import Call, Method
from sandbox.slack.workspace.state import Json


def validate_blocks(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/blocks.validate: form only, exactly one of blocks, message, view."""
    given = [name for name in ("blocks", "message", "view") if call.arguments.has(name)]
    if call.arguments.is_json or len(given) != 1:
        raise invalid_arguments("provide exactly one of blocks, message, view, as a form field")
    name = given[0]
    value: Any = call.arguments.structure(name)
    match name:
        case "blocks":
            found = check_blocks(value, "message")
        case "message":
            found = check_message(value)
        case _:
            found = check_view(value)
    if found:
        raise ApiError(f"invalid_{name}", {"errors": [one.as_json() for one in found]})
    return {}


METHODS = (Method("blocks.validate", validate_blocks, SPECIAL, caller="none"),)
