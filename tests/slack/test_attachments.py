"""CSV files that people attach: which cells count, on which line they stand, and what is said of those at fault."""

import pytest
from pydantic import ValidationError

from bot.errors import UserError
from bot.operations import BY_NAME
from bot.operations.kit.base import FromFile, field_named, marker_of
from bot.slack.attachments import Attachment, Row, errors_text, is_slacks, read_rows

PARAMS = BY_NAME["invite.send"].params
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


def test_each_line_at_fault_is_named_with_its_value() -> None:
    found = [Row(2, "jane@example.com"), Row(3, "not*an*id"), Row(7, "x@y")]
    values = ["typed@example.com", *(row.value for row in found)]
    with pytest.raises(ValidationError) as refusal:
        PARAMS.model_validate({"organization": "acme", "invitees": values})
    text = errors_text(refusal.value.errors(), {"invitees": (1, found)})
    assert "\nLine 3: “not*an*id” is no Docker ID" in text
    assert "\nLine 7: “x@y” is no e-mail address." in text
    assert "jane@" not in text


def test_a_thousand_lines_at_fault_are_counted() -> None:
    found = [Row(number, f"not*{number}") for number in range(1, 1001)]
    with pytest.raises(ValidationError) as refusal:
        PARAMS.model_validate({"organization": "acme", "invitees": [row.value for row in found]})
    text = errors_text(refusal.value.errors(), {"invitees": (0, found)})
    assert len(text) < 2500
    shown = text.count("\nLine ")
    assert f"…and {1000 - shown} more lines like these" in text


@pytest.mark.parametrize(
    ("address", "api", "expected"),
    [
        ("https://files.slack.com/files-pri/T0-F0/x.csv", "https://slack.com/api/", True),
        ("https://slack.com/x.csv", "https://slack.com/api/", True),
        ("http://files.slack.com/x.csv", "https://slack.com/api/", False),
        ("https://evilslack.com/x.csv", "https://slack.com/api/", False),
        ("https://files.slack.com.evil.example/x.csv", "https://slack.com/api/", False),
        ("https://files.slack.com@evil.example/x.csv", "https://slack.com/api/", False),
        ("https://evil.example/?.slack.com", "https://slack.com/api/", False),
        ("http://127.0.0.1:4000/x.csv", "http://127.0.0.1:4000/api/", True),
        ("http://127.0.0.1:4001/x.csv", "http://127.0.0.1:4000/api/", False),
        ("", "https://slack.com/api/", False),
    ],
)
def test_the_token_goes_to_slack_alone(address: str, api: str, expected: bool) -> None:
    assert is_slacks(address, api) is expected


def test_people_can_come_from_a_file_and_a_role_cannot() -> None:
    people, role = field_named(PARAMS, "invitees"), field_named(PARAMS, "role")
    assert people is not None
    assert role is not None
    assert marker_of(people, FromFile) is not None
    assert marker_of(role, FromFile) is None
