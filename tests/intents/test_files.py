"""CSV files that people attach: which column is meant, on which lines its values stand, and what is left out."""

import pytest

from bot.errors import UserError
from bot.intents.files import Attachment, Row, Sheet, read_sheet, spans, without_repeats
from bot.operations.kit.headings import ACCOUNTS, ADDRESSES, fold

KNOWN = (*ADDRESSES, *ACCOUNTS)
TWO = ["jane@example.com", "john@example.com"]


def read(content: str | bytes) -> Sheet:
    """What is taken, and what is left out."""
    octets = content.encode() if isinstance(content, str) else content
    return read_sheet(Attachment("people.csv", octets), KNOWN)


def values(content: str | bytes) -> list[str]:
    """The values alone."""
    return [row.value for row in read(content).rows]


def refusal(content: str | bytes) -> str:
    """What is said of a file of which nothing is taken."""
    with pytest.raises(UserError) as caught:
        read(content)
    return caught.value.text


@pytest.mark.parametrize(
    "content",
    [
        "jane@example.com\njohn@example.com\n",
        "email\njane@example.com\njohn@example.com",
        "Name,E-Mail,Team\nJane,jane@example.com,a\nJohn,john@example.com,b\n",
        "Name;Email\nJane;jane@example.com\nJohn;john@example.com\n",
        "Name|Email\nJane|jane@example.com\nJohn|john@example.com\n",
        "Name\tEmail\r\nJane\tjane@example.com\r\nJohn\tjohn@example.com\r\n",
        b"\xef\xbb\xbfemail\r\njane@example.com\r\njohn@example.com\r\n",
        '"Name","Email"\n"Doe, Jane","jane@example.com"\n"John"," john@example.com "\n',
        "username,email\njane,jane@example.com\njohn,john@example.com\n",
        "jane@example.com,Jane\njohn@example.com,John\n",
        "sep=;\r\nName;Email\r\nJane;jane@example.com\r\nJohn;john@example.com\r\n",
        '"sep=|"\nName|Email\nJane|jane@example.com\nJohn|john@example.com\n',
        "Email\rjane@example.com\rjohn@example.com\r",
        "\n\nEmail\njane@example.com\njohn@example.com\n",
        '"a, b, c";Email\nx;jane@example.com\ny;john@example.com\n',
        "who\n“jane@example.com”\nmailto:john@example.com",
        "Jane Doe <jane@example.com>\nJohn <mailto:john@example.com>\n",
    ],
)
def test_the_addresses_are_found(content: str | bytes) -> None:
    assert values(content) == TWO


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_of_excels_is_read(encoding: str) -> None:
    assert values("Name;Prénom;E-Mail\nMüller;René;jane@example.com\n".encode(encoding)) == ["jane@example.com"]
    assert values("\ufeffName\tMail\njané\tjane@example.com\n".encode("utf-16-be")) == ["jane@example.com"]


@pytest.mark.parametrize(
    "headings",
    [
        "Name,Username,Email,Type",
        "First Name [Required],Last Name [Required],Email Address [Required],Password [Required]",
        "userPrincipalName,displayName,surname,mail,givenName",
        "User principal name,Display name,EmailAddress",
        "Name,UserPrincipalName,Enabled",
        "login,firstName,lastName,email",
        "First Name,Last Name,E-mail Address",
        "Name,Given Name,E-mail 1 - Value",
        "Vorname,Nachname,E-Mail-Adresse",
        "Nom,Prénom,Adresse électronique",
        "Nom,Prénom,ADRESSE E‑MAIL",
        "Nombre,Apellidos,Correo electrónico",
        "Nome,Cognome,Indirizzo di posta elettronica",
        "氏名,部署,メールアドレス",
        "姓名,部门,电子邮件",
        "Имя,Отдел,Электронная почта",
        "Nickname,Mail",
        "nick_name,PRIMARY_EMAIL",
        "Manager,  email  ",
    ],
)
def test_a_heading_that_people_know_is_known(headings: str) -> None:
    names = headings.split(",")
    wanted = next(at for name in KNOWN for at, each in enumerate(names) if fold(name) == fold(each))
    cells = ["other@example.com" if at != wanted else "jane@example.com" for at in range(len(names))]
    assert values(f"{headings}\n{','.join(cells)}\n") == ["jane@example.com"]


def test_nicknames_are_nobodys_accounts() -> None:
    assert values("Nickname,Mail\nkim,kim.lee@example.com\njo,jo@example.com\n") == [
        "kim.lee@example.com",
        "jo@example.com",
    ]


def test_an_address_is_preferred_to_a_docker_id_and_a_mailbox_to_a_log_in() -> None:
    assert values("Docker ID,Email\njanedoe,jane@example.com\n") == ["jane@example.com"]
    assert values("userPrincipalName,mail\nj1@corp.example,jane@example.com\n") == ["jane@example.com"]


@pytest.mark.parametrize("heading", ["Username", "docker_id", "Docker Hub Username", "Benutzername", "用户名"])
def test_docker_ids_are_taken_under_their_heading_alone(heading: str) -> None:
    assert values(f"Name,{heading}\nJane,janedoe\n") == ["janedoe"]


