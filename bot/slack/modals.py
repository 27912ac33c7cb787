"""Forms: a parameters model to a view, and a view's state back to values: pure."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from bot.governance.views import RequestView
from bot.intents.forms import REASON
from bot.intents.typed import MAX_REASON
from bot.keystrokes import shown
from bot.operations.kit.base import Choices, FromFile, Operation, is_read, marker_of
from bot.operations.kit.parameters import Parameter, parameters
from bot.slack.blocks import MAX_BLOCKS, Block, pack, section
from bot.slack.card import headline, origin_text
from bot.slack.changes import change_heading, value_text, whole_change
from bot.slack.deciders import barred_line, rule_line
from bot.slack.manifest import COMMAND
from bot.slack.outcomes import outcome_lines, status_line
from bot.slack.text import code, escape, fit_plain, mention, one_line, quote
from bot.slack.texts import card as texts

FORM = "operation_form"
PICKER = "picker"
DENY = "deny_form"
PLAIN = "plain"
PICK = "pick"
VALUE = "value"
CHOICE = "choice"
FILE = "_file"
OPTION_VALUE = 150
MAX_INPUT = 3000
SWITCHED_ON = frozenset({"true", "t", "yes", "y", "on", "1"})  # as pydantic reads them


def plain_text(text: str, limit: int) -> Block:
    """A text object without markup."""
    return {"type": "plain_text", "text": fit_plain(text, limit)}


def view(callback_id: str, title: str, blocks: Sequence[Block], **more: Any) -> Block:
    """A modal; at most 100 blocks."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain_text(title, 24),
        "close": plain_text("Close", 24),
        "blocks": list(blocks[:MAX_BLOCKS]),
        **more,
    }


def form_view(
    operation: Operation,
    values: Mapping[str, Any],
    reason: str,
    *,
    organizations: Sequence[str],
    channel: str | None,
) -> Block:
    """The operation's form, with what is known already filled in."""
    blocks: list[Block] = [section(escape(f"{operation.summary}."))]
    for parameter in parameters(operation.params):
        if parameter.name != "organization" or len(organizations) > 1:
            blocks += field_blocks(parameter, values.get(parameter.name), organizations)
    if not is_read(operation):
        blocks.append(reason_block(reason))
    metadata = {"operation": operation.name, "channel": channel}
    submit = "Show" if is_read(operation) else "Ask"
    return view(FORM, operation.title, blocks, submit=plain_text(submit, 24), private_metadata=json.dumps(metadata))


def reason_block(reason: str) -> Block:
    """Why; every write has a reason."""
    element: Block = {"type": "plain_text_input", "action_id": VALUE, "multiline": True, "max_length": MAX_REASON}
    if reason:
        element["initial_value"] = fit_plain(reason, MAX_INPUT)
    hint = plain_text("The approvers and the audit trail read it.", 2000)
    return {
        "type": "input",
        "block_id": REASON,
        "label": plain_text("Reason", 2000),
        "element": element,
        "hint": hint,
    }


def field_blocks(parameter: Parameter, value: Any, organizations: Sequence[str]) -> list[Block]:
    """One parameter's input, and one for a file where its values can come from one."""
    block = field_block(parameter, value, organizations)
    if marker_of(parameter.info, FromFile) is None:
        return [block]
    return [block | {"optional": True}, file_block(parameter)]


def file_block(parameter: Parameter) -> Block:
    """Where a CSV file is attached."""
    title = parameter.info.title or parameter.name
    marker = marker_of(parameter.info, FromFile)
    column = marker.columns[0] if marker else ""
    hint = (
        f"Its column “{column}” or the like, or else the one that holds nothing but addresses; at most 1 MB. "
        "It is united with what is typed."
    )
    return {
        "type": "input",
        "block_id": f"{parameter.name}{FILE}",
        "label": plain_text(f"{title} from a CSV file", 2000),
        "optional": True,
        "element": {"type": "file_input", "action_id": VALUE, "filetypes": ["csv"], "max_files": 1},
        "hint": plain_text(hint, 2000),
    }


def field_block(parameter: Parameter, value: Any, organizations: Sequence[str]) -> Block:
    """One parameter's input; `block_id` is its name, so that an error finds its place."""
    info = parameter.info
    label = plain_text(info.title or parameter.name, 2000)
    block: Block = {
        "type": "input",
        "block_id": parameter.name,
        "label": label,
        "optional": parameter.is_switch or not (info.is_required() or parameter.name == "organization"),
        "element": element_for(parameter, value, organizations),
    }
    if info.description and not parameter.is_switch:
        block["hint"] = plain_text(info.description, 2000)
    return block


def element_for(parameter: Parameter, value: Any, organizations: Sequence[str]) -> Block:
    """The input element that suits the parameter's type."""
    if parameter.name == "organization":
        return static_select(tuple(organizations), value or organizations[0])
    if parameter.options:
        return static_select(parameter.options, value if value is not None else parameter.info.default)
    if parameter.is_switch:
        return checkbox(parameter, value)
    if marker_of(parameter.info, Choices) is not None:
        return external_select(parameter, value)
    if parameter.annotation is int:
        return number_input(parameter, value)
    return date_input(value) if parameter.annotation is date else text_input(parameter, value)


def option(text: str) -> Block:
    """A menu's entry; Slack takes 75 characters of text and 150 of value."""
    return {"text": plain_text(text, 75), "value": text[:OPTION_VALUE]}


