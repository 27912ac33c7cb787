"""Forms: every operation's form passes Slack's limits, keeps what was typed, and reads back what was entered."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.governance.ledger.lifecycle import Status
from bot.intents.forms import REASON
from bot.intents.wishes import Form
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Change, Choices, FromFile, ItemResult, Operation, Write, marker_of
from bot.operations.kit.menus import Endings, Periods
from bot.operations.kit.parameters import parameters
from bot.slack.blocks import parts_of
from bot.slack.inputs import UNFOCUSED, element_value
from bot.slack.modals import (
    DAY,
    ENDING,
    FILE,
    attached_files,
    deny_view,
    details_view,
    form_values,
    form_view,
    message_view,
    picker_view,
    without_room,
)
from bot.slack.text import escape
from tests.intents.reading import parse
from tests.operations.samples import HOSTILE, TEXTS, sample_values
from tests.slack.samples import (
    AMPERSANDS,
    LONG_NAME,
    TAGS,
    hostile_view,
    longest_view,
    markup,
    request_view,
    view_flaws,
)

INVITE = BY_NAME["invite.send"]
ORGANIZATIONS = ("acme", "other")
EVERY_OPERATION = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
EVERY_WRITE = pytest.mark.parametrize(
    "operation", [o for o in OPERATIONS if isinstance(o, Write)], ids=lambda operation: operation.name
)


def shown_form(operation: Operation, values: dict[str, Any], reason: str = "", **more: Any) -> dict[str, Any]:
    """The form in the workspace of two organizations."""
    return form_view(operation, values, reason, organizations=ORGANIZATIONS, channel="C0GENERAL", **more)


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The form's input elements by the name of their parameter."""
    return {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}


def entered(element: dict[str, Any]) -> dict[str, Any]:
    """The state that Slack sends of an input whose initial value was left as it is."""
    state: dict[str, Any] = {"type": element["type"]}
    match element["type"]:
        case "static_select" | "external_select":
            return state | {"selected_option": element.get("initial_option")}
        case "checkboxes" | "multi_static_select":
            return state | {"selected_options": element.get("initial_options", [])}
        case "datepicker":
            return state | {"selected_date": element.get("initial_date")}
        case "file_input":
            return state | {"files": []}
        case _:
            return state | {"value": element.get("initial_value")}


def state_of(view: dict[str, Any]) -> dict[str, Any]:
    """The state of the whole form, untouched."""
    return {name: {element["action_id"]: entered(element)} for name, element in inputs(view).items()}


@EVERY_OPERATION
@pytest.mark.parametrize("is_filled", [False, True], ids=["empty", "filled"])
@pytest.mark.parametrize("organizations", [("acme",), ORGANIZATIONS], ids=["one", "two"])
def test_every_form_passes(operation: Operation, is_filled: bool, organizations: tuple[str, ...]) -> None:
    values = sample_values(operation) if is_filled else {}
    view = form_view(operation, values, "x" if is_filled else "", organizations=organizations, channel=None)
    assert view_flaws(view) == []


@EVERY_OPERATION
def test_every_form_passes_with_whatever_was_typed(operation: Operation) -> None:
    texts = [p for p in parameters(operation.params) if p.annotation is str or p.is_list]
    for text in (*HOSTILE, LONG_NAME, AMPERSANDS):
        values: dict[str, Any] = {p.name: [text] * 5 if p.is_list else text for p in texts}
        assert view_flaws(shown_form(operation, values, text)) == [], text


@EVERY_OPERATION
def test_a_form_has_an_input_a_parameter_and_a_reason_where_something_is_written(operation: Operation) -> None:
    names = []
    for parameter in parameters(operation.params):
        names.append(parameter.name)
        names += [f"{parameter.name}{FILE}"] if marker_of(parameter.info, FromFile) else []
        names += [f"{parameter.name}{DAY}"] if marker_of(parameter.info, Periods) else []
        names += [f"{parameter.name}{ENDING}"] if marker_of(parameter.info, Endings) else []
    assert list(inputs(shown_form(operation, {}, attaches=True))) == names + (
        [REASON] if isinstance(operation, Write) else []
    )


def is_optional(view: dict[str, Any]) -> dict[str, Any]:
    """Which inputs can be left empty."""
    return {block["block_id"]: block.get("optional", False) for block in view["blocks"] if block["type"] == "input"}