def test_without_a_heading_that_is_known_the_one_column_of_addresses_is_taken() -> None:
    found = read("Nick,Kontakt\nkim,kim@example.com\njo,jo@example.com\n")
    assert [row.value for row in found.rows] == ["kim@example.com", "jo@example.com"]
    assert "taken from its column “Kontakt”, line 1 was read as headings." in found.account


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("joe\njane\n", "its first line is “joe”, and no column holds addresses alone"),
        ("Nickname,Team\nkim,a\n", "its first line is “Nickname”, “Team”, and no column holds addresses alone"),
        ("Nick,Kontakt\nkim,kim@example.com\njo,jo\n", "no column holds addresses alone"),
        ("Who,Boss\na@example.com,b@example.com\n", "its first line is “Who”, “Boss”, and 2 columns hold addresses"),
        ("a@example.com,b@example.com\nc@example.com,\n", "2 columns hold addresses alone"),
        ("kim@example.com\nnot*an*id\n", "no column holds addresses alone"),
        ("kim@example\n", "no column holds addresses alone"),
        (",".join("abcdefghijklmnop"), "“k”, “l” and 4 more, and"),
        ("", "people.csv is empty."),
        ("\n \n;;\n", "people.csv is empty."),
        ("sep=;\n", "people.csv is empty."),
        ("email,name\n,Jane\n", "people.csv holds nothing in its column “email”."),
        ("email,name\n", "people.csv holds nothing in its column “email”."),
        ("Email,E-Mail\na@example.com,b@example.com\n", "people.csv has 2 columns “Email”: leave one."),
        ('"never closed\n', "people.csv is no CSV file: unexpected end of data, on line 1."),
        ('email\n"a"b\n', "people.csv is no CSV file: ',' expected after '\"', on line 2."),
        (
            "Mail\na@example.com\nKim\njo\n",
            "Under “Mail”, people.csv has no e-mail address but “Kim” or the like on lines 3–4.",
        ),
        (b"PK\x03\x04rest", "people.csv is no CSV file, whatever its name: save it as “CSV UTF-8”."),
        (b"%PDF-1.7", "people.csv is no CSV file, whatever its name"),
        (b"e\x00m\x00a\x00i\x00l\x00", "people.csv is no text in UTF-8: save it as “CSV UTF-8”."),
        (b"\xff\xfej\x00a\x00", "its first line is “ja”"),
    ],
)
def test_what_cannot_be_told_is_refused_with_what_was_found(content: str | bytes, said: str) -> None:
    assert said in refusal(content)


def test_the_refusal_says_what_would_be_taken() -> None:
    assert refusal("Nickname\nkim\n").endswith("Call the column “email”, or “username” where it holds Docker IDs.")


def test_a_name_in_a_cell_is_not_two_accounts() -> None:
    assert values("Username\nKim Lee\n") == ["Kim Lee"]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    assert [row.line for row in read("email\n\njane@example.com\n  \njohn@example.com\n").rows] == [3, 5]
    found = read('name,email\n"Jane\nDoe",jane@example.com\nJohn,john@example.com\n')
    assert [row.line for row in found.rows] == [2, 4]
    assert [row.line for row in read("sep=,\nname,email\nJane,jane@example.com\n").rows] == [3]


def test_what_is_left_out_is_said_with_its_line_and_why() -> None:
    found = read("name,email\nJane\nJohn,\nMary,mary@example.com\nM,MARY@example.com\n\nJo,jo@example.com\n,,\n\n")
    assert [row.value for row in found.rows] == ["mary@example.com", "jo@example.com"]
    assert found.account == (
        "people.csv: 6 rows, 2 taken from its column “email”, 4 left out (lines 2–3, 6: empty; line 5: there already)."
    )


def test_all_of_a_file_is_said_in_few_words() -> None:
    assert read("\n".join(f"a{number}@example.com" for number in range(3))).account == (
        "people.csv: 3 rows, 3 taken from its only column of addresses."
    )


def test_what_was_typed_already_is_left_out_and_said() -> None:
    found = without_repeats(read("jane@example.com\njohn@example.com"), ["JOHN@example.com"])
    assert found.rows == (Row(1, "jane@example.com"),)
    assert found.account.endswith(
        "2 rows, 1 taken from its only column of addresses, 1 left out (line 2: typed already)."
    )


def test_many_lines_are_spans_and_no_more_than_ten() -> None:
    assert spans([5]) == "line 5"
    assert spans([9, 3, 4, 5]) == "lines 3–5, 9"
    assert spans(range(1, 41, 2)) == "lines 1, 3, 5, 7, 9, 11, 13, 15, 17, 19 and 10 more places"


def test_no_heading_is_known_for_both() -> None:
    assert not {fold(name) for name in ADDRESSES} & {fold(name) for name in ACCOUNTS}
    assert len({fold(name) for name in KNOWN}) >= 100


def test_a_page_of_docker_hub_in_a_cell_is_left_for_who_knows_it() -> None:
    assert values("Docker ID\nhttps://hub.docker.com/u/Kim\n") == ["https://hub.docker.com/u/Kim"]
