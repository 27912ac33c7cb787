"""Bringing a new secret to the one person who may see it; what nobody can be shown is taken back."""

from dataclasses import replace

import structlog
from pydantic import SecretStr

from bot.db.models import OperationRequest
from bot.governance.execution.courier import Courier
from bot.governance.execution.verdict import Verdict
from bot.governance.hub_errors import text_of
from bot.governance.ledger.lifecycle import Status
from bot.hub import HubError
from bot.operations.kit.base import Outcome

log = structlog.stdlib.get_logger(__name__)


async def hand_over(courier: Courier, request: OperationRequest, outcome: Outcome, secret: SecretStr) -> Verdict:
    """Show the secret to its requester; where that fails, it must not stay valid unseen."""
    text = f"Request {request.id}: {outcome.summary}."
    if await _is_shown(courier, request.requester, text, secret):
        return Verdict(Status.SUCCEEDED, replace(outcome, secret=None))
    if outcome.take_back is None:
        return Verdict(Status.FAILED, error="It was made, but could not be shown to you. Delete it and ask again.")
    try:
        await outcome.take_back()
    except HubError as error:
        lost = "It was made, could not be shown to you, and could not be revoked again: delete it by hand."
        return Verdict(Status.FAILED, error=f"{lost} {text_of(error)}")
    return Verdict(Status.FAILED, error="It could not be shown to you, so it was revoked again. Nothing is left of it.")


async def _is_shown(courier: Courier, user: str, text: str, secret: SecretStr) -> bool:
    """Whatever goes wrong here, even what nobody has thought of, the secret has not arrived."""
    try:
        return await courier.hand_over(user, text, secret)
    except Exception:
        log.exception("secret.undeliverable")
        return False
