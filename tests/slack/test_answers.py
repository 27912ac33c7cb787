"""What somebody reads who asked: tables in pages, help and errors, whatever Docker Hub's rows hold."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import NotAnApprover, UsageError, UserError
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Answer, Intent, Operation
from bot.phrases import Mention
from bot.slack.answers import (
    PAGE,
    answer_message,
    error_message,
    from_page_value,
    help_message,
    phrase_text,
    render,
    said,
)
from bot.slack.cards import Content
from bot.slack.grammar import parse, parse_words, usage
from bot.slack.text import code, escape
from tests.operations.samples import HOSTILE, TEXTS, build, intents, sample_values
from tests.slack.samples import AMPERSANDS, LONG_NAME, flaws, markup

COLUMNS = ("Username", "Name", "E-mail", "Role", "Teams", "Joined")


def asked(operation: Operation) -> Intent:
    """An ordinary question."""
    params = build(operation.params, sample_values(operation))
    assert params is not None
    return Intent(operation, params)


MEMBERS = asked(BY_NAME["member.list"])


def answer(rows: int, cell: str = "jane", **more: Any) -> Answer:
    """An answer of six columns with the same text in every cell."""
    return Answer("Members of acme", COLUMNS, ((cell,) * 6,) * rows, rows, **more)


def table_of(content: Content) -> list[list[str]]:
    """The table's texts, its head first."""
    block = next(block for block in content.blocks if block["type"] == "table")
    return [[cell["text"] for cell in row] for row in block["rows"]]


def buttons_of(content: Content) -> dict[str, str]:
    """Values of the buttons that lead to other pages, by their labels."""
    rows = [block["elements"] for block in content.blocks if block["type"] == "actions"]
    labelled = {button["text"]["text"]: button["value"] for row in rows for button in row}
    return {label: value for label, value in labelled.items() if label.startswith("Show ")}


@pytest.mark.parametrize("cell", ["jane", "", " ", LONG_NAME, "x" * 3000, AMPERSANDS, *HOSTILE])
@pytest.mark.parametrize("rows", [0, 1, PAGE, 61])
def test_a_table_passes_whatever_its_cells_hold(cell: str, rows: int) -> None:
    content = answer_message(answer(rows, cell, note=cell), MEMBERS, 20 if rows > 40 else 0)
    assert flaws(content) == []
    assert len(content.text) <= 8000


@pytest.mark.parametrize("evil", HOSTILE)
def test_nothing_hostile_in_a_table_becomes_markup(evil: str) -> None:
    content = answer_message(Answer(evil, (evil,), ((evil,),), 1, note=evil), MEMBERS)
    for text in [content.text, *markup(list(content.blocks))]:
        assert "<" not in text
        assert re.search("[\u200b\u202a-\u202e\u2066-\u2069\x00]", text) is None
    assert "\u202e" not in str(table_of(content))


def test_a_table_of_long_cells_is_shortened_evenly_rather_than_refused() -> None:
    shown = table_of(answer_message(answer(PAGE, "x" * 300), MEMBERS))
    lengths = {len(cell) for row in shown[1:] for cell in row}
    assert lengths == {70}
    assert shown[0] == list(COLUMNS)


def test_short_tables_are_shown_whole() -> None:
    assert table_of(answer_message(answer(2, "y" * 300), MEMBERS))[1] == ["y" * 300] * 6


@pytest.mark.parametrize(
    ("rows", "offset", "where", "labels"),
    [
        (0, 0, "Nothing found.", []),
        (1, 0, "1 in all.", []),
        (20, 0, "20 in all.", []),
        (21, 0, "21 in all, 1 to 20 shown.", ["Show more"]),
        (61, 20, "61 in all, 21 to 40 shown.", ["Show earlier", "Show more"]),
        (61, 60, "61 in all, 61 to 61 shown.", ["Show earlier"]),
        (1204, 0, "1,204 in all, 1 to 20 shown.", ["Show more"]),
    ],
)
def test_a_page_says_which_part_it_is_and_leads_to_the_rest(
    rows: int, offset: int, where: str, labels: list[str]
) -> None:
    content = answer_message(answer(rows), MEMBERS, offset)
    assert where in content.text
    assert list(buttons_of(content)) == labels


def test_a_page_that_is_gone_meanwhile_leads_back() -> None:
    content = answer_message(answer(5), MEMBERS, 40)
    assert flaws(content) == []
    assert list(buttons_of(content)) == ["Show earlier"]


