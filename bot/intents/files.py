"""CSV files that people attach to forms: which column is meant, its values and their lines, and what is left out."""

import csv
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.errors import UserError
from bot.keystrokes import bare
from bot.operations.kit.headings import ADDRESSES, fold
from bot.operations.kit.people import DOCKER_ID, address_of, people_in
from bot.operations.kit.text import count

SEPARATORS = ",;\t|"
QUOTED = re.compile('"[^"]*"')
# Excel's own first line, which says what parts the cells.
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[ \t]*(?:\r\n|\r|\n)', re.IGNORECASE)
# Of these programs' files only the name says CSV: Excel and OpenOffice, old Excel, PDF.
SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
EMPTY, TWICE, TYPED = "empty", "there already", "typed already"
SHOWN_HEADINGS = 12
SHOWN_SPANS = 10


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as somebody attached it."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a file, and the number of the line on which it stands."""

    line: int
    value: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What of a file is taken, and on which lines something is left out, by why.

    `heading` is that of the column; empty where the file has none. `other` says on which line headings stand that are
    none we know.
    """

    name: str
    heading: str
    rows: tuple[Row, ...]
    left: tuple[tuple[int, str], ...] = ()
    other: int | None = None

    @property
    def account(self) -> str:
        """`people.csv: 3 rows, 2 taken from its column “Mail”, 1 left out (line 7: empty).`"""
        lines = {row.line for row in self.rows}
        left = {line for line, _ in self.left} - lines
        column = f"its column “{self.heading[:60]}”" if self.heading else "its only column of addresses"
        parts = [f"{self.name}: {count(len(lines | left), 'row')}, {len(lines):,} taken from {column}"]
        if self.left:
            parts.append(f"{len(left):,} left out ({'; '.join(self.reasons())})")
        if self.other is not None:
            parts.append(f"line {self.other} was read as headings")
        return ", ".join(parts) + "."

    def reasons(self) -> Iterator[str]:
        """Why something is left out, and on which lines."""
        found: dict[str, list[int]] = defaultdict(list)
        for line, why in self.left:
            found[why].append(line)
        for why, lines in found.items():
            yield f"{spans(lines)}: {why}"


def spans(lines: Sequence[int]) -> str:
    """`line 7`, `lines 3, 5–9`; how many more there are, where they are many."""
    found: list[list[int]] = []
    for line in sorted(set(lines)):
        if found and line == found[-1][-1] + 1:
            found[-1][1:] = [line]
        else:
            found.append([line])
    texts = ["–".join(str(line) for line in span) for span in found]
    more = f" and {len(texts) - SHOWN_SPANS} more places" if len(texts) > SHOWN_SPANS else ""
    return f"line{'s' if len(set(lines)) > 1 else ''} {', '.join(texts[:SHOWN_SPANS])}{more}"


@dataclass(frozen=True, slots=True)
class Column:
    """Which column of a table is meant, how many of the first lines are headings, and what these say of the column."""

    index: int
    heading: str = ""
    headings: int = 0
    is_known: bool = False
    is_of_addresses: bool = False


def read_sheet(file: Attachment, known: Sequence[str]) -> Sheet:
    """The values in the first of the `known` columns that the file has a heading for.

    Without such a heading, those in the one column that holds nothing but e-mail addresses. Raises `UserError` where
    it is no table, where no column is the one, and where several are.
    """
    lines = read_lines(file)
    column = known_column(file, lines[0][1], known) or only_addresses(file, lines, known)
    rows, left = list[Row](), list[tuple[int, str]]()
    for line, cells in lines[column.headings :]:
        people = people_in(cell_of(cells, column.index), at_spaces=False)
        rows += [Row(line, person) for person in people]
        left += [] if people else [(line, EMPTY)]
    if astray := [row for row in rows if column.is_of_addresses and DOCKER_ID.fullmatch(row.value.lower())]:
        raise UserError(
            f"Under “{column.heading}”, {file.name} has no e-mail address but “{astray[0].value}” or the like on "
            f"{spans([row.line for row in astray])}. A column of Docker IDs is called “username”."
        )
    if not rows:
        raise UserError(f"{file.name} holds nothing in its column “{column.heading}”.")
    other = lines[0][0] if column.headings and not column.is_known else None
    return without_repeats(Sheet(file.name, column.heading, tuple(rows), tuple(left), other), ())


def without_repeats(sheet: Sheet, typed: Collection[str]) -> Sheet:
    """The sheet without what was typed already, and with each value once, whatever the case of its letters."""
    seen = dict.fromkeys((str(value).casefold() for value in typed), TYPED)
    rows, left = list[Row](), list(sheet.left)
    for row in sheet.rows:
        key = bare(row.value).casefold()
        if key in seen:
            left.append((row.line, seen[key]))
        else:
            seen[key] = TWICE
            rows.append(row)
    return replace(sheet, rows=tuple(rows), left=tuple(sorted(left)))


def known_column(file: Attachment, first: Sequence[str], known: Sequence[str]) -> Column | None:
    """The column under the most preferred of the headings that we know; None where the first line has none of them."""
    folded = [fold(cell) for cell in first]
    wanted = next((fold(name) for name in known if fold(name) in folded), None)
    if wanted is None:
        return None
    if folded.count(wanted) > 1:
        raise UserError(f"{file.name} has {folded.count(wanted)} columns “{first[folded.index(wanted)]}”: leave one.")
    index = folded.index(wanted)
    of_addresses = wanted in {fold(name) for name in ADDRESSES}
    return Column(index, first[index].strip(), 1, is_known=True, is_of_addresses=of_addresses)


def only_addresses(file: Attachment, lines: Sequence[tuple[int, list[str]]], known: Sequence[str]) -> Column:
    """The one column in which there are e-mail addresses and nothing else, a heading of its own apart."""
    found = []
    for index in range(max(len(cells) for _, cells in lines)):
        cells = [cell_of(cells, index) for _, cells in lines]
        has_heading = len(cells) > 1 and not is_address(cells[0]) and "@" not in cells[0]
        below = [cell for cell in cells[has_heading:] if cell]
        if below and all(is_address(cell) for cell in below):
            found.append(Column(index, cells[0] if has_heading else "", int(has_heading)))
    match found:
        case [column]:
            return column
        case _:
            raise UserError(which_column(file, lines[0][1], len(found), known))


def which_column(file: Attachment, first: Sequence[str], found: int, known: Sequence[str]) -> str:
    """That no column is the one, or several are; what stands in the first line, and what would be taken."""
    headings = ", ".join(f"“{cell.strip()[:40]}”" for cell in first[:SHOWN_HEADINGS])
    more = f" and {len(first) - SHOWN_HEADINGS} more" if len(first) > SHOWN_HEADINGS else ""
    columns = f"{found} columns hold addresses alone" if found else "no column holds addresses alone"
    return (
        f"It cannot be told which column of {file.name} is meant: its first line is {headings}{more}, and {columns}. "
        f"Call the column “{known[0]}”, or “username” where it holds Docker IDs."
    )


def is_address(cell: str) -> bool:
    """Whether the cell is an e-mail address, whatever name stands before it."""
    people = people_in(cell, at_spaces=False)
    return bool(people) and all(address_of(person) for person in people)


def read_lines(file: Attachment) -> list[tuple[int, list[str]]]:
    """The number and the cells of each line, up to the last that is not empty; raises `UserError` where it is no table.

    A cell may hold line breaks: its line is the one on which it begins.
    """
    text, number = decoded(file), 0
    if separator_line := SEPARATOR_LINE.match(text):
        text, number = text[separator_line.end() :], 1
    separator = separator_line[1] if separator_line else most_frequent_separator(text)
    lines, skipped = list[tuple[int, list[str]]](), number
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            lines.append((number + 1, cells))
            number = skipped + reader.line_num
    except csv.Error as error:
        raise UserError(f"{file.name} is no CSV file: {error}, on line {number + 1}.") from None
    while lines and is_blank(lines[-1][1]):
        lines.pop()
    first = next((at for at, (_, cells) in enumerate(lines) if not is_blank(cells)), 0)
    if not lines:
        raise UserError(f"{file.name} is empty.")
    return lines[first:]


def most_frequent_separator(text: str) -> str:
    """The separator that the first line with anything in it has most of, outside quotation marks."""
    first = next((line for line in QUOTED.sub("", text[:100_000]).splitlines() if line.strip()), "")
    return max(SEPARATORS, key=first.count)


def decoded(file: Attachment) -> str:
    """The text in UTF-8, in UTF-16 as Excel and PowerShell write it, or in Windows-1252; raises `UserError`."""
    content = file.content
    if content.startswith(SIGNATURES):
        raise UserError(f"{file.name} is no CSV file, whatever its name: save it as “CSV UTF-8”.")
    try:
        if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Of what stands outside ASCII nothing is taken but what proves to be an address or a Docker ID.
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise UserError(f"{file.name} is no text in UTF-8: save it as “CSV UTF-8”.")
    return text


def cell_of(cells: Sequence[str], column: int) -> str:
    """The cell without the white space around it; empty where the line is shorter."""
    return cells[column].strip() if column < len(cells) else ""


def is_blank(cells: Sequence[str]) -> bool:
    """Whether nothing stands in the line."""
    return not any(cell.strip() for cell in cells)