def test_what_can_come_from_a_file_is_required_until_one_is_wanted() -> None:
    assert is_optional(shown_form(INVITE, {}))["invitees"] is False
    optional = is_optional(shown_form(INVITE, {}, attaches=True))
    assert (optional["invitees"], optional[f"invitees{FILE}"]) == (True, False)
    assert inputs(shown_form(INVITE, {}, attaches=True))[f"invitees{FILE}"]["filetypes"] == ["csv"]


@EVERY_OPERATION
@pytest.mark.parametrize("attaches", [False, True])
def test_the_first_input_has_the_focus_and_what_is_required_says_so(operation: Operation, attaches: bool) -> None:
    view = shown_form(operation, {}, attaches=attaches)
    elements = [each for each in inputs(view).values() if each["type"] not in UNFOCUSED]
    assert [each.get("focus_on_load", False) for each in elements] == [True] + [False] * (len(elements) - 1)
    optional = is_optional(view)
    for parameter in parameters(operation.params):
        if parameter.info.is_required() and not (attaches and marker_of(parameter.info, FromFile) is not None):
            assert optional[parameter.name] is False


@EVERY_WRITE
def test_the_button_says_the_verb(operation: Write) -> None:
    assert shown_form(operation, {})["submit"]["text"] == operation.verb


def test_errors_stand_below_their_inputs_and_the_first_at_fault_has_the_focus() -> None:
    view = shown_form(INVITE, {}, errors={"team": "There is no team “x”.", "elsewhere": "No."})
    assert view_flaws(view) == []
    at = [block.get("block_id") for block in view["blocks"]].index("team")
    assert view["blocks"][at + 1]["text"]["text"] == "🛑 *There is no team “x”.*"
    assert view["blocks"][1]["text"]["text"] == "🛑 *No.*"
    assert [name for name, each in inputs(view).items() if each.get("focus_on_load")] == ["team"]


@EVERY_OPERATION
@pytest.mark.parametrize("text", [*map(escape, HOSTILE), escape(AMPERSANDS), "line\n" * 900])
def test_a_form_with_errors_passes(operation: Operation, text: str) -> None:
    names = [parameter.name for parameter in parameters(operation.params)]
    view = shown_form(operation, sample_values(operation), "x", errors=dict.fromkeys([*names, REASON, ""], text))
    assert view_flaws(view) == []


OAT = BY_NAME["oat.create"]


def filled(view: dict[str, Any], **given: dict[str, Any]) -> dict[str, Any]:
    """The state of the form, these inputs filled."""
    state = state_of(view)
    return state | {
        name: {element["action_id"]: entered(element) | given[name]}
        for name, element in inputs(view).items()
        if name in given
    }


def test_scopes_are_chosen_and_each_line_without_some_gets_those() -> None:
    view = shown_form(OAT, {})
    state = filled(
        view,
        repos={"value": "acme/api\nacme/web:tag-read"},
        repos_ending={"selected_options": [{"value": "image-pull"}, {"value": "image-push"}]},
        org_scopes={"selected_options": [{"value": "member-read"}]},
    )
    values, _ = form_values(OAT, state)
    assert values["repos"] == "acme/api:image-pull,image-push\nacme/web:tag-read"
    assert values["org_scopes"] == ["member-read"]


def test_scopes_that_the_menu_does_not_have_stay_as_they_were_typed() -> None:
    assert inputs(shown_form(OAT, {"org_scopes": "member-read nonsense"}))["org_scopes"]["type"] == "plain_text_input"
    chosen = inputs(shown_form(OAT, {"org_scopes": ["scope-member-read"]}))["org_scopes"]
    assert [each["value"] for each in chosen["initial_options"]] == ["member-read"]


@pytest.mark.parametrize(
    ("period", "day", "expires"),
    [("90 days", None, "90 days"), ("never", None, "never"), ("90 days", "2030-01-31", "2030-01-31")],
)
def test_an_expiry_is_a_period_or_a_day_and_no_end_is_chosen(period: str, day: str | None, expires: str) -> None:
    view = shown_form(OAT, {})
    assert is_optional(view)["expires"] is False
    assert inputs(view)["expires"]["initial_option"]["value"] == "90 days"
    state = filled(view, expires={"selected_option": {"value": period}}, expires_day={"selected_date": day})
    assert form_values(OAT, state)[0]["expires"] == expires


