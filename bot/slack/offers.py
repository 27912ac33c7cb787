"""Buttons for what came to nothing: a form that can no longer be opened, a command that was not answered: pure."""

import json
from collections.abc import Iterable
from typing import Any

from bot.operations.kit.consequences import Prepared
from bot.slack.blocks import Block, Content, button, section
from bot.slack.sentences import said

# Two names, since within a block each button has its own.
AGAIN, AGAIN_TOO = "again", "again_too"
PROPOSE = "propose"
# https://docs.slack.dev/reference/block-kit/block-elements/button-element
LONGEST_VALUE = 2000


def open_again(text: str) -> Block | None:
    """Opens the form of a typed command, or the menu where the text is empty; None where no button holds the text."""
    return again_button("Open the form" if text else "Open the menu", text)


def ask_again(sentence: str, text: str) -> Content:
    """The sentence, and a button that stands for the typed command."""
    return offer(sentence, again_button("Ask again", text))


def again_button(label: str, text: str) -> Block | None:
    """A button that stands for the command; a press of it is judged as if it had been typed by whoever presses."""
    return button(label, AGAIN, text) if len(text) <= LONGEST_VALUE else None


def offer(sentence: str, again: Block | None) -> Content:
    """The sentence with its button; where there is none, the sentence asks for another try."""
    if again is None:
        return said(f"{sentence} Please try once more.")
    label = again["text"]["text"]
    return Content(f"{sentence} ({label})", (section(sentence), {"type": "actions", "elements": [again]}))


def propose_button(label: str, wanted: str, **more: Any) -> Block:
    """Opens a form filled in, which whoever presses can change and send; pressing records nothing.

    `wanted` is one of those below, or of `p:<token>` for what `keep_proposal` keeps.
    """
    return button(label, PROPOSE, wanted, **more)


def propose_buttons(wanted: Iterable[tuple[str, str]]) -> list[Block]:
    """Several of them side by side, each with its label: Slack wants another `action_id` for each."""
    return [
        {**propose_button(label, value), "action_id": f"{PROPOSE}_{number}"}
        for number, (label, value) in enumerate(wanted)
    ]


def asked_again(request_id: int) -> str:
    """What was asked for with this request."""
    return f"request:{request_id}"


def retried(request_id: int) -> str:
    """What has failed of this request."""
    return f"retry:{request_id}"


def reverted(request_id: int) -> str:
    """What would take this request back exactly."""
    return f"revert:{request_id}"


def alert_reverted(message_key: str) -> str:
    """What would take back the change of which this alert tells: `revert` in its payload."""
    return f"alert:{message_key}"


def inline(prepared: Prepared, reason: str = "") -> str | None:
    """All of it in the button itself; None where no button holds it, and `keep_proposal` has to."""
    known = {"operation": prepared.operation, "values": dict(prepared.values), "reason": reason}
    value = json.dumps(known, separators=(",", ":"), ensure_ascii=False)
    return value if len(value) <= LONGEST_VALUE else None