def test_pages_follow_one_another_without_gap_or_overlap() -> None:
    numbered = Answer("Tags", ("Tag",), tuple((f"v{n}",) for n in range(61)), 61)
    seen, offset = [], 0
    for _ in range(4):
        content = answer_message(numbered, MEMBERS, offset)
        seen += [row[0] for row in table_of(content)[1:]]
        if more := buttons_of(content).get("Show more"):
            offset = from_page_value(more)[1]
    assert seen == [f"v{n}" for n in range(61)]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(OPERATIONS).flatmap(intents))
def test_what_is_rendered_reads_back_as_the_same_intent(intent: Intent) -> None:
    assert parse_words(render(intent), OPERATIONS, "other") == intent


@pytest.mark.parametrize("search", [*HOSTILE[:-1], 'it\'s "both"', "--reason=x", "“curly”"])
def test_the_button_of_a_page_asks_the_same_question_again(search: str) -> None:
    params = build(BY_NAME["member.list"].params, {"organization": "acme", "search": search})
    assert params is not None
    intent = Intent(BY_NAME["member.list"], params)
    words, offset = from_page_value(buttons_of(answer_message(answer(61), intent))["Show more"])
    assert (parse_words(words, OPERATIONS, "other"), offset) == (intent, PAGE)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_any_rows_make_a_message_that_passes(title: str, cell: str, note: str) -> None:
    found = Answer(f"Members {title}", COLUMNS, ((cell,) * 6,) * 30, 30, note=note)
    content = answer_message(found, MEMBERS)
    assert flaws(content) == []
    assert "<" not in "".join(markup(list(content.blocks)))


@pytest.mark.parametrize("topic", ["", *(operation.name for operation in OPERATIONS), "nonsense"])
@pytest.mark.parametrize("why", ["", "the plan <!channel> does not have it " + "x" * 150])
def test_help_passes_whatever_is_off(topic: str, why: str) -> None:
    off = {operation.name: why for operation in OPERATIONS} if why else {}
    content = help_message(OPERATIONS, topic, ("acme",), off)
    assert flaws(content) == []
    assert len(content.text) <= 4000
    assert "<" not in "".join(markup(list(content.blocks)))


def test_help_names_every_operation() -> None:
    shown = "".join(markup(list(help_message(OPERATIONS, "", ("acme",), {}).blocks)))
    assert [o.name for o in OPERATIONS if f"/hub {o.name.replace('.', ' ')}" not in shown] == []
    assert [o.name for o in OPERATIONS if escape(o.summary) not in shown] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_help_on_an_operation_has_its_whole_usage_line(operation: Operation) -> None:
    content = help_message(OPERATIONS, operation.name, ("acme",), {})
    assert code(usage(operation)) in "".join(markup(list(content.blocks)))


@pytest.mark.parametrize("typed", [*HOSTILE[:-2], "<@U0OMAR>"])
def test_an_error_repeats_what_was_typed_and_mentions_nobody(typed: str) -> None:
    content = error_message(UsageError(f"“{typed}” is no Docker ID.", usage=usage(OPERATIONS[0])))
    assert flaws(content) == []
    assert "<" not in content.text


def test_a_person_that_we_name_stays_a_mention_and_a_channel_does_not() -> None:
    said = ("Only ", Mention("U0ANN"), " and ", Mention("S0LEADS", "group"), " may, not <!channel> or <@U0OMAR>.")
    content = error_message(NotAnApprover(*said))
    assert "Only <@U0ANN> and <!subteam^S0LEADS> may, not &lt;!channel&gt; or &lt;@U0OMAR&gt;." in content.text


@pytest.mark.parametrize("text", ["x" * 10_000, AMPERSANDS * 5])
def test_a_long_error_passes(text: str) -> None:
    assert flaws(error_message(UserError(text))) == []
    assert flaws(error_message(UsageError(text, usage="/hub x"))) == []
    assert len(phrase_text((text,))) <= 2500


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_usage_line_survives_its_own_error(operation: Operation) -> None:
    with pytest.raises(UsageError) as caught:
        parse(f"{operation.name.replace('.', ' ')} --zzz", OPERATIONS, "acme")
    assert flaws(error_message(caught.value)) == []


def test_a_sentence_is_its_own_fallback() -> None:
    assert said("Done.").text == "Done."
