"""What somebody sees who asked to read something: a table in pages, help, and errors: pure."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import UsageError, UserError
from bot.operations.kit.base import Answer, Cell, Document, Intent, Operation, Write
from bot.operations.kit.parameters import parameters
from bot.operations.kit.text import harmless
from bot.phrases import Mention, Phrase
from bot.slack.cards import Block, Content, button, context, pack, section
from bot.slack.grammar import COMMAND, topics, usage
from bot.slack.text import code, escape, fit, fit_lines, mentioned, visible

PAGE = 20
HELP_LIMIT = 12_000
MORE = "more"
AS_FILE = -1
CELL = 300
MAX_TABLE = 9500
MAX_VALUE = 2000


def answer_message(answer: Answer, intent: Intent, offset: int = 0, *, timezone: str = "UTC") -> Content:
    """One page of a table, which part of it this is, and buttons for the rest; moments are in the reader's zone."""
    zone = zone_of(timezone)
    rows = [tuple(cell_text(cell, zone) for cell in row) for row in answer.rows[offset : offset + PAGE]]
    where = position(answer, offset, len(rows))
    blocks: list[Block] = [section(f"*{escape(answer.title)}*\n{where}" if where else f"*{escape(answer.title)}*")]
    if rows:
        blocks.append(table(answer.columns, rows))
    if answer.note:
        blocks.append(context(escape(answer.note)))
    if buttons := page_buttons(answer, intent, offset):
        blocks.append({"type": "actions", "elements": buttons})
    return Content(answer_text(answer, rows, where), tuple(blocks))


def position(answer: Answer, offset: int, shown: int) -> str:
    """`1,204 in all, 1 to 20 shown`."""
    if answer.document is not None and not answer.rows:
        return ""
    if not answer.rows:
        return "Nothing found."
    if offset == 0 and shown == len(answer.rows):
        return f"{len(answer.rows):,} in all."
    return f"{len(answer.rows):,} in all, {offset + 1:,} to {offset + shown:,} shown."


def zone_of(timezone: str) -> ZoneInfo:
    """The zone with this IANA name; UTC where there is none."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def cell_text(cell: Cell, zone: ZoneInfo) -> str:
    """A cell as the reader sees it."""
    match cell:
        case datetime():
            return cell.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        case Mention():
            return f"@{cell.id}"
        case _:
            return cell


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Block:
    """A table block: plain text in every cell, so nothing in it is markup."""
    texts = [[visible(" ".join(cell.split())) for cell in row] for row in (columns, *rows)]
    longest = next(size for size in range(CELL, 0, -10) if table_size(texts, size) <= MAX_TABLE)
    cells = [[{"type": "raw_text", "text": fit(text, longest) or "–"} for text in row] for row in texts]
    return {"type": "table", "rows": cells}


def table_size(texts: Iterable[Sequence[str]], longest: int) -> int:
    """How many characters Slack counts, which takes 10,000 in the tables of a message."""
    return sum(len(escape(text[:longest])) for row in texts for text in row)


def answer_text(answer: Answer, rows: Iterable[Sequence[str]], where: str) -> str:
    """The page as text, for screen readers and for a workspace that takes no tables."""
    lines = [escape(" · ".join(row)) for row in rows]
    head = f"{escape(answer.title)}\n{where}\n{escape(' · '.join(answer.columns))}"
    return f"{head}\n{fit_lines(lines, 3000, ' on this page')}\n{escape(answer.note)}".strip()


def page_buttons(answer: Answer, intent: Intent, offset: int) -> list[Block]:
    """Earlier and later rows; the button carries the question, and the answer is found anew."""
    words = render(intent)
    buttons = []
    for label, target, possible in (
        ("Show earlier", max(0, offset - PAGE), offset > 0),
        ("Show more", offset + PAGE, offset + PAGE < len(answer.rows)),
    ):
        value = json.dumps([words, target])
        if possible and len(value) <= MAX_VALUE:
            buttons.append(button(label, f"{MORE}_{label.split()[1]}", value))
    value = json.dumps([words, AS_FILE])
    if buttons and len(value) <= MAX_VALUE:
        buttons.append(button("As a file", f"{MORE}_file", value))
    return buttons


def as_document(answer: Answer, name: str) -> Document:
    """All of the table as CSV; moments in UTC, as ISO 8601 has them.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(answer.columns)
    for row in answer.rows:
        writer.writerow([harmless(as_csv(cell)) for cell in row])
    return Document(f"{name}.csv", "text/csv", text.getvalue().encode())


def as_csv(cell: Cell) -> str:
    """A cell as text that a program reads."""
    match cell:
        case datetime():
            return cell.isoformat()
        case Mention():
            return cell.id
        case _:
            return cell


def render(intent: Intent) -> list[str]:
    """The intent as the words after the command; `grammar.parse_words` reads them back, whatever they hold."""
    words = intent.operation.name.split(".")
    dumped = intent.params.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for parameter in parameters(intent.operation.params):
        value = dumped.get(parameter.name)
        if value is None:
            continue
        for item in value if isinstance(value, list) else [value]:
            words.append(f"--{parameter.flag}={str(item).lower() if isinstance(item, bool) else item}")
    if isinstance(intent.operation, Write) and intent.reason:
        words.append(f"--reason={intent.reason}")
    return words


def help_message(
    operations: Sequence[Operation], topic: str, organizations: Sequence[str], off: Mapping[str, str]
) -> Content:
    """Summary of everything, or usage of what the topic means, by noun; `off` says why an operation cannot be used."""
    meant = topics(operations, topic)
    is_whole = len(meant) == len(operations)
    blocks: list[Block] = []
    for noun, members in groupby(meant, key=lambda o: o.name.partition(".")[0]):
        lines = [help_line(o, off.get(o.name), brief=is_whole) for o in members]
        blocks += pack([f"*{escape(noun)}*", *lines])
    lead = f"{code(COMMAND)} alone opens a menu of everything; a command with something missing opens its form."
    place = f"The organization is {code(organizations[0])} unless --organization says otherwise."
    more = f" {code(f'{COMMAND} help team')} shows every word of a topic." if is_whole else ""
    blocks.append(context(f"{lead} {place}{more}"))
    text = "\n".join(f"{COMMAND} {o.name.replace('.', ' ')}: {o.summary}" for o in meant)
    return Content(fit(escape(text), HELP_LIMIT), tuple(blocks))


def help_line(operation: Operation, off: str | None, *, brief: bool) -> str:
    """How the operation is typed and what it does; in brief, without what can be left out."""
    typed = f"{COMMAND} {operation.name.replace('.', ' ')}" if brief else usage(operation)
    alias = f" (or {code(f'{COMMAND} {operation.alias} …')})" if operation.alias else ""
    why = f" _Off: {escape(off)}_" if off else ""
    return f"{code(typed)}{alias} {escape(operation.summary)}{why}"


def error_message(error: UserError) -> Content:
    """An error's sentence, and the line that would have been right."""
    if not isinstance(error, UsageError):
        return said(phrase_text(error.said))
    text = phrase_text(error.said)
    return said(f"{text}\n{code(error.usage)}" if error.usage else text)


def phrase_text(phrase: Phrase) -> str:
    """A sentence for Slack: its words escaped, its mentions as Slack writes them."""
    return fit("".join(escape(part) if isinstance(part, str) else mentioned(part) for part in phrase), 2500)


def said(text: str) -> Content:
    """Just a sentence."""
    return Content(text, (section(text),))


def from_page_value(value: str) -> tuple[list[str], int]:
    """The question's words and the place that a page's button carries."""
    found: Any = json.loads(value)
    return list(found[0]), int(found[1])
