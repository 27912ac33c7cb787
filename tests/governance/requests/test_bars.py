"""Whoever asked and whom it is about neither approve nor deny nor settle, by none of their accounts."""

from typing import TYPE_CHECKING

import pytest

from bot.errors import AlreadyVoted, NotAnApprover, RequestRefused
from bot.governance.ledger.events import Event
from bot.governance.ledger.lifecycle import Status
from bot.governance.people import DirectoryUnavailable
from bot.governance.requests.cancel import cancel
from bot.governance.requests.queries import waiting_for
from bot.governance.requests.settle import settle
from bot.governance.requests.vote import approve, deny
from bot.governance.stored import KnownBeneficiary
from bot.operations.kit.base import Beneficiary
from bot.phrases import Mention
from tests.governance.conftest import KnownHumans
from tests.governance.parts import ANN, AT_ONCE, LEADS, LENA, MIRA, OMAR, ONE_AGREES, SAM, TWO_AGREE, Desk

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

JANE = (Beneficiary(("jane", "jane@example.com")),)
ALLOWED = ONE_AGREES.replace("expires:", "beneficiary: allowed, expires:")
KNOWN = ONE_AGREES.replace("expires:", "beneficiary: known, expires:")
ANN_TOO = "U0ANNTOO"


def about(desk: Desk, known: KnownHumans, *people: str) -> None:
    """What is asked for from now on is about Jane of Docker Hub, who is these people of Slack."""
    desk.lever.about = JANE
    known.behind = {"jane": frozenset(people)}


@pytest.mark.parametrize("verb", ["approve", "deny", "settle"])
async def test_whom_it_is_about_decides_nothing_and_reads_why(any_desk: Desk, known: KnownHumans, verb: str) -> None:
    desk = any_desk
    about(desk, known, OMAR)
    number = await (desk.ask_unknown(LENA) if verb == "settle" else desk.ask())
    before = await desk.everything()
    acts: dict[str, Callable[[], Awaitable[object]]] = {
        "approve": lambda: approve(desk.context, number, OMAR),
        "deny": lambda: deny(desk.context, number, OMAR, "no"),
        "settle": lambda: settle(desk.context, number, OMAR, done=True),
    }
    with pytest.raises(NotAnApprover) as refusal:
        await acts[verb]()
    assert refusal.value.text == f"Request 1 is about you (jane): somebody else has to {verb} it."
    assert await desk.everything() == before
    assert (await desk.trail())[-1].details == {"verb": verb, "why": refusal.value.text}


async def test_another_account_of_whoever_asked_decides_nothing(desk: Desk, known: KnownHumans) -> None:
    desk.policy = TWO_AGREE
    desk.people.groups[LEADS] |= {ANN_TOO}
    known.same = [frozenset({ANN, ANN_TOO})]
    number = await desk.ask()
    for act in (approve(desk.context, number, ANN_TOO), deny(desk.context, number, ANN_TOO, "no")):
        with pytest.raises(NotAnApprover) as refusal:
            await act
        assert Mention(ANN) in refusal.value.said
        assert "Request 1 was asked for by @U0ANN, who is you as well" in refusal.value.text


async def test_whom_it_is_about_is_found_by_each_of_their_names(desk: Desk, known: KnownHumans) -> None:
    about(desk, known)
    known.behind = {"jane@example.com": frozenset({OMAR})}
    with pytest.raises(NotAnApprover, match="is about you"):
        await approve(desk.context, await desk.ask(), OMAR)


async def test_all_of_a_bulks_people_are_barred(desk: Desk, known: KnownHumans) -> None:
    desk.lever.about = (Beneficiary(("kim",)), Beneficiary(("jane",)))
    known.behind = {"jane": frozenset({LENA}), "kim": frozenset({OMAR})}
    desk.policy = ONE_AGREES
    number = await desk.ask()
    for user, name in ((OMAR, "kim"), (LENA, "jane")):
        with pytest.raises(NotAnApprover, match=rf"about you \({name}\)"):
            await approve(desk.context, number, user)
    assert (await approve(desk.context, number, MIRA)).status is Status.APPROVED


async def test_who_becomes_known_for_them_later_is_barred_too_and_who_was_stays(desk: Desk, known: KnownHumans) -> None:
    about(desk, known, OMAR)
    desk.policy = ONE_AGREES
    number = await desk.ask()
    known.behind = {"jane": frozenset({LENA})}
    for user in (OMAR, LENA):
        with pytest.raises(NotAnApprover, match="is about you"):
            await approve(desk.context, number, user)


async def test_a_request_of_an_earlier_version_is_about_whom_its_parameters_name(
    desk: Desk, known: KnownHumans
) -> None:
    about(desk, known, OMAR)
    number = await desk.ask()
    await desk.change(number, about=None)
    assert (await approve(desk.context, number, OMAR)).approvals == (OMAR,), "a lever names nobody"


