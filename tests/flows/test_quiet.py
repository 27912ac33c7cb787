"""A request costs one message to who asked and one card; what follows is told in place, or in the card's thread."""

from typing import Any

import pytest

from bot.slack.sender import key_of
from sandbox.hub.wire.faults import Respond
from sandbox.slack import words_of
from tests.flows.house import APPROVALS, House
from tests.flows.steps import agree, ask, deny

INVITE = "/hub invite send jane@example.com"


def posted(house: House) -> list[tuple[str, str, bool]]:
    """Where each message was posted that stands, by which key, and whether in a thread."""
    calls: list[dict[str, Any]] = [call.args for call in house.slack.calls_of("chat.postMessage")]
    return [(call["channel"], key_of(call) or "", "thread_ts" in call) for call in calls]


async def test_a_request_by_text_is_one_answer_and_one_card(house: House) -> None:
    await ask(house, INVITE)
    assert posted(house) == [(APPROVALS, "card:1", False)]
    await house.ann.wait_for_ephemeral("Waits for 1 approval")
    assert len(house.ann.ephemerals()) == 1
    assert len(house.ann.messages(house.ann.direct_channel)) == 0


async def test_an_approval_is_no_new_message_in_the_channel_and_its_log_is_in_the_thread(house: House) -> None:
    card = await ask(house, INVITE)
    await agree(house, card)
    await house.told(house.ann, "Your request is done")
    log = await house.omar.wait_for_message(APPROVALS, "approved it (1 of 1)")
    done = await house.omar.wait_for_message(APPROVALS, "It is done. jane@example.com invited.")
    assert {one.body["thread_ts"] for one in (log, done)} == {card.ts}
    assert [key for where, key, is_reply in posted(house) if where == APPROVALS and not is_reply] == ["card:1"]
    assert not [call for call in house.slack.calls_of("chat.postMessage") if call.args.get("reply_broadcast")]
    assert house.slack.violations == []


async def test_the_receipt_links_to_the_card_and_the_result_links_back_to_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However busy the machine is.
    monkeypatch.setattr("bot.slack.receipts.CARD_SECONDS", 10)
    card = await ask(house, INVITE)
    link = f"/archives/{APPROVALS}/p{card.ts.replace('.', '')}"
    receipt = await house.ann.wait_for_ephemeral("Waits for 1 approval")
    assert link in words_of(receipt)
    await deny(house.omar, card, "not now")
    assert link in words_of(await house.told(house.ann, "Your request was denied by <@U0OMAR>"))


async def test_what_was_denied_is_asked_again_with_what_was_typed(house: House) -> None:
    await deny(house.omar, await ask(house, INVITE), "not now")
    told = await house.told(house.ann, "Your request was denied by <@U0OMAR>", "not now")
    assert "invited as" not in words_of(told), "nothing is listed as if it had been done"
    await house.ann.click(told, "propose")
    form = await house.ann.wait_for_view("jane@example.com")
    assert len(posted(house)) >= 2
    await house.ann.submit(form)
    await house.card(2, "jane@example.com", "for the release")


async def test_a_receipts_cancel_takes_the_request_back(house: House) -> None:
    await ask(house, INVITE)
    receipt = await house.ann.wait_for_ephemeral("Waits for 1 approval")
    await house.ann.click(receipt, "take_back")
    await house.ann.wait_for_ephemeral("You cancelled request 1.")
    await house.card(1, "Cancelled by <@U0ANN>")
    assert house.slack.violations == []


async def test_what_failed_of_several_is_retried_alone(house: House) -> None:
    card = await ask(house, "/hub invite send jane@example.com kofim joe@example.com")
    # A dry run comes first, then one after another.
    house.hub.faults.add("POST", "/v2/invites/bulk", Respond(409, {"detail": "no seats left"}), skip=3)
    await agree(house, card)
    told = await house.told(house.ann, "Your request is done in part", "1 invited · 1 already a member · 1 *failed*")
    await house.ann.click(told, "propose")
    form = await house.ann.wait_for_view("joe@example.com")
    assert "jane@example.com" not in words_of(form)
    assert house.slack.violations == []
