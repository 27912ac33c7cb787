"""CSV files that people attach: which cells count, on which line they stand, and what is said of what is no list."""

import pytest

from bot.errors import UserError
from bot.intents.files import Attachment, read_rows

COLUMNS = ("email", "e-mail", "username")


def rows(content: str | bytes) -> list[tuple[int, str]]:
    """Line and value of each row."""
    octets = content.encode() if isinstance(content, str) else content
    return [(row.line, row.value) for row in read_rows(Attachment("people.csv", octets), COLUMNS)]


@pytest.mark.parametrize(
    "content",
    [
        "jane@example.com\njohn@example.com\n",
        "email\njane@example.com\njohn@example.com",
        "Name,E-Mail,Team\nJane,jane@example.com,a\nJohn,john@example.com,b\n",
        "Name;Email\nJane;jane@example.com\nJohn;john@example.com\n",
        "Name\tEmail\r\nJane\tjane@example.com\r\nJohn\tjohn@example.com\r\n",
        b"\xef\xbb\xbfemail\r\njane@example.com\r\njohn@example.com\r\n",
        '"Name","Email"\n"Doe, Jane","jane@example.com"\n"John"," john@example.com "\n',
        "username,email\njane,jane@example.com\njohn,john@example.com\n",
        "jane@example.com,Jane\njohn@example.com,John\n",
    ],
)
def test_the_addresses_are_found(content: str | bytes) -> None:
    assert [value for _, value in rows(content)] == ["jane@example.com", "john@example.com"]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    assert rows("email\n\njane@example.com\n  \njohn@example.com\n") == [
        (3, "jane@example.com"),
        (5, "john@example.com"),
    ]
    assert rows('name,email\n"Jane\nDoe",jane@example.com\nJohn,john@example.com\n')[1] == (4, "john@example.com")


def test_an_empty_cell_and_a_short_line_are_left_out() -> None:
    assert rows("name,email\nJane\nJohn,\nMary,mary@example.com\n") == [(4, "mary@example.com")]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xff\xfej\x00a\x00", "people.csv is no text in UTF-8: save it as “CSV UTF-8”."),
        (b"", "people.csv holds nothing in its first column."),
        (b"\n \n", "people.csv holds nothing in its first column."),
        (b"email,name\n,Jane\n", "people.csv holds nothing in its column “email”."),
        (b'"never closed\n', "people.csv is no CSV file: unexpected end of data."),
    ],
)
def test_what_is_no_list_is_a_sentence(content: bytes, text: str) -> None:
    with pytest.raises(UserError) as refusal:
        rows(content)
    assert refusal.value.text == text