async def test_a_rule_may_let_them_decide_but_never_whoever_asked(desk: Desk, known: KnownHumans) -> None:
    about(desk, known, OMAR, ANN)
    desk.policy = ALLOWED
    number = await desk.ask()
    with pytest.raises(NotAnApprover, match="You asked for"):
        await approve(desk.context, number, ANN)
    assert (await approve(desk.context, number, OMAR)).status is Status.APPROVED


async def test_what_was_asked_for_under_a_milder_rule_is_barred_by_the_one_of_now(
    desk: Desk, known: KnownHumans
) -> None:
    about(desk, known, OMAR)
    desk.policy = ALLOWED
    number = await desk.ask()
    desk.policy = ONE_AGREES
    with pytest.raises(NotAnApprover, match="is about you"):
        await approve(desk.context, number, OMAR)


async def test_a_milder_rule_of_now_lets_nobody_in_who_was_barred_then(desk: Desk, known: KnownHumans) -> None:
    about(desk, known, OMAR)
    desk.policy = ONE_AGREES
    number = await desk.ask()
    desk.policy = ALLOWED
    with pytest.raises(NotAnApprover, match="is about you"):
        await approve(desk.context, number, OMAR)


async def test_the_row_says_who_they_were_known_to_be(desk: Desk, known: KnownHumans) -> None:
    about(desk, known, OMAR)
    view = await approve(desk.context, await desk.ask(), LENA)
    assert view.about == (KnownBeneficiary(("jane", "jane@example.com"), (OMAR,)),)


async def test_too_few_left_is_said_at_once_naming_who_is_barred_and_why(desk: Desk, known: KnownHumans) -> None:
    about(desk, known, OMAR)
    desk.people.groups[LEADS] = frozenset({ANN})
    with pytest.raises(RequestRefused) as refusal:
        await desk.ask()
    assert refusal.value.text == (
        "The rule “two agree” wants 2 approvals, and nobody of those it names may give one. Barred from deciding: "
        "@U0ANN, who asked for it; @U0OMAR, whom it is about (jane). An administrator can add approvers to the policy, "
        "or write “beneficiary: allowed” into the rule."
    )
    assert {Mention(ANN), Mention(OMAR)} <= set(refusal.value.said)


async def test_two_accounts_of_one_person_are_not_two_who_may_approve(desk: Desk, known: KnownHumans) -> None:
    known.same = [frozenset({LENA, MIRA})]
    desk.policy = TWO_AGREE.replace(f"{OMAR}, ", "")
    with pytest.raises(RequestRefused, match="only 1 of those it names may give one"):
        await desk.ask()


async def test_one_person_approves_once_by_whichever_account(any_desk: Desk, known: KnownHumans) -> None:
    desk, number = any_desk, await any_desk.ask()
    await approve(desk.context, number, LENA)
    known.same = [frozenset({LENA, MIRA})]
    with pytest.raises(AlreadyVoted):
        await approve(desk.context, number, MIRA)
    assert (await approve(desk.context, number, OMAR)).status is Status.APPROVED


async def test_two_accounts_that_turn_out_to_be_one_person_do_not_suffice(desk: Desk, known: KnownHumans) -> None:
    desk.policy = TWO_AGREE.replace("approvals: 2", "approvals: 3")
    number = await desk.ask()
    await approve(desk.context, number, LENA)
    await approve(desk.context, number, MIRA)
    known.same = [frozenset({LENA, MIRA})]
    assert (await approve(desk.context, number, OMAR)).status is Status.PENDING


# To be known


async def test_a_rule_may_want_to_know_whom_it_is_about(desk: Desk, known: KnownHumans) -> None:
    about(desk, known)
    desk.policy = KNOWN
    with pytest.raises(RequestRefused, match=r"nobody in Slack is known for jane\. An administrator can say who"):
        await desk.ask()
    about(desk, known, SAM)
    assert (await desk.row(await desk.ask())).status == Status.PENDING


async def test_where_no_rule_wants_it_an_unknown_one_is_no_obstacle_and_the_row_says_so(
    desk: Desk, known: KnownHumans
) -> None:
    about(desk, known)
    row = await desk.row(await desk.ask())
    assert row.about == [{"names": ["jane", "jane@example.com"], "people": []}]


async def test_while_slack_does_not_answer_nobody_counts_as_unknown(desk: Desk, known: KnownHumans) -> None:
    about(desk, known)
    known.is_silent = True
    row = await desk.row(await desk.ask())
    assert row.about == [{"names": ["jane", "jane@example.com"], "people": None}]
    desk.policy = KNOWN
    with pytest.raises(DirectoryUnavailable):
        await desk.ask()


