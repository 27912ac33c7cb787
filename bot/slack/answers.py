"""What somebody sees who asked to read something: a table, in pages or as a file: pure."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.clock import zone_of
from bot.governance.people import is_slack_user
from bot.operations.kit.base import Answer, Cell, Document
from bot.operations.kit.text import no_formula
from bot.phrases import Mention
from bot.slack.blocks import Block, Content, button, content, context, pack, section
from bot.slack.text import bold, escape, fit, mention
from bot.slack.texts import answers as texts
from bot.visible import visible

PAGE = 20
MORE = "more"
AS_FILE = -1
CELL = 300
MAX_TABLE = 9500
MAX_LIST = 8000
# Of a message that is never changed.
LONGEST_ANSWER = 12_000
# What 390 pixels have room for, in characters.
MOST_COLUMNS, PHONE_WIDTH = 4, 44
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?")
NOTHING = frozenset({"", "–", "-"})
NEEDS_A_NAME = re.compile(r"yes|no|never|none|all|[\d\W]+(?:[kKMGT]?i?B)?", re.IGNORECASE)
PAGE_VALUE = re.compile(r"([A-Za-z0-9_-]{1,32}):(-1|[0-9]{1,9})")


def answer_message(answer: Answer, *, token: str | None, offset: int = 0, timezone: str = "UTC") -> Content:
    """One page of a table, which part of it this is, and buttons for the rest; moments are in the reader's zone.

    `token` names the question for the buttons; without one there are none.
    """
    zone = zone_of(timezone)
    if offset >= len(answer.rows):
        # Rows have gone since the button was shown: the last page is what there is.
        offset = max(0, len(answer.rows) - 1) // PAGE * PAGE
    page = answer.rows[offset : offset + PAGE]
    rows = [tuple(cell_text(cell, zone) for cell in row) for row in page]
    where = position(answer, offset, len(rows))
    head = section(f"{bold(answer.title)}\n{where}" if where else bold(answer.title))
    foot: list[Block] = [context(escape(answer.note))] if answer.note else []
    if token and (buttons := page_buttons(answer, token, offset)):
        foot.append({"type": "actions", "elements": buttons})
    if not rows:
        return content(head, *foot, limit=LONGEST_ANSWER)
    listed = as_list(answer.columns, page, rows)
    if not fits_a_phone(answer.columns, rows):
        return content(head, *listed, *foot, limit=LONGEST_ANSWER)
    shown = with_people(table(answer.columns, rows), page)
    return content(head, shown, *foot, classic=(head, *listed, *foot), limit=LONGEST_ANSWER)


def position(answer: Answer, offset: int, shown: int) -> str:
    """`1,204 in all, 1 to 20 shown`."""
    if answer.document is not None and not answer.rows:
        return ""
    if not answer.rows:
        return texts.NOTHING_FOUND
    counted = escape(answer.counted) or texts.COUNTED.format(total=len(answer.rows))
    if offset == 0 and shown == len(answer.rows):
        return texts.ALL.format(counted=counted)
    return texts.SHOWN.format(counted=counted, first=offset + 1, last=offset + shown)


def fits_a_phone(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a table of these can be read without turning the phone, or pushing it to and fro."""
    widest = (max(len(row[index]) for row in (columns, *rows)) for index in range(len(columns)))
    return len(columns) <= MOST_COLUMNS and sum(widest) <= PHONE_WIDTH


def as_list(columns: Sequence[str], page: Sequence[Sequence[Cell]], rows: Sequence[Sequence[str]]) -> list[Block]:
    """A line a row: what it is about, then the other columns."""
    flat = [[flattened(cell) for cell in row] for row in rows]
    longest = longest_cell(flat, MAX_LIST - sum(len(column) + 10 for column in columns) * len(rows))
    return pack([list_line(columns, *row, longest) for row in zip(page, flat, strict=True)])


def list_line(columns: Sequence[str], cells: Sequence[Cell], shown: Sequence[str], longest: int) -> str:
    """`*annberg* · Ann Berg · member · Joined: 2026-11-23`; what is empty is left out."""
    values = [linear(cell, fit(text, longest)) for cell, text in zip(cells, shown, strict=True)]
    is_person = isinstance(cells[0], Mention)
    first = values[0] if is_person else bold(fit(shown[0], longest) or texts.EMPTY)
    rest = zip(columns[1:], values[1:], shown[1:], strict=True)
    return " · ".join([first, *(named(column, value, text) for column, value, text in rest if value not in NOTHING)])


