"""Block Kit's elements, and where each may stand: https://docs.slack.dev/reference/block-kit/block-elements"""

from collections.abc import Mapping

from sandbox.slack.block_kit.limits import AGENT_PROMPT, INPUT_LINES, limit
from sandbox.slack.block_kit.objects import (
    ACTION_ID,
    CONFIRM,
    CONVERSATION_FILTER,
    DATE,
    DISPATCH_CONFIG,
    IMAGE,
    LISTED_OPTION,
    MENU_OPTION,
    MENU_OPTIONS,
    MOMENT,
    OPTION_GROUPS,
    OVERFLOW_OPTION,
    PLACEHOLDER,
    TIME,
    WORKFLOW,
    plain,
)
from sandbox.slack.block_kit.rules import (
    Check,
    Report,
    Rule,
    anything,
    choice,
    exactly_one,
    flag,
    items,
    record,
    text,
    whole,
)
from sandbox.slack.workspace.state import Json

ANY_ELEMENT: Mapping[str, Rule] = {"action_id": ACTION_ID}
CONFIRMED: Mapping[str, Rule] = {**ANY_ELEMENT, "confirm": CONFIRM, "focus_on_load": flag}
MENU: Mapping[str, Rule] = {**CONFIRMED, "placeholder": PLACEHOLDER}
MULTI: Mapping[str, Rule] = {**MENU, "max_selected_items": whole(1)}
TYPED: Mapping[str, Rule] = {
    **ANY_ELEMENT,
    "placeholder": PLACEHOLDER,
    "focus_on_load": flag,
    "dispatch_action_config": DISPATCH_CONFIG,
}
STYLE = choice("primary", "danger")
LABEL = text(limit("button.accessibility_label.max_length"))


def _ordered(low: str, high: str) -> Check:
    def check(value: Json, pointer: str, report: Report) -> None:
        least, most = _as_number(value.get(low)), _as_number(value.get(high))
        if least is not None and most is not None and least > most:
            report.add(pointer, f"{low} must not be more than {high}", type="order", expected=most, got=least)

    return check


def _as_number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None


def _numeric(value: object, pointer: str, report: Report) -> None:
    if not isinstance(value, str) or _as_number(value) is None:
        report.add(pointer, "must be a number in a string", type="format", expected="number", got=value)


BUTTON = record(
    {"text": plain(limit("button.text.max_length"))},
    {
        **ANY_ELEMENT,
        "url": text(limit("button.url.max_length")),
        "value": text(limit("button.value.max_length")),
        "style": STYLE,
        "confirm": CONFIRM,
        "accessibility_label": LABEL,
        "agent_prompt": text(AGENT_PROMPT),
    },
)
PLAIN_TEXT_INPUT = record(
    {},
    {
        **TYPED,
        "initial_value": text(limit("plain_text_input.max_length.max")),
        "multiline": flag,
        "min_length": whole(0, limit("plain_text_input.max_length.max")),
        "max_length": whole(1, limit("plain_text_input.max_length.max")),
    },
    _ordered("min_length", "max_length"),
)
NUMBER_INPUT = record(
    {"is_decimal_allowed": flag},
    {**TYPED, "initial_value": _numeric, "min_value": _numeric, "max_value": _numeric},
    _ordered("min_value", "max_value"),
)
RICH_TEXT_INPUT = record(
    {}, {**TYPED, "initial_value": anything, "min_lines": whole(1, INPUT_LINES), "max_lines": whole(1, INPUT_LINES)}
)
FEEDBACK_BUTTON = record(
    {
        "text": plain(limit("feedback_button.text.max_length")),
        "value": text(limit("feedback_button.value.max_length")),
    },
    {"accessibility_label": text(limit("feedback_button.accessibility_label.max_length"))},
)
CONVERSATION_EXTRAS: Mapping[str, Rule] = {"default_to_current_conversation": flag, "filter": CONVERSATION_FILTER}
OPTIONS_OR_GROUPS: Mapping[str, Rule] = {"options": MENU_OPTIONS, "option_groups": OPTION_GROUPS}
NAMES = items(text(minimum=1))
LISTED: Mapping[str, Rule] = {"options": items(LISTED_OPTION, limit("checkboxes.options.max_items"), 1)}

