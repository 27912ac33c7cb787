"""Buttons that hold what somebody has typed, so that it is not lost where it could not be asked for."""

from collections.abc import Mapping
from typing import Any

from bot.errors import UserError
from bot.governance.requests.proposals import keep_proposal
from bot.operations.kit.base import Operation
from bot.operations.kit.consequences import Prepared
from bot.slack.blocks import Block, Content, actions
from bot.slack.offers import inline, propose_button
from bot.slack.sentences import error_message
from bot.slack.surface import Surface

OPEN = "Open the form"


async def form_button(
    surface: Surface, operation: Operation, values: Mapping[str, Any], reason: str, user: str
) -> Block:
    """Opens the operation's form with all of this in it."""
    prepared = Prepared(operation.name, values)
    known = inline(prepared, reason)
    return propose_button(OPEN, known or f"p:{await keep_proposal(surface.context, prepared, user, reason)}")


def correctable(error: UserError, again: Block) -> Content:
    """An error's sentence, and the button that opens what was typed."""
    content = error_message(error)
    return Content(f"{content.text} ({OPEN})", (*content.blocks, actions("draft", again)))
