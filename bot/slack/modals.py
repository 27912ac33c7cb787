"""Forms: a parameters model to a view, and a view's state back to values: pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.governance.views import RequestView
from bot.intents.forms import REASON
from bot.intents.typed import MAX_REASON
from bot.operations.kit.base import FromFile, Operation, is_read, marker_of
from bot.operations.kit.menus import Endings, Periods
from bot.operations.kit.parameters import Parameter, parameters
from bot.slack.blocks import MAX_BLOCKS, Block, Content, actions, alert, button, pack_paragraphs, section
from bot.slack.card import headline, notes_besides, origin_text
from bot.slack.changes import change_heading, value_text, whole_change
from bot.slack.deciders import barred_line, rule_line
from bot.slack.inputs import (
    MAX_INPUT,
    UNFOCUSED,
    VALUE,
    date_input,
    element_for,
    input_text,
    is_day,
    multi_select,
    option,
    plain_text,
    value_in,
)
from bot.slack.manifest import COMMAND
from bot.slack.outcomes import outcome_lines, status_line
from bot.slack.text import code, escape, fit, fit_plain, mention, one_line, quote
from bot.slack.texts import card as texts
from bot.slack.texts import form as form_texts

FORM = "operation_form"
PICKER = "picker"
DENY = "deny_form"
PLAIN = "plain"
PICK = "pick"
ATTACH, TYPED = "attach_file", "typed"
ATTACHING = "_attaching"
FILE = "_file"
DAY = "_day"
ENDING = "_ending"
ON_A_DAY = "on the day below"
LONGEST_ERROR = 2500
NO_ERRORS: Mapping[str, str] = {}


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
    errors: Mapping[str, str] = NO_ERRORS,
    attaches: bool = False,
) -> Block:
    """The operation's form, with what is known already filled in.

    `errors` are sentences by input, in mrkdwn; those of no input stand at the top. `attaches` says that values come
    from a file.
    """
    blocks: list[Block] = []
    for parameter in parameters(operation.params):
        if parameter.name != "organization" or len(organizations) > 1:
            value = known_value(parameter, values)
            blocks += field_blocks(parameter, value, organizations, attaches=attaches)
    if not is_read(operation):
        blocks.append(reason_block(reason))
    blocks = focused([section(escape(f"{operation.summary}.")), *with_errors(blocks, errors)], errors)
    metadata = {"operation": operation.name, "channel": channel}
    submit = "Show" if is_read(operation) else operation.verb
    return view(FORM, operation.title, blocks, submit=plain_text(submit, 24), private_metadata=json.dumps(metadata))


def known_value(parameter: Parameter, values: Mapping[str, Any]) -> Any:
    """What is known of a parameter already; None where it is nothing."""
    value, periods = values.get(parameter.name), marker_of(parameter.info, Periods)
    return periods.endless if periods and value is None and parameter.name in values else value


def with_errors(blocks: Sequence[Block], errors: Mapping[str, str]) -> list[Block]:
    """The blocks, each error right below its input, and at the top those of none."""
    places = {block["block_id"] for block in blocks if "block_id" in block}
    found = [error_block(text) for name, text in errors.items() if name not in places]
    for block in blocks:
        found.append(block)
        if text := errors.get(block.get("block_id", "")):
            found.append(error_block(text))
    return found


def error_block(text: str) -> Block:
    """A sentence that says what is in the way."""
    return alert("error", fit(text, LONGEST_ERROR)) if "\n" not in text else section(fit(text, LONGEST_ERROR))


def focused(blocks: list[Block], errors: Mapping[str, str]) -> list[Block]:
    """The blocks, of which the first input at fault has the focus, or else the first input."""
    inputs = [each for each in blocks if each["type"] == "input" and each["element"]["type"] not in UNFOCUSED]
    at_fault = [each for each in inputs if each["block_id"] in errors]
    for each in (at_fault or inputs)[:1]:
        each["element"]["focus_on_load"] = True
    return blocks


def reason_block(reason: str) -> Block:
    """Why; every write has a reason."""
    element: Block = {"type": "plain_text_input", "action_id": VALUE, "multiline": True, "max_length": MAX_REASON}
    if reason:
        element["initial_value"] = fit_plain(reason, MAX_INPUT)
    hint = "The approvers and the audit trail read it."
    return input_block(REASON, "Reason", element, optional=None, hint=hint)


def input_block(block_id: str, label: str, element: Block, *, optional: bool | None, hint: str = "") -> Block:
    """An input with its label; `block_id` says whose error stands beside it."""
    block: Block = {"type": "input", "block_id": block_id, "label": plain_text(label, 2000), "element": element}
    more = {} if optional is None else {"optional": optional}
    return block | more | ({"hint": plain_text(hint, 2000)} if hint else {})


def field_blocks(parameter: Parameter, value: Any, organizations: Sequence[str], *, attaches: bool) -> list[Block]:
    """One parameter's input, and what belongs to it: a file, a day, or a menu of how its lines end."""
    block = field_block(parameter, value, organizations)
    if marker_of(parameter.info, FromFile) is not None:
        return with_file(parameter, block) if attaches else [block, attach_block(parameter, "From a CSV file…", ATTACH)]
    if marker_of(parameter.info, Periods) is not None:
        return period_blocks(parameter, block, value)
    if endings := marker_of(parameter.info, Endings):
        hint = "Of each line that does not say it itself."
        menu = multi_select(endings.options, ())
        return [block, input_block(f"{parameter.name}{ENDING}", endings.title, menu, optional=True, hint=hint)]
    return [block]