ELEMENTS: Mapping[str, Rule] = {
    "button": BUTTON,
    "image": IMAGE,
    "checkboxes": record(LISTED, {**CONFIRMED, "initial_options": items(LISTED_OPTION, minimum=1)}),
    "radio_buttons": record(LISTED, {**CONFIRMED, "initial_option": LISTED_OPTION}),
    "overflow": record(
        {"options": items(OVERFLOW_OPTION, limit("overflow.options.max_items"), limit("overflow.options.min_items"))},
        {**ANY_ELEMENT, "confirm": CONFIRM},
    ),
    "datepicker": record({}, {**MENU, "initial_date": DATE}),
    "timepicker": record({}, {**MENU, "initial_time": TIME, "timezone": text()}),
    "datetimepicker": record({}, {**CONFIRMED, "initial_date_time": MOMENT}),
    "static_select": record(
        {}, {**MENU, **OPTIONS_OR_GROUPS, "initial_option": MENU_OPTION}, exactly_one("options", "option_groups")
    ),
    "multi_static_select": record(
        {},
        {**MULTI, **OPTIONS_OR_GROUPS, "initial_options": items(MENU_OPTION, minimum=1)},
        exactly_one("options", "option_groups"),
    ),
    "external_select": record({}, {**MENU, "initial_option": MENU_OPTION, "min_query_length": whole(0)}),
    "multi_external_select": record(
        {}, {**MULTI, "initial_options": items(MENU_OPTION, minimum=1), "min_query_length": whole(0)}
    ),
    "users_select": record({}, {**MENU, "initial_user": text()}),
    "multi_users_select": record({}, {**MULTI, "initial_users": NAMES}),
    "conversations_select": record(
        {}, {**MENU, **CONVERSATION_EXTRAS, "initial_conversation": text(), "response_url_enabled": flag}
    ),
    "multi_conversations_select": record({}, {**MULTI, **CONVERSATION_EXTRAS, "initial_conversations": NAMES}),
    "channels_select": record({}, {**MENU, "initial_channel": text(), "response_url_enabled": flag}),
    "multi_channels_select": record({}, {**MULTI, "initial_channels": NAMES}),
    "plain_text_input": PLAIN_TEXT_INPUT,
    "email_text_input": record({}, {**TYPED, "initial_value": text()}),
    "url_text_input": record({}, {**TYPED, "initial_value": text()}),
    "number_input": NUMBER_INPUT,
    "rich_text_input": RICH_TEXT_INPUT,
    "file_input": record(
        {},
        {
            **ANY_ELEMENT,
            "filetypes": items(text(minimum=1), minimum=1),
            "max_files": whole(limit("file_input.max_files.min"), limit("file_input.max_files.max")),
        },
    ),
    "workflow_button": record(
        {"text": plain(limit("button.text.max_length")), "workflow": WORKFLOW},
        {**ANY_ELEMENT, "style": STYLE, "accessibility_label": LABEL},
    ),
    "feedback_buttons": record(
        {"positive_button": FEEDBACK_BUTTON, "negative_button": FEEDBACK_BUTTON}, {**ANY_ELEMENT}
    ),
    "icon_button": record(
        {"icon": choice("trash"), "text": plain(limit("button.text.max_length"))},
        {
            **ANY_ELEMENT,
            "value": text(limit("button.value.max_length")),
            "confirm": CONFIRM,
            "accessibility_label": LABEL,
            "visible_to_user_ids": items(text(minimum=1), limit("icon_button.visible_to_user_ids.max_items")),
        },
    ),
}

SINGLE_MENUS = frozenset(
    {"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
)
MULTI_MENUS = frozenset(f"multi_{name}" for name in SINGLE_MENUS)
PICKERS = frozenset({"datepicker", "timepicker", "datetimepicker"})
LISTS = frozenset({"checkboxes", "radio_buttons"})
TEXT_INPUTS = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"})
IN_ACTIONS = SINGLE_MENUS | MULTI_MENUS | PICKERS | LISTS | {"button", "overflow", "workflow_button", "rich_text_input"}
IN_INPUT = SINGLE_MENUS | MULTI_MENUS | PICKERS | LISTS | TEXT_INPUTS | {"file_input"}
IN_SECTION = IN_ACTIONS - {"rich_text_input"} | {"image"}
IN_CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})
MESSAGE_ONLY = frozenset({"workflow_button", "feedback_buttons", "icon_button"})


def elements_of(*names: str) -> Mapping[str, Rule]:
    """The rules of these element types."""
    return {name: ELEMENTS[name] for name in names}
