"""What a card says of who decides and who is barred."""

from typing import Any

import pytest

from bot.governance.approval.reconsideration import Demand, Reconsideration
from bot.governance.approval.requirement import NOBODY, Beneficiaries, Requirement, Stage
from bot.governance.ledger.lifecycle import Status
from bot.governance.stored import KnownBeneficiary
from bot.governance.views import RequestView
from bot.operations import BY_NAME
from bot.phrases import Mention
from bot.slack.card import request_card
from bot.slack.deciders import barred_line, rule_line
from bot.slack.modals import details_view
from bot.slack.results import result_message
from tests.governance.parts import DAY, users
from tests.operations.samples import HOSTILE
from tests.slack.samples import approvals_of, flaws, request_view

INVITE = BY_NAME["invite.send"]
JANE = KnownBeneficiary(("jane", "jane@example.com"), ("U0JANE", "U0JANETOO"))
UNKNOWN, UNASKED = KnownBeneficiary(("kim",), ()), KnownBeneficiary(("lee",), None)
ALLOWED = Requirement((Stage(1, users("U0OMAR")),), DAY, beneficiary=Beneficiaries.ALLOWED)
MIRA_TOO = Demand("mira", Requirement((Stage(1, users("U0MIRA")),), DAY))


def view(status: Status = Status.PENDING, **more: Any) -> RequestView:
    """A request that waits."""
    return request_view(INVITE, status, **more)


def test_whoever_asked_is_barred_and_said_to_be() -> None:
    assert barred_line(view()) == barred_line(view(about=())) == "Barred from deciding: <@U0ANN>, who asked."


def test_whom_it_is_about_too_by_each_account() -> None:
    assert barred_line(view(about=(JANE,))) == (
        "Barred from deciding: <@U0ANN>, who asked; <@U0JANE>, <@U0JANETOO> (`jane`), whom it is about."
    )


def test_of_a_request_from_a_terminal_it_is_said_that_whoever_sits_there_is_barred() -> None:
    seated = view(origin="terminal root@build-7", requester="terminal:root@build-7", about=(JANE,))
    assert barred_line(seated).startswith(
        "Barred from deciding: `terminal:root@build-7`, who asked; whoever the policy ties to that terminal; <@U0JANE>"
    )


def test_several_are_named_in_one_breath_and_whoever_asked_but_once() -> None:
    ann, kim = KnownBeneficiary(("annberg",), ("U0ANN",)), KnownBeneficiary(("kim",), ("U0KIM",))
    assert barred_line(view(about=(ann, JANE, kim))) == (
        "Barred from deciding: <@U0ANN>, who asked; <@U0JANE>, <@U0JANETOO> (`jane`), <@U0KIM> (`kim`), "
        "whom it is about."
    )
    assert barred_line(view(about=(ann,))) == "Barred from deciding: <@U0ANN>, who asked."


def test_a_docker_id_that_nobody_is_known_for_is_said_to_be_one() -> None:
    said = barred_line(view(about=(UNKNOWN, UNASKED)))
    assert said.endswith(
        "who asked. It is about `kim`, for whom nobody in Slack is known. Who `lee` is in Slack could not be asked."
    )


def test_a_rule_that_lets_them_decide_says_so() -> None:
    assert barred_line(view(about=(JANE,), requirement=ALLOWED)) == (
        "Barred from deciding: <@U0ANN>, who asked; those whom it is about may decide, as the rule says."
    )
    stricter = view(about=(JANE,), requirement=ALLOWED, reconsidered=Reconsideration((), MIRA_TOO))
    assert "<@U0JANE>" in barred_line(stricter)


def test_of_hundreds_the_first_are_named_and_the_rest_counted() -> None:
    many = tuple(KnownBeneficiary((f"p{number}",), (f"U0P{number}",)) for number in range(100))
    said = barred_line(view(about=(*many, *(KnownBeneficiary((f"q{n}",), ()) for n in range(50)))))
    assert "<@U0P7> (`p7`) and 92 more, whom it is about." in said
    assert "`q7` and 42 more, for whom nobody" in said
    assert len(said) < 1000


@pytest.mark.parametrize("status", [Status.APPROVED, Status.EXECUTING, Status.SUCCEEDED, Status.REFUSED])
def test_where_nobody_decides_nobody_is_barred(status: Status) -> None:
    assert barred_line(view(status, about=(JANE,))) == ""


def test_where_nobody_has_to_agree_nobody_is_barred() -> None:
    assert barred_line(view(requirement=NOBODY, about=(JANE,))) == ""


def test_what_the_policy_wants_besides_is_said_with_its_rule() -> None:
    said = rule_line(view(requirement=ALLOWED, reconsidered=Reconsideration((), MIRA_TOO)))
    assert said.startswith(
        "Rule “a platform lead agrees”: 1 approval of <@U0OMAR>. Since the policy has changed, "
        "it also needs 1 approval of <@U0MIRA> (rule “mira”), until <!date"
    )
    free = rule_line(view(requirement=NOBODY, reconsidered=Reconsideration((), MIRA_TOO)))
    assert "allowed it without approval. Since the policy has changed, it also needs 1 approval" in free
    same = Reconsideration((), Demand("a platform lead agrees", MIRA_TOO.requirement))
    assert "also needs 1 approval of <@U0MIRA>, until" in rule_line(view(requirement=ALLOWED, reconsidered=same))


def test_of_two_requirements_no_number_says_that_all_approvals_are_there() -> None:
    stands = view(ballots=approvals_of("U0OMAR"), requirement=ALLOWED, reconsidered=Reconsideration((), MIRA_TOO))
    text = request_card(stands, INVITE).text
    assert "*Waiting for approval* · approved by <@U0OMAR>" in text
    assert "1 of 1" not in text


def test_card_details_and_result_say_why_it_stands_where_it_does() -> None:
    why = ("The approval of ", Mention("U0LENA"), " does not count any more. ")
    back = view(about=(JANE,), reconsidered=Reconsideration(why, MIRA_TOO))
    card = request_card(back, INVITE)
    for said in (str(card.blocks), card.text, str(details_view(back, INVITE))):
        assert "The approval of <@U0LENA> does not count any more." in said
        assert "Barred from deciding: <@U0ANN>, who asked; <@U0JANE>" in said
        assert "rule “mira”" in said
    refused = view(Status.REFUSED, reconsidered=Reconsideration(("The rule “never” refuses it.",)))
    told = result_message(refused, INVITE).text
    assert "🚫 *Your request was refused by the policy as it is now*\nThe rule “never” refuses it." in told


def test_hostile_names_stay_names() -> None:
    about = tuple(KnownBeneficiary((text,), ()) for text in HOSTILE[:8])
    why = tuple(HOSTILE[:8])
    hostile = view(about=about, reconsidered=Reconsideration(why, Demand(HOSTILE[0], MIRA_TOO.requirement)))
    content = request_card(hostile, INVITE)
    assert flaws(content) == []
    for text in (content.text, barred_line(hostile), rule_line(hostile)):
        assert "<!channel>" not in text
        assert "<@U0OMAR>" not in text.replace("1 approval of <@U0OMAR>", "")