async def test_who_is_barred_cannot_be_told_while_slack_does_not_answer_so_nobody_decides(
    desk: Desk, known: KnownHumans
) -> None:
    about(desk, known, OMAR)
    number = await desk.ask()
    known.is_silent = True
    before = await desk.everything()
    with pytest.raises(DirectoryUnavailable):
        await approve(desk.context, number, LENA)
    assert await desk.everything() == before


# Settling, cancelling, lists


async def test_where_nobody_had_to_agree_and_it_is_about_whoever_asked_somebody_else_settles_it(
    desk: Desk, known: KnownHumans
) -> None:
    about(desk, known, ANN)
    desk.policy = AT_ONCE
    number = await desk.ask()
    await desk.change(number, status=Status.UNKNOWN)
    with pytest.raises(NotAnApprover, match="You asked for request 1 yourself"):
        await settle(desk.context, number, ANN, done=True)
    assert (await settle(desk.context, number, SAM, done=True)).settled_by == SAM


async def test_where_whoever_asked_has_left_somebody_else_settles_it(desk: Desk, known: KnownHumans) -> None:
    desk.policy = AT_ONCE
    number = await desk.ask()
    await desk.change(number, status=Status.UNKNOWN)
    desk.people.left |= {ANN}
    assert (await settle(desk.context, number, SAM, done=True)).settled_by == SAM


async def test_where_no_approver_is_left_anybody_settles_it_who_is_not_barred(desk: Desk, known: KnownHumans) -> None:
    about(desk, known, MIRA)
    number = await desk.ask_unknown()
    desk.people.groups[LEADS] = frozenset()
    desk.people.left |= {OMAR}
    for user in (ANN, MIRA):
        with pytest.raises(NotAnApprover, match="somebody else has to settle it"):
            await settle(desk.context, number, user, done=True)
    assert (await settle(desk.context, number, SAM, done=True)).settled_by == SAM


async def test_whoever_asked_may_still_cancel_what_is_about_themselves(desk: Desk, known: KnownHumans) -> None:
    about(desk, known, ANN)
    number = await desk.ask()
    assert (await cancel(desk.context, number, ANN)).status is Status.CANCELLED


async def test_what_waits_for_somebody_is_nothing_that_they_are_barred_from(desk: Desk, known: KnownHumans) -> None:
    about(desk, known, OMAR)
    barred = await desk.ask()
    desk.lever.about = None
    free = await desk.ask()
    assert [view.id for view in await waiting_for(desk.context, OMAR)] == [free]
    assert [view.id for view in await waiting_for(desk.context, LENA)] == [barred, free]


async def test_what_waits_for_somebody_is_nothing_that_another_account_of_theirs_asked_for_or_approved(
    desk: Desk, known: KnownHumans
) -> None:
    mine, approved = await desk.ask(), await desk.ask(SAM)
    await approve(desk.context, approved, MIRA)
    assert [view.id for view in await waiting_for(desk.context, LENA)] == [mine, approved]
    known.same = [frozenset({LENA, ANN, MIRA})]
    assert await waiting_for(desk.context, LENA) == ()


async def test_a_refused_press_is_in_the_trail_by_the_account_that_pressed(desk: Desk, known: KnownHumans) -> None:
    known.same = [frozenset({ANN, LENA})]
    number = await desk.ask()
    with pytest.raises(NotAnApprover):
        await approve(desk.context, number, LENA)
    assert (await desk.events(number))[-1] == (Event.VOTE_REFUSED, LENA)


SEATED = TWO_AGREE.replace("{version: 1,", "{version: 1, terminal: {users: {root: [U0ANN, U0OMAR]}},")


async def test_whoever_sits_at_the_terminal_it_was_asked_for_at_decides_nothing_whomever_it_names(desk: Desk) -> None:
    desk.policy, desk.origin = SEATED, {"terminal": "root@build-7"}
    number = await desk.ask()
    for verb, act in (
        ("approve", approve(desk.context, number, OMAR)),
        ("deny", deny(desk.context, number, OMAR, "no")),
    ):
        with pytest.raises(NotAnApprover) as refusal:
            await act
        assert refusal.value.text == (
            "Request 1 was asked for at a terminal where you sit, terminal:root@build-7: "
            f"somebody else has to {verb} it."
        )
    assert not await waiting_for(desk.context, OMAR)
    assert (await approve(desk.context, number, LENA)).status is Status.PENDING


async def test_who_sits_elsewhere_is_not_barred(desk: Desk) -> None:
    desk.policy, desk.origin = SEATED, {"terminal": "deploy@build-7"}
    number = await desk.ask()
    assert (await approve(desk.context, number, OMAR)).status is Status.PENDING


async def test_too_few_are_left_where_those_at_the_terminal_are_needed(desk: Desk) -> None:
    desk.policy, desk.origin = SEATED, {"terminal": "root@build-7"}
    desk.people.groups[LEADS] = frozenset({LENA})
    with pytest.raises(RequestRefused, match="sits at the terminal where it was asked for"):
        await desk.ask()
