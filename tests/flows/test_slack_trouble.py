"""Slack fails in the middle of a story: nothing is lost, nothing is posted twice, and somebody is told."""

import functools

import pytest

from sandbox.slack import words_of
from tests.flows.conftest import OpenHouse
from tests.flows.house import ADMIN, ALERTS, APPROVALS, GENERAL, House
from tests.flows.steps import agree, ask, refusal, retry_now

INVITE = "/hub invite send jane@example.com"


def posts(house: House, channel: str) -> int:
    """How many messages of the bot stand in the channel, replies in their threads apart."""
    told = [one for one in house.omar.messages(channel) if one.only_for is None]
    return len([one for one in told if one.body.get("thread_ts") in {None, one.ts}])


async def test_a_channel_that_the_bot_is_not_in_is_told_to_the_administrators_once(house: House) -> None:
    house.slack.leave_channel(APPROVALS, house.slack.app.bot_user_id)
    await house.ann.command(f"{INVITE} --reason one")
    notice = await house.omar.wait_for_message(ADMIN, "Hubwarden needs an administrator")
    assert "C0APPROVALS" in words_of(notice)
    assert "Hubwarden is not in it: invite it there (not_in_channel)" in words_of(notice)
    await house.ann.command("/hub invite send joe@example.com --reason two")
    await house.slack.wait_for_call("chat.postMessage", 3)

    house.slack.join_channel(APPROVALS, house.slack.app.bot_user_id)
    await retry_now(house, 2, "not_in_channel")
    card = await house.card(1, "one")
    await house.card(2, "two")
    await agree(house, card)
    await house.told(house.ann, "Your request is done")
    assert posts(house, ADMIN) == 1
    assert posts(house, APPROVALS) == 2


async def test_a_private_channel_that_is_given_by_name_gets_its_card_once_the_bot_is_in(open_house: OpenHouse) -> None:
    def make(house: House) -> None:
        house.slack.make_channel("board", ["U0OMAR", "U0ANN"], channel_id="C0BOARD", is_private=True)

    house = await open_house(make, slack_approvals_channel="board")
    await refusal(house.ann, f"{INVITE} --reason one", "Waits for 1 approval in board")
    await house.omar.wait_for_message(ADMIN, "(channel_not_found)")
    house.slack.join_channel("C0BOARD", house.slack.app.bot_user_id)
    await retry_now(house, 1, "channel_not_found")
    card = await house.omar.wait_for_message("C0BOARD", "Request 1 ·")
    await agree(house, card)
    await house.told(house.ann, "is done")
    await house.omar.wait_for_message("C0BOARD", "Done")
    assert posts(house, "C0BOARD") == 1


async def test_a_card_in_a_channel_that_was_archived_for_a_while_is_brought_up_to_date(house: House) -> None:
    await ask(house, INVITE)
    house.slack.archive_channel(APPROVALS)
    house.clock.advance(25 * 3600)
    await house.told(house.ann, "has expired")
    await house.omar.wait_for_message(ADMIN, "it is archived")
    house.slack.workspace.channels[APPROVALS].is_archived = False
    await retry_now(house, 1, "is_inactive")
    await house.card(1, "Expired")
    assert posts(house, APPROVALS) == 1


async def test_a_card_that_somebody_deleted_is_posted_anew(house: House) -> None:
    card = await ask(house, INVITE)
    held = house.slack.hold("chat.update")
    await agree(house, card)
    await held.arrived()
    del house.slack.workspace.channels[APPROVALS].messages[card.ts]
    held.release()
    await house.card(1, "Done")
    assert posts(house, APPROVALS) == 1


async def test_slacks_429_is_honoured(house: House) -> None:
    house.slack.faults.add("chat.postMessage", status=429, retry_after=40)
    await house.ann.command(f"{INVITE} --reason x")
    await house.ann.wait_for_ephemeral("Request 1")
    await house.ann.command("/hub invite send joe@example.com --reason x")
    await house.ann.wait_for_ephemeral("Request 2")
    assert house.slack.calls_of("chat.postMessage") == []


@pytest.mark.parametrize("fault", ["reset", "500", "no sense"])
async def test_a_post_whose_answer_is_lost_is_found_and_not_posted_again(house: House, fault: str) -> None:
    how = {"reset": {"drop": True}, "500": {"status": 500}, "no sense": {"status": 200, "body": "<html>"}}[fault]
    house.slack.faults.add("chat.postMessage", after_effect=True, **how)  # type: ignore[arg-type]
    await house.ann.command(f"{INVITE} --reason x")
    card = await house.card(1)
    await house.slack.wait_for_call("conversations.history", timeout=10)
    await agree(house, card)
    await house.card(1, "Done")
    await house.told(house.ann, "is done")
    assert posts(house, APPROVALS) == 1
    assert posts(house, ADMIN) == 0


async def test_a_post_that_was_lost_is_posted_once(house: House) -> None:
    house.slack.faults.add("chat.postMessage", drop=True)
    await house.ann.command(f"{INVITE} --reason x")
    await house.ann.wait_for_ephemeral("Request 1")
    await house.card(1)
    assert posts(house, APPROVALS) == 1


async def test_blocks_that_slack_refuses_are_sent_as_text(house: House) -> None:
    house.slack.faults.add("chat.postMessage", error="invalid_blocks")
    await house.ann.command(f"{INVITE} --reason because")
    card = await house.card(1, "because", "jane@example.com")
    assert [block["type"] for block in card.body["blocks"]] == ["section", "actions"]

    house.slack.faults.add("response_url", status=400, body='{"ok":false,"error":"invalid_blocks"}')
    await refusal(house.ann, "/hub team list", "Teams of acme", "platform · Build and run the platform")


