"""The receipt of a request: what it waits for, the way to its card, and the way back."""

import asyncio
from collections.abc import Callable

import pytest

from bot.governance.ledger.lifecycle import STATES, Status
from bot.governance.ledger.subscribers import card_key
from bot.governance.views import RequestView
from bot.operations import BY_NAME
from bot.operations.kit.base import Operation
from bot.outbox.sender import Place
from bot.slack.blocks import Content
from bot.slack.receipts import receipt, receipt_message
from bot.slack.spoken import missing_from
from sandbox.slack import words_of
from tests.slack.conftest import APPROVALS, Desk
from tests.slack.samples import assert_harmless, flaws, hostile_view, longest_view, one_stage, request_view

INVITE = BY_NAME["invite.send"]
LINK = "https://acme.slack.com/archives/C0APPROVALS/p1795637407595749"
ASK = "/hub team member add backend samok"


def acts(content: Content) -> list[str]:
    """What can be pressed."""
    return [one["action_id"] for block in content.blocks if block["type"] == "actions" for one in block["elements"]]


@pytest.mark.parametrize(
    ("required", "channel", "said"),
    [
        (1, "C0APPROVALS", "Waits for 1 approval in <#C0APPROVALS>. "),
        (2, "G0SECRET", "Waits for 2 approvals in <#G0SECRET>. "),
        (1, "hub-approvals", "Waits for 1 approval in hub-approvals. "),
        (1, "<!here>", "Waits for 1 approval in &lt;!here&gt;. "),
    ],
)
def test_it_says_what_the_request_waits_for_and_where(required: int, channel: str, said: str) -> None:
    view = request_view(INVITE, requirement=one_stage(required, users=("U0OMAR",)))
    content = receipt_message(view, INVITE, channel=channel)
    assert content.text == (
        f"Invite jane@example.com as member\n⏳ {said}Hubwarden sends you a message when it is decided.\nRequest 7"
    )
    assert acts(content) == ["take_back", "details"]


def test_it_links_to_the_card_where_that_stands() -> None:
    content = receipt_message(request_view(INVITE), INVITE, channel="C0APPROVALS", link=LINK)
    assert f"in <#C0APPROVALS> (<{LINK}|its card>). " in content.text


def test_what_needs_no_approval_cannot_be_cancelled() -> None:
    content = receipt_message(request_view(INVITE, Status.APPROVED), INVITE, channel="C0APPROVALS")
    assert "Needs no approval, and is being done." in content.text
    assert acts(content) == ["details"]


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.DENIED, Status.EXECUTING])
def test_of_what_has_gone_on_meanwhile_it_says_how_it_stands(status: Status) -> None:
    content = receipt_message(request_view(INVITE, status), INVITE, channel="C0APPROVALS")
    assert f"It {STATES[status].said}." in content.text


def test_what_was_made_of_the_words_is_said_too() -> None:
    content = receipt_message(request_view(INVITE), INVITE, channel="C0APPROVALS", notes=("@Jane is <janed>.",))
    assert "@Jane is &lt;janed&gt;." in content.text


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("view", [longest_view, hostile_view])
def test_it_is_whole_and_harmless(view: Callable[[Operation, Status], RequestView], status: Status) -> None:
    content = receipt_message(view(INVITE, status), INVITE, channel="hub-approvals")
    assert flaws(content) == []
    assert missing_from(content.text, content.blocks) == []
    assert_harmless(content)


async def test_it_waits_a_moment_for_the_card_and_no_longer(desk: Desk) -> None:
    view = await desk.ask(ASK)
    desk.surface.links.base = "https://acme.slack.com/"
    started = asyncio.get_running_loop().time()
    without = await receipt(desk.surface, view)
    assert asyncio.get_running_loop().time() - started < 2
    assert "its card" not in without.text

    waiting = asyncio.create_task(receipt(desk.surface, view))
    await asyncio.sleep(0)
    desk.surface.posted.note(card_key(view.id), Place(APPROVALS, "1795637407.595749"))
    assert f"<{LINK}|its card>" in (await waiting).text
    assert f"<{LINK}|its card>" in (await receipt(desk.surface, view)).text, "it stood already"


async def test_cancel_takes_the_request_back_and_the_receipts_place(desk: Desk) -> None:
    view = await desk.ask(ASK)
    shown = await desk.ann.wait_for_ephemeral("Waits for 1 approval")
    assert (await desk.ann.click(shown, "take_back")).ok
    gone = await desk.ann.wait_for_ephemeral(f"You cancelled request {view.id}.")
    assert "Waits for" not in words_of(gone)
    assert (await desk.view(view.id)).status is Status.CANCELLED


async def test_what_was_decided_meanwhile_cannot_be_cancelled(desk: Desk) -> None:
    view = await desk.ask(ASK)
    shown = await desk.ann.wait_for_ephemeral("Waits for 1 approval")
    await desk.ann.click(shown, "take_back")
    await desk.ann.click(shown, "take_back")
    await desk.ann.wait_for_ephemeral(f"Too late: request {view.id} was cancelled")
