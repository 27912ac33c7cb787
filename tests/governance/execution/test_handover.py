"""A new secret: shown to whoever asked, or taken back; and written nowhere."""

import json
from dataclasses import replace

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.db.models import OperationRequest
from bot.governance.execution import handover
from bot.governance.execution.courier import Courier
from bot.governance.execution.handover import hand_over
from bot.governance.execution.verdict import Verdict
from bot.governance.ledger.lifecycle import Status
from bot.hub import Call, Hub, HubUnavailable, RateLimitError
from bot.operations.kit.base import ItemResult, Outcome
from tests.governance.bench import Nothing
from tests.governance.parts import ANN, START, Desk, Hand

SECRET = SecretStr("dckr_oat_verysecret")
REQUEST = OperationRequest(id=7, requester=ANN)
DOWN = HubUnavailable(Call("DELETE", "/token", writes=True), status=503)
LIMITED = RateLimitError(Call("DELETE", "/token", writes=True), retry_at=START)
ITEMS = (ItemResult("ci", True, "made"),)


class Bin:
    """What takes a token back, or fails to, so many times."""

    def __init__(self, trouble: Exception | None = None, *, times: int = 99) -> None:
        self.trouble, self.lasts = trouble, times
        self.times = 0

    async def take_back(self) -> None:
        """Revoke it."""
        self.times += 1
        if self.trouble is not None and self.times <= self.lasts:
            raise self.trouble


class Broken:
    """A courier that fails in a way that nobody has thought of."""

    async def hand_over(self, _user: str, _text: str, secret: SecretStr) -> bool:
        """Fail."""
        raise AttributeError(f"no attribute of {secret}")


async def handed(courier: Courier, taking_back: Bin | None) -> Verdict:
    """What handing the token over comes to."""
    made = Outcome("The token ci was made", ITEMS, SECRET, taking_back.take_back if taking_back else None)
    return await hand_over(courier, REQUEST, made, SECRET)


async def test_whoever_asked_sees_it_with_what_it_is_of(desk: Desk) -> None:
    hand, taking_back = Hand(), Bin()
    verdict = await handed(hand, taking_back)
    assert hand.given == [(ANN, "Request 7: The token ci was made.", "dckr_oat_verysecret")]
    assert (verdict.status, verdict.error) == (Status.SUCCEEDED, None)
    assert verdict.outcome == Outcome("The token ci was made", ITEMS, None, taking_back.take_back)
    assert taking_back.times == 0


@pytest.mark.parametrize("courier", [Hand(takes=False), Broken()])
async def test_what_nobody_was_shown_is_revoked_again(courier: Courier) -> None:
    taking_back = Bin()
    verdict = await handed(courier, taking_back)
    assert taking_back.times == 1
    assert (verdict.status, verdict.outcome) == (Status.FAILED, None)
    assert verdict.error == "It could not be shown to you, so it was revoked again. Nothing is left of it."


async def test_what_cannot_be_taken_back_is_to_be_deleted_by_hand() -> None:
    verdict = await handed(Hand(takes=False), None)
    assert verdict == Verdict(
        Status.FAILED, error="It was made, but could not be shown to you. Delete it and ask again."
    )


async def test_where_revoking_fails_too_the_person_reads_that_it_is_still_there() -> None:
    verdict = await handed(Hand(takes=False), Bin(DOWN))
    assert verdict.status is Status.FAILED
    assert str(verdict.error).startswith(
        "It was made, could not be shown to you, and could not be revoked again: delete it by hand. Docker Hub failed"
    )


@pytest.mark.parametrize("times", [1, 2])
async def test_a_rate_limit_is_waited_for_before_an_unseen_secret_is_left_valid(
    times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "TAKE_BACK_PAUSES", (0.0, 0.0))
    taking_back = Bin(LIMITED, times=times)
    verdict = await handed(Hand(takes=False), taking_back)
    assert verdict.error == "It could not be shown to you, so it was revoked again. Nothing is left of it."
    assert taking_back.times == times + 1


async def test_a_rate_limit_that_stays_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "TAKE_BACK_PAUSES", (0.0, 0.0))
    taking_back = Bin(LIMITED)
    assert "delete it by hand" in str((await handed(Hand(takes=False), taking_back)).error)
    assert taking_back.times == 3


async def test_what_may_have_been_revoked_is_not_tried_again() -> None:
    taking_back = Bin(DOWN)
    await handed(Hand(takes=False), taking_back)
    assert taking_back.times == 1


async def test_the_log_of_a_courier_that_broke_holds_no_secret() -> None:
    with capture_logs() as logged:
        await handed(Broken(), Bin())
    assert [entry["event"] for entry in logged] == ["secret.undeliverable"]
    assert "verysecret" not in str(logged)


@pytest.mark.parametrize("takes", [True, False])
async def test_no_row_no_message_and_no_record_holds_the_secret(desk: Desk, takes: bool) -> None:
    taking_back = Bin()

    async def make(_hub: Hub, _params: Nothing) -> Outcome:
        return Outcome("The token ci was made", ITEMS, SECRET, taking_back.take_back)

    desk.operation = replace(desk.operation, execute=make, makes_secret=True)
    desk.hand = Hand(takes=takes)
    number = await desk.ask_approved()
    await desk.executor().step()
    row = await desk.row(number)
    stored = [row.outcome, row.error, [(each.event, each.details) for each in await desk.trail()]]
    result = await desk.message(f"result:{number}")
    assert result is not None
    assert "verysecret" not in json.dumps([*stored, result.payload])
    assert row.status == ("succeeded" if takes else "failed")
    assert taking_back.times == (not takes)
