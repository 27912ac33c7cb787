"""Bringing a new secret to the one person who may see it; what nobody can be shown is taken back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog
from pydantic import SecretStr

from bot.db.models import OperationRequest
from bot.governance.execution.courier import Courier
from bot.governance.execution.patience import passes
from bot.governance.execution.verdict import Verdict
from bot.governance.hub_errors import text_of
from bot.governance.ledger.lifecycle import Status
from bot.hub import HubError
from bot.operations.kit.base import Outcome

log = structlog.stdlib.get_logger(__name__)

# Half a minute of a rate limit that is spent, or of a Docker Hub that cannot be reached.
TAKE_BACK_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


async def hand_over(courier: Courier, request: OperationRequest, outcome: Outcome, secret: SecretStr) -> Verdict:
    """Show the secret to its requester; where that fails, it must not stay valid unseen."""
    text = f"Request {request.id}: {outcome.summary}."
    if await _is_shown(courier, request.requester, text, secret):
        return Verdict(Status.SUCCEEDED, replace(outcome, secret=None))
    if outcome.take_back is None:
        return Verdict(Status.FAILED, error="It was made, but could not be shown to you. Delete it and ask again.")
    try:
        await _take_back_surely(outcome.take_back)
    except HubError as error:
        lost = "It was made, could not be shown to you, and could not be revoked again: delete it by hand."
        return Verdict(Status.FAILED, error=f"{lost} {text_of(error)}")
    return Verdict(Status.FAILED, error="It could not be shown to you, so it was revoked again. Nothing is left of it.")


async def _take_back_surely(take_back: Callable[[], Awaitable[None]]) -> None:
    """Revoke it; of all that is done in a claim this alone is waited for, since nobody else knows what to revoke."""
    for pause in TAKE_BACK_PAUSES:
        try:
            return await take_back()
        except HubError as error:
            if not passes(error):
                raise
        await asyncio.sleep(pause)
    return await take_back()


async def _is_shown(courier: Courier, user: str, text: str, secret: SecretStr) -> bool:
    """Whatever goes wrong here, even what nobody has thought of, the secret has not arrived."""
    try:
        return await courier.hand_over(user, text, secret)
    except Exception:
        log.exception("secret.undeliverable")
        return False
