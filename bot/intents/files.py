"""CSV files that people attach to forms: their values, and on which line each stands."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.errors import UserError

SEPARATORS = ",;\t"


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


def read_rows(file: Attachment, columns: Sequence[str]) -> list[Row]:
    """The values of the first of the `columns` that the file has a heading for, else of its first column.

    Empty ones are left out. Raises `UserError` where it is no CSV in UTF-8, or holds nothing.
    """
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{file.name} is no text in UTF-8: save it as “CSV UTF-8”.") from None
    try:
        lines = list(read_lines(text))
    except csv.Error as error:
        raise UserError(f"{file.name} is no CSV file: {error}.") from None
    heading = [cell.strip().casefold() for cell in lines[0][1]] if lines else []
    column = next((heading.index(name) for name in columns if name in heading), None)
    rows = lines if column is None else lines[1:]
    found = [Row(line, value) for line, cells in rows if (value := cell_of(cells, column or 0))]
    if not found:
        where = "first column" if column is None else f"column “{heading[column]}”"
        raise UserError(f"{file.name} holds nothing in its {where}.")
    return found


def read_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line's number and cells, empty lines left out; parted by whichever separator the first line has most of."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(text.splitlines(keepends=True), delimiter=max(SEPARATORS, key=first.count), strict=True)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def cell_of(cells: Sequence[str], column: int) -> str:
    """The cell without the white space around it; empty where the line is shorter."""
    return cells[column].strip() if column < len(cells) else ""
