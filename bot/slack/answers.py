"""What somebody sees who asked to read something: a table, in pages or as a file: pure."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.governance.people import is_slack_user
from bot.operations.kit.base import Answer, Cell, Document
from bot.operations.kit.text import no_formula
from bot.phrases import Mention
from bot.slack.blocks import Block, Content, button, context, section
from bot.slack.text import escape, fit, fit_lines, mention
from bot.visible import visible

PAGE = 20
MORE = "more"
AS_FILE = -1
CELL = 300
MAX_TABLE = 9500
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
    blocks: list[Block] = [section(f"*{escape(answer.title)}*\n{where}" if where else f"*{escape(answer.title)}*")]
    if rows:
        blocks.append(with_people(table(answer.columns, rows), page))
    if answer.note:
        blocks.append(context(escape(answer.note)))
    if token and (buttons := page_buttons(answer, token, offset)):
        blocks.append({"type": "actions", "elements": buttons})
    lines = [" · ".join(map(linear, row, shown)) for row, shown in zip(page, rows, strict=True)]
    return Content(answer_text(answer, lines, where), tuple(blocks))


def position(answer: Answer, offset: int, shown: int) -> str:
    """`1,204 in all, 1 to 20 shown`."""
    if answer.document is not None and not answer.rows:
        return ""
    if not answer.rows:
        return "Nothing found."
    counted = escape(answer.counted) or f"{len(answer.rows):,} in all"
    if offset == 0 and shown == len(answer.rows):
        return f"{counted}."
    return f"{counted}, {offset + 1:,} to {offset + shown:,} shown."


def zone_of(timezone: str) -> ZoneInfo:
    """The zone with this IANA name; UTC where there is none."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


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
    texts = [[visible(" ".join(cell.split())) for cell in row] for row in (columns, *rows)]
    longest = next(size for size in range(CELL, 0, -10) if table_size(texts, size) <= MAX_TABLE)
    cells = [[{"type": "raw_text", "text": fit(text, longest) or "–"} for text in row] for row in texts]
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


def table_size(texts: Iterable[Sequence[str]], longest: int) -> int:
    """How many characters Slack counts, which takes 10,000 in the tables of a message."""
    return sum(len(escape(text[:longest])) for row in texts for text in row)


def linear(cell: Cell, shown: str) -> str:
    """A cell in a line of text: whoever is of the workspace by name, as the table has them."""
    return mention(cell.id) if isinstance(cell, Mention) else escape(shown)


def answer_text(answer: Answer, lines: Sequence[str], where: str) -> str:
    """The page as text, for screen readers and for a workspace that takes no tables."""
    head = f"{escape(answer.title)}\n{where}\n{escape(' · '.join(answer.columns))}"
    return f"{head}\n{fit_lines(lines, 3000, ' on this page')}\n{escape(answer.note)}".strip()


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
        ("Show earlier", max(0, offset - PAGE), offset > 0),
        ("Show more", offset + PAGE, offset + PAGE < len(answer.rows)),
    ):
        if possible:
            buttons.append(button(label, f"{MORE}_{label.split()[1]}", page_value(token, target)))
    if buttons:
        buttons.append(button("As a file", f"{MORE}_file", page_value(token, AS_FILE)))
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
