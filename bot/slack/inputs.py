"""The inputs of forms: an element for each kind of parameter, and what was put into one: pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.governance.people import is_slack_user
from bot.keystrokes import shown
from bot.operations.kit.base import Choices, Somebody, marker_of
from bot.operations.kit.menus import Explained, Menu, Periods
from bot.operations.kit.parameters import Parameter
from bot.slack.blocks import Block
from bot.slack.text import fit_plain

VALUE = "value"
CHOICE = "choice"
OPTION_VALUE = 150
OPTION_TEXT = 75
MAX_INPUT = 3000
SWITCHED_ON = frozenset({"true", "t", "yes", "y", "on", "1"})  # as pydantic reads them
# Slack gives no focus to these.
UNFOCUSED = frozenset({"file_input"})


def plain_text(text: str, limit: int) -> Block:
    """A text object without markup."""
    return {"type": "plain_text", "text": fit_plain(text, limit)}


def element_for(parameter: Parameter, value: Any, organizations: Sequence[str]) -> Block:
    """The input element that suits the parameter's type."""
    if parameter.name == "organization":
        return static_select(tuple(organizations), value or organizations[0])
    if parameter.options:
        explained = marker_of(parameter.info, Explained)
        initial = value if value is not None else parameter.info.default
        return static_select(parameter.options, initial, meanings=explained.meanings if explained else None)
    if parameter.is_switch:
        return checkbox(parameter, value)
    return menu_for(parameter, value) or typed_element(parameter, value)


def menu_for(parameter: Parameter, value: Any) -> Block | None:
    """A menu where what can be chosen is known, here or to Docker Hub; None where it is not."""
    if marker_of(parameter.info, Choices) is not None:
        return external_select(parameter, value)
    # Somebody can be named by another name too, which stays as text.
    if marker_of(parameter.info, Somebody) is not None and (not value or is_slack_user(str(value))):
        return users_select(value)
    menu = marker_of(parameter.info, Menu)
    if menu is not None and (chosen := chosen_of(menu, value)) is not None:
        return multi_select(menu.options, chosen)
    if periods := marker_of(parameter.info, Periods):
        return static_select(tuple(periods.options), period_of(periods, value), meanings=periods.options)
    return None


def typed_element(parameter: Parameter, value: Any) -> Block:
    """An element for a number, a day, or free text."""
    if parameter.annotation is int:
        return number_input(parameter, value)
    return date_input(value) if parameter.annotation is date else text_input(parameter, value)


def period_of(periods: Periods, value: Any) -> str | None:
    """The entry to begin with: what was typed, none where that is a day, the default where nothing was."""
    return periods.default if value is None else None if is_day(value) else str(value)


def chosen_of(menu: Menu, value: Any) -> list[str] | None:
    """The entries that were typed; None where the menu does not have all of them, so that they stay as text."""
    text = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
    found = [each.lower().removeprefix("scope-") for each in text.replace(",", " ").split()]
    return found if all(text in menu.options for text in found) else None


def option(text: str, meaning: str = "") -> Block:
    """A menu's entry; Slack takes 75 characters of text and 150 of value."""
    entry: Block = {"text": plain_text(text, OPTION_TEXT), "value": text[:OPTION_VALUE]}
    return entry | ({"description": plain_text(meaning, OPTION_TEXT)} if meaning else {})


def static_select(options: Sequence[str], value: Any, *, meanings: Mapping[str, str] | None = None) -> Block:
    """A menu of few fixed values."""
    entries = {text: option(text, (meanings or {}).get(text, "")) for text in options}
    element: Block = {"type": "static_select", "action_id": VALUE, "options": list(entries.values())}
    if value in entries:
        element["initial_option"] = entries[value]
    return element


def multi_select(options: Mapping[str, str], chosen: Sequence[str]) -> Block:
    """A menu of fixed values, of which several can be chosen."""
    entries = {text: option(text, meaning) for text, meaning in options.items()}
    element: Block = {"type": "multi_static_select", "action_id": VALUE, "options": list(entries.values())}
    initial = [entries[text] for text in dict.fromkeys(chosen) if text in entries]
    return element | ({"initial_options": initial} if initial else {})


def external_select(parameter: Parameter, value: Any) -> Block:
    """A menu whose entries Docker Hub knows."""
    element: Block = {
        "type": "external_select",
        "action_id": CHOICE,
        "min_query_length": 0,
        "placeholder": plain_text(f"Choose a {(parameter.info.title or parameter.name).lower()}", 150),
    }
    if isinstance(value, str) and 0 < len(value) <= OPTION_VALUE:
        element["initial_option"] = option(value)
    return element


def users_select(value: Any) -> Block:
    """A menu of the workspace's people."""
    return {"type": "users_select", "action_id": VALUE} | ({"initial_user": value} if value else {})


def checkbox(parameter: Parameter, value: Any) -> Block:
    """An on-off switch."""
    entry: Block = {"text": plain_text(parameter.info.title or parameter.name, OPTION_TEXT), "value": "true"}
    if parameter.info.description:
        entry["description"] = plain_text(parameter.info.description, OPTION_TEXT)
    element: Block = {"type": "checkboxes", "action_id": VALUE, "options": [entry]}
    is_on = parameter.info.default is True if value is None else str(value).lower() in SWITCHED_ON
    if is_on:
        element["initial_options"] = [entry]
    return element


def date_input(value: Any) -> Block:
    """A day."""
    return {"type": "datepicker", "action_id": VALUE} | ({"initial_date": value} if is_day(value) else {})


def is_day(value: Any) -> bool:
    """Whether it is a day as Slack writes it: 2026-11-23."""
    try:
        return str(date.fromisoformat(str(value))) == str(value)
    except ValueError:
        return False


def number_input(parameter: Parameter, value: Any) -> Block:
    """A whole number."""
    initial = value if value is not None else parameter.info.default
    element: Block = {"type": "number_input", "action_id": VALUE, "is_decimal_allowed": False}
    return element | ({"initial_value": str(initial)} if isinstance(initial, int | str) else {})


def input_text(value: Any) -> Any:
    """What stands in a text input; a list has one item a line."""
    return "\n".join(value) if isinstance(value, list | tuple) else value


def text_input(parameter: Parameter, value: Any) -> Block:
    """Free text, of several lines where it can be long."""
    text = input_text(value)
    is_multiline = parameter.is_list or parameter.is_long
    element: Block = {"type": "plain_text_input", "action_id": VALUE, "multiline": is_multiline}
    return element | ({"initial_value": fit_plain(text, MAX_INPUT)} if text else {})


# Where Slack puts what was chosen, by the kind of the input.
CHOSEN = {
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "users_select": "selected_user",
    "file_input": "files",
}


def element_value(element: Mapping[str, Any]) -> Any:
    """What was put into one input."""
    match element.get("type"):
        case "static_select" | "external_select":
            return (element.get("selected_option") or {}).get("value")
        case "checkboxes" | "multi_static_select":
            return [chosen["value"] for chosen in element.get("selected_options") or ()]
        case str(kind) if kind in CHOSEN:
            return element.get(CHOSEN[kind])
        case _:
            value = element.get("value")
            return shown(value) if isinstance(value, str) else value


def value_in(state: Mapping[str, Any], block: str) -> Any:
    """What was put into the input of this block; None where the form has none."""
    element = next(iter(state.get(block, {}).values()), None)
    return None if element is None else element_value(element)
