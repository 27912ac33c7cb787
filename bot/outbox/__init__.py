"""Messages that shall exist somewhere: asked for with what they tell of, in one transaction, and delivered later."""

from collections.abc import Mapping
from typing import Any

from bot.clock import Clock
from bot.db import messages
from bot.db.session import Session
from bot.outbox.destination import Destination
from bot.outbox.kinds import Kind


async def want(
    session: Session,
    key: str,
    *,
    kind: Kind,
    destination: Destination,
    clock: Clock,
    request_id: int | None = None,
    payload: dict[str, Any] | None = None,
) -> bool:
    """Ask for a message, once for each key, for ever; False where it has been asked for before.

    The key travels with the message and is how it is found again: one that is in use must stay as it is. Raises
    `ValueError` for a kind that is told from a request, where none is named.
    """
    if kind.of_request and request_id is None:
        raise ValueError(f"a message of the kind {kind.name} is told from a request")
    return await messages.want(
        session,
        key,
        kind=kind.name,
        protocol=destination.protocol,
        workspace=destination.workspace,
        address=destination.address,
        created_at=clock.now(),
        # When it is sent is the machine's affair: a business clock that is an hour ahead must not delay it.
        due_at=clock.real(),
        request_id=request_id,
        payload=payload,
    )


async def want_each(
    session: Session,
    payloads: Mapping[str, dict[str, Any]],
    *,
    kind: Kind,
    destination: Destination,
    clock: Clock,
) -> None:
    """As `want`, for a message for each key, told from what it has there; however many they are, in one statement."""
    await messages.want_each(
        session,
        payloads,
        kind=kind.name,
        protocol=destination.protocol,
        workspace=destination.workspace,
        address=destination.address,
        created_at=clock.now(),
        due_at=clock.real(),
    )


async def touch(session: Session, key: str, *, clock: Clock) -> None:
    """Ask for the message to be brought up to date; nothing where it was never asked for."""
    await messages.touch(session, key, clock.real())
