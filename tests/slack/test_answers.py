"""What somebody reads who asked: tables in pages and as files, whatever Docker Hub's rows hold."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from bot.operations.kit.base import Answer, Document
from bot.phrases import Mention
from bot.slack.answers import AS_FILE, PAGE, answer_message, as_document, named, page_of, page_value
from bot.slack.blocks import Content, ways_to_show
from bot.slack.spoken import missing_from
from tests.operations.samples import HOSTILE, TEXTS
from tests.slack.samples import AMPERSANDS, LONG_NAME, flaws, markup

TOKEN = "t" * 22
COLUMNS = ("Username", "Name", "E-mail", "Role", "Teams", "Joined")


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
    content = answer_message(answer(rows, cell, note=cell), token=TOKEN, offset=20 if rows > 40 else 0)
    assert flaws(content) == []
    assert len(content.text) <= 12_000
    assert missing_from(content.text, content.blocks) == []
    for way in ways_to_show(content):
        assert flaws(Content(content.text, tuple(way))) == []


@pytest.mark.parametrize("evil", HOSTILE)
def test_nothing_hostile_in_a_table_becomes_markup(evil: str) -> None:
    content = answer_message(Answer(evil, (evil,), ((evil,),), 1, note=evil), token=TOKEN)
    for text in [content.text, *markup(list(content.blocks))]:
        assert "<" not in text
        assert re.search("[\u200b\u202a-\u202e\u2066-\u2069\x00]", text) is None
    assert "\u202e" not in str(content.blocks)


def lines_of(content: Content) -> list[str]:
    """The lines of a list."""
    return [
        line for block in content.blocks[1:] if block["type"] == "section" for line in block["text"]["text"].split("\n")
    ]


def test_long_cells_are_shortened_evenly_rather_than_refused() -> None:
    lines = lines_of(answer_message(answer(PAGE, "x" * 300), token=TOKEN))
    lengths = {len(cell) for line in lines for cell in re.findall("x+…", line)}
    assert len(lines) == PAGE
    assert len(lengths) == 1
    assert lengths.pop() >= 40


def test_a_short_list_is_shown_whole() -> None:
    assert "y" * 300 in answer_message(answer(2, "y" * 300), token=TOKEN).text


TAG = Answer("Tags", ("Tag", "Size", "Pushed"), (("v1.2.0", "20.1 MB", datetime(2026, 11, 23, 12, 5, tzinfo=UTC)),), 1)


def test_what_a_phone_has_room_for_is_a_table_and_all_else_a_list() -> None:
    kinds = [[block["type"] for block in answer_message(found, token=None).blocks] for found in (TAG, answer(2))]
    assert kinds == [["section", "table"], ["section", "section"]]
    people = Answer("Members", ("Username", "E-mail"), (("jane", "j" * 40 + "@example.com"),), 1)
    assert lines_of(answer_message(people, token=None)) == [f"*jane* · {'j' * 40}@example.com"]


def test_a_list_names_what_says_nothing_by_itself_and_leaves_out_what_is_empty() -> None:
    rows = (("jane_doe", "Jane", "–", "member", "", "2026-11-23"), (Mention("U0ANN"), *("x",) * 5))
    lines = lines_of(answer_message(Answer("Members", COLUMNS, rows, 2), token=None))
    assert lines[0] == "`jane_doe` · Jane · member · Joined: 2026\u201111\u201123"
    assert lines[1].startswith("<@U0ANN> · x · ")


def test_a_workspace_without_tables_gets_the_list_with_its_buttons() -> None:
    found = Answer("Tags", ("Tag",), tuple((f"v{n}",) for n in range(61)), 61)
    first, classic, plain = ways_to_show(answer_message(found, token=TOKEN))
    assert [[block["type"] for block in way] for way in (first, classic, plain)] == [
        ["section", "table", "actions"],
        ["section", "section", "actions"],
        ["section", "actions"],
    ]
    assert "*v0*\n*v1*" in classic[1]["text"]["text"]


def test_a_moment_never_wraps() -> None:
    content = answer_message(TAG, token=None)
    assert table_of(content)[1] == ["v1.2.0", "20.1 MB", "2026\u201111\u201123\u00a012:05"]
    assert "-" not in content.text.splitlines()[-1]


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
    content = answer_message(answer(rows), token=TOKEN, offset=offset)
    assert where in content.text
    assert list(buttons_of(content)) == labels


@pytest.mark.parametrize(
    ("rows", "where", "leads_to"),
    [(45, "45 in all, 41 to 45 shown.", [20]), (40, "40 in all, 21 to 40 shown.", [0]), (5, "5 in all.", [])],
)
def test_of_a_page_that_is_gone_meanwhile_the_last_one_is_shown(rows: int, where: str, leads_to: list[int]) -> None:
    content = answer_message(answer(rows), token=TOKEN, offset=60)
    assert flaws(content) == []
    assert where in content.text
    assert [page_of(value)[1] for value in buttons_of(content).values()] == leads_to


def test_pages_follow_one_another_without_gap_or_overlap() -> None:
    numbered = Answer("Tags", ("Tag",), tuple((f"v{n}",) for n in range(61)), 61)
    seen, offset = [], 0
    for _ in range(4):
        content = answer_message(numbered, token=TOKEN, offset=offset)
        seen += [row[0] for row in table_of(content)[1:]]
        if more := buttons_of(content).get("Show more"):
            offset = page_of(more)[1]
    assert seen == [f"v{n}" for n in range(61)]


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_any_rows_make_a_message_that_passes(title: str, cell: str, note: str) -> None:
    found = Answer(f"Members {title}", COLUMNS, ((cell,) * 6,) * 30, 30, note=note)
    content = answer_message(found, token=TOKEN)
    assert flaws(content) == []
    assert "<" not in "".join(markup(list(content.blocks)))


def test_an_answer_that_nobody_kept_has_no_buttons() -> None:
    content = answer_message(answer(61), token=None)
    assert [block["type"] for block in content.blocks] == ["section", "section"]


def test_the_whole_answer_is_on_offer_as_a_file_where_there_are_pages() -> None:
    labels = [
        (button["text"]["text"], page_of(button["value"]))
        for button in answer_message(answer(61), token=TOKEN, offset=20).blocks[-1]["elements"]
    ]
    assert labels == [("Show earlier", (TOKEN, 0)), ("Show more", (TOKEN, 40)), ("As a file", (TOKEN, AS_FILE))]


@pytest.mark.parametrize("offset", [AS_FILE, 0, PAGE, 999_999_999])
def test_a_pages_button_carries_its_answer_and_its_place(offset: int) -> None:
    assert page_of(page_value(TOKEN, offset)) == (TOKEN, offset)


@pytest.mark.parametrize(
    "value",
    [
        "",
        '[["member", "list"], 20]',
        '[["member", "list", "--search=a:-1"], -1]',
        f"{TOKEN}:",
        f"{TOKEN}:-2",
        ":20",
        f"{TOKEN}:{'9' * 40}",
        f"{'t' * 33}:20",
        f"{TOKEN}:20\n",
        f"{TOKEN}:²",
        "t\x00t:20",
    ],
)
def test_a_button_of_an_older_version_names_no_answer(value: str) -> None:
    assert page_of(value) == ("", 0)


def test_a_moment_is_in_the_readers_zone_and_in_utc_where_that_is_unknown() -> None:
    found = Answer("Tags", ("Pushed",), ((datetime(2026, 11, 23, 23, 30, tzinfo=UTC),),), 1)
    shown = {
        zone: table_of(answer_message(found, token=None, timezone=zone))[1] for zone in ("Asia/Tokyo", "Mars/Base", "")
    }
    assert shown == {
        "Asia/Tokyo": ["2026\u201111\u201124\u00a008:30"],
        "Mars/Base": ["2026\u201111\u201123\u00a023:30"],
        "": ["2026\u201111\u201123\u00a023:30"],
    }


def test_an_answer_that_is_a_file_has_no_empty_table() -> None:
    found = Answer("Members of acme", ("Username",), (), 0, document=Document("m.csv", "text/csv", b"x"))
    content = answer_message(found, token=None)
    assert "Nothing found" not in content.text
    assert [block["type"] for block in content.blocks] == ["section"]


def test_a_file_has_every_row_its_moments_in_utc_and_no_formulas() -> None:
    moment = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    rows = (("=1+1", moment), ('a "b", c', "–"))
    file = as_document(Answer("Tags", ("Tag", "Pushed"), rows, 2), "tag.list")
    assert (file.name, file.media_type) == ("tag.list.csv", "text/csv")
    lines = file.content.decode().split("\r\n")
    assert lines == ["Tag,Pushed", "'=1+1,2026-11-23T12:00:00+00:00", '"a ""b"", c",–', ""]


def test_whoever_is_of_the_workspace_is_named_in_the_text_too_and_nobody_else() -> None:
    rows = ((Mention("U0ANN"), "<@U0OMAR>"), (Mention("terminal:<@U0LENA>"), "x"))
    text = answer_message(Answer("Who", ("Person", "Said"), rows, 2), token=None).text
    assert "<@U0ANN> · &lt;@U0OMAR&gt;" in text
    assert "<@U0LENA>" not in text


def test_rows_that_are_not_all_of_a_kind_are_counted_apart() -> None:
    mixed = Answer("Members", ("Username",), (("jane",),) * 21, 21, counted="18 members and 3 pending invites")
    said = answer_message(mixed, token=TOKEN).text
    assert "18 members and 3 pending invites, 1 to 20 shown." in said
    assert "in all" not in said


@pytest.mark.parametrize(
    "text", ["3", "1,204", "yes", "No", "never", "2026\u201111\u201125\u00a012:30", "45 MB", "1.5 GB", "50 %"]
)
def test_a_number_a_moment_and_a_yes_are_named(text: str) -> None:
    assert named("Pulls", text, text) == f"Pulls: {text}"


@pytest.mark.parametrize("text", ["member", "Ann Berg", "v1.2.0", "backend, platform", "repo:read"])
def test_a_word_needs_no_name(text: str) -> None:
    assert named("Role", text, text) == text