def period_blocks(parameter: Parameter, block: Block, value: Any) -> list[Block]:
    """A menu of periods, of which one has to be chosen, and the day that stands for none of them."""
    options = block["element"]["options"]
    by_day = option(ON_A_DAY)
    element = block["element"] | {"options": [*options[:-1], by_day, options[-1]]}
    if is_day(value):
        element["initial_option"] = by_day
    day = input_block(f"{parameter.name}{DAY}", "Last day (UTC)", date_input(value), optional=True)
    return [{key: part for key, part in block.items() if key != "hint"} | {"element": element, "optional": False}, day]


def attach_block(parameter: Parameter, label: str, value: str) -> Block:
    """What lets a file be attached beside what is typed, and what takes that back."""
    return actions(f"{parameter.name}{ATTACHING}", button(label, ATTACH, value))


def with_file(parameter: Parameter, block: Block) -> list[Block]:
    """The input, which can be left empty, and the one for a file, which cannot."""
    return [block | {"optional": True}, file_block(parameter), attach_block(parameter, "Without a file", TYPED)]


def file_block(parameter: Parameter) -> Block:
    """Where a CSV file is attached."""
    title = parameter.info.title or parameter.name
    marker = marker_of(parameter.info, FromFile)
    column = marker.columns[0] if marker else ""
    hint = (
        f"Its column “{column}” or the like, or else the one that holds nothing but addresses; at most 1 MB. "
        "It is united with what is typed."
    )
    element: Block = {"type": "file_input", "action_id": VALUE, "filetypes": ["csv"], "max_files": 1}
    return input_block(f"{parameter.name}{FILE}", f"{title} from a CSV file", element, optional=False, hint=hint)


def field_block(parameter: Parameter, value: Any, organizations: Sequence[str]) -> Block:
    """One parameter's input; `block_id` is its name, so that an error finds its place."""
    info = parameter.info
    return input_block(
        parameter.name,
        info.title or parameter.name,
        element_for(parameter, value, organizations),
        optional=parameter.is_switch or not (info.is_required() or parameter.name == "organization"),
        hint="" if parameter.is_switch else info.description or "",
    )