def test_a_day_that_was_typed_is_the_day_in_the_form() -> None:
    elements = inputs(shown_form(OAT, {"expires": "2030-01-31"}))
    assert elements["expires_day"]["initial_date"] == "2030-01-31"
    assert elements["expires"]["initial_option"]["value"] == "on the day below"


def test_the_attached_file_is_known_by_its_id() -> None:
    state = state_of(shown_form(INVITE, {}, attaches=True))
    assert attached_files(INVITE, state) == {}
    state[f"invitees{FILE}"]["value"]["files"] = [{"id": "F0LIST", "url_private": "https://elsewhere.example"}]
    assert attached_files(INVITE, state) == {"invitees": "F0LIST"}


def test_long_texts_and_lists_have_room_for_several_lines() -> None:
    elements = inputs(shown_form(BY_NAME["repo.update"], {}))
    assert elements["full_description"]["multiline"] is True
    assert elements["description"]["multiline"] is False
    assert inputs(shown_form(INVITE, {}))["invitees"]["multiline"] is True


@EVERY_OPERATION
def test_what_was_typed_is_in_the_form_and_reads_back(operation: Operation) -> None:
    values = sample_values(operation)
    view = form_view(operation, values, "why", organizations=("other", "acme"), channel=None)
    found, reason = form_values(operation, state_of(view))
    assert operation.params.model_validate(found) == operation.params.model_validate(values)
    assert reason == ("why" if isinstance(operation, Write) else "")


@EVERY_OPERATION
def test_an_empty_form_leaves_the_defaults(operation: Operation) -> None:
    found, reason = form_values(operation, state_of(shown_form(operation, {})))
    for parameter in parameters(operation.params):
        if marker_of(parameter.info, Periods) is not None:
            assert found[parameter.name] == "90 days"
        elif parameter.name in found and parameter.name != "organization":
            assert found[parameter.name] in (parameter.info.default, str(parameter.info.default))
    assert reason == ""


@EVERY_OPERATION
def test_only_what_docker_knows_is_a_menu_that_asks(operation: Operation) -> None:
    elements = inputs(shown_form(operation, {}))
    for parameter in parameters(operation.params):
        is_asking = elements[parameter.name]["type"] == "external_select"
        assert is_asking is (marker_of(parameter.info, Choices) is not None)


@pytest.mark.parametrize("typed", ["true", "t", "yes", "y", "on", "1", "True", "false", "f", "no", "n", "off", "0"])
def test_a_switch_stands_in_the_form_as_it_was_typed(typed: str) -> None:
    command = parse(f"repo immutable set api --rule v --enabled={typed}")
    assert isinstance(command, Form)
    found, _ = form_values(command.operation, state_of(shown_form(command.operation, dict(command.values))))
    assert found["enabled"] is command.operation.params.model_validate(
        {"organization": "acme", **command.values}
    ).model_dump().get("enabled")


def test_what_has_no_room_in_the_form_is_known_before_it_is_cut() -> None:
    people = [f"person{number}@example.com" for number in range(150)]
    assert without_room(INVITE, {"invitees": people[:120], "role": "owner"}) == []
    assert without_room(INVITE, {"invitees": people, "role": "owner"}) == ["People"]


def test_the_form_remembers_where_it_came_from_and_no_right() -> None:
    metadata = json.loads(shown_form(INVITE, {})["private_metadata"])
    assert metadata == {"operation": "invite.send", "channel": "C0GENERAL"}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(OPERATIONS), st.lists(TEXTS, max_size=4))
def test_whatever_form_a_command_opens_passes(operation: Operation, words: list[str]) -> None:
    try:
        command = parse(" ".join([*operation.name.split("."), *words])[:4000])
    except UsageError:
        return
    if isinstance(command, Form):
        assert view_flaws(shown_form(command.operation, dict(command.values), command.reason)) == []


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "plain_text_input", "value": None}, None),
        ({"type": "static_select", "selected_option": None}, None),
        ({"type": "external_select"}, None),
        ({"type": "checkboxes"}, []),
        ({"type": "multi_static_select", "selected_options": [{"value": "a"}]}, ["a"]),
        ({"type": "datepicker", "selected_date": "2026-11-23"}, "2026-11-23"),
        ({"type": "number_input", "value": "7"}, "7"),
        ({}, None),
    ],
)
def test_an_input_left_empty_is_nothing(element: dict[str, Any], value: Any) -> None:
    assert element_value(element) == value


