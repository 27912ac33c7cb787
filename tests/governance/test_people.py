"""Who somebody is, as governance sees it."""

import pytest

from bot.governance.people import Person, is_slack_user


@pytest.mark.parametrize(
    ("is_active", "is_guest", "is_bot", "may"),
    [(True, False, False, True), (False, False, False, False), (True, True, False, False), (True, False, True, False)],
)
def test_only_a_member_who_is_there_decides(is_active: bool, is_guest: bool, is_bot: bool, may: bool) -> None:
    person = Person("U0ANN", "Ann", is_active=is_active, is_guest=is_guest, is_bot=is_bot)
    assert person.may_decide is may


@pytest.mark.parametrize("identity", ["U0ANN", "W012", "U1"])
def test_slacks_ids_are_known(identity: str) -> None:
    assert is_slack_user(identity)


@pytest.mark.parametrize("identity", ["", "U", "u0ann", "terminal:U0ANN", "hubwarden", "S0LEADS", "U0ANN\n", "U0 ANN"])
def test_nobody_else_is_taken_for_one_of_slacks(identity: str) -> None:
    assert not is_slack_user(identity)