def without_room(operation: Operation, values: Mapping[str, Any]) -> list[str]:
    """The titles of the inputs that cannot hold what was typed for them."""
    texts = {p.info.title or p.name: input_text(values.get(p.name)) or "" for p in parameters(operation.params)}
    return [title for title, text in texts.items() if fit_plain(str(text), MAX_INPUT) != str(text)]


def form_values(operation: Operation, state: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """A submitted form's values by parameter name, and the reason; what was left empty is left out."""
    values: dict[str, Any] = {}
    for parameter in parameters(operation.params):
        value = form_value(parameter, state)
        if parameter.is_switch and value is not None:
            values[parameter.name] = bool(value)
        elif value not in (None, "", []):
            values[parameter.name] = value
    return values, str(value_in(state, REASON) or "").strip()


def form_value(parameter: Parameter, state: Mapping[str, Any]) -> Any:
    """What was put into the inputs of one parameter."""
    value = value_in(state, parameter.name)
    if marker_of(parameter.info, Periods) is not None:
        # A day that was chosen is meant, whatever the menu above it still says.
        return value_in(state, f"{parameter.name}{DAY}") or value
    endings = marker_of(parameter.info, Endings)
    chosen = value_in(state, f"{parameter.name}{ENDING}")
    return endings.end(value, chosen) if endings and chosen and isinstance(value, str) else value


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
        if files := value_in(state, f"{parameter.name}{FILE}"):
            found[parameter.name] = str(files[0]["id"])
    return found


def picker_view(*, channel: str | None) -> Block:
    """Everything that there is, to choose one from: the menu asks for it, and finds it by what people call it."""
    element = {
        "type": "external_select",
        "action_id": PICK,
        "min_query_length": 0,
        "placeholder": plain_text(form_texts.PLACEHOLDER, 150),
        "focus_on_load": True,
    }
    blocks: list[Block] = [
        section(form_texts.PICK.format(help=code(f"{COMMAND} help"))),
        actions(PICK, element),
    ]
    return view(PICKER, "Hubwarden", blocks, private_metadata=json.dumps({"channel": channel}))


def deny_view(request_id: int, title: str) -> Block:
    """Asks why a request is denied."""
    block = reason_block("") | {"hint": plain_text("The requester and the audit trail read it.", 2000)}
    blocks = focused(
        [section(f"Deny request {request_id}: {escape(title)}. Nothing will be changed."), block], NO_ERRORS
    )
    return view(
        DENY, f"Deny request {request_id}", blocks, submit=plain_text("Deny", 24), private_metadata=str(request_id)
    )


def content_view(title: str, content: Content) -> Block:
    """A modal that shows a message, buttons and all."""
    return view(PLAIN, title, content.blocks)


def message_view(title: str, *paragraphs: str) -> Block:
    """A modal that only says something."""
    return view(PLAIN, title, [section(paragraph) for paragraph in paragraphs if paragraph])


def details_view(request: RequestView, operation: Operation) -> Block:
    """All of a request, nothing left out that Slack has room for; it says where that ends."""
    asks = texts.ASKS.format(who=mention(request.requester), where=origin_text(request))
    values = {name: value for name, value in request.params.items() if value not in (None, [], "")}
    paragraphs = (
        [f"*{escape(headline(request, operation))}*", status_line(request)],
        [asks, *([quote(request.reason)] if request.reason else [])],
        outcome_lines(request),
        [*(escape(risk.said) for risk in request.risks), *(one_line(note) for note in notes_besides(request))],
        [f"*{texts.ASKED_FOR}*", *(f"{escape(name)}: {code(value_text(value))}" for name, value in values.items())],
        [rule_line(request), *filter(None, [barred_line(request)])],
        [f"*{change_heading(request)}*", *(line for change in request.changes for line in whole_change(change))],
    )
    return view(PLAIN, f"Request {request.id}", pack_paragraphs(paragraphs))
