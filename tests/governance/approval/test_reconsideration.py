"""What judging a request again has found, as a row holds it."""

import json

import pytest

from bot.governance.approval.reconsideration import (
    NOTHING_FOUND,
    Demand,
    Reconsideration,
    dump_reconsideration,
    load_reconsideration,
)
from bot.governance.approval.requirement import Beneficiaries, Requirement, Stage
from bot.phrases import Mention
from tests.governance.parts import DAY, LEADS, OMAR, group, users

DEMAND = Demand("two agree", Requirement((Stage(2, (*users(OMAR), group())),), DAY, DAY, Beneficiaries.ALLOWED))
WHY = ("The approval of ", Mention(OMAR), " does not count; ask ", Mention(LEADS, "group"), ".")


@pytest.mark.parametrize("found", [NOTHING_FOUND, Reconsideration(WHY), Reconsideration((), DEMAND)])
def test_it_is_the_same_after_a_visit_to_a_row(found: Reconsideration) -> None:
    assert load_reconsideration(json.loads(json.dumps(dump_reconsideration(found)))) == found


def test_a_row_that_was_not_judged_again_has_nothing() -> None:
    assert load_reconsideration(None) == NOTHING_FOUND


def test_an_approver_of_a_later_version_is_not_understood() -> None:
    stored = dump_reconsideration(Reconsideration((), DEMAND))
    stored["requirement"]["stages"][0]["of"][0]["kind"] = "team_owners"
    with pytest.raises(LookupError):
        load_reconsideration(stored)
