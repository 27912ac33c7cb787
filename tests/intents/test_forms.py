"""Forms: an intent, a draft that waits for its files, or a sentence beside each input at fault."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.intents.files import Row, Sheet
from bot.intents.forms import REASON, Draft, LinesAtFault, complete_draft, read_form
from bot.operations import BY_NAME, OPERATIONS
from bot.operations.kit.base import Intent, is_read
from tests.operations.samples import intents

INVITE = BY_NAME["invite.send"]
ROWS = (Row(2, "jane@example.com"), Row(3, "not*an*id"), Row(7, "x@y"))


def attached(*rows: Row) -> dict[str, Sheet]:
    """The file with these rows."""
    return {"invitees": Sheet("people.csv", "Email", rows)}


def draft(**values: Any) -> Draft:
    """The invitation whose people are in a file."""
    found = read_form(INVITE, values, "x", organization="acme", attached={"invitees"})
    assert isinstance(found, Draft)
    return found


def fields(operation: str, values: dict[str, Any], reason: str = "x", **more: Any) -> dict[str, str]:
    """The sentences beside the inputs."""
    with pytest.raises(UsageError) as caught:
        read_form(BY_NAME[operation], values, reason, organization="acme", **more)
    return caught.value.fields


def test_a_form_is_the_intent_that_its_words_would_be() -> None:
    found = read_form(INVITE, {"invitees": "jane@example.com joe"}, "joins", organization="acme")
    assert found == Intent(INVITE, INVITE.params(organization="acme", invitees=["jane@example.com", "joe"]), "joins")  # type: ignore[call-arg]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(OPERATIONS).flatmap(intents))
def test_every_intent_can_be_filled_in(wanted: Intent) -> None:
    values = wanted.params.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    assert read_form(wanted.operation, values, wanted.reason, organization="other") == wanted


def test_the_form_names_its_organization_where_there_are_several() -> None:
    found = read_form(BY_NAME["team.list"], {"organization": "other"}, "", organization="acme")
    assert isinstance(found, Intent)
    assert found.params.organization == "other"


def test_all_that_is_wrong_is_said_at_once_and_beside_its_input() -> None:
    found = fields("team.member.add", {"team": "UPPER!", "username": "b"}, "")
    assert set(found) == {"team", "username", REASON}
    assert all(text.endswith(".") for text in found.values())
    assert found[REASON] == "Say why: the approvers and the audit trail read it."


def test_what_is_missing_is_said_where_no_file_has_it() -> None:
    assert fields("invite.send", {}) == {"invitees": "nothing is given."}
    assert fields("invite.send", {"role": "boss"}, attached={"invitees"}) == {
        "role": "“boss” is none of member, editor or owner."
    }


def test_a_read_needs_no_reason() -> None:
    assert is_read(BY_NAME["team.list"])
    assert isinstance(read_form(BY_NAME["team.list"], {}, "", organization="acme"), Intent)


def test_a_form_with_a_file_waits_for_it() -> None:
    assert draft(role="editor") == Draft(INVITE, {"organization": "acme", "role": "editor"}, "x")


def test_what_the_file_holds_comes_after_what_was_typed() -> None:
    found = complete_draft(draft(invitees="typed@example.com joe"), attached(ROWS[0]))
    assert found.params.model_dump()["invitees"] == ("typed@example.com", "joe", "jane@example.com")
    assert found.reason == "x"


def test_each_line_at_fault_is_named_with_its_value_whatever_was_typed_before_it() -> None:
    for typed in ({}, {"invitees": "typed@example.com joe"}):
        with pytest.raises(LinesAtFault) as caught:
            complete_draft(draft(**typed), attached(*ROWS))
        first, second = caught.value.sentences
        assert first.startswith("Line 3: “not*an*id” is no Docker ID")
        assert second == "Line 7: “x@y” is no e-mail address."
        assert caught.value.text == f"{first} {second}"


def test_what_is_wrong_with_all_of_a_file_names_no_line() -> None:
    people = [Row(line, f"person{line}@example.com") for line in range(1, 2000)]
    with pytest.raises(LinesAtFault) as caught:
        complete_draft(draft(), attached(*people))
    assert caught.value.sentences == ("1999 are too many: 500 is the most there is.",)


def test_what_was_typed_is_no_row_again_and_the_file_is_accounted_for() -> None:
    found = complete_draft(draft(invitees="JANE@example.com"), attached(ROWS[0], Row(4, "joe@example.com")))
    assert found.params.model_dump()["invitees"] == ("JANE@example.com", "joe@example.com")
    assert found.notes == ("people.csv: 2 rows, 1 taken from its column “Email”, 1 left out (line 2: typed already).",)


def test_the_line_at_fault_is_right_where_others_were_left_out() -> None:
    with pytest.raises(LinesAtFault) as caught:
        complete_draft(draft(invitees="jane@example.com"), attached(*ROWS))
    assert [text[:7] for text in caught.value.sentences] == ["Line 3:", "Line 7:"]


@pytest.mark.parametrize(
    ("typed", "people"),
    [
        (
            '"Kim Lee" <kim@example.com>\nJoe <mailto:joe@example.com|joe@example.com>',
            ("kim@example.com", "joe@example.com"),
        ),
        ("pat.o’neil@example.com; `jane`\u00a0", ("pat.o'neil@example.com", "jane")),
        ("https://hub.docker.com/u/Kim?tab=x", ("kim",)),
    ],
)
def test_a_forms_field_is_undone_as_a_command_is(typed: str, people: tuple[str, ...]) -> None:
    found = read_form(INVITE, {"invitees": typed}, "it’s — “so”", organization="acme")
    assert isinstance(found, Intent)
    assert (found.params.model_dump()["invitees"], found.reason) == (people, "it’s — “so”")


def test_an_address_in_a_form_names_the_tag_and_the_organization() -> None:
    found = read_form(BY_NAME["tag.show"], {"repository": "other/api:1.2"}, "", organization="acme")
    assert isinstance(found, Intent)
    assert found.params.model_dump() == {"organization": "other", "repository": "api", "tag": "1.2"}


def test_an_address_of_another_organization_than_the_one_chosen_is_refused_beside_its_input() -> None:
    found = fields("repo.show", {"organization": "acme", "repository": "https://hub.docker.com/r/other/api"})
    assert found == {
        "repository": "“https://hub.docker.com/r/other/api” is of the organization other, and acme is given."
    }