def static_select(options: Sequence[str], value: Any) -> Block:
    """A menu of few fixed values."""
    element: Block = {"type": "static_select", "action_id": VALUE, "options": [option(text) for text in options]}
    if value in options:
        element["initial_option"] = option(str(value))
    return element


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


def checkbox(parameter: Parameter, value: Any) -> Block:
    """An on-off switch."""
    entry: Block = {"text": plain_text(parameter.info.title or parameter.name, 75), "value": "true"}
    if parameter.info.description:
        entry["description"] = plain_text(parameter.info.description, 75)
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


def without_room(operation: Operation, values: Mapping[str, Any]) -> list[str]:
    """The titles of the inputs that cannot hold what was typed for them."""
    texts = {p.info.title or p.name: input_text(values.get(p.name)) or "" for p in parameters(operation.params)}
    return [title for title, text in texts.items() if fit_plain(str(text), MAX_INPUT) != str(text)]


def input_text(value: Any) -> Any:
    """What stands in a text input; a list has one item a line."""
    return "\n".join(value) if isinstance(value, list | tuple) else value


def text_input(parameter: Parameter, value: Any) -> Block:
    """Free text, of several lines where it can be long."""
    text = input_text(value)
    is_multiline = parameter.is_list or parameter.is_long
    element: Block = {"type": "plain_text_input", "action_id": VALUE, "multiline": is_multiline}
    return element | ({"initial_value": fit_plain(text, MAX_INPUT)} if text else {})


def form_values(operation: Operation, state: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """A submitted form's values by parameter name, and the reason; what was left empty is left out."""
    values: dict[str, Any] = {}
    for parameter in parameters(operation.params):
        element = next(iter(state.get(parameter.name, {}).values()), None)
        if element is None:
            continue
        value = element_value(element)
        if parameter.is_switch:
            values[parameter.name] = bool(value)
        elif value not in (None, ""):
            values[parameter.name] = value
    reason = element_value(next(iter(state.get(REASON, {}).values()), {})) or ""
    return values, str(reason).strip()


def metadata_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """What the form of a payload remembers of where it came from."""
    return metadata_in(body["view"]["private_metadata"])


def metadata_in(text: str) -> dict[str, Any]:
    """What a form of ours remembers of where it came from: routing, never a right."""
    found: dict[str, Any] = json.loads(text)
    return found


def attached_files(operation: Operation, state: Mapping[str, Any]) -> dict[str, str]:
    """The id of the file that was attached for each parameter."""
    found = {}
    for parameter in parameters(operation.params):
        element = next(iter(state.get(f"{parameter.name}{FILE}", {}).values()), None)
        if files := element_value(element or {}):
            found[parameter.name] = str(files[0]["id"])
    return found


def element_value(element: Mapping[str, Any]) -> Any:
    """What was put into one input."""
    match element.get("type"):
        case "static_select" | "external_select":
            return (element.get("selected_option") or {}).get("value")
        case "checkboxes":
            return [chosen["value"] for chosen in element.get("selected_options") or ()]
        case "datepicker":
            return element.get("selected_date")
        case "file_input":
            return element.get("files")
        case _:
            value = element.get("value")
            return shown(value) if isinstance(value, str) else value


def picker_view(operations: Sequence[Operation], *, channel: str | None) -> Block:
    """Everything that there is, to choose one from; Slack takes 100 entries a group."""
    groups = [
        {
            "label": plain_text(noun, 75),
            "options": [
                {"text": plain_text(o.title, 75), "value": o.name, "description": plain_text(o.summary, 75)}
                for o in members
            ],
        }
        for noun, members in groupby(operations, key=lambda o: o.name.partition(".")[0])
    ]
    element = {
        "type": "static_select",
        "action_id": PICK,
        "placeholder": plain_text("Choose what to do", 150),
        "option_groups": groups,
    }
    blocks: list[Block] = [
        section(f"What shall happen in Docker Hub? {code(f'{COMMAND} help')} lists the commands."),
        {"type": "actions", "block_id": PICK, "elements": [element]},
    ]
    return view(PICKER, "Hubwarden", blocks, private_metadata=json.dumps({"channel": channel}))


def deny_view(request_id: int, title: str) -> Block:
    """Asks why a request is denied."""
    block = reason_block("") | {"hint": plain_text("The requester and the audit trail read it.", 2000)}
    blocks = [section(f"Deny request {request_id}: {escape(title)}. Nothing will be changed."), block]
    return view(
        DENY, f"Deny request {request_id}", blocks, submit=plain_text("Deny", 24), private_metadata=str(request_id)
    )


def message_view(title: str, *paragraphs: str) -> Block:
    """A modal that only says something."""
    return view(PLAIN, title, [section(paragraph) for paragraph in paragraphs if paragraph])


def details_view(request: RequestView, operation: Operation) -> Block:
    """All of a request, nothing left out that Slack has room for; it says where that ends."""
    lines = [
        f"*{escape(headline(request, operation))}*",
        texts.ASKS.format(who=mention(request.requester), where=origin_text(request)),
        *([quote(request.reason)] if request.reason else []),
        *(
            f"*{escape(name)}*: {code(value_text(value))}"
            for name, value in request.params.items()
            if value not in (None, [], "")
        ),
        status_line(request),
        *outcome_lines(request),
        *(escape(risk.said) for risk in request.risks),
        rule_line(request),
        *filter(None, [barred_line(request)]),
        f"*{change_heading(request)}*",
        *(line for change in request.changes for line in whole_change(change)),
        *(one_line(note) for note in request.notes),
    ]
    return view(PLAIN, f"Request {request.id}", pack(lines))
