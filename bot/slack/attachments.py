"""CSV files that people attach to forms: fetched from Slack, read line by line, and put beside what was typed."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import UserError
from bot.operations.kit.base import FromFile, Intent, Operation, field_named, marker_of
from bot.slack.client import TROUBLE
from bot.slack.grammar import field_errors
from bot.slack.services import short
from bot.slack.text import fit_lines
from bot.validation import fault

MAX_BYTES = 1_000_000
SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as somebody attached it."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """A form whose files are still to be read: what was typed, and the id of the file attached for each parameter."""

    operation: Operation
    values: Mapping[str, Any]
    files: Mapping[str, str]
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a file, and the number of the line on which it stands."""

    line: int
    value: str


async def fetch(client: AsyncWebClient, file_id: str) -> Attachment:
    """The file with this id, at most 1 MB of it; raises `UserError` with Slack's reason, or where it is larger.

    https://docs.slack.dev/reference/methods/files.info
    """
    try:
        file = (await client.files_info(file=file_id))["file"]
        name, size = str(file.get("name") or "The file"), int(file.get("size") or 0)
        if size > MAX_BYTES:
            raise UserError(f"{name} has {size:,} bytes, and {MAX_BYTES:,} is the limit: attach it in several parts.")
        return Attachment(name, await download(client, str(file.get("url_private") or ""), name=name))
    except TROUBLE as error:
        raise UserError(
            f"Slack did not hand over the file ({short(error)}). Please try again, or type the values."
        ) from None


async def download(client: AsyncWebClient, address: str, *, name: str) -> bytes:
    """The bytes at one of Slack's addresses; the token goes to no other host, and no redirect is followed.

    Without the scope `files:read`, Slack leads to its log-in page: https://docs.slack.dev/reference/objects/file-object
    """
    if client.session is None:
        raise TypeError("this client has no session to share")
    if not is_slacks(address, client.base_url):
        raise UserError(f"{name} is not kept by Slack: attach it from your own device.")
    headers = {"Authorization": f"Bearer {client.token}"}
    async with client.session.get(address, headers=headers, allow_redirects=False) as answer:
        if answer.status != 200 or answer.content_type == "text/html":
            raise UserError(f"Slack did not hand over {name} (HTTP {answer.status}): does the app have files:read?")
        content = bytearray()
        async for chunk in answer.content.iter_chunked(65_536):
            content += chunk
            if len(content) > MAX_BYTES:
                raise UserError(f"{name} has more than {MAX_BYTES:,} bytes: attach it in several parts.")
        return bytes(content)


def is_slacks(address: str, api: str) -> bool:
    """Whether it is on the host of the Web API, as https://slack.com, or below it, as https://files.slack.com."""
    wanted, found = urlsplit(api), urlsplit(address)
    return found.scheme == wanted.scheme and f".{found.netloc}".endswith(f".{wanted.netloc}")


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


async def with_files(client: AsyncWebClient, draft: Draft) -> Intent:
    """The draft with what its files hold; raises `UserError` that names each line at fault."""
    values, files = dict(draft.values), dict[str, tuple[int, list[Row]]]()
    for name, file_id in draft.files.items():
        info = field_named(draft.operation.params, name)
        marker = marker_of(info, FromFile) if info else None
        if marker is None:
            continue
        rows = read_rows(await fetch(client, file_id), marker.columns)
        typed = list(values.get(name, ()))
        values[name] = [*typed, *(row.value for row in rows)]
        files[name] = (len(typed), rows)
    try:
        return Intent(draft.operation, draft.operation.params.model_validate(values), draft.reason)
    except ValidationError as error:
        raise UserError(errors_text(error.errors(), files)) from None


def errors_text(problems: Sequence[Mapping[str, Any]], files: Mapping[str, tuple[int, Sequence[Row]]]) -> str:
    """A sentence for each line at fault, as many as a form has room for.

    `files` has, by parameter, the place of the file's first value among all, and its rows.
    """
    sentences = []
    for problem in problems:
        match problem["loc"]:
            case (str(name), int(index), *_) if name in files:
                first, rows = files[name]
                sentences.append(f"Line {rows[index - first].line}: {fault(problem)}.")
            case _:
                sentences += [f"{text}." for text in field_errors([problem]).values()]
    return fit_lines(["Nothing was asked for; this is in the way:", *sentences], 2400, " lines like these")
