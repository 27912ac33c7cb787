"""What people put into elements: the first value, the value as Slack sends it, what the client refuses."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.slack.block_kit.check import elements_in
from sandbox.slack.workspace.mrkdwn import unescape
from sandbox.slack.workspace.state import Json

Values = dict[str, dict[str, Json]]

# Element type -> the key of its value in `state.values` and in `actions`, and the key it starts from:
# https://docs.slack.dev/reference/block-kit/block-elements
KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "overflow": ("selected_option", ""),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", ""),
}
STATELESS = frozenset({"button", "overflow", "workflow_button", "feedback_buttons", "icon_button"})
LISTS = frozenset({"checkboxes", "file_input"})
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
ADDRESS = re.compile(r"https?://\S+\.?\S+|[a-z]+:\S+", re.IGNORECASE)
WHOLE = re.compile(r"[+-]?\d+")
DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
FILE_BYTES = 100_000_000


class InvalidValueError(ValueError):
    """A value that the client would not let through; the text is for the person."""


def takes_many(kind: str) -> bool:
    """Whether the element's value is a list."""
    return kind.startswith("multi_") or kind in LISTS


def first_value(element: Json) -> Json:
    """The element's value before anybody touched it."""
    kind = element["type"]
    key, source = KEYS[kind]
    return {"type": kind, key: element.get(source, [] if takes_many(kind) else None)}


def first_values(blocks: list[Json]) -> Values:
    """The values of every element with a state, by block and action."""
    values: Values = {}
    for block, element in elements_in(blocks):
        if element["type"] in KEYS and element["type"] not in STATELESS:
            values.setdefault(block["block_id"], {})[element["action_id"]] = first_value(element)
    return values


def read_value(element: Json, raw: Any) -> Json:
    """The value that the page or a test hands over, as Slack has it; raises InvalidValueError.

    Options are given by their value (whole, where the menu is an external one), files as `{name, content}`.
    """
    kind = element["type"]
    if kind not in KEYS:
        return {"type": kind}
    key = KEYS[kind][0]
    if raw in (None, "", []):
        return {"type": kind, key: [] if takes_many(kind) else None}
    if key in ("selected_option", "selected_options"):
        chosen = [_option(element, one) for one in (raw if takes_many(kind) else [raw])]
        return {"type": kind, key: chosen if takes_many(kind) else chosen[0]}
    return {"type": kind, key: raw}


def chosen_value(state: Json) -> Any:
    """The bare value in a state entry; None, "" or [] where nothing was chosen."""
    key = KEYS[state["type"]][0]
    return state.get(key)


def refuse_value(block: Json, element: Json, state: Json) -> str:
    """What the client says against the value before it asks the app, or ""."""
    value = chosen_value(state)
    if value in (None, "", []):
        return "" if block.get("optional") else "Please complete this required field."
    check = CHECKS.get(element["type"])
    return (check(element, value) if check else "") or _refuse_count(element, value)


def changed_state(known: Values, blocks: list[Json]) -> Values:
    """The values for new blocks: what was entered stays where block_id, action_id and type stayed."""
    values = first_values(blocks)
    for block_id, actions in values.items():
        for action_id in actions:
            before = known.get(block_id, {}).get(action_id)
            if before is not None and before["type"] == actions[action_id]["type"]:
                actions[action_id] = before
    return values


def all_options(element: Json) -> Iterator[Json]:
    """The element's own options, those in groups included."""
    yield from element.get("options", ())
    for group in element.get("option_groups", ()):
        yield from group["options"]


def _option(element: Json, raw: Any) -> Json:
    if isinstance(raw, dict) and element["type"].endswith("external_select"):
        return raw
    wanted = raw["value"] if isinstance(raw, dict) else raw
    for option in all_options(element):
        if option["value"] == wanted:
            return option
    raise InvalidValueError(f"There is no option {wanted!r}.")


def _refuse_count(element: Json, value: Any) -> str:
    most = element.get("max_selected_items") or element.get("max_files")
    return f"Choose at most {most}." if most and isinstance(value, list) and len(value) > most else ""


def _refuse_text(element: Json, value: Any) -> str:
    length = len(unescape(str(value)))
    low, high = element.get("min_length", 0), element.get("max_length", 3000)
    if length < low:
        return f"Must be at least {low} characters."
    return f"Must be at most {high} characters." if length > high else ""


def _refuse_number(element: Json, value: Any) -> str:
    decimal = bool(element["is_decimal_allowed"])
    if not (DECIMAL if decimal else WHOLE).fullmatch(str(value)):
        return "Please enter a number." if decimal else "Please enter a whole number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and float(value) < float(low):
        return f"Must be at least {low}."
    return f"Must be at most {high}." if high is not None and float(value) > float(high) else ""


def _refuse_email(_element: Json, value: Any) -> str:
    return "" if EMAIL.fullmatch(str(value)) else "Please enter an email address."


def _refuse_address(_element: Json, value: Any) -> str:
    return "" if ADDRESS.fullmatch(str(value)) else "Please enter a URL."


def _refuse_files(element: Json, value: Any) -> str:
    types = [one.lower() for one in element.get("filetypes", ())]
    for one in value:
        if types and one["filetype"] not in types:
            return f"{one['name']}: only {', '.join(types)} files."
        if one["size"] > FILE_BYTES:
            return f"{one['name']} is larger than 100 MB."
    return ""


CHECKS: dict[str, Callable[[Json, Any], str]] = {
    "plain_text_input": _refuse_text,
    "number_input": _refuse_number,
    "email_text_input": _refuse_email,
    "url_text_input": _refuse_address,
    "file_input": _refuse_files,
}