async def test_blocks_that_slack_refuses_in_a_direct_message_are_sent_as_text(house: House) -> None:
    await house.ann.command("/hub tag list")
    form = await house.ann.wait_for_view("List tags")
    house.slack.faults.add("chat.postMessage", error="invalid_blocks")
    await house.ann.submit(form, {"repository": "api"})
    await house.told(house.ann, "Tags of acme/api", "v2.3.0-rc.1")


async def test_an_answer_that_its_address_does_not_take_is_a_direct_message(house: House) -> None:
    house.slack.faults.add("response_url", status=404, body='{"ok":false,"error":"expired_url"}')
    await house.ann.command("/hub team list")
    await house.told(house.ann, "Teams of acme")


async def test_a_form_that_can_no_longer_be_opened_is_said(house: House) -> None:
    house.slack.faults.add("views.open", error="expired_trigger_id")
    await refusal(house.ann, "/hub", "Slack was slow, and its form can no longer be opened")


async def test_an_answer_of_slacks_that_is_no_json_is_survived(house: House) -> None:
    house.slack.faults.add("views.open", status=503, body="upstream is busy")
    await refusal(house.ann, "/hub", "Slack did not open the form: HTTP 503.")
    house.slack.faults.add("response_url", status=404, body="no")
    house.slack.faults.add("chat.postMessage", status=500, body="upstream is busy")
    await house.ann.command("/hub team list")
    await house.told(house.ann, "Teams of acme")


async def test_a_form_that_is_lost_on_the_way_is_said(house: House) -> None:
    house.slack.faults.add("views.open", drop=True, times=5)
    await refusal(house.ann, "/hub", "Slack could not be reached to open the form. (Open the menu)")


def has_been_told(house: House, times: int) -> bool:
    """Whether Lena alone has been told so many things beside the requests."""
    return len(house.lena.ephemerals(APPROVALS)) == times


async def test_where_slack_does_not_say_who_is_in_a_group_nothing_is_decided(house: House) -> None:
    house.slack.faults.add("usergroups.users.list", error="internal_error")
    card = await ask(house, INVITE)
    for fault in ({"drop": True}, {"status": 503}, {"error": "missing_scope"}):
        house.bot.directory.forget_group("S0LEADS")
        house.slack.faults.add("usergroups.users.list", times=5, **fault)
        await house.lena.click(card, "approve")
        told = len(house.lena.ephemerals(APPROVALS)) + 1
        await house.lena.wait_until(functools.partial(has_been_told, house, told))
        house.slack.faults.clear()
    assert all("Slack does not answer who is who" in words_of(one) for one in house.lena.ephemerals(APPROVALS))
    assert house.writes() == []
    await agree(house, card, house.lena)
    await house.told(house.ann, "is done")


async def test_where_slack_does_not_say_who_somebody_is_nothing_is_decided(house: House) -> None:
    card = await ask(house, INVITE)
    house.slack.faults.add("users.info", status=503, times=5)
    house.bot.directory.forget_person("U0OMAR")
    await house.omar.click(card, "approve")
    await house.omar.wait_for_ephemeral("Slack does not answer who is who", channel=APPROVALS)
    house.bot.directory.forget_person("U0ANN")
    await refusal(house.ann, "/hub invite send joe@example.com --reason x", "Slack does not answer who is who")
    assert house.writes() == []


async def test_the_same_command_delivered_twice_is_one_request(house: House) -> None:
    house.slack.sockets.duplicate()
    await house.ann.command(f"{INVITE} --reason x")
    card = await house.card(1)
    await house.ann.wait_for_ephemeral("Waits for 1 approval", channel=GENERAL)
    await agree(house, card)
    await house.told(house.ann, "is done")
    assert len(house.ann.ephemerals(GENERAL)) == 1
    assert posts(house, APPROVALS) == 1
    assert len(house.writes()) == 1


async def test_the_same_form_and_the_same_click_delivered_twice_count_once(house: House) -> None:
    await house.ann.command("/hub team member add owners annberg")
    form = await house.ann.wait_for_view("Add to team")
    house.slack.sockets.duplicate()
    await house.ann.submit(form, {"reason": "x"})
    card = await house.card(1)
    house.slack.sockets.duplicate()
    await agree(house, card, house.omar)
    await house.card(1, "1 of 2 given by <@U0OMAR>")
    assert house.omar.ephemerals(APPROVALS) == [], "the second is the first: nothing is said of it"
    assert posts(house, APPROVALS) == 1
    assert house.writes() == []


@pytest.mark.parametrize("trouble", ["dropped", "refreshed", "refused", "too many", "told early"])
async def test_the_socket_comes_back_and_commands_work_again(
    quick_socket: None, open_house: OpenHouse, trouble: str
) -> None:
    house = await open_house()
    match trouble:
        case "refused":
            house.slack.sockets.refuse_handshakes(1)
            house.slack.sockets.drop()
        case "dropped":
            house.slack.sockets.drop()
        case "refreshed":
            await house.slack.disconnect()
        case "told early":
            await house.slack.disconnect("warning")
            house.clock.advance(11)
        case _:
            await house.slack.disconnect("too_many_websockets")
    await house.slack.wait_disconnected(timeout=15)
    await house.slack.wait_connected(timeout=20)
    await house.bot.wait_ready()
    await refusal(house.ann, "/hub team list", "Teams of acme")


async def test_a_command_while_no_socket_is_open_fails_visibly_and_changes_nothing(house: House) -> None:
    house.slack.sockets.refuse_handshakes(1)
    house.slack.sockets.drop()
    await house.slack.wait_disconnected()
    seen = await house.ann.command(f"{INVITE} --reason x")
    assert seen.error == "/hub failed because the app did not respond (dispatch_failed)"
    assert house.writes() == []
    assert posts(house, ALERTS) == 0
