"""People who are mentioned: looked up where a parameter takes them, a name everywhere else."""

import pytest

from bot.errors import UserError
from bot.intents.wishes import Form, Help, Wish
from bot.intents.words import split_line
from bot.operations.kit.base import Intent
from bot.phrases import Mention
from tests.intents.reading import Known, parse, read_words

BOB, ANN = Mention("U0BOB", name="bob"), Mention("U0ANN", name="ann")


def known() -> Known:
    """Bob, who has a Docker ID, and Ann, who has an address."""
    return Known({"U0BOB": "bobby", "U0ANN": "ann@example.com"})


def read(accounts: Known, *line: str | Mention) -> Wish:
    """What the line wants."""
    return read_words(split_line(line), accounts)


def test_a_mention_is_the_account_that_it_means() -> None:
    accounts = known()
    found = read(accounts, "team member add backend ", BOB, " --reason x")
    assert isinstance(found, Intent)
    assert found.params.model_dump()["username"] == "bobby"
    assert accounts.asked == [("U0BOB", "team.member.add", "acme", False)]


def test_each_of_a_list_is_looked_up_and_may_be_an_address_where_that_will_do() -> None:
    accounts = known()
    found = read(accounts, "invite send ", BOB, ",jane@example.com,", ANN, " --reason x")
    assert isinstance(found, Intent)
    assert found.params.model_dump()["invitees"] == ("bobby", "jane@example.com", "ann@example.com")
    assert accounts.asked == [("U0BOB", "invite.send", "acme", True), ("U0ANN", "invite.send", "acme", True)]


@pytest.mark.parametrize("flag", ["--username=", "--username ", "username="])
def test_a_mention_may_stand_behind_its_flag(flag: str) -> None:
    found = read(known(), "team member add backend ", flag, BOB, " --reason x")
    assert isinstance(found, Intent)
    assert found.params.model_dump()["username"] == "bobby"


def test_a_parameter_that_may_be_left_out_takes_a_mention_too() -> None:
    found = read(known(), "team list --username ", BOB)
    assert isinstance(found, Intent)
    assert found.params.model_dump()["username"] == "bobby"


def test_the_organization_that_the_words_name_is_asked() -> None:
    accounts = known()
    read(accounts, "team member add backend ", BOB, " --reason x --organization Other")
    assert accounts.asked == [("U0BOB", "team.member.add", "other", False)]


def test_a_mention_in_a_reason_is_a_name_and_nobody_is_looked_up() -> None:
    accounts = known()
    found = read(accounts, "invite send jane@example.com --reason 'for ", BOB, ", as ", Mention("U0CAT"), " said'")
    assert isinstance(found, Intent)
    assert found.reason == "for @bob, as @U0CAT said"
    assert accounts.asked == []


@pytest.mark.parametrize("line", [("team member list ", BOB), ("member list --search ", BOB)])
def test_where_a_parameter_takes_no_people_a_mention_is_text(line: tuple[str | Mention, ...]) -> None:
    accounts = known()
    try:
        found = read(accounts, *line)
    except UserError as error:
        assert "“@bob” is no team name" in error.text
    else:
        assert isinstance(found, Intent)
        assert found.params.model_dump()["search"] == "@bob"
    assert accounts.asked == []


def test_text_around_a_mention_makes_it_no_mention() -> None:
    accounts = known()
    with pytest.raises(UserError, match="“x@bob” is no Docker ID"):
        read(accounts, "team member add backend x", BOB, " --reason x")
    assert accounts.asked == []


@pytest.mark.parametrize("typed", ["@bob", "<@U0BOB>", "<@U0BOB|bob>", "U0BOB", "\U000f0000"])
def test_text_that_looks_like_a_mention_is_looked_up_nowhere(typed: str) -> None:
    try:
        found = parse(f"team member add backend '{typed}' --reason x")
    except UserError as error:
        assert "username: " in error.text
    else:
        assert isinstance(found, Intent)
        assert found.params.model_dump()["username"] == "u0bob"


def test_a_form_that_is_opened_for_what_is_missing_has_the_account() -> None:
    found = read(known(), "team member add backend ", BOB)
    assert isinstance(found, Form)
    assert found.values == {"team": "backend", "username": "bobby"}


def test_what_the_accounts_refuse_ends_it() -> None:
    with pytest.raises(UserError, match="Nobody knows U0BOB"):
        read(Known(), "team member add backend ", BOB, " --reason x")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("team member add backend bob ", BOB, " --reason x"), "“@bob” is one word too many"),
        (("team list --", BOB, " x"), "There is no --@bob here."),
        ((BOB, " list"), "There is no “/hub @bob list”."),
    ],
)
def test_errors_call_a_mention_by_its_name(line: tuple[str | Mention, ...], said: str) -> None:
    with pytest.raises(UserError) as caught:
        read(known(), *line)
    assert said in caught.value.text


def test_help_on_somebody_is_help_on_a_name() -> None:
    assert read(known(), "help ", BOB) == Help("@bob")


def test_a_reason_without_quotation_marks_names_people_and_ends_with_the_line() -> None:
    accounts = known()
    found = read(accounts, "invite send ", BOB, " --reason replaces ", ANN, ", don't ask ", Mention("U0CAT"))
    assert isinstance(found, Intent)
    assert (found.params.model_dump()["invitees"], found.reason) == (("bobby",), "replaces @ann, don't ask @U0CAT")
    assert [person for person, *_ in accounts.asked] == ["U0BOB"]


def test_the_organization_may_be_the_address_of_its_page() -> None:
    accounts = known()
    read(accounts, "team member add backend ", BOB, " --organization hub.docker.com/orgs/Other/members --reason x")
    assert accounts.asked == [("U0BOB", "team.member.add", "other", False)]


def test_a_mention_with_a_comma_behind_it_is_still_somebody_and_one_glued_to_text_is_not() -> None:
    accounts = known()
    found = read(accounts, "team member add backend, ", BOB, ", --reason x")
    assert isinstance(found, Intent)
    assert found.params.model_dump()["username"] == "bobby"
    with pytest.raises(UserError, match="“@bob@ann” is no"):
        read(accounts, "invite send ", BOB, ANN, " --reason x")


def test_a_parameter_can_take_whoever_is_mentioned_themselves_and_nobody_is_looked_up() -> None:
    accounts = known()
    found = read(accounts, "requests --person ", BOB)
    assert isinstance(found, Intent)
    assert found.params.model_dump()["person"] == "U0BOB"
    named = read(accounts, "requests --person bobby")
    assert isinstance(named, Intent)
    assert named.params.model_dump()["person"] == "bobby"
    assert accounts.asked == []
