"""Block Kit's checks: what Slack takes passes, what breaks a rule is refused with its place."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.slack.block_kit.blocks import BLOCKS
from sandbox.slack.block_kit.check import check_attachments, check_blocks, check_message, check_view, complete_blocks
from sandbox.slack.block_kit.elements import ELEMENTS
from sandbox.slack.block_kit.limits import LIMITS
from sandbox.slack.block_kit.rich_text import INLINE, SPANS
from sandbox.slack.workspace.mrkdwn import counted_length
from tests.contract.notation import statement
from tests.sandbox.block_kit_judge import JUDGES
from tests.sandbox.slack_support import actions, button, field, modal, section

Json = dict[str, Any]
STATED = statement("block_kit")
ACCEPTED = [(kind, payload) for kind, payloads in STATED["accepted"].items() for payload in payloads]
IDS = [f"{kind} {payload.get('type', '')}".strip() for kind, payload in ACCEPTED]


@pytest.mark.parametrize(("kind", "payload"), ACCEPTED, ids=IDS)
def test_a_payload_that_slack_takes_passes(kind: str, payload: Any) -> None:
    assert JUDGES[kind](payload) == []


def test_there_is_a_payload_of_every_kind_of_block_and_element() -> None:
    assert len(ACCEPTED) > 100
    assert {kind for kind, _ in ACCEPTED} == set(JUDGES)
    types = {kind: {payload.get("type") for its, payload in ACCEPTED if its == kind} for kind in JUDGES}
    assert types["element"] >= ELEMENTS.keys()
    # A layout's rows are taken as they are: https://docs.slack.dev does not say what stands in them.
    assert types["block of a message"] | types["block of a modal"] >= BLOCKS.keys() - {"layout"}
    assert types["rich_text"] >= INLINE.keys() | SPANS.keys()


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("block of a message", {"type": "header", "text": {"type": "plain_text", "text": "x" * 150}}),
        ("block of a message", {"type": "header", "text": {"type": "plain_text", "text": "😀" * 150}}),
        ("block of a message", {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}),
        ("element", {"type": "button", "action_id": "a" * 255, "text": {"type": "plain_text", "text": "x" * 75}}),
        ("option", {"text": {"type": "plain_text", "text": "x" * 75}, "value": "x" * 150}),
    ],
)
def test_what_is_as_long_as_the_limit_passes(kind: str, payload: Any) -> None:
    assert JUDGES[kind](payload) == []


def test_the_numbers_are_those_that_are_stated() -> None:
    assert STATED["limits"] == LIMITS


MENU: Json = {"type": "static_select", "action_id": "menu"}
OPTION: Json = {"text": {"type": "plain_text", "text": "One"}, "value": "1"}
PLAIN: Json = {"type": "plain_text", "text": "Words"}


def _option(text: str, value: str) -> Json:
    return {"text": {"type": "plain_text", "text": text}, "value": value}


REFUSED: dict[str, tuple[list[Any], str]] = {
    "a section of 3001 characters": (
        [section("x" * 3001)],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    "an ampersand counts five": (
        [section("&" * 601)],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    "an empty text": ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    "a header of 151": (
        [{"type": "header", "text": {**PLAIN, "text": "x" * 151}}],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    "mrkdwn in a header": (
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    "an unknown block": ([{"type": "nothing"}], "unsupported type: nothing [json-pointer:/blocks/0/type]"),
    "a block without type": ([{"text": PLAIN}], "missing required field: type [json-pointer:/blocks/0]"),
    "an unknown key": (
        [{"type": "divider", "colour": "red"}],
        "invalid additional property: colour [json-pointer:/blocks/0]",
    ),
    "51 blocks": ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    "26 buttons": (
        [actions(*(button(str(n)) for n in range(26)))],
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    "11 fields": (
        [{"type": "section", "fields": [PLAIN] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    "a field of 2001": (
        [{"type": "section", "fields": [{**PLAIN, "text": "x" * 2001}]}],
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    "a button of 76": (
        [actions(button("a", "x" * 76))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    "a value of 2001": (
        [actions(button("a", value="x" * 2001))],
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    "an action_id of 256": (
        [actions(button("x" * 256))],
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    "two blocks of one id": (
        [actions(button("a")), actions(button("b"))],
        '`block_id` "buttons" already exists [json-pointer:/blocks/1/block_id]',
    ),
    "two actions of one id": (
        [actions(button("a"), button("a"))],
        '`action_id` "a" already exists in the block [json-pointer:/blocks/0]',
    ),
    "an option value of 151": (
        [actions({**MENU, "options": [_option("One", "x" * 151)]})],
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
    ),
    "101 options": (
        [actions({**MENU, "options": [_option(f"{n}", f"{n}") for n in range(101)]})],
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    "no options": (
        [actions(MENU)],
        "must have exactly one of: options, option_groups [json-pointer:/blocks/0/elements/0]",
    ),
    "a confirm without text": (
        [actions(button("a", confirm={"title": PLAIN, "confirm": PLAIN, "deny": PLAIN}))],
        "missing required field: text [json-pointer:/blocks/0/elements/0/confirm]",
    ),
    "a text field in actions": (
        [actions({"type": "plain_text_input", "action_id": "a"})],
        "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
    ),
    "an image without alt": (
        [{"type": "image", "image_url": "https://example.com/a.png"}],
        "missing required field: alt_text [json-pointer:/blocks/0]",
    ),
    "two tables": (
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}] * 2,
        "no more than 1 table blocks allowed [json-pointer:/blocks]",
    ),
    "markdown of 12001 together": (
        [{"type": "markdown", "text": "x" * 6001}] * 2,
        "markdown blocks must be less than 12001 characters together [json-pointer:/blocks]",
    ),
    "a file field": (
        [field("file", {"type": "file_input"})],
        "unsupported element in a message: file_input [json-pointer:/blocks/0]",
    ),
    "an alert": ([{"type": "alert", "text": PLAIN}], "must be one of: "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_message_is_refused_for(name: str) -> None:
    blocks, expected = REFUSED[name]
    assert any(expected in one.as_text() for one in check_blocks(blocks, "message"))


REFUSED_VIEWS: dict[str, tuple[Any, str]] = {
    "a title of 25": (modal(title="x" * 25), "must be less than 25 characters [json-pointer:/view/title/text]"),
    "an input without submit": (
        modal(field("a", {"type": "plain_text_input"}), submit=None),
        "missing required field: submit [json-pointer:/view]",
    ),
    "a table": (modal({"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}), "must be one of: "),
    "no blocks": ({**modal(), "blocks": []}, "no fewer than 1 items allowed [json-pointer:/view/blocks]"),
    "101 blocks": (modal(*[{"type": "divider"}] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
    "private_metadata of 3001": (
        modal(private_metadata="x" * 3001),
        "must be less than 3001 characters [json-pointer:/view/private_metadata]",
    ),
    "a number field that says nothing of decimals": (
        modal(field("a", {"type": "number_input"})),
        "missing required field: is_decimal_allowed [json-pointer:/view/blocks/0/element]",
    ),
    "submit on Home": (
        {"type": "home", "blocks": [section("x")], "submit": PLAIN},
        "invalid additional property: submit [json-pointer:/view]",
    ),
    "two in focus": (
        modal(*(field(one, {"type": "plain_text_input", "focus_on_load": True}) for one in "ab")),
        "only one element may have focus_on_load [json-pointer:/view/blocks]",
    ),
}


@pytest.mark.parametrize("name", REFUSED_VIEWS)
def test_a_view_is_refused_for(name: str) -> None:
    view, expected = REFUSED_VIEWS[name]
    assert any(expected in one.as_text() for one in check_view(view)), [one.as_text() for one in check_view(view)]


def test_lengths_are_counted_after_escaping_and_links_stay_whole() -> None:
    assert counted_length("a & b", formatted=True) == 9
    assert counted_length("a &amp; b", formatted=True) == 9
    assert counted_length("<@U0ANN>", formatted=True) == 8
    assert counted_length("<@U0ANN>", formatted=False) == 14
    assert counted_length("<b", formatted=True) == 5
    assert counted_length("😀", formatted=True) == 1


def test_blocks_get_the_ids_and_switches_that_slack_adds() -> None:
    (block,) = complete_blocks([{"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "accessory": button("a")}])
    assert block["block_id"]
    assert block["text"] == {"type": "mrkdwn", "text": "x", "verbatim": False}
    assert block["accessory"]["text"]["emoji"] is True
    (row,) = complete_blocks([{"type": "actions", "elements": [{"type": "button", "text": PLAIN}]}])
    assert row["elements"][0]["action_id"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["section", "x", "plain_text", "table", "input"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "blocks", "elements", "rows", "element", "title"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_payload_however_odd_is_more_than_refused(value: Any) -> None:
    check_blocks(value, "message")
    check_message(value)
    check_view(value)
    check_attachments(value)