def test_what_no_database_takes_and_nobody_sees_is_none_of_what_was_typed() -> None:
    typed = "a\x00b\ud800\u200b\n\u00a0c"
    assert element_value({"type": "plain_text_input", "value": typed}) == "ab\n c"


def test_the_picker_passes() -> None:
    assert view_flaws(picker_view(channel=None)) == []


@pytest.mark.parametrize("number", [1, 999_999_999_999])
def test_the_denial_form_passes(number: int) -> None:
    view = deny_view(number, INVITE.title)
    assert view_flaws(view) == []
    assert view["private_metadata"] == str(number)


@pytest.mark.parametrize("text", ["done", escape(AMPERSANDS * 3), "x" * 5000])
def test_a_message_in_a_form_passes(text: str) -> None:
    assert view_flaws(message_view(INVITE.title, text, "")) == []


@EVERY_WRITE
def test_the_details_pass(operation: Write) -> None:
    for status in Status:
        assert view_flaws(details_view(request_view(operation, status), operation)) == [], status


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("make", [longest_view, hostile_view])
def test_the_longest_and_the_most_hostile_details_pass(status: Status, make: Any) -> None:
    assert view_flaws(details_view(make(INVITE, status), INVITE)) == []


def words_of(view: dict[str, Any]) -> str:
    """Everything that the view says."""
    return "\n".join(markup(view["blocks"]))


def test_the_details_leave_no_tag_out_while_there_is_room() -> None:
    tags = tuple(f"v1.{number}" for number in range(5000))
    view = request_view(INVITE, changes=(Change("5,000 tags immutable", "mutable", "immutable", items=tags),))
    said = words_of(details_view(view, INVITE))
    assert [tag for tag in tags if f"`{tag}`" not in said] == []


def test_the_details_count_what_finds_no_room() -> None:
    view = request_view(INVITE, changes=(Change("5,000 tags", "mutable", "immutable", items=TAGS),), notes=())
    shown = details_view(view, INVITE)
    assert view_flaws(shown) == []
    last = shown["blocks"][-1]["text"]["text"]
    hidden = int(last.removeprefix("…and ").split()[0].replace(",", ""))
    assert "no room" in last
    said = words_of(shown)
    assert hidden + sum(f"`{tag}`" in said for tag in TAGS) == len(TAGS)


def test_the_details_tell_every_persons_fate() -> None:
    items = tuple(ItemResult(f"person{n}@example.com", True, "invited " + "x" * 60) for n in range(100))
    said = words_of(details_view(request_view(INVITE, Status.SUCCEEDED, items=items), INVITE))
    assert [item.subject for item in items if item.subject not in said] == []


def test_the_details_show_a_reason_to_its_end() -> None:
    reason = "&" * 990 + "the end"
    assert "the end" in words_of(details_view(request_view(INVITE, reason=reason), INVITE))


def test_a_reason_adds_no_lines_of_its_own_to_the_details() -> None:
    said = words_of(details_view(request_view(INVITE, reason="x\n*Done ✅*\n*What it would change*"), INVITE))
    assert said.splitlines().count("*What it would change*") == 1


@given(st.text(alphabet="a&<>", max_size=200), st.integers(10, 50))
def test_a_long_line_is_parted_whole(line: str, limit: int) -> None:
    parts = parts_of(escape(line), limit)
    assert "".join(parts) == escape(line)
    assert all(0 < len(part) <= limit for part in parts)
    unescaped = [p.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for p in parts]
    assert "".join(unescaped) == line


@pytest.mark.parametrize(("values", "begins"), [({}, "90 days"), ({"expires": None}, "never")])
def test_what_was_asked_to_have_no_end_is_asked_for_so_again(values: dict[str, Any], begins: str) -> None:
    assert inputs(shown_form(OAT, values))["expires"]["initial_option"]["value"] == begins


def test_a_menu_says_what_each_of_its_entries_means() -> None:
    entries = inputs(shown_form(BY_NAME["member.role"], {}))["role"]["options"]
    assert {entry["value"]: entry["description"]["text"] for entry in entries}["owner"] == (
        "Can do everything, other owners and billing included"
    )
    initial = inputs(shown_form(BY_NAME["member.role"], {"role": "owner"}))["role"]["initial_option"]
    assert initial == entries[2]