def named(column: str, value: str, text: str) -> str:
    """`Joined: 2026-11-23`, but `member`: a name or a word says by itself what it is, a number or a `yes` does not."""
    return texts.CELL.format(column=escape(column), value=value) if NEEDS_A_NAME.fullmatch(text) else value


def flattened(text: str) -> str:
    """A cell on one line, all of which can be seen; a day and a time stay together."""
    return unbroken(visible(" ".join(text.split())))


def unbroken(text: str) -> str:
    """A moment, or a day, that no line ends in the middle of; any other text as it is."""
    return text.replace("-", "\u2011").replace(" ", "\u00a0") if MOMENT.fullmatch(text) else text


def longest_cell(cells: Sequence[Sequence[str]], most: int) -> int:
    """How long a cell may be, so that all of them have room for what Slack takes."""
    return next((size for size in range(CELL, 10, -10) if table_size(cells, size) <= most), 10)


def cell_text(cell: Cell, zone: ZoneInfo) -> str:
    """A cell as the reader sees it, in plain text."""
    match cell:
        case datetime():
            return cell.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        case Mention():
            return cell.id
        case _:
            return cell


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Block:
    """A table block: plain text in every cell, so nothing in it is markup."""
    flat = [[flattened(cell) for cell in row] for row in (columns, *rows)]
    longest = longest_cell(flat, MAX_TABLE)
    cells = [[{"type": "raw_text", "text": fit(text, longest) or texts.EMPTY} for text in row] for row in flat]
    return {"type": "table", "rows": cells}


def with_people(block: Block, page: Sequence[Sequence[Cell]]) -> Block:
    """The table with the workspace's people as mentions, which show their names: raw text would show ids."""
    heading, *rows = block["rows"]
    named = [[person(cell) or shown for cell, shown in zip(*row, strict=True)] for row in zip(page, rows, strict=True)]
    return block | {"rows": [heading, *named]}


def person(cell: Cell) -> Block | None:
    """The cell that mentions somebody of the workspace; None for any other."""
    if not isinstance(cell, Mention) or not is_slack_user(cell.id):
        return None
    mentioned = {"type": "rich_text_section", "elements": [{"type": "user", "user_id": cell.id}]}
    return {"type": "rich_text", "elements": [mentioned]}


def table_size(cells: Iterable[Sequence[str]], longest: int) -> int:
    """How many characters Slack counts, which takes 10,000 in the tables of a message."""
    return sum(len(escape(text[:longest])) for row in cells for text in row)


def linear(cell: Cell, shown: str) -> str:
    """A cell in a line of text: whoever is of the workspace by name, as the table has them."""
    return mention(cell.id) if isinstance(cell, Mention) else escape(shown)


def as_csv(cell: Cell) -> str:
    """A cell as text that a program reads."""
    match cell:
        case datetime():
            return cell.isoformat()
        case Mention():
            return cell.id
        case _:
            return cell


def page_buttons(answer: Answer, token: str, offset: int) -> list[Block]:
    """Earlier and later rows, and all of them; the buttons name the question, and the answer is found anew."""
    buttons = []
    for label, target, possible in (
        (texts.EARLIER, max(0, offset - PAGE), offset > 0),
        (texts.LATER, offset + PAGE, offset + PAGE < len(answer.rows)),
    ):
        if possible:
            buttons.append(button(label, f"{MORE}_{label.split()[1]}", page_value(token, target)))
    if buttons:
        buttons.append(button(texts.AS_A_FILE, f"{MORE}_file", page_value(token, AS_FILE)))
    return buttons


def as_document(answer: Answer, name: str) -> Document:
    """All of the table as CSV; moments in UTC, as ISO 8601 has them.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(answer.columns)
    for row in answer.rows:
        writer.writerow([no_formula(as_csv(cell)) for cell in row])
    return Document(f"{name}.csv", "text/csv", text.getvalue().encode())


def page_value(token: str, offset: int) -> str:
    """What a page's button carries: which answer, and from where on."""
    return f"{token}:{offset}"


def page_of(value: str) -> tuple[str, int]:
    """The same read back; no answer's token where the button is of a version that carried the question itself."""
    found = PAGE_VALUE.fullmatch(value)
    return (found[1], int(found[2])) if found else ("", 0)
